"use strict";
// Sorting: by the number that a cell carries, else by its text; undefined cells stay last.
for (const button of document.querySelectorAll("table.sortable thead button")) {
  button.addEventListener("click", () => {
    const head = button.parentElement, table = head.closest("table"), body = table.tBodies[0];
    const column = head.cellIndex, up = head.getAttribute("aria-sort") === "descending";
    const key = row => { const cell = row.cells[column]; return cell.dataset.v === undefined ? null : Number(cell.dataset.v); };
    const text = row => row.cells[column].textContent;
    const numeric = [...body.rows].some(row => key(row) !== null);
    const rows = [...body.rows].sort((a, b) => {
      if (!numeric) return (up ? 1 : -1) * -text(b).localeCompare(text(a));
      const x = key(a), y = key(b);
      if (x === null || y === null) return (x === null) - (y === null);
      return up ? x - y : y - x;
    });
    for (const other of table.tHead.querySelectorAll("th")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    body.append(...rows);
  });
}
// A cell tells its measure's definition on hover, besides its n.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  table.addEventListener("mouseover", event => {
    const cell = event.target.closest("td");
    if (cell && cell.title && !cell.dataset.told) {
      cell.title = heads[cell.cellIndex].textContent + " (" + cell.title + "): " + heads[cell.cellIndex].title;
      cell.dataset.told = "1";
    }
  });
}
addEventListener("beforeprint", () => { for (const part of document.querySelectorAll("details")) part.open = true; });
