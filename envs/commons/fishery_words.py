"""The fishery in words: three skins of one game, which change nothing but what is said."""

from typing import Any, NamedTuple

from ..paraphrases import Wordings, worded


class Skin(NamedTuple):
    """What the stock is called, and what is done to it."""

    together: str
    where: str
    most: Wordings
    want: str
    between: str
    holds: str
    unit: str
    units: str
    lost: str
    stock: str
    nobody: str
    get: str
    got: str
    place: str


SKINS = {
    "fishery": Skin(
        together="fish in one lake",
        where="lake in which {} fish",
        most=("which holds at most {} tons of fish", "It holds at most {} tons of fish", "can hold {} tons of fish"),
        want="how much they want to catch",
        between="{} of tons between 0 and what the lake holds",
        holds="the lake holds",
        unit="ton",
        units="tons",
        lost="the fish are gone for ever and the fishing ends",
        stock="The lake holds {:g} tons.",
        nobody="Nobody has fished yet.",
        get="catch",
        got="caught",
        place="lake",
    ),
    "pasture": Skin(
        together="graze flocks of sheep on one pasture",
        where="pasture on which {} graze flocks of sheep",
        most=(
            "which bears at most {} hectares of grass",
            "It bears at most {} hectares of grass",
            "can bear {} hectares of grass",
        ),
        want="how many flocks they want to graze, each of which eats a hectare",
        between="{} of flocks between 0 and what the pasture bears",
        holds="the pasture bears",
        unit="hectare",
        units="hectares",
        lost="the grass is gone for ever and the grazing ends",
        stock="The pasture bears {:g} hectares.",
        nobody="Nobody has grazed yet.",
        get="graze",
        got="grazed",
        place="pasture",
    ),
    "pollution": Skin(
        together="run factories on one river",
        where="river on which {} run factories",
        most=(
            "whose water is at most {} percent clean",
            "Its water is at most {} percent clean",
            "can have water that is {} percent clean",
        ),
        want="how many pallets of goods they want to make, each of which fouls a percent of the water",
        between="{} of pallets between 0 and what the river has of clean water",
        holds="the river has",
        unit="percent",
        units="percent",
        lost="the clean water is gone for ever and the work ends",
        stock="The water is {:g} percent clean.",
        nobody="Nobody has made anything yet.",
        get="make",
        got="made",
        place="river",
    ),
}


def brief(q: Any, others: int, may_join: bool, paraphrase: int) -> list[str]:
    """The rules in words, for one of so many under the parameters ``q``; ``may_join``: somebody may come later."""
    skin = SKINS[q.skin]
    lines = _war(q, skin, others) if q.growth == "fish_war" else _harvest(q, skin, others)
    if may_join:
        joins = ("Another may join you later.", "Later another may join you.", "You may be joined by another later.")
        lines.append(joins)
    return [worded(paraphrase, *line) for line in lines]


def _who(others: int) -> str:
    return {0: "you alone", 1: "you and 1 other"}.get(others, f"you and {others} others")


def _harvest(q: Any, skin: Skin, others: int) -> list[Wordings]:
    who, least = _who(others), f"{q.collapse_threshold:g} {skin.units}"
    amount = skin.between.format("a whole number" if q.integer else "a number")
    most, holds, can_hold = (words.format(f"{q.capacity:g}") for words in skin.most)
    lines = [
        (
            f"{who.capitalize()} {skin.together}, {most}.",
            f"There is one {skin.where.format(who)}. {holds}.",
            f"The {skin.where.format(who)} {can_hold} at most.",
        ),
        (
            f"In each month all say at once {skin.want}: {amount}.",
            f"All are asked at once, in each month, {skin.want}: {amount}.",
            f"In each month all name at once {amount}: {skin.want}.",
        ),
        _rationing(q, skin),
        (
            f"If less than {least} remain, {skin.lost}.",
            f"{skin.lost.capitalize()} if less than {least} remain.",
            f"Unless at least {least} remain, {skin.lost}.",
        ),
        *_growth(q, skin),
    ]
    if q.growth_noise:
        percent = f"{100 * q.growth_noise:g} percent"
        noise = (
            f"Growth varies from month to month by up to {percent}.",
            f"From month to month there is a variation of up to {percent} in growth.",
            f"Growth is up to {percent} more or less than that, and not the same in each month.",
        )
        lines.append(noise)
    return lines


def _rationing(q: Any, skin: Skin) -> Wordings:
    """Who gets what if all together ask for too much."""
    if q.rationing == "stochastic":
        return (
            f"If more is asked for than {skin.holds}, it is given out {skin.unit} by {skin.unit} to whoever the lot"
            " names.",
            f"When {skin.holds} less than is asked for, the lot names who gets it, {skin.unit} by {skin.unit}.",
            f"Where requests exceed what {skin.holds}, each {skin.unit} goes to somebody who is drawn by lot, one"
            f" {skin.unit} after the other.",
        )
    return (
        f"If more is asked for than {skin.holds}, each gets the same share of what it asked for.",
        f"When {skin.holds} less than is asked for, the share of its request that each gets is the same.",
        f"Where requests exceed what {skin.holds}, all are given the same share of theirs.",
    )


def _growth(q: Any, skin: Skin) -> list[Wordings]:
    if q.growth == "doubling":
        doubling = (
            f"Otherwise what remains grows by a factor of {q.growth_factor:g} before the next month.",
            f"Otherwise, before the next month, what remains is multiplied by {q.growth_factor:g}.",
            f"Else the next month begins with {q.growth_factor:g} times what remains.",
        )
        return [doubling]
    grown, degraded = (f"{rate:g}·s·(1 − s/{q.capacity:g})" for rate in (q.growth_rate, q.growth_rate_degraded))
    if q.growth == "logistic":
        logistic = (
            f"Otherwise what remains, s, grows by {grown} until the next.",
            f"Otherwise the growth until the next month of what remains, s, is {grown}.",
            f"Else {grown} is added until the next month to s, which is what remains.",
        )
        return [logistic]
    hidden = ("", "", "")
    if not q.regime_visible:
        hidden = (" Nobody sees which it is.", " Which it is can be seen by nobody.", " It is not seen which it is.")
    return [
        (
            f"Otherwise what remains, s, grows by {grown} until the next while the {skin.place} is healthy,"
            f" and grows by {degraded} while it is degraded.",
            f"Otherwise the growth until the next month of what remains, s, is {grown} while the {skin.place} is"
            f" healthy and {degraded} while it is degraded.",
            f"Else there is added until the next month to s, which is what remains, {grown} while the {skin.place} is"
            f" healthy, or {degraded} while it is degraded.",
        ),
        (
            f"It starts healthy, degrades when less than {q.regime_low:g} {skin.units} remain,"
            f" and recovers when at least {q.regime_high:g} remain.{hidden[0]}",
            f"At first it is healthy; it becomes degraded when less than {q.regime_low:g} {skin.units} remain, and"
            f" healthy again when at least {q.regime_high:g} remain.{hidden[1]}",
            f"When less than {q.regime_low:g} {skin.units} remain, a healthy {skin.place}, as it is at the start,"
            f" degrades; when at least {q.regime_high:g} remain, a degraded one recovers.{hidden[2]}",
        ),
    ]


def _war(q: Any, skin: Skin, others: int) -> list[Wordings]:
    who = _who(others)
    return [
        (
            f"{who.capitalize()} {skin.together}. Its stock is 1 at most.",
            f"There is one {skin.where.format(who)}. It has a stock of at most 1.",
            f"The {skin.where.format(who)} has a stock that is never more than 1.",
        ),
        (
            "In each month all say at once what percentage of the stock they want: a whole number from 0 to 100.",
            "All are asked at once, in each month, what percentage of the stock they want: a whole number from 0 to"
            " 100.",
            "In each month all name at once a whole number from 0 to 100: what percentage of the stock they want.",
        ),
        (
            "If that is more than 100 in all, each gets the same share of what it asked for, and nothing remains.",
            "When all together ask for more than 100, the share of its request that each gets is the same, and nothing"
            " remains.",
            "Nothing remains where requests exceed 100 in all, and all are given the same share of theirs.",
        ),
        (
            f"What remains, s, becomes s^{q.alpha:g} until the next month.",
            f"Until the next month s, which is what remains, turns into s^{q.alpha:g}.",
            f"The stock of the next month is s^{q.alpha:g}, where s is what remains.",
        ),
        (
            f"A month is worth the natural logarithm of what you get (of 1e-12 at least), and each month counts"
            f" {q.beta:g} times the one before.",
            "The natural logarithm of what you get (of 1e-12 at least) is what a month is worth. Each counts"
            f" {q.beta:g} times as much as the month before.",
            "What you get in a month is worth its natural logarithm to you, or that of 1e-12 if this is more. Each"
            f" month counts {q.beta:g} times as much as the one before.",
        ),
    ]


def view(q: Any, world: Any, seat: int) -> list[str]:
    """What ``seat`` sees now, in words."""
    skin, present, acted = SKINS[q.skin], world["present"], world["action"] == world["action"]
    if not present[seat]:
        return ["You have not joined yet."]
    war = q.growth == "fish_war"
    lines = [f"The stock is {world['stock']:g}." if war else skin.stock.format(world["stock"])]
    if q.growth == "regimes" and q.regime_visible:
        lines.append(f"The {skin.place} is {'degraded' if world['degraded'] else 'healthy'}.")
    if q.newcomer_step is not None:
        there = ", ".join(f"agent {j}" for j in range(q.n_agents) if j != seat and present[j])
        lines.append(f"With you now: {there or 'nobody'}.")
    if world["step"] == 0:
        return [*lines, skin.nobody]
    asked = f"{world['action'][seat]:g}{' percent' if war else ''}"
    lines.append(
        f"Last month you asked for {asked} and {skin.got} {world['catch'][seat]:g}."
        if acted[seat]
        else "You have just joined."
    )
    if q.catches_public:
        catches = [f"agent {j}: {world['catch'][j]:g}" for j in range(q.n_agents) if j != seat and acted[j]]
        lines += [f"The others {skin.got}: {', '.join(catches)}."] if catches else []
    return lines
