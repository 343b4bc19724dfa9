"""Hydra's part before anything is played: composing choices of groups, and saying what is wrong in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from hydra import initialize_config_module
from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.types import Quote, QuotedString
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, OmegaConfBaseException

from ..agents.norms import PRESETS
from ..envs.catalogue import games
from ..envs.settings import SettingError, refuse, unknown
from .jobs.launchers import EXTRAS
from .schema import NO_NORMS, register

CONFIG = "config"
"""The primary configuration, ``conf/config.yaml``."""


class Composer:
    """Composes configurations: the primary one, and one choice of a group at a time, each choice once."""

    def __init__(self, loader: ConfigLoader, hydra_overrides: list[str]) -> None:
        self.loader = loader
        self._hydra = hydra_overrides
        self._known: dict[tuple[str, str], Any] = {}

    def primary(self, overrides: list[str]) -> DictConfig:
        """The configuration under ``overrides``, Hydra's own included."""
        with one_line_errors():
            return self.loader.load_configuration(CONFIG, [*self._hydra, *overrides], RunMode.MULTIRUN)

    def choice(self, group: str, name: Any) -> Any:
        """What the choice ``name`` of a ``group`` says, as plain Python; ``SettingError`` where it has none such."""
        if not isinstance(name, str):
            raise refuse(group, name, f"one of {', '.join(self.options(group))}")
        if (group, name) not in self._known:
            with one_line_errors():
                overrides = [*self._hydra, f"{group}={quoted(name)}"]
                config = self.loader.load_configuration(CONFIG, overrides, RunMode.RUN)
                self._known[group, name] = plain(config[group])
        return self._known[group, name]

    def options(self, group: str) -> list[str]:
        """The choices of a group, those in the user's own directory included."""
        return self.loader.get_group_options(group, config_name=CONFIG, overrides=self._hydra)


@contextmanager
def composer(hydra_overrides: list[str], config_dir: Path | None = None) -> Iterator[Composer]:
    """Hydra, ready to compose from our ``conf`` and, before it, from the user's ``config_dir``."""
    register()
    if config_dir is not None:
        _check_names(config_dir)
    own = [] if config_dir is None else [f"hydra.searchpath=[{quoted(f'file://{config_dir.resolve()}')}]"]
    with initialize_config_module("comity.experiments.conf", job_name="comity", version_base=None):
        yield Composer(GlobalHydra.instance().config_loader(), [*own, *hydra_overrides])


def _check_names(config_dir: Path) -> None:
    """A user's choice may not have the name of one of ours: Hydra would lay the one over the other."""
    for group, ours in (("norms", [NO_NORMS, *PRESETS]), ("game", games())):
        for path in sorted((config_dir / group).glob("*.yaml")):
            if path.stem in ours:
                raise refuse(
                    f"{group}={path.stem}", str(path), f"under another name: {path.stem} is one of comity's own"
                )


def quoted(text: str) -> str:
    """Text as one word of Hydra's grammar, whatever is in it."""
    return QuotedString(text, Quote.single).with_quotes()


def plain(node: Any) -> Any:
    """A node of a configuration as dicts, lists and values."""
    return OmegaConf.to_container(node, resolve=True) if OmegaConf.is_config(node) else node


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turns what Hydra and OmegaConf raise into a ``SettingError`` of one line."""
    try:
        yield
    except (HydraException, OmegaConfBaseException) as error:
        raise _explained(error) from error
    except yaml.YAMLError as error:
        raise SettingError(f"a configuration file cannot be read: {' '.join(str(error).split())}") from error


def _explained(error: Exception) -> SettingError:
    cause = error.__cause__ or error.__context__
    if isinstance(error, OverrideParseException):
        return SettingError(
            f"cannot read {error.override!r}: a setting is written key=value, for example norms=kind; a value with"
            " other than plain letters, digits and /-_. stands in quotes, \"out='my results'\""
        )
    if isinstance(error, MissingConfigException) and error.missing_cfg_file and error.options:
        group, _, name = error.missing_cfg_file.rpartition("/")
        if group == "hydra/launcher" and name in EXTRAS:
            return refuse(group, name, f"installed first: pip install 'comity[{EXTRAS[name]}]'")
        return unknown(group, name, error.options)
    for one in (error, cause):
        if isinstance(one, ConfigKeyError | ConfigAttributeError) and one.parent_node is not None:
            group = str(one.full_key or "").rpartition(".")[0]
            return unknown(f"setting of {group}" if group else "setting", one.key, map(str, one.parent_node))
    lines = [line for one in (error, cause) if one is not None for line in str(one).split("\n")]
    return SettingError(" ".join(line.strip() for line in lines if line.strip()))
