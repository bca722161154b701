"""Writes docs/cli.md from the command line itself: `make docs`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from tiltmeter.cli import app

PAGE = Path(__file__).with_name("cli.md")

HEAD = """# The command line

Made by `make docs` from the program; do not edit it by hand.

`--workspace DIR` may stand before or after any verb; else `$TILTMETER_WORKSPACE` counts, else the current folder.
So may `--verbose`: what is done, how much and how long it takes, as lines of JSON on standard error ([logs](logs.md)).
So may `--cluster ADDRESS` (else `$TILTMETER_CLUSTER`) with `add`, `code` and `panel`: the workers of a
[Dask cluster](howto/cluster.md) do the work.
Every verb that writes a table takes `--out FILE`; without it the table goes to standard output. Dates are `YYYY-MM-DD`,
intervals `YYYY-MM-DD/YYYY-MM-DD`, closed. Offsets are `[start, end)` in Unicode code points of the text as given.

| exit status | means |
|---|---|
| 0 | done |
| 2 | the input is at fault: two lines on standard error say what, and how to mend it |
| 1 | our fault |

Progress is drawn on standard error, and only if that is a terminal. `tiltmeter --install-completion` teaches your
shell the verbs.

"""


def page() -> str:
    """The page as the program would have it."""
    group: Any = typer.main.get_command(app)
    verbs = {name: verb for name, verb in group.commands.items() if not verb.hidden}
    index = "".join(f"- [`{name}`](#{name}): {_line(verb.help)}\n" for name, verb in verbs.items())
    return HEAD + index + "".join(_verb(name, verb) for name, verb in verbs.items())


def _verb(name: str, verb: Any) -> str:
    words = [_shown(param) for param in verb.params if param.param_type_name == "argument"]
    usage = " ".join(["tiltmeter", name, *words, "[OPTIONS]"])
    rows = list(_rows(verb))
    table = "| | |\n|---|---|\n" + "".join(rows) if rows else ""
    return f"\n## {name}\n\n{_line(verb.help)}\n\n```\n{usage}\n```\n\n{table}"


def _rows(verb: Any) -> Iterator[str]:
    for param in verb.params:
        if param.name == "help":
            continue
        if param.param_type_name == "argument":
            names = _shown(param)
        else:
            names = ", ".join(param.opts) + ("" if param.is_flag else f" {param.name.strip('_').upper()}")
        default = "" if _empty(param.default) else f" Default: `{param.default}`."
        needed = " Required." if param.required and param.param_type_name == "option" else ""
        yield f"| `{names}` | {_line(param.help)}{needed}{default} |\n"


def _shown(argument: Any) -> str:
    return argument.metavar or str(argument.name).upper()


def _empty(value: Any) -> bool:
    return value is None or value is False or value is ... or str(value) in ("[]", "()", "Sentinel.UNSET")


def _line(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
