"""A sequence classifier on disk, as transformers keeps them, in the place of the coder's own classifier of roots."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.coder.coder import Coded, Told, once, told_of
from tiltmeter.coder.dates import times
from tiltmeter.coder.evidence import Proposal
from tiltmeter.coder.train import NONE
from tiltmeter.errors import CoderError
from tiltmeter.nouns import ROOTS, SYMMETRIC

if TYPE_CHECKING:
    from tiltmeter.coder.coder import Coder

SOURCE: Final = ("<s>", "</s>")
TARGET: Final = ("<t>", "</t>")
"""What is written around the words of the two sides in the sentence that the model reads."""

TOGETHER: Final = 32
"""Sentences the model reads at once."""


@dataclass
class Local:
    """
    A reader with the coder's actors, pairs, dates and modes, and a model's roots.

    The model reads a sentence with its two sides marked, `<s>Riga</s> thanked <t>Kyiv</t>.`, and names one of the
    fifteen roots or NONE. Its probability is the event's confidence.

    Args:
        coder: The trained coder.
        folder: The model's folder: `config.json` with the labels, weights and tokenizer.

    Raises:
        CoderError: There is no such model, its labels are not the roots and NONE, or the libraries are missing.
    """

    coder: Coder
    folder: Path
    threshold: float = 0.5

    def __post_init__(self) -> None:
        self._labels = _labels(self.folder)

    @property
    def languages(self) -> Mapping[str, Any]:
        """The coder's languages: it finds the actors."""
        return self.coder.languages

    def code_all(self, texts: Sequence[tuple[str, str, dt.date | None]], *, all_events: bool = False) -> list[Coded]:
        """Events of texts: of each pair the coder proposes, the root that the model names."""
        floor = 0.0 if all_events else self.threshold
        told: list[list[Told]] = [[] for _ in texts]
        pairs = _pairs(self.coder.all_proposals(texts))
        marked = [_marked(texts[one[0].document][0], one[0]) for one in pairs]
        for one, row in zip(pairs, self._probabilities(marked), strict=True):
            best = max(range(len(row)), key=row.__getitem__)
            root, sure = self._labels[best], row[best]
            if root == NONE or sure < floor:
                continue
            text, _, date = texts[one[0].document]
            event = _named(one, root)
            told[event.document].append(told_of(event, sure, text, date, times(event.sentence, dateline=date)))
        return [Coded(code, None, once(events)) for (_, code, _), events in zip(texts, told, strict=True)]

    def _probabilities(self, marked: Sequence[str]) -> Iterator[list[float]]:
        """The model's probability of each of its labels, for each sentence."""
        if not marked:
            return
        tokenizer, model = self._model
        for place in range(0, len(marked), TOGETHER):
            batch = tokenizer(
                list(marked[place : place + TOGETHER]), padding=True, truncation=True, return_tensors="pt"
            )
            yield from map(_softmax, model(**batch).logits.detach().double().tolist())

    @cached_property
    def _model(self) -> tuple[Any, Any]:
        try:
            import torch  # noqa: F401 - transformers loads without it, and fails later
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
        except ImportError as error:
            mend = "pip install 'tiltmeter[transformers]'"
            raise CoderError("the libraries for local models are not installed", mend=mend) from error
        try:
            tokenizer = AutoTokenizer.from_pretrained(self.folder, local_files_only=True)
            model = AutoModelForSequenceClassification.from_pretrained(self.folder, local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            first = str(error).splitlines()[0]
            raise CoderError(
                first, mend="give a folder as save_pretrained writes it", where=str(self.folder)
            ) from error
        return tokenizer, model.eval()


def _labels(folder: Path) -> list[str]:
    """The model's labels in the order of its scores."""
    mend = "give a folder with a config.json whose id2label names the 15 roots and NONE"
    try:
        told = json.loads((folder / "config.json").read_text("utf-8"))["id2label"]
        labels = [told[str(number)] for number in range(len(told))]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise CoderError("no sequence classifier here", mend=mend, where=str(folder)) from error
    if sorted(labels) != sorted((NONE, *ROOTS)):
        strange = sorted(set(labels) ^ {NONE, *ROOTS})
        raise CoderError(f"its labels are not the roots and NONE: {', '.join(strange)}", mend=mend, where=str(folder))
    return labels


def _pairs(proposals: Sequence[Proposal]) -> list[list[Proposal]]:
    """The proposals of each pair of each sentence, the pairs in order, the surest words first."""
    found: dict[tuple[int, int, int, int], list[Proposal]] = {}
    for one in proposals:
        key = (one.document, one.sentence.starts[0], one.giver.first, one.taker.first)
        found.setdefault(key, []).append(one)
    return [sorted(group, key=lambda one: (one.unlisted, -one.deed)) for group in found.values()]


def _named(group: Sequence[Proposal], root: str) -> Proposal:
    """A pair's proposal of a root, or its surest one with the root in its place; of a symmetric one in text order."""
    one = replace(next((proposal for proposal in group if proposal.root == root), group[0]), root=root)
    if root in SYMMETRIC and one.giver.first > one.taker.first:
        return replace(one, giver=one.taker, taker=one.giver, sides=one.sides[::-1])
    return one


def _marked(text: str, one: Proposal) -> str:
    """The pair's sentence with its sides marked."""
    begin, end = one.sentence.starts[0], one.sentence.ends[-1]
    sides = [(one.giver.mention, SOURCE), (one.taker.mention, TARGET)]
    marked, place = "", begin
    for mention, (opening, closing) in sorted(sides, key=lambda side: side[0].start):
        marked += f"{text[place : mention.start]}{opening}{text[mention.start : mention.end]}{closing}"
        place = mention.end
    return marked + text[place:end]


def _softmax(scores: Sequence[float]) -> list[float]:
    most = max(scores)
    odds = [math.exp(score - most) for score in scores]
    return [one / sum(odds) for one in odds]
