"""The command line: one command per verb; it parses, calls and prints, nothing else."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tiltmeter import __version__
from tiltmeter.errors import SourceError, TiltmeterError

if TYPE_CHECKING:
    from rich.progress import Progress

app = typer.Typer(
    name="tiltmeter",
    help="Which way states lean between rival powers: since when, how surely, and on what evidence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

In = Annotated[Path, typer.Option("--in", help="Input file; - is standard input.")]
Out = Annotated[Path | None, typer.Option("--out", help="Output file; standard output without it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _version(wanted: bool) -> None:
    if wanted:
        print(f"tiltmeter {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Which way states lean between rival powers: since when, how surely, and on what evidence."""


@app.command()
def classify(into: In, out: Out = None) -> None:
    """Name the root of a marked pair: JSON lines of id, text, source, target."""
    from tiltmeter.coder import lines

    _, namer = _trained()
    with _lines(into) as rows:
        _write(lines.roots(rows, namer, note=_note), out)


@app.command()
def train(out: Out = None) -> None:
    """Train the coder from the corpus; the same corpus gives the same bytes."""
    from tiltmeter.coder import trained

    path = out or trained.place()
    with _progress("training the coder") as step:
        trained.train(path, progress=step)
    print(path)


def _trained() -> Any:
    from tiltmeter.coder import trained

    if trained.place().exists():
        return trained.load()
    with _progress("first use: training the coder") as step:
        return trained.load(progress=step)


def _note(text: str) -> None:
    print(text, file=sys.stderr)


@contextmanager
def _lines(path: Path) -> Iterator[Iterable[str]]:
    """Lines of a file or of standard input; bytes that are no UTF-8 are kept as marks, never an error."""
    if str(path) == "-":
        yield sys.stdin
        return
    if not path.is_file():
        raise SourceError("no such file", mend="check the path", where=str(path))
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
        yield file


def _write(rows: Iterable[dict[str, Any]], out: Path | None) -> None:
    """Rows as JSON lines; a file appears only when it is whole."""
    if out is None or str(out) == "-":
        for row in rows:
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        return
    scratch = out.with_name(out.name + ".part")
    try:
        with scratch.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    except FileNotFoundError as error:
        raise SourceError("no such folder", mend="make it first", where=str(out.parent)) from error
    scratch.replace(out)


@contextmanager
def _progress(what: str) -> Iterator[Callable[[float], None]]:
    """A progress bar on standard error; nothing when that is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    bar = _bar()
    with bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip


def _hoisted(arguments: list[str]) -> list[str]:
    """The arguments without `--workspace DIR`, which may stand before or after a verb; it is kept in the environment."""
    kept: list[str] = []
    rest = iter(arguments)
    for word in rest:
        if word == "--":
            kept += [word, *rest]
        elif word == "--workspace":
            os.environ["TILTMETER_WORKSPACE"] = next(rest, "")
        elif word.startswith("--workspace="):
            os.environ["TILTMETER_WORKSPACE"] = word.partition("=")[2]
        else:
            kept.append(word)
    return kept


def main() -> None:
    """Run the command line: exit status 0 done, 2 the input is at fault, 1 our fault."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app(args=_hoisted(sys.argv[1:]), prog_name="tiltmeter")
    except TiltmeterError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        # the reader of our output has gone; Python would complain once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
