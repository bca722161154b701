"""Runs the analyses in docs/examples and writes each as a page with what it printed and drew: `make examples`."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("examples")
CELL = re.compile(r"^# %%(.*)\n", re.MULTILINE)


def notebooks() -> list[Path]:
    """The analyses: Python files whose cells begin with `# %%`, as most editors open them."""
    return sorted(FOLDER.glob("*.py"))


def cells(text: str) -> list[tuple[bool, str]]:
    r"""
    Whether each cell is Markdown, and its text.

    >>> cells("# %% [markdown]\n# # A\n\n# %%\nprint(1)\n")
    [(True, '# A'), (False, 'print(1)')]
    """
    parts = CELL.split(text)[1:]
    found = []
    for head, body in zip(parts[::2], parts[1::2], strict=True):
        prose = "markdown" in head
        found.append((prose, re.sub(r"^# ?", "", body, flags=re.MULTILINE).strip() if prose else body.strip()))
    return found


def run(code: str, names: dict[str, Any]) -> tuple[str, Any]:
    """What a cell prints, and the value of its last line if that is an expression."""
    tree = ast.parse(code)
    last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None  # type: ignore[attr-defined]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), names)  # noqa: S102 - our own files
        value = eval(compile(last, "cell", "eval"), names) if last else None  # noqa: S307
    return printed.getvalue(), value


def page(notebook: Path) -> tuple[str, dict[str, str]]:
    """The page of an analysis, and its drawings by name of file."""
    drawings: dict[str, str] = {}
    return "\n\n".join(_parts(notebook, drawings)) + "\n", drawings


def _parts(notebook: Path, drawings: dict[str, str]) -> Iterator[str]:
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, (prose, body) in enumerate(cells(notebook.read_text("utf-8"))):
        if prose:
            yield body
            if number == 0:
                yield f"*A notebook: `docs/examples/{notebook.name}`, run by `make examples`.*"
            continue
        printed, value = run(body, names)
        yield f"```python\n{body}\n```"
        if printed.strip():
            yield f"```text\n{printed.rstrip()}\n```"
        if hasattr(value, "to_dict"):
            name = f"{notebook.stem}-{len(drawings) + 1}.svg"
            drawings[name] = _svg(value)
            yield f"![]({name})"


def _svg(chart: Any) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(chart.to_dict() | {"background": "white"}))


def main() -> None:
    """Write the pages of the analyses named, or of all."""
    for notebook in [Path(name) for name in sys.argv[1:]] or notebooks():
        text, drawings = page(notebook)
        notebook.with_suffix(".md").write_text(text, encoding="utf-8")
        for name, drawn in drawings.items():
            (FOLDER / name).write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
