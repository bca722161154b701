"""Examples in docstrings become code blocks on the page of Python names."""

from __future__ import annotations

import re
from typing import Any

import griffe

EXAMPLE = re.compile(r"^>>> .*(?:\n.+)*", re.MULTILINE)


class Examples(griffe.Extension):
    """Fences the doctests of each docstring; the house writes them without a heading."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """Called once for each module, class, function and attribute."""
        if obj.docstring:
            obj.docstring.value = EXAMPLE.sub(lambda hit: f"```pycon\n{hit[0]}\n```", obj.docstring.value)
