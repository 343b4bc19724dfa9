"""How shells ask what may be typed next: click's own ways for zsh and fish, and one for bash that knows of ``=``."""

import os

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    ZshComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

SHELLS = ("bash", "zsh", "fish")
ASKED = "_COMITY_COMPLETE"
"""The variable by which a shell asks."""

# Bash breaks words at = and :, and replaces only what stands behind the last of them; so words are cut here from the
# line as it was typed, and of each answer only that part is given that the shell will replace.
_BASH = """\
%(complete_func)s() {
    local IFS=$'\\n' answer nospace=
    COMPREPLY=()
    while read -r answer; do
        [[ $answer == *[=.] ]] && nospace=1
        [[ $answer ]] && COMPREPLY+=("$answer")
    done < <(COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" COMITY_WORD="${COMP_WORDS[COMP_CWORD]}" \\
             %(complete_var)s=bash_complete "$1")
    [[ $nospace ]] && compopt -o nospace 2>/dev/null
    return 0
}
complete -o default -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null ||
    complete -o default -F %(complete_func)s %(prog_name)s
"""


class Bash(BashComplete):
    """Completion of words with ``=`` in them."""

    source_template = _BASH

    @staticmethod
    def _check_version() -> None:
        """Versions of bash without ``nosort`` say so themselves; asking costs a process."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that the cursor is in, and that one as far as the cursor."""
        return words_of(os.environ["COMP_LINE"], int(os.environ["COMP_POINT"]))

    def format_completion(self, item: CompletionItem) -> str:
        """The part of an answer that bash puts in the place of what it takes for the current word; nothing for files
        and directories, which bash completes itself where there is no answer.
        """
        if item.type != "plain":
            return ""
        _, incomplete = self.get_completion_args()
        word = os.environ["COMITY_WORD"]
        typed = "" if word in ("=", ":") else word  # as a whole: the cursor may stand inside it
        own = next(n for n in range(len(typed), -1, -1) if incomplete.endswith(typed[:n]))
        return str(item.value)[len(incomplete) - own :]


def words_of(line: str, point: int) -> tuple[list[str], str]:
    """A line up to the cursor as words: those that are whole but for the command, and the last.

    >>> words_of("comity sweep game=fishery norms=ki", 34)
    (['sweep', 'game=fishery'], 'norms=ki')
    >>> words_of("comity sweep 'seed=range(3)' ", 29)
    (['sweep', 'seed=range(3)'], '')
    """
    words = split_arg_string(line[:point] + "\0")
    *whole, last = words
    return whole[1:], last.removesuffix("\0")


class Zsh(ZshComplete):
    """No space behind an answer: most are the beginning of a setting."""

    source_template = ZshComplete.source_template.replace("compadd -U -V", "compadd -S '' -U -V")


def script(shell: str) -> str:
    """The text that makes a shell complete ``comity``."""
    found = get_completion_class(shell)
    assert found is not None
    return found(click.Command("comity"), {}, "comity", ASKED).source()


add_completion_class(Bash)
add_completion_class(Zsh)
