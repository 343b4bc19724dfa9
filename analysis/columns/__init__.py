"""Measures as columns: of a batch of episodes (:class:`..traces.Traces`), one value an episode under each key."""

from .commons import COMMONS, commons
from .conduct import CONDUCT, conduct
from .core import DISCOUNTS, TAIL_WINDOW, Columns, core
from .paths import PATHS, paths
from .plural import PLURAL, plural

__all__ = [
    "COMMONS",
    "CONDUCT",
    "DISCOUNTS",
    "PATHS",
    "PLURAL",
    "TAIL_WINDOW",
    "Columns",
    "commons",
    "conduct",
    "core",
    "paths",
    "plural",
]
