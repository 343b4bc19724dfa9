"""What a shell is told may come next."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from comity.agents.deliberator import Deliberator
from comity.agents.llm.agent import LLM
from comity.agents.norms import PRESETS, Norms
from comity.envs.catalogue import game_class, games
from comity.envs.institutions.layers import INSTITUTIONS
from comity.envs.settings import Choice, describe
from comity.experiments.commands.completion import institutions, keys, settings, values
from comity.experiments.commands.shells import words_of
from comity.experiments.schema import Calls

COMITY = Path(sys.executable).with_name("comity")
bash = pytest.mark.skipif(shutil.which("bash") is None or not COMITY.exists(), reason="needs bash and the command")


def words(group) -> dict[str, tuple[str, ...]]:
    """Names of the settings of a group with the words that each takes, as the modules have them."""
    return {
        one.name: one.allowed.words
        if isinstance(one.allowed, Choice)
        else ("true", "false")
        if one.kind is bool
        else ()
        for one in describe(group).values()
    }


def read(key: str, *names: str) -> dict[str, tuple[str, ...]]:
    """The same as the text of the files says it."""
    return {field.name: field.words for field in settings(key, names)}


def same(found: dict[str, tuple[str, ...]], declared: dict[str, tuple[str, ...]]) -> bool:
    """The same settings, with the same words where the text of the file spells them out."""
    return list(found) == list(declared) and all(found[name] in ((), declared[name]) for name in found)


def test_what_files_say_is_what_modules_have():
    for name in games():
        cls = game_class(name)
        found = read("game", name)
        assert found.pop("preset") == ()
        assert same(found, words(cls.Params))
        assert set(values("game.preset", [name], None)) <= set(cls.presets)
    assert list(institutions()) == sorted(INSTITUTIONS)
    assert all(same(read(f"institutions.{name}"), words(cls.Params)) for name, cls in INSTITUTIONS.items())
    assert same(read("deliberator"), words(Deliberator.Params))
    assert same(read("llm"), words(LLM.Params) | words(Calls))
    assert list(read("norms")) == list(Norms._fields)
    for name in ("reciprocity", "circle"):
        assert list(read(f"norms.{name}")) == list(getattr(Norms(), name)._fields)
    assert values("norms", [], None) == ["none", *PRESETS]


def test_keys_and_values():
    assert keys("ga", []) == ["game=", "game."]
    assert keys("norms.rec", []) == ["norms.reciprocity."]
    assert keys("norms.reciprocity.pos", []) == ["norms.reciprocity.positive="]
    assert keys("game.cap", ["fishery"]) == ["game.capacity="]
    assert keys("game.capacity", ["matrix"]) == []
    assert keys("seats.se", []) == ["seats.seating="]
    assert values("record", [], None) == ["none", "sample", "all"]
    assert values("game.integer", ["fishery"], None) == ["true", "false"]
    assert "logistic_msy" in values("game.preset", ["fishery"], None)
    assert values("llm.answers", [], None) == ["live", "replay"]
    assert "norms_by_family" in values("experiment", [], None)
    assert values("nothing", [], None) == values("game.capacity", ["fishery"], None) == []


def test_a_users_own_choices_are_among_them(tmp_path: Path):
    (tmp_path / "norms").mkdir()
    (tmp_path / "norms" / "stern.yaml").write_text("preset: kind")
    assert values("norms", [], tmp_path)[-1] == "stern"


def asked(line: str, word: str, shell: str = "bash") -> list[str]:
    """What the command answers a shell that takes ``word`` for the current one."""
    told = {"COMP_LINE": line, "COMP_POINT": str(len(line)), "COMITY_WORD": word, "COMP_WORDS": line}
    told |= {"COMP_CWORD": str(len(line.split()) - 1), "_COMITY_COMPLETE": f"{shell}_complete"}
    done = subprocess.run([COMITY], env={**os.environ, **told}, capture_output=True, text=True, check=True)
    return done.stdout.split()


@bash
def test_only_what_bash_replaces_is_answered():
    assert asked("comity sweep game=fi", "fi") == ["fishery"]
    assert asked("comity sweep game=fi", "game=fi") == ["game=fishery"]  # where = breaks no words
    assert asked("comity sweep game=matrix,fi", "matrix,fi") == ["matrix,fishery"]
    assert asked("comity sweep 'game=fishery' game.capa", "game.capa") == ["game.capacity="]
    assert asked("comity sweep experiment=norms_", "norms_") == ["norms_by_family"]


@bash
def test_zsh_is_answered_whole_words():
    assert asked("comity sweep game=fi", "", "zsh")[:2] == ["plain", "game=fishery"]


@bash
def test_an_answer_imports_nothing_heavy():
    heavy = ("numpy", "numba", "polars", "hydra", "gymnasium", "pettingzoo", "rich", "yaml")
    code = f"""if True:
        import os, sys
        os.environ.update(_COMITY_COMPLETE="bash_complete", COMP_LINE="comity sweep game.", COMP_POINT="18",
                          COMITY_WORD="game.")
        from comity.experiments.cli import main
        try:
            main([])
        finally:
            print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "game.capacity=" in done.stdout.split()
    assert done.stderr.strip() == "[]"


def test_words_are_cut_at_the_cursor():
    assert words_of("comity sweep game=fishery norms=k", 20) == (["sweep"], "game=fi")
    assert words_of("comity sweep ", 13) == (["sweep"], "")
    assert words_of("comity sweep 'seed=ran", 22) == (["sweep"], "seed=ran")


TYPED = {
    "comity sw\tgame=fi\t": "comity sweep game=fishery",
    "comity sweep game=fishery norms=sel\t,ki\t": "comity sweep game=fishery norms=selfish ,ki",
    "comity sweep game=fishery norms=selfish,universa\t": "comity sweep game=fishery norms=selfish,universal",
    "comity sweep game=fishery game.capa\t50": "comity sweep game=fishery game.capacity=50",
    "comity sweep deliberator.ra\t5": "comity sweep deliberator.rationality=5",
    "comity tournament publ\t": "comity tournament public_goods",
}


@pytest.mark.slow
@bash
@pytest.mark.parametrize("typed", TYPED)
def test_a_real_bash_completes(typed: str):
    """Keys are pressed in a terminal; then the line is given to echo in place of comity."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(PATH=f"{COMITY.parent}:{os.environ['PATH']}", TERM="dumb", PS1="> ")
        os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
    try:
        _until(terminal, "> ")
        os.write(terminal, b'eval "$(comity completion bash)"; bind "set bell-style none"; echo rea""dy\n')
        _until(terminal, "ready")
        for part in re.split("(\t)", typed):
            os.write(terminal, part.encode())
            time.sleep(1.5 if part == "\t" else 0.1)
        os.write(terminal, b'\x05"\x01echo "told: \n')
        seen = _until(terminal, r"\r\ntold: .*\r\n")
        assert re.findall(r"\r\ntold: (.*)\r\n", seen)[0].strip() == TYPED[typed]
    finally:
        os.close(terminal)
        os.kill(child, 9)
        os.waitpid(child, 0)


def _until(terminal: int, pattern: str) -> str:
    seen, end = "", time.monotonic() + 20
    while not re.search(pattern, seen) and time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            seen += os.read(terminal, 4096).decode()
    return seen
