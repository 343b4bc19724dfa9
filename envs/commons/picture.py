"""Pictures of a grid for people: plain NumPy, colours that are told apart by those who see few of them.

Agents have the colours of Okabe & Ito (2008) and their number; apples, bare sites and dirt differ by shape too.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt

CELL = 20
"""Pixels of a cell."""
LAND, RIVER, ORCHARD = range(3)
TINTS = np.array([(245, 242, 234), (204, 225, 240), (228, 238, 214)], np.uint8)
"""The ground: land, river, orchard."""
LINE = 0.94
"""Cells are parted by a line of their own colour, so much darker."""
APPLE, STALK, SITE, DIRT, INK = (156, 20, 36), (60, 90, 40), (190, 182, 165), (96, 68, 44), (30, 30, 30)
SEATS = np.array(
    [(230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0), (204, 121, 167)],
    np.uint8,
)
DIGITS = (
    "####.##.##.####", ".#.##..#..#.###", "###..#####..###", "###..####..####", "#.##.####..#..#",
    "####..###..####", "####..####.####", "###..#..#..#..#", "####.#####.####", "####.####..####",
)  # fmt: skip
"""Ten figures of 5 rows and 3 columns."""
_AXIS = np.arange(CELL) - (CELL - 1) / 2
_FROM_CENTRE = np.hypot(_AXIS[:, None], _AXIS[None, :])


@cache
def _disc(radius: float) -> npt.NDArray[np.bool_]:
    return radius >= _FROM_CENTRE


@cache
def _dirt() -> npt.NDArray[np.bool_]:
    """A blot of three discs."""
    spots = ((-3.0, -3.0, 4.0), (3.0, -1.0, 4.5), (-1.0, 4.0, 3.5))
    return np.any([np.hypot(_AXIS[:, None] - r, _AXIS[None, :] - c) <= size for r, c, size in spots], axis=0)


@cache
def _number(seat: int) -> npt.NDArray[np.bool_]:
    """The last figure of the seat's number, in the middle of a cell."""
    figure = np.array([mark == "#" for mark in DIGITS[seat % 10]]).reshape(5, 3).repeat(2, axis=0).repeat(2, axis=1)
    mask = np.zeros((CELL, CELL), np.bool_)
    mask[5:15, 7:13] = figure
    return mask


def painted(
    tints: npt.NDArray[np.uint8],
    apples: npt.NDArray[np.bool_],
    ground: str,
    marked: npt.NDArray[np.bool_],
    agents: Mapping[int, tuple[int, int]],
) -> npt.NDArray[np.uint8]:
    """(height·CELL, width·CELL, 3) uint8: the map.

    ``tints``, ``apples`` and ``marked`` are (height, width): the ground, where apples are, and where the ``ground``
    ("dirt", or else a bare site) is; ``agents`` are cells (row, column) by seat.
    """
    image = TINTS[tints].repeat(CELL, axis=0).repeat(CELL, axis=1)
    edge = np.arange(CELL) == CELL - 1
    lines = np.tile(edge[:, None] | edge[None, :], tints.shape)
    image[lines] = (image[lines] * LINE).astype(np.uint8)
    cells = image.reshape(tints.shape[0], CELL, tints.shape[1], CELL, 3).swapaxes(1, 2)  # a view: [row, column, y, x]

    def stamp(row: int, col: int, mask: npt.NDArray[np.bool_], colour: npt.ArrayLike) -> None:
        cells[row, col][mask] = colour

    stalk = (np.abs(_AXIS[None, :] - 1) < 1.2) & (_AXIS[:, None] > -8) & (_AXIS[:, None] < -3)
    for row, col in np.argwhere(marked):
        if ground == "dirt":
            stamp(row, col, _dirt(), DIRT)
        else:
            stamp(row, col, _disc(4) & ~_disc(2.5), SITE)
    for row, col in np.argwhere(apples):
        stamp(row, col, stalk, STALK)
        stamp(row, col, _disc(5), APPLE)
    for seat, (row, col) in agents.items():
        stamp(row, col, _disc(9.6), INK)
        stamp(row, col, _disc(8.4), SEATS[seat % len(SEATS)])
        stamp(row, col, _number(seat), INK)
    return image
