"""The fixed words of a report: what the games ask, what the norms mean, how to read a figure."""

from typing import NamedTuple

QUESTION = "What do prosocial norms do to cooperation, reciprocity and long-run welfare?"


class GameWords(NamedTuple):
    """A game for a newcomer."""

    title: str
    question: str
    rules: str
    cooperation: str


GAMES = {
    "matrix": GameWords(
        "Iterated dilemma",
        "Will two who meet again and again learn to trust each other?",
        "Two agents meet in every step, and each cooperates or defects. Defecting pays more whatever the other does, "
        "and yet both are better off if both cooperate.",
        "the share of acts that cooperate",
    ),
    "donor": GameWords(
        "Gifts to strangers",
        "Will strangers give, if others learn of it?",
        "Agents give and are given to by turns, and hardly ever to the one who gave to them. A gift is worth more to "
        "who gets it than to who gives, and a donor may be told how its recipient treated others.",
        "the part of its holdings that a donor gives; whoever receives has no label",
    ),
    "trust": GameWords(
        "Investment game",
        "Will an investor trust, and will it be repaid?",
        "An investor sends part of its money to a trustee, where it is multiplied. The trustee returns as much of it "
        "as it likes.",
        "the investor's: the part of its money that it sends; the trustee's: the part of what arrived that it returns, "
        "if anything arrived",
    ),
    "fishery": GameWords(
        "Fishery",
        "Will those who share a lake leave enough for the fish to come back?",
        "Several agents harvest one stock. What is left grows back, up to what the lake holds; a stock that falls too "
        "low is lost for good, and the episode ends.",
        "1 for a request of at most one's share of what regrows, 0 from an equal split of everything",
    ),
    "public_goods": GameWords(
        "Public good",
        "Who pays for what everybody enjoys?",
        "In every step each agent gives some of its tokens to its group. What is given grows and is shared by all of "
        "the group, whoever gave it: all are best off if all give, and each alone if it does not.",
        "the share of its tokens that an agent gives",
    ),
    "appropriation": GameWords(
        "Common pool",
        "Will those who share a pool hold back before it pays them nothing?",
        "In every step each agent puts some of its tokens into a common pool and keeps the rest at a fixed return. The "
        "more all put in, the less each token in the pool earns; what nobody holds back, everybody loses.",
        "1 for at most one's part of the best total, 0 from the equilibrium of selfish agents on",
    ),
    "climate": GameWords(
        "Collective risk",
        "Will all together pay enough to avert a loss that threatens each?",
        "In every step each agent gives a little from its account. If all gifts together reach the target by the end, "
        "each keeps the rest of its account; if not, everybody may lose it.",
        "a gift by the fair share of a step, 1 from the fair share on",
    ),
    "harvest": GameWords(
        "Harvest",
        "Will those who pick from the same trees leave enough for the trees to bear again?",
        "Agents walk on a grid and eat apples. An apple grows back only where others are left nearby, and the more of "
        "them the sooner; a patch that is emptied stays empty.",
        "at a meal, how many apples it leaves near, of the three from which on an apple grows back fastest; a step "
        "without a meal has no label",
    ),
    "cleanup": GameWords(
        "Cleanup",
        "Who cleans the river that all the apples depend on?",
        "Apples grow in an orchard only while a river far from it is kept clean. Whoever cleans does not eat, and "
        "whoever eats lives on the cleaning of others.",
        "1 for cleaning that removes dirt, 0 for eating; other steps have no label",
    ),
    "alternating_offers": GameWords(
        "Alternating offers",
        "How do two divide a pie that shrinks while they talk?",
        "Two agents make offers by turns until one accepts. Every period of waiting makes the pie smaller, and without "
        "a deal nobody gets anything.",
        "what a proposal leaves to the other, 1 from its Nash-bargaining share on; accepting an offer is no proposal "
        "and has no label",
    ),
    "scorable": GameWords(
        "Package deal",
        "Can many who want different things, and hide what, agree on a package?",
        "Several parties talk about several issues. Each scores every option and keeps its scores, and the least that "
        "it needs, to itself. One after the other proposes a deal; the last proposal is put to the vote, and passes if "
        "at most one party says no, and that one has no veto.",
        "what a proposal leaves to the others, 1 from their Nash-bargaining scores on; a vote is no proposal and has "
        "no label",
    ),
    "ultimatum": GameWords(
        "Ultimatum",
        "Is an unfair share worth refusing?",
        "One offers the other a part of a pie. The other takes it, or neither gets anything; with more turns it may "
        "make an offer of its own instead.",
        "what an offer gives to the other, 1 from half of the pie on; an answer is no proposal and has no label",
    ),
    "division": GameWords(
        "Division",
        "Do two who want different things find out, and divide well?",
        "Two divide a few items of three types. What they are worth to one the other does not know. They propose by "
        "turns, and without a deal nobody gets anything.",
        "what a proposal leaves to the other, 1 from its Nash-bargaining utility on; an answer is no proposal and has "
        "no label",
    ),
    "buy_sell": GameWords(
        "Buyer and seller",
        "Do a buyer and a seller find the price that both gain by, and leave where there is none?",
        "A seller and a buyer name prices by turns. Neither knows what the good is worth to the other, and a deal may "
        "leave a side worse off than none.",
        "what a price leaves to the other, 1 from its gain at the Nash-bargaining price on; an answer is no proposal "
        "and has no label",
    ),
    "exchange": GameWords(
        "Exchange",
        "Do two who need what the other has find the trade that helps both?",
        "Each of two holds much of one good and little of another, and needs both. They propose trades by turns; "
        "without one they keep what they have.",
        "what a trade leaves to the other, 1 from its gain at the Nash-bargaining solution on; an answer is no "
        "proposal and has no label",
    ),
    "standoff": GameWords(
        "Standoff",
        "Who takes the first step out of a conflict, and is it answered?",
        "Two agents have pressed against each other and may hold back or press on, step by step. Pressing pays against "
        "one who holds; if both press, both lose. Moves slip now and then, and a slip looks like malice.",
        "the share of acts that hold back",
    ),
    "arms_race": GameWords(
        "Arms race",
        "Can nations that fear each other's arms stop building them?",
        "Nations build or cut arms a little at a time. Arms cost their owner, having less than another is dangerous, "
        "and having more pays little: what makes one safe makes the others unsafe, and all would be better off "
        "without.",
        "1 for the largest cut, one half for holding, 0 for the largest build-up",
    ),
    "crisis": GameWords(
        "Crisis ladder",
        "Who comes down the ladder of escalation first, and is it safe to?",
        "Nations may concede, wait, posture, or harm each other by sanctions, strikes and nuclear weapons. Conceding "
        "pays where it is answered and is dangerous where it is not; posture is the safe answer to a threat, so that "
        "fear alone climbs the ladder. A nation whose economy or stability is gone collapses and leaves.",
        "1 for de-escalation towards another, one half for keeping still, 0 for posture and above",
    ),
}

NORMS = {
    "none": "no norm was set: every agent keeps its own numbers",
    "selfish": "its own payoff only: the baseline",
    "kind": "others' payoffs count .8 of its own, and unkindness is answered (κ .8, ρ⁻ 1.2)",
    "compassionate": "others' shortfall below half of the optimum's payoff hurts (γ 1, z .5)",
    "reciprocal": "the weight on another follows how it acted towards me, and starts kind (ρ⁺ 1, ρ⁻ 1, k0 1)",
    "universal": "weighs by .7 what would happen if everyone did as I do (u .7)",
    "equanimous": "kind, with retaliation halved and three in ten provocations let pass (ε .5, f .3)",
    "brahmavihara": "kind, compassionate, joyful and equanimous together",
    "joyful": "joy in others' gains, which takes envy away (μ .5, α .5)",
    "inequity_averse": "dislikes having less, and having more, than others (α .8, β .6)",
    "altruist": "others' payoffs count as much as its own (κ 1)",
    "spiteful": "others' payoffs count against it (κ −.5)",
    "indifferent": "near enemy of equanimity: impartial without kindness (ε .5, κ 0)",
    "partial": "near enemy of kindness: for the in-group only (κ .8, 0 outside)",
    "pitying": "near enemy of compassion: helps the low and resents their rise (γ 1, α .5, μ −1)",
    "credulous": "near enemy of kindness: never answers unkindness (κ .8, ρ⁻ 0)",
}

ARMS = {
    "deliberators": "every seat looks ahead and decides under the norm",
    "with_reciprocator": "seat 0 looks ahead and decides under the norm; the other seats answer in kind whatever the "
    "norm",
    "reciprocators": "every seat follows a rule that answers in kind, with what the norm adds of generosity and memory",
    "with_exploiter": "seat 0 takes what it can get whatever the norm; the other seats look ahead and decide under it",
}

SCRIPTED = "scripted model"
SCRIPTED_RUN = (
    "Scripted model: a script, and no language model, wrote the replies of this run. They test the machinery, and "
    "nothing here says anything about any model."
)
MODELS = (
    "Where no reply could be used, even when it was asked for again, there is no choice: a declared policy moves, "
    "which is paid like any move, but counts in no rate of cooperation. The bounds below a rate are what it would be "
    "with all these choices taken for defection, and for cooperation; where the bounds of two rates overlap, their "
    "difference may come from the replies that are missing. Rates are means over worlds, and what was used is the sum "
    "over all of them, as it was when first asked: a study that is replayed shows the same."
)

PICKED = (
    "{kind} of {axes}: {runs} combinations. The figures that name these settings show what each does; everywhere else "
    "they are pooled, and the unit of every interval, which n counts, is one of the {units}, a mean over {over}."
)
COMPARED = (
    "All differences are raw differences of means to the selfish norm in the same game and seats. Brackets hold 95 % "
    "intervals over worlds, and n counts the worlds of each side. Normalised welfare is 0 at a game's worst symmetric "
    "equilibrium and 1 at its optimum. The differences say what happened in these worlds, not why."
)
NOT_COMPARED = "No norm was played here beside the selfish one under the same setting, so no differences are shown."
GLANCE_NOTE = (
    "From the first way of filling the seats. Blue is more and orange less than under selfish, deeper for larger; in "
    "italics where the 95 % interval includes 0. Hover for interval and n."
)

DOUBTS = {
    "hypothesis": (
        "The norms are a hypothesis.",
        "Their formulas are this project's own, made to be tested; other formulas of the same names may do other "
        "things.",
    ),
    "deliberator": (
        "The deliberator is one kind of mind.",
        "Where all move at once it repeats an act in imagination, {depth} steps ahead, and expects the others to "
        "repeat theirs; where one moves at a time it reasons backwards from the end, as far as it can look, the "
        "others caring for their payoffs alone. It does not learn. Its rationality was {rationality} per range of "
        "utilities. With another depth the same norm can do the opposite: in the fishery a selfish deliberator grabs "
        "at depth 6 and sustains at 12 if the others do.",
    ),
    "ignore": (
        "Some strategies ignore norms.",
        "A scripted seat without knobs acts the same under every norm, and a planted exploiter or reciprocator does by "
        "design. {arms}",
    ),
    "variation": (
        "Some cells have no variation between worlds.",
        "In {still} of {all} all worlds ended alike in cooperation and welfare. Their n counts copies, so they get no "
        "interval and a hollow point.",
    ),
    "few": ("Few worlds.", "{few} stand on fewer than {least} worlds: their intervals are too narrow to trust."),
    "undefined": (
        "Undefined is not zero.",
        "ρ is undefined in worlds in which the other never varied, and those worlds are left out: this happened in "
        "part of the worlds of {cells}. The worlds that are left are not a random draw of all.",
    ),
    "seeds": (
        "Worlds of different norms share their seeds.",
        "Differences are therefore taken world by world where the seeds agree, and the intervals of two norms in one "
        "figure are not independent of each other.",
    ),
    "independent": (
        "Every cell has seeds of its own.",
        "The cells are independent samples, and a difference is one between separate groups of worlds; where a design "
        "picked combinations, those are compared one by one.",
    ),
    "many": (
        "Many comparisons, one page.",
        "Intervals hold one by one; the largest of many differences is larger than it would be again. Nothing here was "
        "corrected for that.",
    ),
    "small": (
        "Each game is one setting of its parameters.",
        "What a norm does in a small stylised game says nothing yet about another game, longer horizons, or people.",
    ),
    "degenerate": (
        "Degenerate policies win some measures.",
        "Doing nothing, taking all and acting at random, by all seats alike, were each run through every measure. A "
        "measure that one of them leads is no goal by itself; ⚑ marks it in the tables.",
    ),
}
"""A reader's doubts, lead and text; the braces are filled from the data."""
