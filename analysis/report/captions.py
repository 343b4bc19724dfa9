"""The fixed words of a report below its figures."""

_INTERVAL = "Bars are 95 % intervals over worlds"
_STRIPES = "A line in stripes is several norms with exactly the same course."
CAPTIONS = {
    "cooperation": (
        "Cooperation by norm",
        "Each row is a norm, each panel a way of filling the seats; further right is more cooperation of the seats "
        "that carry the norm. {label}{bounds} "
        + _INTERVAL
        + " (percentile bootstrap, {n}). Cooperation is no virtue by itself: look at what an exploiter makes of it, "
        "below.",
    ),
    "reciprocity": (
        "Reciprocity beside its null",
        "ρ compares how often a seat cooperates after the other cooperated with how often it does so after the other "
        "defected: 1 answers in kind, 0 does not answer, below 0 answers the wrong way round. {null} " + _INTERVAL + " "
        "({n}). ρ is undefined where the other never varied; a small n beside a line counts the worlds in which it is "
        "defined.",
    ),
    "welfare": (
        "Long-run welfare, three ways of counting",
        "Payoffs over the whole episode, on the game's own anchors (dashed): 0 is its worst symmetric equilibrium, 1 "
        "its optimum; below 0 and above 1 are possible. The columns count everyone's total, everyone living at the "
        "level of the worst-off seat, and everyone at the geometric mean (Nash; undefined if somebody ends below 0). "
        "They are never averaged into a score; τ says how far they rank the norms alike (1 fully, −1 in reverse, "
        "below .7 is little). " + _INTERVAL + " ({n}).",
    ),
    "dose_response": (
        "How much kindness it takes",
        "The weight κ on others' payoffs is raised step by step, all else as it was; one line per way of filling the "
        "seats, with 95 % intervals over worlds ({n}). {marks}",
    ),
    "over": (
        "Over the values of one setting",
        "The setting on the axis is changed step by step, all else as it was; a line for each combination of the other "
        "settings, with 95 % intervals over worlds ({n}).",
    ),
    "response": (
        "Over the range of the settings",
        "Each point is one combination of settings that the design picked, the mean over its worlds; each column shows "
        "one setting, while the others vary with it. Lines are means over bins of as many combinations each. Bands are "
        "95 % intervals: combinations are resampled, and the seeds that they share, independently.",
    ),
    "effects": (
        "Main effects",
        "What it changes on average to go from the lower to the upper level of one setting, all of them at once (least "
        "squares over the runs of the fraction), with 95 % intervals over {of}. {aliases}",
    ),
    "time_course": (
        "Step by step",
        "Means over worlds with pointwise 95 % bands ({n}); more than 50 steps are averaged in equal blocks. "
        + _STRIPES
        + " Where fewer than half of the worlds still run the line is thin and stands on few; markers tell "
        "lines apart, and one closes a line where the last episode ended. {stock}",
    ),
    "survival": (
        "How long the stock lasts",
        "Kaplan–Meier curves: the share of episodes that had not collapsed by each step, those cut off by the horizon "
        "counted as censored, with Greenwood's 95 % band on the log–log scale ({n}). "
        + _STRIPES
        + " Markers tell the lines apart.",
    ),
    "bargaining": (
        "Who gets what, how often, and how well",
        "Left: mean payoff of each seat in shares of the whole pie, and what waiting or failing cost both, as means "
        "without intervals. Middle: share of episodes with a deal; the bars are Wilson's 95 % intervals. Right: how "
        "far the deals were from efficient, 0 on the frontier; only episodes with a deal count, and the bars are 95 % "
        "intervals over worlds ({n}).",
    ),
    "escalation": (
        "Pressing over time",
        "1 − cooperation (in a standoff the share of acts that press), by step, among the seats that carry the norm, "
        "with pointwise 95 % bands over worlds ({n}); lower is calmer. " + _STRIPES,
    ),
    "quiet_curves": (
        "How long until it is quiet",
        "Kaplan–Meier curves of the steps from the peak of pressing until nobody presses again; episodes in which the "
        "end of pressing was not seen are censored ({n}). With noise in the moves a late slip restarts the clock, so "
        "that these times are long.",
    ),
    "exploitability": (
        "What it costs to face an exploiter",
        "One seat takes what it can get. Left: how much the others still cooperate. Right: how much more it earns than "
        "they do on average; to the right of 0 it pays to exploit them. A norm that cooperates much and is exploited "
        "little stands right on the left and near 0 on the right. " + _INTERVAL + " ({n}).",
    ),
}
"""Title and text of each figure; the braces are filled from the data."""

NULL = (
    "The upright tick is what is left of ρ when every seat is dealt the partner of another world; only the distance "
    "from the tick is an answer to this very partner."
)
NO_NULL = "What chance alone would show is not known here: it takes recorded steps (record=all)."
NO_NULL_POOLED = (
    "What chance alone would show is not known here: worlds of different combinations are not to be shuffled."
)
UNEQUAL = (
    "What chance alone would show is not known where worlds differ in length: acts that end an episode mimic answers."
)
MARKS = (
    "The vertical lines are where, in a single step without noise, cooperating becomes the better answer; deliberators "
    "look further ahead than that."
)
BOUNDS = (
    " The thin line between two ticks below a point is where the rate would lie with every choice that has no usable "
    "reply taken for defection, and for cooperation."
)
STOCK = "Of a stock that collapsed nothing is left: it counts 0 to the end."
