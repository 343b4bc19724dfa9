"""What a language model did and cost in one world, as the ledger has it: a study that is replayed counts the same."""

from .calls import FAILED, REFUSED, Reply

SUMS = (
    "asked", "first_try_invalid", "invalid", "calls", "refused", "failed", "prompt_tokens", "completion_tokens",
    "cost", "cost_unknown", "latency", "tries", "truncated", "forecasts", "brier_sum", "messages", "messages_lost",
)  # fmt: skip
IN_STAGES = ("asked_in_stages", "invalid_in_stages")


class Tally:
    """Sums, by the names of :data:`SUMS`, and of :data:`IN_STAGES` where the game has ``stages``; ``comprehension``
    (NaN: not asked) and ``seed_honoured`` (NaN: not known).
    """

    def __init__(self, stages: bool) -> None:
        self.sums: dict[str, float] = dict.fromkeys((*SUMS, *IN_STAGES * stages), 0.0)
        self.comprehension = float("nan")
        self._honoured, self._seed_known = 0, 0

    def count(self, reply: Reply) -> None:
        """One call. Tokens that are not known make the sum NaN; a price that is not known is counted apart."""
        s = self.sums
        s["calls"] += 1
        s["refused"] += reply.status == REFUSED
        s["failed"] += reply.status == FAILED
        s["truncated"] += reply.finish_reason == "length"
        s["latency"] += reply.latency
        s["tries"] += reply.tries
        for name, tokens in (("prompt_tokens", reply.prompt_tokens), ("completion_tokens", reply.completion_tokens)):
            s[name] += float("nan") if tokens is None and reply.status != FAILED else tokens or 0
        if reply.cost is None:
            s["cost_unknown"] += 1
        else:
            s["cost"] += reply.cost
        if reply.seed_honoured is not None:
            self._seed_known += 1
            self._honoured += reply.seed_honoured

    def in_stage(self, invalid: bool) -> None:
        """A decision was one of an institution's stage."""
        self.sums["asked_in_stages"] += 1
        self.sums["invalid_in_stages"] += invalid

    def told(self) -> dict[str, float]:
        """All of it."""
        honoured = self._honoured / self._seed_known if self._seed_known else float("nan")
        return {**self.sums, "comprehension": self.comprehension, "seed_honoured": honoured}
