"use strict";
// Sorting: by the number that a cell carries, else by its text; undefined cells stay last, fixed rows first.
const heads = table => [...table.tHead.rows].at(-1).cells;
for (const button of document.querySelectorAll("table.sortable thead button")) {
  button.addEventListener("click", () => {
    const head = button.parentElement, table = head.closest("table");
    const column = head.cellIndex, up = head.getAttribute("aria-sort") === "descending";
    const key = row => { const cell = row.cells[column]; return cell.dataset.v === undefined ? null : Number(cell.dataset.v); };
    const text = row => row.cells[column].textContent;
    for (const body of table.tBodies) {
      const rows = [...body.rows], fixed = rows.filter(row => row.className === "fixed");
      const free = rows.filter(row => row.className !== "fixed"), numeric = free.some(row => key(row) !== null);
      free.sort((a, b) => {
        if (!numeric) return (up ? 1 : -1) * -text(b).localeCompare(text(a));
        const x = key(a), y = key(b);
        if (x === null || y === null) return (x === null) - (y === null);
        return up ? x - y : y - x;
      });
      body.append(...fixed, ...free);
    }
    for (const other of heads(table)) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
  });
}
// A cell tells its row, its column, its own n and interval, and its measure's definition: on hover, and at the foot of
// the window when it is clicked, tapped or reached with the arrow keys. One cell of each table is a stop of the tab key.
const told = document.getElementById("told");
const words = cell => {
  const head = heads(cell.closest("table"))[cell.cellIndex], row = cell.parentElement.cells[0];
  const value = [...cell.childNodes].map(node => node.textContent).join(" "), own = cell.dataset.title ?? cell.title;
  return [row === cell ? "" : row.textContent, head.textContent, value + (own ? ` (${own})` : ""), head.title];
};
const tell = cell => { const [row, head, value, text] = words(cell); told.textContent = `${row}: ${head} ${value}. ${text}`; told.hidden = false; };
for (const table of document.querySelectorAll("table.sortable")) {
  const cells = () => [...table.tBodies].flatMap(body => [...body.rows]);
  const go = cell => {
    for (const other of table.querySelectorAll("td[tabindex='0']")) other.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  };
  const first = table.querySelector("tbody td");
  if (first) first.tabIndex = 0;
  table.addEventListener("focusin", event => { const cell = event.target.closest("td"); if (cell) tell(cell); });
  table.addEventListener("focusout", () => { told.hidden = true; });
  table.addEventListener("click", event => { const cell = event.target.closest("td"); if (cell && cell.closest("tbody")) go(cell); });
  table.addEventListener("mouseover", event => {
    const cell = event.target.closest("tbody td");
    if (!cell || cell.dataset.title !== undefined) return;
    cell.dataset.title = cell.title;
    const [, head, , text] = words(cell);
    cell.title = `${head}${cell.title ? ` (${cell.title})` : ""}: ${text}`;
  });
  table.addEventListener("keydown", event => {
    const cell = event.target.closest("tbody td");
    if (!cell) return;
    if (event.key === "Escape") { told.hidden = true; return; }
    const [down, right] = {ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1]}[event.key] ?? [0, 0];
    if (!down && !right) return;
    event.preventDefault();
    const rows = cells(), row = rows[rows.indexOf(cell.parentElement) + down], next = row && row.cells[cell.cellIndex + right];
    if (next && next.tagName === "TD") go(next);
  });
}
// What is wider than its place says so.
const look = () => { for (const part of document.querySelectorAll(".scroll")) part.classList.toggle("over", part.scrollWidth > part.clientWidth + 1); };
addEventListener("resize", look);
document.addEventListener("toggle", look, true);
look();
addEventListener("beforeprint", () => { for (const part of document.querySelectorAll("details")) part.open = true; });
