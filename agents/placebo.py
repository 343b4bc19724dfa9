"""A neutral text of a given length: what a constitution is compared with, so that it is not the length that acts.

It describes a place. It holds no number, no value and no instruction, and speaks of nobody.
"""

import functools

SENTENCES = """
The old|ancient road|causeway runs|stretches by|beside a row|stretch of elms|chestnuts to the sea|coastline
By noon|midday the sun|sunlight is on|above the slate|flagstones of the inn|courtyard
The bus|coach to the bay|seaside is at|outside the old|limestone mill|lighthouse
A tin|wooden lid|roofing is on|covering the pile|assortment of logs|timber
In June|springtime the ford|riverbed is wet|submerged and red|brownish
Ash|Gravel of a kiln|brickyard is in|throughout the ditch|channel
Moss|Lichen is on|covering the north|northern wall|stonework
A barge|steamboat is on|near a wide|windswept lake|waterway
The sky|horizon is grey|overcast
Mist|Drizzle is near|lingering
Rain|Drizzle falls|continues
Fog|Cloudiness
A lane|footpath of clay|limestone is laid|visible from the mill|windmill to the ford|crossing
The tiles|shingles on|covering the shed|farmhouse are red|reddish at dusk|twilight
Reeds|Bulrushes are in|throughout the mud|shallows of a pond|reservoir by|beside the moor|heathland
A crow|blackbird is on|above the gate|hedgerow of a barn|farmhouse
The map|drawing has|indicates a bay|peninsula and a set|scattering of islets|islands off|beyond the cape|headland
In fall|wintertime the snow|snowfall is on|covering the top|summit of the moor|mountain until|throughout March|February
The bell|timepiece on|above the dock|marketplace is made|composed of tin|copper and of oak|chestnut
Ferns|Nettles are by|underneath the arch|aqueduct
Steam|Smoke of a kiln|brickyard is over|surrounding the rails|railway and the dock|warehouse
The shelf|cupboard has|contains a jug|pitcher and a cup|saucer and a vase|candlestick of blue|bluish glass|porcelain
A cart|wheelbarrow of hay|cornstalks is by|beside the barn|outbuilding
Pines|Conifers are on|covering the ridge|mountainside and|whereas elms|hazelnuts are by|beneath it
The tide|seawater is in|inside the bay|harbour and on|along the reef|breakwater
Dust|Pollen is on|covering the sill|bookshelf
Chalk|Limestone is soft|brittle and white|whitish
The pot|saucepan is of iron|aluminium and its lid|covering of tin|enamel
At dawn|daybreak the geese|seagulls are on|above the marsh|wetlands in a line|formation
A ferry|steamer is in|crossing the strait|estuary
By|Behind the inn|monastery is a small|rectangular yard|courtyard and in|inside it a pump|fountain
Wool|Cotton of a loom|spinner is on|hanging off|along the beam|rafters
The river|watercourse is low|shallow in|throughout the west|lowlands and has|contains a bed|bottom of sand|gravel
Amber|Driftwood is in|throughout the dunes|shallows
"""
"""Each word as itself, or as a shorter and a longer one; by sentences, one of every length up to the longest."""


@functools.cache
def _bank() -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The sentences as words, each a tuple of its forms."""
    lines = [[tuple(word.split("|")) for word in line.split()] for line in SENTENCES.split("\n") if line]
    for words in lines:
        words[-1] = tuple(f"{form}." for form in words[-1])
    return tuple(map(tuple, lines))


def placebo(text: str) -> str:
    """A neutral text with as many words as ``text``, and as many characters as nearly as its words allow.

    The same text has always the same placebo; a text without words has an empty one.

    >>> placebo("Count every point that another gets as 0.8 points of your own.")
    'Behind the inn is a rectangular yard and inside it a fountain.'
    """
    count = len(text.split())
    goal = len(" ".join(text.split()))
    chosen: list[str] = []
    length = -1  # the first word has no space before it
    for forms in _words(count):
        due = (goal + 1) * (len(chosen) + 1) / count - 1
        chosen.append(min(forms, key=lambda form: abs(length + 1 + len(form) - due)))
        length += 1 + len(chosen[-1])
    return " ".join(chosen)


def _words(count: int) -> list[tuple[str, ...]]:
    """Whole sentences of ``count`` words in all: in their order, then one that is just as long as what is left."""
    bank = _bank()
    by_length = {len(sentence): sentence for sentence in bank}
    words: list[tuple[str, ...]] = []
    k = 0
    while count - len(words) > max(by_length):
        words += bank[k % len(bank)]
        k += 1
    return words + list(by_length[count - len(words)] if count > len(words) else ())
