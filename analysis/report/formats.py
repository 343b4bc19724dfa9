"""Numbers as a reader wants them."""

from collections.abc import Iterable, Sequence

from ..definitions import DEFINITIONS, DERIVED, Definition

MINUS = "−"


def num(x: float | None, signed: bool = False) -> str:
    """A number with about three figures; – where undefined.

    >>> [num(x) for x in (0.01951, 2.5, 585.4, 12345.6, -0.0001, None)]
    ['0.020', '2.50', '585', '12,346', '0.000', '–']
    """
    if x is None or x != x:
        return "–"
    if x == 0:
        return "0"
    size = abs(x)
    return _signed(x, 3 if size < 1 else 2 if size < 10 else 1 if size < 100 else 0, signed)


def prose(x: float | None, signed: bool = False) -> str:
    """A number as it stands in a sentence, with about two figures.

    >>> prose(0.9805), prose(-0.195, signed=True), prose(480.2)
    ('0.98', '−0.20', '480')
    """
    if x is None or x != x:
        return "–"
    return _signed(x, 2 if abs(x) < 10 else 1 if abs(x) < 100 else 0, signed)


def _signed(x: float, digits: int, signed: bool) -> str:
    text = f"{abs(x):,.{digits}f}"
    zero = float(text.replace(",", "")) == 0
    sign = "" if zero else MINUS if x < 0 else "+" if signed else ""
    return sign + text


def percent(x: float | None) -> str:
    """A share in hundredths; 0 and 100 only where it is exactly that.

    >>> [percent(x) for x in (0.2, 0.00512, 0.0004, 0.9999, 0, 1, None)]
    ['20.0 %', '0.5 %', '< 0.1 %', '> 99.9 %', '0 %', '100 %', '–']
    """
    if x is None or x != x:
        return "–"
    if x in (0, 1):
        return f"{100 * x:.0f} %"
    return "< 0.1 %" if x < 0.0005 else "> 99.9 %" if x > 0.9995 else f"{100 * x:.1f} %"


def dollars(x: float | None) -> str:
    """An amount of money; below one dollar to a hundredth of a cent, as calls to models are cheap.

    >>> dollars(0.0045), dollars(0.00002), dollars(12.5), dollars(0), dollars(None)
    ('0.0045', '< 0.0001', '12.50', '0', '–')
    """
    if x is None or x != x:
        return "–"
    if x == 0:
        return "0"
    return "< 0.0001" if x < 0.0001 else f"{x:,.{4 if x < 1 else 2}f}"


def between(low: float | None, high: float | None, signed: bool = False) -> str:
    """An interval in brackets, empty where there is none."""
    return "" if low is None or high is None else f"[{num(low, signed)}, {num(high, signed)}]"


def listed(words: Sequence[object]) -> str:
    """Words with commas and a final "and".

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    texts = [str(word) for word in words]
    return texts[0] if len(texts) == 1 else ", ".join(texts[:-1]) + " and " + texts[-1] if texts else ""


def count(n: int, one: str, many: str | None = None) -> str:
    """A number and its noun.

    >>> count(1, "world"), count(1200, "world")
    ('1 world', '1,200 worlds')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def definition(measure: str) -> Definition:
    """The definition of a key of either registry."""
    return DEFINITIONS.get(measure) or DERIVED[measure]


def each(ns: Iterable[int], unit: str = "world") -> str:
    """How many worlds stand behind each point of a figure.

    >>> each([20, 20]), each([3, 20]), each([1])
    ('n\xa0=\xa020 worlds each', 'n\xa0=\xa03 to 20 worlds each', 'n\xa0=\xa01 world each')
    """
    all_ns = list(ns)
    low, high = min(all_ns, default=0), max(all_ns, default=0)
    units = unit if high == 1 else unit + "s"
    return f"{enn(high)} {units} each" if low == high else f"{enn(low)} to {high:,} {units} each"


def enn(n: int) -> str:
    """The n of a figure, held together."""
    return f"n\u00a0=\u00a0{n}"
