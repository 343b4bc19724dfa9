"""What the games on a grid tell alike, in words."""

from typing import Any

from ..paraphrases import Wordings


def moves(q: Any) -> list[Wordings]:
    """Of moving, seeing and zapping under the parameters ``q``."""
    lines = [
        (
            f"The grid has {q.height} rows, counted from the north, and {q.width} columns, counted from the west.",
            f"There are {q.height} rows and {q.width} columns on the grid. Rows are counted from the north and columns"
            " from the west.",
            f"Counted from the north there are {q.height} rows on the grid, and counted from the west {q.width}"
            " columns.",
        ),
        (
            "In each step all choose at once, and then move one after the other in an order drawn by lot: one cell to"
            " the north, south, west or east, or not at all. Nobody can enter a cell that is taken, or leave the grid.",
            "One can move one cell to the north, south, west or east, or not at all. All choose at once in each step,"
            " and then move one after the other as a lot orders them. A cell that is taken cannot be entered, nor the"
            " grid be left.",
            "All choose their moves at once in each step: one cell to the north, south, west or east, or none. They are"
            " then made one after the other, in an order drawn by lot. It is not possible to enter a cell that is"
            " taken, or to leave the grid.",
        ),
        (
            f"You see what is at most {q.view} rows and {q.view} columns away from you. Agents look alike.",
            f"What you see is at most {q.view} rows and {q.view} columns away from you. One agent looks like another.",
            f"You can see {q.view} rows and {q.view} columns far, and no agent looks different from another.",
        ),
    ]
    if q.zap:
        cost = ("", "", "")
        if q.zap_cost:
            cost = (
                f" A zap costs {q.zap_cost:g}.",
                f" The cost of a zap is {q.zap_cost:g}.",
                f" One pays {q.zap_cost:g} for a zap.",
            )
        zap = (
            f"In place of moving an agent may zap: the nearest other one at most {q.zap_range} rows and columns away"
            f" does nothing in this step, and is off the grid for {q.zap_timeout} steps.{cost[0]}",
            f"An agent may zap in place of moving. Then the nearest other one at most {q.zap_range} rows and columns"
            f" away does nothing in this step, and is off the grid for {q.zap_timeout} steps.{cost[1]}",
            "To zap, which an agent may do in place of moving, makes the nearest other one no more than"
            f" {q.zap_range} rows and columns away do nothing in this step and takes it off the grid for"
            f" {q.zap_timeout} steps.{cost[2]}",
        )
        lines.append(zap)
    return lines


def apples(q: Any) -> Wordings:
    """What an apple is good for."""
    return (
        f"Whoever stands on an apple eats it, and gets {q.apple_reward:g}.",
        f"An apple is eaten by whoever stands on it, who gets {q.apple_reward:g}.",
        f"To eat an apple one stands on it, and gets {q.apple_reward:g}.",
    )


def return_to(line: str) -> Wordings:
    """Where one comes back after a zap: ``line`` is a row or a column."""
    return (
        f"Whoever was off the grid comes back on a free cell of {line}, by lot.",
        f"The way back onto the grid leads to a free cell of {line}, by lot.",
        f"By lot, it is on a free cell of {line} that one comes back onto the grid.",
    )
