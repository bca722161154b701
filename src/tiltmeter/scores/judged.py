"""A sentence's events beside its labels: which are right, which are made up, which are missed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiltmeter.coder.folds import same
from tiltmeter.coder.train import gold

if TYPE_CHECKING:
    from tiltmeter.coder.coder import Told
    from tiltmeter.coder.corpus import Item, Label
    from tiltmeter.coder.lines import Reader

BLOCK: Final = 200
"""Sentences read together."""


@dataclass(frozen=True, slots=True)
class Judged:
    """
    A labelled sentence as a reader read it.

    `told` are the events it gave, the surest first, `right` which of them are labelled, `missed` the labels it
    did not find. Background, labelled or told, counts neither way and stands in neither; `made_up` counts the
    events, background too, given for a sentence without a label. `sure` has confidence and rightness of every
    event, those under the threshold too. `details` has, for each right event, whether its mode, date and speaker
    are as labelled; None where neither the reader nor the label gives one.
    """

    item: Item
    told: tuple[Told, ...]
    right: tuple[bool, ...]
    missed: tuple[Label, ...]
    made_up: int
    sure: tuple[tuple[float, bool], ...]
    details: tuple[dict[str, bool | None], ...] = ()


def judge(reader: Reader, items: Sequence[Item], *, progress: Callable[[float], None] | None = None) -> list[Judged]:
    """What a reader makes of labelled sentences, in their order."""
    out: list[Judged] = []
    for place in range(0, len(items), BLOCK):
        block = items[place : place + BLOCK]
        answers = reader.code_all([(item.text, item.language, item.date) for item in block], all_events=True)
        out += [_judged(item, answer.events, reader.threshold) for item, answer in zip(block, answers, strict=True)]
        if progress:
            progress(len(out) / len(items))
    return out


def _judged(item: Item, found: Sequence[Told], threshold: float) -> Judged:
    given = [event for event in found if event.confidence >= threshold]
    told, labels = counted(given, gold(item))
    hits, missed = matched(told, labels)
    every, _ = counted(found, gold(item))
    sure = zip((event.confidence for event in every), (bool(hit) for hit in matched(every, labels)[0]), strict=True)
    details = tuple(_details(event, hit) for event, hit in zip(told, hits, strict=True) if hit)
    made_up = 0 if item.labels else len(given)
    return Judged(item, tuple(told), tuple(map(bool, hits)), tuple(missed), made_up, tuple(sure), details)


def _details(event: Told, label: Label) -> dict[str, bool | None]:
    days, speakers = ((event.start, event.end), (label.start, label.end)), (event.attributed_to, label.by)
    return {
        "mode": event.mode == label.mode,
        "date": days[0] == days[1] if event.start or label.start else None,
        "speaker": speakers[0] == speakers[1] if any(speakers) else None,
    }


def counted(found: Sequence[Told], labels: Sequence[Label]) -> tuple[list[Told], list[Label]]:
    """Events, the surest first, and labels that count: background, told or labelled so, does neither good nor harm."""
    past = [label for label in labels if label.background]
    events = [event for event in found if not event.background and not any(_is(event, label) for label in past)]
    return sorted(events, key=lambda one: -one.confidence), [label for label in labels if not label.background]


def matched(told: Sequence[Told], labels: Sequence[Label]) -> tuple[list[Label | None], list[Label]]:
    """The label that each event is, and the labels left over; a label is matched once."""
    left = list(labels)
    out = []
    for event in told:
        hit = next((label for label in left if _is(event, label)), None)
        if hit is not None:
            left.remove(hit)
        out.append(hit)
    return out, left


def _is(event: Told, label: Label) -> bool:
    return same(event.giver, event.taker, event.root, label.giver, label.taker, label.root)
