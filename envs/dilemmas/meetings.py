"""Who gives to whom in `donor`: two classes that donate by turns, paired anew in every step."""

from typing import Any

from numba import njit

from ..chance import PAIRING, SHUFFLE, uniform

Params = Any
"""Those of the game: ``n_agents``, ``shuffle``, ``class_swap``."""


@njit(cache=True)
def shuffle_seats(w: Any) -> None:
    """Draws who sits at which place."""
    for k in range(len(w.order) - 1, 0, -1):
        other = int(uniform(w.key, w.step, SHUFFLE, k) * (k + 1))
        w.order[k], w.order[other] = w.order[other], w.order[k]


@njit(cache=True)
def _donating_class(p: Params, w: Any) -> int:
    return (w.step + p.class_swap) % 2


@njit(cache=True)
def _draw_shift(p: Params, w: Any) -> int:
    """A shift that the donating class has not used in this round of n steps, nor the other, while there is one."""
    half, giving = p.n_agents // 2, _donating_class(p, w)
    if w.step % p.n_agents == 0:
        for k in range(half):
            w.used[0, k] = w.used[1, k] = 0
    unused = new = 0
    for k in range(half):
        unused += not w.used[giving, k]
        new += not (w.used[0, k] or w.used[1, k])
    rank = int(uniform(w.key, w.step, PAIRING, 0) * (new if new else unused))
    for k in range(half):
        if not w.used[giving, k] and not (new and w.used[1 - giving, k]):
            if rank == 0:
                w.used[giving, k] = 1
                return k
            rank -= 1
    return 0


@njit(cache=True)
def _pair(p: Params, w: Any, shift: int) -> None:
    """Place a of class A meets place a + shift of class B."""
    half, giving = p.n_agents // 2, _donating_class(p, w)
    for a in range(half):
        one, other = w.order[a], w.order[half + (a + shift) % half]
        w.partner[one], w.partner[other] = other, one
        w.donates[one], w.donates[other] = giving == 0, giving == 1


@njit(cache=True)
def meet(p: Params, w: Any) -> None:
    """Who gives to whom in the coming step."""
    if p.shuffle:
        _pair(p, w, _draw_shift(p, w))
    else:
        s = w.step // 2
        _pair(p, w, s if _donating_class(p, w) == 0 else -s)  # seen from the donor: a + s


@njit(cache=True)
def imagine_schedule(p: Params, w: Any, seat: int, partner: int) -> None:
    """A schedule drawn from those that agree with the present meeting."""
    half = p.n_agents // 2
    own_class = _donating_class(p, w) if w.donates[seat] else 1 - _donating_class(p, w)
    for k in range(p.n_agents):
        w.order[k] = k
    shuffle_seats(w)
    for k in range(half):
        w.used[0, k] = w.used[1, k] = 0
    for who, place in ((seat, own_class * half), (partner, (1 - own_class) * half)):
        for k in range(p.n_agents):
            if w.order[k] == who:
                w.order[k], w.order[place] = w.order[place], who
                break
    _pair(p, w, 0)
