"""The sentences of a constitution: what each part of a norm says, in three wordings of the same numbers."""

from ..envs.paraphrases import Wordings

CLAUSES: dict[str, Wordings] = {
    "alone": (
        "Only the points that you are paid yourself count for you, whatever others are paid.",
        "What you want is as many points for yourself as you can get; what others get makes no difference to you.",
        "Your own payoff is all that matters to you, and the payoffs of others do not.",
    ),
    "self": (
        "The points that you are paid yourself count for you in full, and what follows is added to them.",
        "To begin with, you want points for yourself, each at its full worth; to these comes what follows.",
        "Your own payoff matters to you in full, and what is said next is reckoned on top of it.",
    ),
    "kindness": (
        "Count every point that another gets as {kindness} points of your own.",
        "To you a single point that goes to somebody else is worth as much as {kindness} points of your own.",
        "A point paid to any other agent adds {kindness} points to what you have.",
    ),
    "spite": (
        "Count every point that another gets as a loss of {spite} points of your own.",
        "To you it is worth {spite} points of your own to keep a single point from somebody else.",
        "A point paid to any other agent takes {spite} points from what you have.",
    ),
    "forgiveness": (
        "If what you see is less than half cooperative, leave the mark as it is with probability {forgiveness}.",
        "With probability {forgiveness} you let it pass when the cooperation that you see falls short of a half, and"
        " the mark stays.",
        "When you see less than half of full cooperation, there is a chance of {forgiveness} that you forgive it and"
        " do not change the mark.",
    ),
    "positive": (
        "While the mark of another is above zero, count every point that it gets as a further {positive} points of"
        " your own, times the mark.",
        "Every point that goes to somebody whose mark is above zero brings you {positive} points more, multiplied by"
        " that mark.",
        "A mark above zero makes each point of that agent worth more to you, by the mark times {positive}.",
    ),
    "circle": (
        "The groups are: {groups}. Multiply what a point of another is worth to you, as said so far, by {in_group} for"
        " those of your own group and by {out_group} for those of other groups.",
        "There are these groups: {groups}. Whatever value the points of others have for you by what was said, take"
        " {in_group} times it if they are of your group and {out_group} times it if they are not.",
        "You belong to a group, for all agents are divided like this: {groups}. Points of your own group count"
        " {in_group} times what was said up to here, and points of anybody else {out_group} times.",
    ),
    "impartial": (
        "Then bring each of these multipliers closer to their mean over all the others: that mean makes up"
        " {equanimity} of it, and the multiplier itself the rest.",
        "But you are impartial in part: {equanimity} of each multiplier is replaced by the mean that they have over"
        " all the others.",
        "You soften this, so that the multiplier of each consists to {equanimity} of the mean over all the others and"
        " for the rest of its own.",
    ),
    "negative": (
        "While the mark of another is below zero, count every point that it gets as a loss of {negative} points of your"
        " own, times how far below zero the mark is.",
        "Every point that goes to somebody whose mark is below zero costs you {negative} points, multiplied by how far"
        " the mark lies below zero.",
        "A mark below zero takes from the worth that each point of that agent has to you, by its distance from zero"
        " times {negative}.",
    ),
    "any_group": (
        "This loss is the same whatever the group of the other.",
        "For this it makes no difference whether they are of your group.",
        "That is taken away from your own group and from other groups alike.",
    ),
    "compassion": (
        "Whenever another's income is below the need line, count every point that it lacks as a loss of {compassion}"
        " points of your own; the need line is {need_line} of what each would be paid per step if all together did as"
        " well as they could.",
        "The need line lies at {need_line} times the payoff per head and step of the best that all could do together,"
        " and every point by which the income of another stays below it costs you {compassion} points.",
        "You suffer with those in need: take away {compassion} points for each point that another's income is short of"
        " the need line, which is {need_line} times what each agent would get in a step if all together did their"
        " best.",
    ),
    "envy": (
        "For every other whose income is above yours, count each point of the difference as a loss of {envy} points of"
        " your own, divided by the number of all others.",
        "It hurts you to be behind: add up by how many points others have more income than you, divide by how many"
        " others there are, and take away {envy} times the result.",
        "Of the points by which the income of another exceeds yours, each costs you {envy} points, shared out over"
        " the number of agents other than you.",
    ),
    "joy": (
        "For every other whose income rises from one step to the next, count each point of the rise as {joy} points of"
        " your own.",
        "You share in the gains of others: every point by which somebody's income grows over that of the step before"
        " brings you {joy} points.",
        "Add {joy} points for each point by which the income of another is higher than it was a step ago; a fall"
        " changes nothing.",
    ),
    "guilt": (
        "For every other whose income is below yours, count each point of the difference as a loss of {guilt} points of"
        " your own, divided by the number of all others.",
        "It hurts you to be ahead: add up by how many points others have less income than you, divide by how many"
        " others there are, and take away {guilt} times the result.",
        "Of the points by which your income exceeds that of another, each costs you {guilt} points, shared out over"
        " the number of agents other than you.",
    ),
    "income": (
        "Income here means what one is paid in a step, and only steps in which the game pays enter.",
        "What is called income is the payment of a single step, and it is looked at in those steps only in which the"
        " game pays.",
        "By income is meant whatever an agent is paid in the step, provided that the game pays in it.",
    ),
    "smoothed": (
        "Income here means a running mean that starts at zero: in each step in which the game pays, {income_memory} of"
        " its weight stays with what it was, and the rest goes to what the step pays.",
        "What is called income begins at zero and is renewed in those steps only in which the game pays, as"
        " {income_memory} times the income before and the remaining share times the new payment.",
        "By income is meant an average over the steps in which the game pays, at first zero, in which the past has a"
        " weight of {income_memory} and the payment of the step the rest.",
    ),
    "patient": (
        "Count each unit by which the {signal} of the world rises as {patient} points of your own, and each unit by"
        " which it falls as just as many points lost.",
        "You look after the {signal} as well: a unit more of it is worth {patient} points to you, and a unit less takes"
        " as many away.",
        "A rise of the {signal} brings you {patient} points for every unit, and a fall costs you the same for every"
        " unit.",
    ),
    "patient_against": (
        "Count each unit by which the {signal} of the world falls as {patient} points of your own, and each unit by"
        " which it rises as just as many points lost.",
        "You work against the {signal} as well: a unit less of it is worth {patient} points to you, and a unit more"
        " takes as many away.",
        "A fall of the {signal} brings you {patient} points for every unit, and a rise costs you the same for every"
        " unit.",
    ),
    "universalization": (
        "When you compare acts, give a weight of {universalization} to what would come of it if everyone did the same,"
        " and the rest of the weight to what comes of it if the others stay as they are.",
        "Ask of each act what would happen if all others did as you do, and let the answer make up {universalization}"
        " of your judgement; the remainder is what happens if they do not change.",
        "You judge an act partly by itself, with the others as they are, and partly, to {universalization}, by what"
        " would follow if it were the act of all.",
    ),
    "patience": (
        "A point that comes a step later counts as {patience} of a point now, unless the rules of the game discount"
        " already.",
        "Where the rules of the game do not discount payoffs themselves, multiply what lies in the future by {patience}"
        " for every step that it is away.",
        "With each step of waiting a point keeps {patience} of its worth to you, except in a game that discounts by its"
        " own rules.",
    ),
}
"""The parts of a norm, by name; what stands in braces is a number in force (a name, for signals and groups)."""

_REMEMBERED: Wordings = (
    "Keep a mark between minus one and one for each of the others, which starts at {initial} and stands for DEEDS:"
    " after each step in which you see it, the mark moves towards one for cooperation and towards minus one for none,"
    " in proportion to how cooperative it was, and what the mark was before loses half of its weight in {memory} such"
    " steps.",
    "Remember DEEDS by a mark of its own, at first {initial}: every step that shows it draws the mark towards a value"
    " between minus one, for no cooperation at all, and one, for full cooperation, so that in {memory} such steps the"
    " old mark loses half of its weight.",
    "There is a mark, {initial} at the start, by which you remember of each of the others DEEDS. Each time that you see"
    " it again, the mark is mixed with what you saw, on a scale from minus one for none to one for full cooperation,"
    " and it takes {memory} such times for the weight of the old mark to halve.",
)
_DEEDS: dict[str, Wordings] = {
    "direct": ("how it treats you", "how each of the others treats you", "how it acts towards you"),
    "indirect": (
        "how it treats everybody but you",
        "how each of the others treats the rest of them, not you,",
        "how it acts towards the rest of them, not towards you",
    ),
    "generalised": (
        "how all of them together treat you",
        "for each of the others how all of them together treat you",
        "how all of them, taken together, act towards you",
    ),
}
for _kind, (_first, _second, _third) in _DEEDS.items():
    _a, _b, _c = _REMEMBERED
    CLAUSES[_kind] = (_a.replace("DEEDS", _first), _b.replace("DEEDS", _second), _c.replace("DEEDS", _third))
