"""Chunks into Hydra jobs, and back into what failed."""

import json
import shutil
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from hydra.core.utils import JobReturn, JobStatus

from .. import store
from ..chunks import Chunk, as_plan
from ..composing import quoted
from ..failures import Failure
from ..schema import Calls
from . import at_work

Launch = Callable[[Sequence[Sequence[str]]], Sequence[JobReturn]]
SKIPPED = "not played after that"
"""What is said of the chunks of a job that stopped before them."""


def shared_out(chunks: Sequence[Chunk], jobs: int) -> list[list[Chunk]]:
    """The chunks among at most ``jobs`` jobs: the longest first, each to the job that has least to do."""
    shares: list[list[Chunk]] = [[] for _ in range(min(jobs, len(chunks)))]
    order = sorted(chunks, key=lambda chunk: -chunk.seconds) if len(shares) > 1 else chunks
    for chunk in order:
        min(shares, key=lambda share: sum(other.seconds for other in share)).append(chunk)
    return shares


def launch_all(
    shares: Sequence[Sequence[Chunk]], launch: Launch, directory: Path, record: str, calls: Calls | None
) -> list[Failure]:
    """Writes the plan, launches a job for each share, and returns what failed, and the chunks that did not come to an
    end; ``calls`` says how language models are asked, None: nobody asks any.
    """
    (directory / store.PLAN).mkdir(exist_ok=True)
    if calls is not None:
        (directory / store.PLAN / store.CALLS_PLAN).write_text(json.dumps(calls._asdict()))
    for chunk in (chunk for share in shares for chunk in share):
        (directory / store.PLAN / f"{chunk.id}.json").write_text(json.dumps(as_plan(chunk)))
    out = quoted(str(directory.resolve()))
    names = [",".join(quoted(chunk.id) for chunk in share) for share in shares]
    jobs = [[f"out={out}", f"record={record}", f"chunks=[{some}]"] for some in names]
    at_work.begin(directory)
    try:
        returned = launch(jobs)
    except Exception as error:
        at_work.wait(directory)  # one job was lost, and the launcher asks no further: the others work on
        said = f"{type(error).__name__}: {error}".strip().splitlines()[0]
        lost = f"a job was lost: {said}", traceback.format_exc()
        done = store.settled(directory)
        return [Failure(chunk.id, *lost) for share in shares for chunk in share if chunk.id not in done]
    except BaseException:
        shutil.rmtree(directory / store.PLAN, ignore_errors=True)  # whoever is still at work stops after its chunk
        raise
    at_work.wait(directory)
    done = store.settled(directory)
    return [failure for share, job in zip(shares, returned, strict=True) for failure in _failures(share, job, done)]


def _failures(share: Sequence[Chunk], job: JobReturn, done: set[str]) -> list[Failure]:
    if job.status != JobStatus.COMPLETED:
        error = f"its job failed: {job._return_value!r}"
        return [Failure(chunk.id, error, error) for chunk in share if chunk.id not in done]
    told: list[Failure] = list(job.return_value)
    silent = {chunk.id for chunk in share} - done - {failure.chunk for failure in told}
    reason = SKIPPED if any(not one.points for one in told) else "its job ended before it was played"
    return told + [Failure(name, reason, "") for name in sorted(silent)]
