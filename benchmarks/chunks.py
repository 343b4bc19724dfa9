"""What a point takes: guessed for the cutting of chunks, and measured, for every game and kind of agent.

    python benchmarks/chunks.py [--quick]

A guess that is far too high makes batches smaller than they need be, one that is far too low makes a sweep slow to show
progress. Nothing else depends on it. Seconds are of the processor, measuring and keeping included, compiling not.
"""

import argparse
import tempfile
import time
from pathlib import Path

import comity
from comity.envs.catalogue import games
from comity.experiments.calls import opened
from comity.experiments.chunks import Chunk, cut, play_chunk
from comity.experiments.composing import composer
from comity.experiments.jobs.task import keep
from comity.experiments.schema import Calls
from comity.experiments.study import design_of

FAR = 3.0
POINTS, LEAST = 256, 0.2
"""Points to begin with, so that what a batch costs once is shared; as many are played as take this long."""
SEATS = {
    "scripted": "seats.agents=[random]",
    "reciprocators": "seats=reciprocators",
    "deliberators": "seats=deliberators",
    "deliberators, depth 6": "deliberator.depth=6",
    "scripted model": "seats.agents=[llm] llm.model=scripted/random",
}
INSTITUTIONS = ("punishment", "redistribution", "reputation")


def chunk_of(typed: str, points: int) -> Chunk:
    """So many points of a setting, as one chunk with its guess."""
    with composer([]) as hydra:
        design = design_of([*typed.split(), f"seed=range({points})"], hydra.primary([]), hydra)
        (chunk,) = cut(design, set(), points)
    return chunk


def seconds(chunk: Chunk, asked: bool) -> float:
    """Of the processor, for a chunk that is played, measured and kept."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.process_time()
        if asked:
            with opened(Calls(), Path(folder)):
                record = play_chunk(chunk)
        else:
            record = play_chunk(chunk)
        keep(Path(folder), chunk.id, [(chunk, record)], "none")
        return time.process_time() - begun


def measured(typed: str) -> tuple[float, float]:
    """Seconds of a point, guessed and measured."""
    asked, points = "llm" in typed, POINTS
    seconds(chunk_of(typed, 2), asked)  # compiles, and works out anchors
    while True:
        chunk = chunk_of(typed, points)
        took = seconds(chunk, asked)
        if took >= LEAST or points >= 20_000 or asked:
            return chunk.seconds / points, took / points
        points = min(20_000, int(points * max(2.0, 1.2 * LEAST / max(took, 1e-3))))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three games only")
    quick = parser.parse_args().quick
    played = ("matrix", "fishery", "crisis") if quick else tuple(games())
    cases = [(game, name, f"game={game} {typed}") for game in played for name, typed in SEATS.items()]
    cases += [
        ("public_goods", f"deliberators under {one}", f"game=public_goods institutions=[{one}]") for one in INSTITUTIONS
    ]
    print(f"comity {comity.__version__}: processor time of a point (ms)")
    print(f"{'game':20} {'seats':32} {'guessed':>10} {'measured':>10} {'guessed / measured':>20}")
    far = known = 0
    for game, name, typed in cases:
        try:
            guessed, took = measured(typed)
        except comity.SettingError as error:
            print(f"{game:20} {name:32} {str(error)[:60]}")
            continue
        known, far = known + 1, far + (not 1 / FAR < guessed / took < FAR)
        print(f"{game:20} {name:32} {1000 * guessed:10.3g} {1000 * took:10.3g} {guessed / took:20.2g}", flush=True)
    print(f"{far} of {known} guesses are off by more than {FAR:g} times")


if __name__ == "__main__":
    main()
