"""Tables with many norms, many arms and long names, which figures must have room for."""

import numpy as np
import polars as pl

NORMS = (
    *("selfish", "kind", "compassionate", "reciprocal", "universal", "equanimous", "brahmavihara", "joyful"),
    *("inequity_averse", "altruist", "spiteful", "indifferent", "partial", "pitying", "credulous"),
)
ARMS = (
    *("deliberators", "with_reciprocator", "reciprocators", "with_exploiter"),
    *("tft,gtft(generosity=0.3),alld(conduct=fixed)", "my_own_way_of_filling_the_seats_exploiter"),
)
LONG = "an_exceedingly_long_name_of_a_norm_of_my_own_which_says_all"
AXIS = "game.a_setting_with_quite_a_long_name"
GAME, WORLDS, STEPS, SEATS = "matrix", 3, 12, 2


def crowd(norms: int, arms: int, levels: int = 1) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Episodes and steps of a game that has every measure that a figure shows; one norm has a long name."""
    rng = np.random.default_rng(norms * arms)
    episodes, steps = [], []
    for arm in ARMS[:arms]:
        for norm in (*NORMS[: norms - 1], LONG):
            for level in range(levels):
                cell = f"{arm}-{norm}-{level}"
                setting = {"cell": cell, "game": GAME, "seats": arm, "norms": norm, AXIS: float(level)}
                setting |= {"varied": [AXIS], "bearers": ["exploiter" not in arm, True]}
                for seed in range(WORLDS):
                    episodes.append(setting | {"seed": seed, "episode": 0, "outcome": "horizon"} | _measures(rng))
                    course = np.clip(rng.random((STEPS, SEATS)) * 0.3 + norms / 20 * rng.random(), 0, 1)
                    steps += [
                        {"cell": cell, "seed": seed, "step": t + 1, "agent": i, "cooperation": x, "stock": 100 * x}
                        for (t, i), x in np.ndenumerate(course)
                    ]
    return pl.DataFrame(episodes), pl.DataFrame(steps)


def _measures(rng: np.random.Generator) -> dict[str, object]:
    a, b, c = rng.random(3).tolist()
    return {
        "coop_by_seat": [a, b], "rho_by_seat": [a - b, None if c > 0.8 else b - c], "payoff_by_seat": [4 * a, 4 * b],
        "coop_lower_by_seat": [a / 2, b / 2], "coop_upper_by_seat": [a, b],
        "normalised_welfare": a + b - c, "normalised_rawls": b, "normalised_nash": c, "largest_joint": 10.0,
        "agreement": float(a > 0.3), "pareto_distance": c, "collapsed": float(b > 0.5), "length": 1 + int(11 * a),
        "press_share": c, "time_to_deescalate": 1.0 + int(9 * b), "deescalated": float(a > 0.5),
    }  # fmt: skip
