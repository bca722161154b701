"""Numbers in words: never bare, always with their interval, in the manner of a language."""

from __future__ import annotations

import numpy as np

from tiltmeter.model.arrays import Floats

MINUS = "\N{MINUS SIGN}"


def number(value: float, language: str, *, places: int = 2, sign: bool = False) -> str:
    """
    A number with a decimal mark of the language.

    >>> number(-0.164, "de"), number(0.5, "en", sign=True)
    ('−0,16', '+0.50')
    """
    text = f"{value:+.{places}f}" if sign else f"{value:.{places}f}"
    if float(text) == 0:
        text = text.lstrip("+-")
    text = text.replace("-", MINUS)
    return text.replace(".", ",") if language == "de" else text


def interval(draws: Floats, language: str, *, sign: bool = False, places: int = 2) -> str:
    """
    The median of draws with the ends of their 90 % interval; a dash where some are missing.

    >>> interval(np.linspace(-1.0, 1.0, 201), "en")
    '0.00 (−0.90 to 0.90)'
    """
    if not np.isfinite(draws).all():
        return "–"
    low, middle, high = np.quantile(draws, [0.05, 0.5, 0.95]).tolist()
    return between(low, middle, high, language, sign=sign, places=places)


def between(low: float, middle: float, high: float, language: str, *, sign: bool = False, places: int = 2) -> str:
    """
    A number with the ends of its interval.

    >>> between(0.1, 0.25, 0.4, "de")
    '0,25 (0,10 bis 0,40)'
    """
    ends = [number(value, language, places=places, sign=sign) for value in (low, middle, high)]
    return f"{ends[1]} ({ends[0]} {'bis' if language == 'de' else 'to'} {ends[2]})"


def percent(value: float | None, language: str) -> str:
    """
    A probability in percent, as exactly as draws can tell; a dash where there is none.

    >>> percent(0.417, "en"), percent(0.9999, "de"), percent(None, "en")
    ('42 %', 'über 99 %', '–')
    """
    if value is None or not np.isfinite(value):
        return "–"
    # no share of draws is certain: none of two thousand is less than one in a hundred, not never
    if value < 0.01 or value > 0.99:
        low = value < 0.5
        over, under = ("über", "unter") if language == "de" else ("over", "under")
        return f"{under} 1 %" if low else f"{over} 99 %"
    return f"{value * 100:.0f} %"
