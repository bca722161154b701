"""Which language a text is in, and whether it is text at all."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection
from typing import Any, Final

UNKNOWN: Final = "und"
PREFIX: Final = 600
"""Code points looked at: more do not change the answer."""

_LETTER = re.compile(r"[^\W\d_]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")


@functools.cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def language_of(text: str, *, known: Collection[str]) -> str:
    """
    ISO 639-1 code of a text's language, or `und` when it has too few letters to tell.

    Of languages hardly less probable than the best, one of `known` is preferred:
    headlines full of names look like any language.

    >>> language_of("Das Außenministerium bestellte den Botschafter ein.", known=("de", "en"))
    'de'
    """
    prefix = text[:PREFIX]
    if len(_LETTER.findall(prefix)) < 8:
        return UNKNOWN
    # a shouting headline is told better in small letters
    ranked = _identifier().rank(prefix.lower() if prefix.isupper() else prefix)
    best, sure = ranked[0]
    if best in known:
        return str(best)
    for code, share in ranked[1:4]:
        if code in known and (share > 0.2 * sure or (len(prefix) < 60 and share > 0.02)):
            return str(code)
    return str(best)


def unreadable(text: str) -> str | None:
    """Why a string is no text the coder would read, or None if it is one."""
    if not text.strip():
        return "empty text"
    if not _LETTER.search(text):
        return "no words"
    head = text[:20_000]
    if len(_CONTROL.findall(head)) > max(3, len(head) // 50):
        return "not text: control characters"
    return None
