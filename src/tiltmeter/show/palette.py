"""The colours of page and charts: tokens that stand for a light and a dark value each."""

from __future__ import annotations

import re
from typing import Any, Final

TOKENS: Final[dict[str, tuple[str, str]]] = {
    "paper": ("#faf9f6", "#14171b"),
    "card": ("#ffffff", "#1b1f25"),
    "ink": ("#1c2127", "#eceae5"),
    "muted": ("#565e68", "#a7adb5"),
    "line": ("#dcd9d2", "#343a42"),
    "hair": ("#eceae4", "#262b32"),
    "accent": ("#0b5c73", "#6cc5de"),
    "band": ("#33475b", "#b9c9d8"),
    "weak": ("#b3b0a9", "#62676d"),
    "d0": ("#7f3b08", "#ffb066"),
    "d1": ("#b35806", "#f0913f"),
    "d2": ("#d98b45", "#c98452"),
    "d3": ("#7d7971", "#a8a59e"),
    "d4": ("#6ba3c7", "#6a9dbd"),
    "d5": ("#2b73a8", "#62b2e4"),
    "d6": ("#0b4a7d", "#9bd4fb"),
    "votes": ("#5f3f9c", "#b9a0f0"),
    "words": ("#00735c", "#4fcbb0"),
    "deeds": ("#a8215f", "#f58abb"),
    "figures": ("#5b626b", "#a7adb5"),
    "facts": ("#7a5c00", "#dcb94a"),
    "yes": ("#00624f", "#5fd3b8"),
    "no": ("#94194f", "#f79ac4"),
}
"""
Token to its colour on light and on dark ground.

`d0` to `d6` are the diverging scale from pole A (orange) over neutral to pole B (blue); the pair stays
apart in the common kinds of colour blindness (Brewer and Harrower's PuOr and RdBu, ColorBrewer 2.0, are
the origin of its ends). Text colours have a contrast of at least 4.5 to their ground.
"""

DIVERGING: Final = tuple(f"var(--d{step})" for step in range(7))
"""The diverging scale as tokens, pole A first."""

_TOKEN: Final = re.compile(r"var\(--([a-z0-9]+)\)")


def css(theme: int) -> str:
    """
    The tokens as CSS declarations; theme 0 is light, 1 dark.

    >>> css(0).startswith("--paper:#faf9f6;")
    True
    """
    return "".join(f"--{name}:{pair[theme]};" for name, pair in TOKENS.items())


def solid(spec: Any, *, theme: int = 0) -> Any:
    """
    A chart's specification with every token replaced by its colour, for use outside the page.

    >>> solid({"mark": {"color": "var(--ink)"}}, theme=1)
    {'mark': {'color': '#eceae5'}}
    """
    if isinstance(spec, dict):
        return {name: solid(value, theme=theme) for name, value in spec.items()}
    if isinstance(spec, list):
        return [solid(value, theme=theme) for value in spec]
    if isinstance(spec, str):
        return _TOKEN.sub(lambda hit: TOKENS[hit[1]][theme] if hit[1] in TOKENS else hit[0], spec)
    return spec
