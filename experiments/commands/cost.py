"""What a study would cost: each of its cells is played dry, its calls and tokens counted, and priced.

Nobody is asked. Models are replaced by legal moves drawn by lot (scripted models by their agents), which decides how
long an episode lasts and how much there is to remember. The **expected** price takes answers as long as those, and
with reasons ``REASON_TOKENS`` more; it takes every answer for usable. The price **at most** takes every answer for as
long as ``max_tokens`` lets it be, and every call for asked again as often as ``re_ask`` allows. No provider charges
for what is in the ledger already: it is counted here all the same, as a dry run cannot know the answers that lead
there.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...agents.llm.agent import LLM, SCRIPTED
from ...agents.llm.backends.openai_backend import direct
from ...agents.llm.backends.scripted import prompt_tokens, tokens_of
from ...agents.llm.calls import Reply, Request
from ...agents.llm.exchange import Exchange, using
from ...agents.llm.prices import Prices, tokens
from ...agents.llm.simplest import answer_to
from ...envs.catalogue import make
from ...envs.settings import SettingError
from ..cells import Cell, seat_agents
from ..composing import composer
from ..designs.design import point_ids
from ..designs.grids import sort_overrides
from ..play import run
from ..study import Study, study_of, with_default

REASON_TOKENS = 120
"""Tokens of the reasons before a move, a guess."""
WORLDS = 2
"""Worlds of each cell that are played."""


class Estimate(NamedTuple):
    """Of a cell: the points that are left, and of all of them together the calls, tokens and US dollars (NaN: a price
    is not known).
    """

    cell: Cell
    points: int
    calls: float
    prompt_tokens: float
    completion_tokens: float
    expected_usd: float
    most_usd: float


class _Dry:
    """A backend that answers nothing but hints, and adds up."""

    def __init__(self, prices: Prices, re_ask: int) -> None:
        self.prices, self.tries = prices, 1 + re_ask
        self.calls, self.prompt, self.completion, self.expected, self.most = 0, 0, 0, 0.0, 0.0

    async def answer(self, request: Request) -> Reply:
        text = request.hint or answer_to(request.schema)
        own = direct(request)
        prompt = prompt_tokens(request.messages) if own else tokens(request.model, request.messages)
        thought = REASON_TOKENS if "reasoning" in ((request.schema or {}).get("properties") or {}) else 0
        longest = int(request.sampling.get("max_tokens", 0))
        completion = min(tokens_of(text) + thought * (not request.model.startswith(SCRIPTED)), longest)
        self.calls += 1
        self.prompt += prompt
        self.completion += completion
        self.expected += _known(self.prices.price(request.model, prompt, completion, not own))
        # what was answered before is in the prompt when it is asked again
        prompts = prompt * self.tries + longest * self.tries * (self.tries - 1) // 2
        self.most += _known(self.prices.price(request.model, prompts, longest * self.tries, not own))
        return Reply(text, model=request.model, prompt_tokens=prompt, completion_tokens=completion)


def _known(price: float | None) -> float:
    return float("nan") if price is None else price


def estimate(cell: Cell, seeds: np.ndarray, prices: Prices) -> Estimate:
    """Plays some worlds of a cell dry, and tells what as many as there are ``seeds`` would take."""
    played = seeds[:WORLDS]
    game = make(cell.game, **cell.params)
    dry = _Dry(prices, max(mind["re_ask"] for mind in cell.minds(LLM.name)))
    with Exchange(backends={"": dry}, concurrency=1) as exchange, using(exchange):
        exchange.hinted = True
        run(game, seat_agents(game, [cell], np.zeros(len(played), np.intp)), played)
    scale = len(seeds) / len(played)
    sums = (dry.calls, dry.prompt, dry.completion, dry.expected, dry.most)
    return Estimate(cell, len(seeds), *(scale * one for one in sums))


def cost(typed: Sequence[str], config_dir: Path | None = None) -> tuple[Study, list[Estimate]]:
    """What is left to play of what was ``typed``, cell by cell. Raises ``SettingError`` where no seat asks a model."""
    overrides = sort_overrides(typed)
    with composer(overrides.hydra, config_dir) as hydra:
        config = hydra.primary(with_default(typed, overrides.whole))
        study = study_of(overrides.grid, config, hydra)
    if study.asking is None:
        raise SettingError("no seat of this study asks a language model: it costs nothing")
    return study, estimates(study)


def estimates(study: Study) -> list[Estimate]:
    """Of every cell that asks models, what is left to play."""
    left = {point for chunk in study.left() for point in chunk.points}
    prices = Prices() if study.calls.prices is None else Prices.read(study.calls.prices)
    found = []
    for cell, seeds in zip(study.design.cells, study.design.seeds, strict=True):
        names = point_ids(cell.id, seeds)
        wanted = seeds[np.array([name in left for name in names], np.bool_)]
        if len(wanted) and cell.minds(LLM.name):
            found.append(estimate(cell, wanted, prices))
    return found
