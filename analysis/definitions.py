"""What every measure of an episode means: definition, range, direction, and which degenerate policies it rewards.

A test plays the degenerate policies (:mod:`.definition`) through every measure and compares.
"""

from ..envs.institutions.layers import INSTITUTIONS
from .columns import COMMONS, CONDUCT, PATHS, PLURAL
from .definition import (
    ALL,
    ANY,
    DEGENERATE,
    DOWN,
    EVENT,
    NEITHER,
    NOTHING,
    POSITIVE,
    RANDOM,
    SHARE,
    UP,
    Definition,
    cooperation,
)
from .llm_definitions import LLM


def _welfare(label: str, text: str, allowed: str = ANY) -> Definition:
    return Definition(
        label, text, allowed, UP, (NOTHING,), "in matrix and standoff, where blind cooperation by all is the optimum"
    )


def _deal(label: str, text: str, allowed: str, direction: str = UP) -> Definition:
    return Definition(label, text, allowed, direction)


def _efficiency(label: str, text: str, allowed: str, direction: str = UP) -> Definition:
    return Definition(label, text, allowed, direction, (RANDOM,), "where every deal is efficient, as those on one pie")


DEFINITIONS: dict[str, Definition] = {
    "length": Definition("steps", "Steps played.", "1 to the horizon", NEITHER),
    "horizon": Definition("horizon", "The largest number of steps that the rules allow.", "1 or more", NEITHER),
    "cut_off": Definition(
        "cut off", "Did the episode stop at a horizon that nobody was told, with a future unplayed?", EVENT, NEITHER
    ),
    "illegal": Definition(
        "illegal moves", "Illegal moves of all seats.", POSITIVE, DOWN, DEGENERATE, "all of them are legal"
    ),
    "coop_rate_pooled": cooperation("cooperation (pooled)", "Mean cooperation label over all choices."),
    "coop_rate_agent": cooperation("cooperation (all seats)", "Mean over seats of each seat's mean cooperation label."),
    "coop_by_seat": cooperation("cooperation by seat", "Each seat's mean cooperation label."),
    "mutual_rate": cooperation(
        "mutual cooperation",
        "Share of pair-steps in which both sides cooperated (label at least .5; in a commons a seat and the mean of "
        "the others).",
    ),
    "rho_by_seat": Definition(
        "reciprocity ρ by seat",
        "P(C | the other's last act was C) − P(C | it was D); undefined if the other never varied, 0 for "
        "unconditional play.",
        "−1 to 1",
        NEITHER,
    ),
    "payoff_by_seat": Definition("payoff by seat", "Material payoff of each seat over the episode.", ANY, NEITHER),
    "welfare": _welfare("welfare", "Material payoff of all seats over the episode, W."),
    "welfare_per_step": Definition(
        "welfare per step played",
        "W divided by the steps that were played.",
        ANY,
        UP,
        (NOTHING, ALL),
        "a stock emptied in the first step counts as one rich step; blind cooperation by all is the optimum of "
        "matrix and standoff",
    ),
    "welfare_full_horizon": _welfare(
        "welfare per step", "W divided by the horizon: steps missing after an early end count 0."
    ),
    "utilitarian": _welfare("mean payoff", "Mean payoff of a seat over the episode."),
    "rawls": _welfare("minimum (Rawls)", "Payoff of the worst-off seat over the episode."),
    "nash": _welfare(
        "Nash welfare",
        "Geometric mean of the seats' payoffs: one 0 makes it 0; undefined if a payoff is negative.",
        POSITIVE,
    ),
    "nash_smoothed": _welfare(
        "Nash welfare (smoothed)",
        "Geometric mean of payoff + η, less η, η = .01·optimum/seats: the twin of Nash welfare that one 0 does not "
        "erase.",
        POSITIVE,
    ),
    "nash_smoothed_eta": Definition("η", "η of the smoothed Nash welfare, .01·optimum/seats.", "above 0", NEITHER),
    "gini": Definition(
        "inequality (Gini)",
        "Mean absolute difference of payoffs over twice their mean; undefined if nobody got anything or a payoff is "
        "negative.",
        "0 to 1 − 1/seats",
        DOWN,
        (NOTHING, ALL),
        "everyone ruined alike is equal too",
    ),
    "normalised_welfare": _welfare(
        "normalised welfare",
        "(W − W_N)/(W_O − W_N): 0 at the worst symmetric equilibrium, 1 at the optimum, not clipped.",
    ),
    "normalised_rawls": _welfare(
        "normalised minimum", "Normalised welfare if every seat got what the worst-off seat got."
    ),
    "normalised_nash": _welfare(
        "normalised Nash welfare",
        "Normalised welfare if every seat got the geometric mean of all; undefined if a payoff is negative.",
    ),
    "anchor_worst": Definition(
        "welfare of the worst equilibrium", "W_N, welfare under the worst symmetric equilibrium known.", ANY, NEITHER
    ),
    "anchor_optimum": Definition("optimal welfare", "W_O, the largest welfare that the game allows.", ANY, NEITHER),
    "welfare_d100_truncate": _welfare(
        "welfare (δ = 1, truncated)", "Sum of the group's payoffs, nothing after the last step played."
    ),
    "collapsed": Definition(
        "collapsed",
        "Did the episode end in the loss of what was shared?",
        EVENT,
        DOWN,
        DEGENERATE,
        "nothing collapses where nothing is taken, nor in a standoff without a cliff",
    ),
    "survived": Definition(
        "survived",
        "Did the episode not collapse before its last possible step? (A collapse in that very step passes.)",
        EVENT,
        UP,
        DEGENERATE,
        "nothing collapses where nothing is taken, nor in a standoff without a cliff",
    ),
    "peace": Definition(
        "peace",
        "Agents in play, a mean over the steps played: all of them if nobody was timed out.",
        "0 to the seats",
        UP,
        (NOTHING, ALL),
        "who only stays, or only harvests, times nobody out",
    ),
    "agreement": _deal("agreement", "Did the parties strike a deal, by the rules of the game?", EVENT),
    "pareto_distance": _efficiency(
        "Pareto distance",
        "Euclidean distance of the deal's utilities from the nearest efficient ones (delay makes it grow); undefined "
        "without a deal.",
        POSITIVE,
        DOWN,
    ),
    "joint_efficiency": _efficiency(
        "joint efficiency",
        "Share of the largest joint surplus that the deal realised; undefined without a deal.",
        "at most 1",
    ),
    "joint_efficiency_all": _deal(
        "joint efficiency (no deal = 0)", "Joint efficiency with 0 for episodes without a deal.", "at most 1"
    ),
    "pareto_optimality": _deal(
        "Pareto optimality",
        "1 − Pareto distance over the largest distance of any deal; undefined without a deal, and where all deals are "
        "efficient.",
        SHARE,
    ),
    "nash_ratio": _deal(
        "Nash ratio",
        "Product of the gains over disagreement, over the largest such product; undefined without a deal, and if a "
        "party lost.",
        SHARE,
    ),
    "dist_nash": _deal(
        "distance to Nash", "Euclidean distance of the deal from the nearest Nash solution.", POSITIVE, DOWN
    ),
    "dist_ks": _deal(
        "distance to Kalai–Smorodinsky",
        "Euclidean distance of the deal from the nearest Kalai–Smorodinsky solution.",
        POSITIVE,
        DOWN,
    ),
    "dist_eg": _deal(
        "distance to egalitarian", "Euclidean distance of the deal from the nearest egalitarian one.", POSITIVE, DOWN
    ),
    "surplus_gini": _deal(
        "inequality of gains",
        "Gini coefficient of the gains over disagreement; undefined without a deal, and if a party lost.",
        "0 to 1 − 1/seats",
        DOWN,
    ),
    "irrational": Definition(
        "irrational deal",
        "Did the deal leave a party with less than it has without one? Undefined without a deal.",
        EVENT,
        DOWN,
        (RANDOM,),
        "where no deal is worse than none",
    ),
    "ir_violations_by_seat": Definition(
        "irrational deal by seat", "Did the deal leave this seat with less than without one?", EVENT, NEITHER
    ),
    "zopa": Definition(
        "rational deal exists", "Is there a deal that leaves nobody with less than without one?", EVENT, NEITHER
    ),
    "accepted_by_seat": Definition(
        "accepted offer by seat",
        "Was it this seat's offer that was accepted? Undefined without a deal.",
        EVENT,
        NEITHER,
    ),
    "largest_joint": Definition(
        "largest joint payoff", "The largest sum of payoffs that a deal could have brought.", ANY, NEITHER
    ),
    "press_share": Definition(
        "pressing",
        "Share of acts that press: those above the status quo on the game's ladder.",
        SHARE,
        DOWN,
        (NOTHING,),
        "who always holds never presses, whatever is done to it",
    ),
    "score": Definition(
        "severity",
        "Mean over steps of score(t), the mean severity of the step's acts; in a standoff, where holding has 0 and "
        "pressing 1, the share that presses.",
        ANY,
        DOWN,
        (NOTHING,),
        "who always holds never presses, whatever is done to it",
    ),
    "score_rank": Definition(
        "severity by rank",
        "The same with the rank 0 to 5 of an act's class as its severity.",
        "0 to 5",
        DOWN,
        (NOTHING,),
        "who always holds never presses, whatever is done to it",
    ),
    "score_violent": Definition(
        "violent acts",
        "The same with severity 1 for a violent act (rank 4 or 5), else 0.",
        SHARE,
        DOWN,
        DEGENERATE,
        "in a standoff no act is violent",
    ),
    "peak": Definition("peak", "Highest rank of an act.", "0 to 5", DOWN, (NOTHING,), "who always holds never presses"),
    "spiral": Definition(
        "spiral",
        "Did score(t) rise strictly twice in a row, up to a step at which a pair both had a rank of 3 or more?",
        EVENT,
        DOWN,
        (NOTHING, ALL),
        "constant play never rises, pressing for ever included",
    ),
    "concessions_reciprocated": Definition(
        "answered concessions",
        "Share of concessions (a fall in rank while the other's is above 0) that the other answers by a lower rank "
        "within 2 steps; undefined where nobody conceded.",
        SHARE,
        UP,
    ),
    "velocity": Definition("escalation per step", "Least-squares slope of score(t) on the step.", ANY, DOWN),
    "max_rise": Definition(
        "largest rise",
        "Largest one-step rise of score(t).",
        ANY,
        DOWN,
        (NOTHING, ALL),
        "constant play never rises, pressing for ever included",
    ),
    "time_to_deescalate": Definition(
        "time to quiet",
        "Steps from the peak of score(t) to the step from which nobody presses again; a lower bound where that was "
        "not seen; undefined if nobody pressed.",
        POSITIVE,
        DOWN,
    ),
    "deescalated": Definition(
        "became quiet",
        "Was the end of pressing seen? If not, the time to it is censored; undefined if nobody pressed.",
        EVENT,
        UP,
    ),
    "signal_divergence": Definition(
        "acts unlike words",
        "Share of announced acts whose class is not the one announced; undefined if nothing was.",
        SHARE,
        NEITHER,
    ),
    "signal_gap": Definition(
        "acts tougher than words",
        "Mean of the rank of the act less that of its announcement, over announced acts; undefined if nothing was.",
        "−5 to 5",
        NEITHER,
    ),
}
"""The measures of an episode by their key."""

for _name, _delta in (("d90", ".9"), ("d99", ".99")):
    DEFINITIONS[f"welfare_{_name}_truncate"] = _welfare(
        f"welfare (δ = {_delta}, truncated)", f"Σ {_delta}^(t−1)·w(t) over the steps played, nothing after them."
    )
    DEFINITIONS[f"welfare_{_name}_repeat"] = _welfare(
        f"welfare (δ = {_delta}, repeated tail)",
        f"(1 − {_delta})·Σ {_delta}^(t−1)·w(t); an episode cut off at a hidden horizon goes on for ever with the "
        "mean of its "
        "last 10 steps, one that the rules ended gets nothing more.",
    )

for _institution in INSTITUTIONS.values():
    for _name, _meaning in _institution.logged.items():
        DEFINITIONS[_name] = Definition(
            _name.replace("_", ": ", 1), f"Mean over seats and steps of the {_meaning}.", ANY, NEITHER
        )

DEFINITIONS |= LLM | COMMONS

YES_NO = frozenset(key for key, meaning in DEFINITIONS.items() if meaning.range == EVENT)
"""Events: their mean over worlds is a share, with Wilson's interval."""

DERIVED: dict[str, Definition] = {
    "coop_focal": cooperation(
        "cooperation",
        "Mean cooperation label over the seats that carry the norm (not of those that act the same under every norm).",
    ),
    "coop_lower_focal": cooperation(
        "invalid as none", "Cooperation of those seats if every invalid choice of theirs had been to defect."
    ),
    "coop_upper_focal": Definition(
        "invalid as full",
        "Cooperation of those seats if every invalid choice of theirs had been to cooperate: 1 where no reply at all "
        "could be used.",
        SHARE,
        NEITHER,
    ),
    "rho_focal": Definition(
        "reciprocity ρ",
        "Mean of ρ = P(C | the other's last act was C) − P(C | it was D) over the seats that carry the norm; "
        "undefined where the "
        "other never varied, 0 for unconditional play.",
        "−1 to 1",
        NEITHER,
    ),
    "payoff_focal": Definition(
        "payoff of the norm's bearers", "Mean payoff over the episode of the seats that carry the norm.", ANY, NEITHER
    ),
    "payoff_others": Definition(
        "payoff of the other seats",
        "Mean payoff over the episode of the seats that do not carry the norm.",
        ANY,
        NEITHER,
    ),
    "exploitation": Definition(
        "exploitation",
        "Mean payoff of the seats that do not carry the norm less that of those that do, over the episode.",
        ANY,
        DOWN,
        (ALL,),
        "nobody exploits those who take all themselves",
    ),
}
"""What :mod:`.summary` makes of the per-seat measures, knowing which seats carry the norm."""

OF_SETTINGS: dict[str, Definition] = {
    "rmst": Definition(
        "expected steps",
        "Restricted mean survival time: the steps that an episode is expected to last up to the horizon, collapses and "
        "episodes that were cut off counted as Kaplan and Meier do.",
        "0 to the horizon",
        UP,
        DEGENERATE,
        "nothing collapses where nothing is taken, nor in a standoff without a cliff",
    ),
}
"""What can only be said of a setting."""
MEANINGS: dict[str, Definition] = {**DEFINITIONS, **CONDUCT, **PLURAL, **PATHS, **DERIVED, **OF_SETTINGS}
"""Every measure of :func:`..measuring.measures`, of :func:`..settings.by_setting`, and ``DERIVED``."""
