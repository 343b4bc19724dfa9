"""What a call costs, in US dollars: a table of the user's own, else the one that litellm brings."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from ...envs.settings import Range, check, refuse
from .backends import SCRIPTED, scripted
from .backends.litellm_backend import imported, listed_price
from .calls import Message

PER = 1_000_000


class Price(NamedTuple):
    """Of one model."""

    input: Annotated[float, Range(0), "US$ for a million tokens of the prompt"] = 0.0
    output: Annotated[float, Range(0), "US$ for a million tokens of the answer"] = 0.0


class Prices:
    """``own`` prices by model, as ``{"openai/some-model": {"input": 2.5, "output": 10}}``, over litellm's.

    Raises ``SettingError`` for a price that is none.

    >>> round(Prices({"some": {"input": 2.5, "output": 10}}).price("some", 1_000, 200), 6)
    0.0045
    """

    def __init__(self, own: Mapping[str, Any] | None = None) -> None:
        self.own = {model: _price(f"llm.prices.{model}", given) for model, given in (own or {}).items()}

    @classmethod
    def read(cls, path: str | Path) -> "Prices":
        """A table kept as YAML. Raises ``SettingError`` where it is none, ``OSError`` where there is no file."""
        import yaml

        try:
            told = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError):
            told = None
        if not isinstance(told, dict):
            raise refuse("llm.prices", str(path), "a YAML file of prices by model, each {input: US$, output: US$}")
        return cls({str(model): given for model, given in told.items()})

    def price(
        self, model: str, prompt_tokens: int | None, completion_tokens: int | None, listed: bool = True
    ) -> float | None:
        """US$ of a call with so many tokens; None where the model's price, or a count, is not known. Not ``listed`` is
        what a server of one's own costs, whatever its model is called.
        """
        if prompt_tokens is None or completion_tokens is None:
            return None
        if model in self.own:
            price = self.own[model]
            return (prompt_tokens * price.input + completion_tokens * price.output) / PER
        if model.startswith(SCRIPTED):
            return 0.0
        return listed_price(imported(model), model, prompt_tokens, completion_tokens) if listed else None


def _price(name: str, given: Any) -> Price:
    if not isinstance(given, Mapping) or set(given) != set(Price._fields):
        raise refuse(name, given, "{input: US$, output: US$}, for a million tokens each")
    return check(Price, given, name + ".")


def tokens(model: str, messages: Sequence[Message]) -> int:
    """Tokens of a prompt as its model counts them, or nearly so: litellm has the counts of some and the nearest for
    others.
    """
    if model.startswith(SCRIPTED):
        return scripted.prompt_tokens(messages)
    return imported(model).token_counter(model, messages=[message._asdict() for message in messages])
