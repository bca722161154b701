"""CAMEO event codes to our roots, by the table `cameo.tsv`."""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import Final, NamedTuple

from tiltmeter.nouns import QUAD

NO_EVENT: Final = "-"
"""Root of codes that are known, but no event in our codebook."""


class Meaning(NamedTuple):
    """What a CAMEO code is to us; `quad` is 0 and `root` is `-` for what is no event."""

    root: str
    mode: str
    quad: int


@functools.cache
def _table() -> tuple[dict[str, Meaning], dict[str, str]]:
    """What each listed code is, and the highest third digit after each pair."""
    lines = files("tiltmeter.sources").joinpath("cameo.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")][1:]
    means = {code: Meaning(root, mode, QUAD.get(root, 0)) for code, _, root, mode, _ in rows}
    return means, {code: last for code, last, *_ in rows if last}


@functools.cache
def meaning(code: str) -> Meaning | None:
    """
    What an event code is to us; None if it is no CAMEO code.

    Codes have two to four digits. Programs that read them as numbers drop the
    leading zero; it is put back: no code of an event has a first pair over 20, and
    those of two digits without a zero (10 to 20) are roots, which events do not carry.

    >>> meaning("0841"), meaning("841") == meaning("0841"), meaning("10") == meaning("010")
    (Meaning(root='YIELD', mode='done', quad=2), True, True)
    >>> meaning("990") is None, meaning("097") is None
    (True, True)
    """
    if not (code.isascii() and code.isdigit() and 1 <= len(code) <= 4):
        return None
    if code[0] != "0" and (len(code) < 3 or int(code[:2]) > 20):
        code = "0" + code
    means, last = _table()
    if code[:2] not in last or code[2:3] > last[code[:2]]:
        return None
    return next(means[code[:length]] for length in range(len(code), 1, -1) if code[:length] in means)
