"""The fishery in words: three skins of one game, which change nothing but what is said."""

from typing import Any, NamedTuple


class Skin(NamedTuple):
    """What the stock is called, and what is done to it."""

    together: str
    most: str
    asking: str
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
        most="which holds at most {:g} tons of fish",
        asking="how much they want to catch: {} of tons between 0 and what the lake holds",
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
        most="which bears at most {:g} hectares of grass",
        asking="how many flocks they want to graze, each of which eats a hectare: {} of flocks between 0 and what the "
        "pasture bears",
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
        most="whose water is at most {:g} percent clean",
        asking="how many pallets of goods they want to make, each of which fouls a percent of the water: {} of pallets "
        "between 0 and what the river has of clean water",
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


def brief(q: Any, others: int, may_join: bool) -> list[str]:
    """The rules in words, for one of so many under the parameters ``q``; ``may_join``: somebody may come later."""
    skin = SKINS[q.skin]
    lines = _war(q, skin, others) if q.growth == "fish_war" else _harvest(q, skin, others)
    if may_join:
        lines.append("Another may join you later.")
    return lines


def _who(others: int) -> str:
    return {0: "You alone", 1: "You and 1 other"}.get(others, f"You and {others} others")


def _harvest(q: Any, skin: Skin, others: int) -> list[str]:
    amount = "a whole number" if q.integer else "a number"
    by_lot = f"it is given out {skin.unit} by {skin.unit} to whoever the lot names."
    lines = [
        f"{_who(others)} {skin.together}, {skin.most.format(q.capacity)}.",
        f"In each month all say at once {skin.asking.format(amount)}.",
        f"If more is asked for than {skin.holds}, "
        + (by_lot if q.rationing == "stochastic" else "each gets the same share of what it asked for."),
        f"If less than {q.collapse_threshold:g} {skin.units} remain, {skin.lost}.",
        *_growth(q, skin),
    ]
    if q.growth_noise:
        lines.append(f"Growth varies from month to month by up to {100 * q.growth_noise:g} percent.")
    return lines


def _growth(q: Any, skin: Skin) -> list[str]:
    def logistic(rate: float) -> str:
        return f"grows by {rate:g}·s·(1 − s/{q.capacity:g})"

    if q.growth == "doubling":
        return [f"Otherwise what remains grows by a factor of {q.growth_factor:g} before the next month."]
    if q.growth == "logistic":
        return [f"Otherwise what remains, s, {logistic(q.growth_rate)} until the next."]
    shown = "" if q.regime_visible else " Nobody sees which it is."
    return [
        f"Otherwise what remains, s, {logistic(q.growth_rate)} until the next while the {skin.place} is healthy,"
        f" and {logistic(q.growth_rate_degraded)} while it is degraded.",
        f"It starts healthy, degrades when less than {q.regime_low:g} {skin.units} remain,"
        f" and recovers when at least {q.regime_high:g} remain.{shown}",
    ]


def _war(q: Any, skin: Skin, others: int) -> list[str]:
    return [
        f"{_who(others)} {skin.together}. Its stock is 1 at most.",
        "In each month all say at once what percentage of the stock they want: a whole number from 0 to 100.",
        "If that is more than 100 in all, each gets the same share of what it asked for, and nothing remains.",
        f"What remains, s, becomes s^{q.alpha:g} until the next month.",
        f"A month is worth the natural logarithm of what you get (of 1e-12 at least), and each month counts {q.beta:g}"
        " times the one before.",
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
