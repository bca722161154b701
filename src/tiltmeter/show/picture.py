"""One chart of the page as a picture: SVG, PNG or PDF, made without a browser or the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiltmeter.errors import ShowError
from tiltmeter.show.charts import LOCALES, svg
from tiltmeter.show.palette import solid
from tiltmeter.show.pictures import drawings
from tiltmeter.show.report import page_words, specs

if TYPE_CHECKING:
    from tiltmeter.show.marks import Spec
    from tiltmeter.show.view import View

KINDS: Final = ("svg", "png", "pdf")
NAMES: Final = {"curve": "tilt", "rests": "evidence", "fan": "scenario"}
"""What people call a chart, where that differs from the page's own word."""


def names(view: View) -> list[str]:
    """What can be drawn: a chart's name, and a state, definition or scenario where there are several."""
    made = drawings(view, specs(view, page_words(view.language)), page_words(view.language))
    return [_name(*key) for key in made]


def picture(view: View, name: str, *, kind: str = "svg", theme: int = 0, width: int = 900, day: str = "") -> bytes:
    """
    One chart, as a file's bytes.

    Args:
        view: What to draw, in the view's language; its first basis, record only.
        name: One of `names`, such as `map`, `tilt KAZ` or `influence closeness`.
        kind: One of KINDS. A PNG has two pixels for one.
        theme: 0 light, 1 dark.
        width: Pixels.
        day: Of the map and the cursor, YYYY-MM-DD; the turning point without it.

    Raises:
        ShowError: There is no such chart or kind.
    """
    if kind not in KINDS:
        raise ShowError(f"no such kind of picture: {kind}", mend=f"use {', '.join(KINDS)}")
    words = page_words(view.language)
    made = {_name(*key): spec for key, spec in drawings(view, specs(view, words), words, day=day).items()}
    if name not in made:
        raise ShowError(f"no chart called {name}", mend=f"choose one of: {', '.join(made)}")
    spec = made[name] | {"background": "var(--paper)", "padding": 14}
    if kind == "svg":
        return svg(spec, width=width, theme=theme, language=view.language).encode()
    return _drawn(spec | {"width": width}, kind, theme, view.language)


def _drawn(spec: Spec, kind: str, theme: int, language: str) -> bytes:
    import vl_convert

    locale = LOCALES.get(language, LOCALES["en"])
    own = {"format_locale": locale, "time_format_locale": locale, "allowed_base_urls": []}
    flat = solid(spec, theme=theme)
    made: bytes = (
        vl_convert.vegalite_to_png(flat, scale=2, **own) if kind == "png" else vl_convert.vegalite_to_pdf(flat, **own)
    )
    return made


def _name(chart: str, key: str) -> str:
    return f"{NAMES.get(chart, chart)} {key}".strip()
