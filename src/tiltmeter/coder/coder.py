"""The coder: a text in, its events out, each with its place, time, speaker and a calibrated confidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tiltmeter.coder.around import Scene, pair_words, scene, whole_sentence
from tiltmeter.coder.attribution import speaker
from tiltmeter.coder.dates import When, time_of, times
from tiltmeter.coder.evidence import Proposal, table
from tiltmeter.coder.implied import LINK, with_implied
from tiltmeter.coder.language import Language
from tiltmeter.coder.learn import Floats, Linear
from tiltmeter.coder.modes import printed_mode
from tiltmeter.coder.sentence import Sentence, Trigger, Who, prepare
from tiltmeter.coder.tokens import sentences
from tiltmeter.coder.train import CLASSES, Classifiers, all_pairs, facing
from tiltmeter.coder.trees import Trees
from tiltmeter.coder.view import Sight, side_odds, sights
from tiltmeter.nouns import QUAD, ROOTS, SYMMETRIC, Mention

Finder = Callable[[str, str, "dt.date | None"], Sequence[Mention]]
"""Actors in a text, given its language and date."""

MOST_PAIRS: Final = 30
"""Pairs of a sentence that are all looked at; of longer lists only those a deed word joins."""

MOST_ACTORS: Final = 24
"""Actors of one sentence that are looked at; those after them are left out."""

WORDS_ROOTS: Final = 2
"""Roots that the words around a pair may propose at most."""

PART: Final = 32
"""Sentences whose features are held at once."""

SILENT: Final = -3.0
"""Log odds of telling any event under which a sentence is not looked at further."""

UNLIKELY: Final = 4.0
UNLIKELY_PAIR: Final = -6.0
"""Log odds under which no event is proposed: of the words' best root against none, and of the pair."""

OLD: Final = dt.timedelta(days=92)
"""A deed dated this long before the report's dateline is background."""


@dataclass(frozen=True, slots=True)
class Coded:
    """Events of one text; `abstained` says why there are none where the coder would not read it."""

    language: str
    abstained: str | None
    events: tuple[Told, ...] = ()
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """
    One event as a text tells it.

    `span`, `giver_span`, `taker_span` and `sentence` are code points of the text;
    `start` and `end` the closed interval it gives, None when it gives none.
    """

    giver: str
    taker: str
    root: str
    mode: str
    start: dt.date | None
    end: dt.date | None
    confidence: float
    span: tuple[int, int]
    giver_span: tuple[int, int]
    taker_span: tuple[int, int]
    sentence: tuple[int, int]
    attributed_to: str | None
    background: bool

    @property
    def quad(self) -> int:
        """The root's quad, 1 to 4."""
        return QUAD[self.root]


@dataclass(frozen=True)
class Coder:
    """
    A trained coder.

    Args:
        languages: The languages it reads, with the deed words the corpus added.
        classifiers: Deed and pair classifier.
        past: Classifier of background.
        telling: Classifier of whole sentences: do they tell an event?
        words: Classifier of a pair by the words around it.
        whole: Classifier of whole events: deed word and sides together.
        judge: Trees that turn an event's evidence into its confidence.
        threshold: Confidence from which an event is given.
        find: The actor finder.
    """

    languages: Mapping[str, Language]
    classifiers: Classifiers
    past: Linear
    telling: Linear
    words: Linear
    whole: Linear
    judge: Trees
    threshold: float
    find: Finder

    def code(self, text: str, *, language: str, date: dt.date | None = None) -> Coded:
        """Events of one text of a known language."""
        return self.code_all([(text, language, date)])[0]

    def code_all(self, texts: Sequence[tuple[str, str, dt.date | None]], *, all_events: bool = False) -> list[Coded]:
        """
        Events of many texts, in their order; faster than one by one.

        Args:
            texts: Text, ISO 639-1 code of its language and dateline, each.
            all_events: Give events under the threshold too.
        """
        ready = [self._ready(number, *text) for number, text in enumerate(texts)]
        waiting = [one for _, found in ready for one in found]
        told: list[list[Told]] = [[] for _ in texts]
        floor = 0.0 if all_events else self.threshold
        # in parts, so that memory stays bounded whatever a text's length
        for begin in range(0, len(waiting), PART):
            for document, event in self._events(waiting[begin : begin + PART], texts, floor):
                told[document].append(event)
        return [
            Coded(texts[number][1], None, once(events), tuple(ready[number][0])) for number, events in enumerate(told)
        ]

    def _events(
        self, part: Sequence[tuple[int, Sentence]], texts: Sequence[tuple[str, str, dt.date | None]], floor: float
    ) -> Iterator[tuple[int, Told]]:
        proposals = self.proposals(part)
        confidence = 1 / (1 + np.exp(-self.judge.odds(table(proposals))))
        dated: dict[int, list[When]] = {}
        for one, sure in zip(proposals, confidence, strict=True):
            if sure >= floor:
                text, _, date = texts[one.document]
                if id(one.sentence) not in dated:
                    dated[id(one.sentence)] = times(one.sentence, dateline=date)
                yield one.document, told_of(one, float(sure), text, date, dated[id(one.sentence)])

    def all_proposals(self, texts: Sequence[tuple[str, str, dt.date | None]]) -> list[Proposal]:
        """Every event that may be in some texts, however unsure."""
        return self.proposals([one for number, text in enumerate(texts) for one in self._ready(number, *text)[1]])

    def _ready(
        self, number: int, text: str, code: str, date: dt.date | None
    ) -> tuple[Sequence[Mention], list[tuple[int, Sentence]]]:
        """The sentences of a text in which two actors meet."""
        language = self.languages[code]
        mentions = self.find(text, code, date)
        out = []
        place = 0
        for start, end in sentences(text, abbreviations=language.abbreviations):
            here = []
            while place < len(mentions) and mentions[place].start < end:
                if mentions[place].start >= start:
                    here.append(mentions[place])
                place += 1
            codes = {mention.code for mention in here if mention.code}
            if codes:
                s = prepare(text[start:end], language=language, offset=start, mentions=here[:MOST_ACTORS])
                whole = with_implied(s)
                if len(codes) > 1 or whole.implied:
                    out.append((number, whole))
        return mentions, out

    def proposals(self, ready: Sequence[tuple[int, Sentence]]) -> list[Proposal]:
        """Every event that may be in some sentences, each with the number of its text."""
        grounds = [scene(s) for _, s in ready]
        told = self.telling.scores([whole_sentence(ground) for ground in grounds])
        loud = np.flatnonzero(told[:, 1] - told[:, 0] > SILENT).tolist()
        ready, grounds, told = [ready[n] for n in loud], [grounds[n] for n in loud], told[loud]
        seen = sights([s for _, s in ready], self.classifiers.deed, self.past, self.whole, seconds=True)
        every = [all_pairs(s) for _, s in ready]
        scored, wholes = self._scored(ready, seen, every)
        words = self._words(grounds, seen, every, scored)
        out: list[Proposal] = []
        for n, (document, s) in enumerate(ready):
            named: set[tuple[str, str, str]] = set()
            found_here: list[Proposal] = []
            for sight, row, whole in zip(seen[n], scored[n], wholes[n], strict=True):
                found = _proposed(document, s, sight, list(zip(every[n], row, whole, strict=True)), words)
                named |= {(*one.sides, one.root) for one in found}
                found_here += found
            found = [*found_here, *self._wordless(document, s, every[n], words, named)]
            for one in found:
                one.telling = float(told[n, 1] - told[n, 0])
            out += found
        return out

    def _scored(
        self,
        ready: Sequence[tuple[int, Sentence]],
        seen: Sequence[Sequence[Sight]],
        every: Sequence[Sequence[tuple[Who, Who]]],
    ) -> tuple[list[list[list[float]]], list[list[list[float]]]]:
        """
        Log odds of every pair of every deed of every sentence, as its sides and as a whole event.

        In a crowded sentence the far pairs are not asked.
        """
        asked = []
        plan = []
        for (_, s), found, pairs in zip(ready, seen, every, strict=True):
            for sight in found:
                chosen: Sequence[int] = range(len(pairs))
                if len(pairs) > MOST_PAIRS:
                    close = _close(s, s.triggers[sight.place])
                    chosen = [n for n, (g, t) in enumerate(pairs) if g.first in close and t.first in close]
                asked.append((s, sight, [pairs[n] for n in chosen]))
                plan.append(chosen)
        out: list[list[list[list[float]]]] = []
        for kind in side_odds(asked, [self.classifiers.pair, self.whole]):
            odds = iter(zip(plan, kind, strict=True))
            out.append([])
            for found, pairs in zip(seen, every, strict=True):
                rows = []
                for _ in found:
                    row = [2 * UNLIKELY_PAIR] * len(pairs)
                    for place, one in zip(*next(odds), strict=True):
                        row[place] = one
                    rows.append(row)
                out[-1].append(rows)
        return out[0], out[1]

    def _words(
        self,
        grounds: Sequence[Scene],
        seen: Sequence[Sequence[Sight]],
        every: Sequence[Sequence[tuple[Who, Who]]],
        scored: Sequence[Sequence[Sequence[float]]],
    ) -> dict[tuple[int, int, int], Floats]:
        """Log odds of every class for each pair, by sentence and places of its sides, from the words around it."""
        keys: list[tuple[int, int, int]] = []
        rows: list[list[str]] = []
        place: list[int] = []
        for number, (ground, found, pairs, odds) in enumerate(zip(grounds, seen, every, scored, strict=True)):
            wanted: Sequence[int] = range(len(pairs))
            if len(pairs) > MOST_PAIRS:
                # the few best of each deed, likely or not: a list has a deed with all its members
                best = (
                    n for row in odds for n in np.argsort(-np.array(row), kind="stable")[:MOST_PAIRS] if row[n] > -4
                )
                wanted = sorted(dict.fromkeys(best))[: 4 * MOST_PAIRS]
            for n in wanted:
                giver, taker = pairs[n]
                view = [
                    (sight.place, sight.scores, row[n])
                    for sight, row in zip(found, odds, strict=True)
                    if not sight.second
                ]
                keys.append((id(ground.sentence), giver.first, taker.first))
                rows.append(pair_words(ground, giver, taker, view))
                place.append(number)
        # what all pairs of a sentence share is looked up once
        shared = self.words.scores([ground.common for ground in grounds]) - self.words.bias
        own = self.words.scores(rows) + shared[place]
        return dict(zip(keys, own, strict=True))

    def _wordless(
        self,
        document: int,
        s: Sentence,
        pairs: Sequence[tuple[Who, Who]],
        words: dict[tuple[int, int, int], Floats],
        named: set[tuple[str, str, str]],
    ) -> list[Proposal]:
        """Events that the words around a pair tell although no deed word of the lexicon does."""
        out: list[Proposal] = []
        for giver, taker, row, column in _by_words(s, pairs, words):
            root, (one, two) = CLASSES[column], facing(giver, taker)
            turned = root in SYMMETRIC and (giver.first > taker.first or (two, one, root) in named)
            if turned or (one, two, root) in named:
                continue
            named.add((one, two, root))
            at = self._loudest(s, giver, taker, column)
            trigger = Trigger(at, at, s.lemmas[at], (root,), False)
            back = words.get((id(s), taker.first, giver.first))
            out.append(
                Proposal(
                    document,
                    s,
                    trigger,
                    giver,
                    taker,
                    (one, two),
                    root,
                    deed=0.0,
                    margin=0.0,
                    past=0.0,
                    pair=0.0,
                    whole=0.0,
                    lead=0.0,
                    rank=0,
                    row=row,
                    back=back,
                    unlisted=True,
                )
            )
        return out

    def _loudest(self, s: Sentence, giver: Who, taker: Who, column: int) -> int:
        """The word that speaks most for a class beside a pair; no actor's own."""
        inside = {at for who in s.actors for at in range(who.first, who.last + 1)}
        one, two = min(giver.first, taker.first), max(giver.last, taker.last)
        best, best_weight = min(one + 1, len(s.low) - 1), -1e9
        for at, lemma in enumerate(s.lemmas):
            if at in inside or not lemma.isalpha() or len(lemma) < 3:
                continue
            zone = "B" if at < one else "A" if at > two else "M"
            places = (self.words.index.get(f"{s.language.code}{part}{lemma}") for part in (zone, "*"))
            weight = sum(float(self.words.weights[n, column]) for n in places if n is not None)
            weight -= 0.01 * (one - at if at < one else max(0, at - two))
            if weight > best_weight:
                best, best_weight = at, weight
        return best


def _by_words(
    s: Sentence, pairs: Sequence[tuple[Who, Who]], words: dict[tuple[int, int, int], Floats]
) -> Iterator[tuple[Who, Who, Floats, int]]:
    """The classes that the words around each pair make likely enough, the best first."""
    for giver, taker in pairs:
        if LINK in (giver.link, taker.link):
            continue  # nothing but a deed word can tell what nobody is named for
        row = words.get((id(s), giver.first, taker.first))
        if row is not None:
            for column in (1 + np.argsort(-row[1:], kind="stable")[:WORDS_ROOTS]).tolist():
                if row[column] > row[0] - UNLIKELY:
                    yield giver, taker, row, column


def _close(s: Sentence, trigger: Trigger) -> set[int]:
    """Places of the actors a deed can be between: of those of one code, the nearest on each side of the deed."""
    nearest: dict[tuple[str, bool], Who] = {}
    for who in s.actors:
        before = who.last < trigger.first
        if before or (who.code, before) not in nearest:
            nearest[who.code, before] = who
    return {who.first for who in nearest.values()}


def _proposed(
    document: int,
    s: Sentence,
    sight: Sight,
    scored: Sequence[tuple[tuple[Who, Who], float, float]],
    words: dict[tuple[int, int, int], Floats],
) -> list[Proposal]:
    """The events that a deed word may tell: its best pair of mentions for each pair of codes, the best first."""
    root = sight.root
    trigger = s.triggers[sight.place]
    best: dict[tuple[str, str], tuple[Who, Who, float, float]] = {}
    for (giver, taker), odds, whole in sorted(scored, key=lambda one: -one[1]):
        if root not in SYMMETRIC or giver.first < taker.first:
            best.setdefault(facing(giver, taker), (giver, taker, odds, whole))
    found = list(best.items())
    others = np.delete(sight.scores, ROOTS.index(root))
    out = []
    for rank, (sides, (giver, taker, odds, whole)) in enumerate(found):
        row = words.get((id(s), giver.first, taker.first))
        if row is None or odds < UNLIKELY_PAIR:
            continue
        lead = odds - (found[1][1][2] if rank == 0 and len(found) > 1 else found[0][1][2] if rank else -4.0)
        out.append(
            Proposal(
                document,
                s,
                trigger,
                giver,
                taker,
                sides,
                root,
                deed=sight.odds,
                margin=sight.odds - float(others.max()),
                past=sight.past,
                pair=odds,
                whole=sight.whole + whole,
                lead=max(-4.0, min(4.0, lead)),
                rank=rank,
                row=row,
                back=words.get((id(s), taker.first, giver.first)),
                unlisted=False,
            )
        )
    return out


def told_of(one: Proposal, sure: float, text: str, date: dt.date | None, found: list[When]) -> Told:
    """A proposal as the event it would be, with its confidence, given its text's dateline and its sentence's dates."""
    s, trigger = one.sentence, one.trigger
    when = time_of(s, trigger, found)
    own = [who.mention.text for who in s.actors if who.code[:3] == one.giver.code[:3]]
    return Told(
        giver=one.sides[0],
        taker=one.sides[1],
        root=one.root,
        mode=printed_mode(one.root, trigger.roots),
        start=when.start if when else None,
        end=when.end if when else None,
        confidence=sure,
        span=_span(s, trigger),
        giver_span=(one.giver.mention.start, one.giver.mention.end),
        taker_span=(one.taker.mention.start, one.taker.mention.end),
        sentence=(s.starts[0], s.ends[-1]),
        attributed_to=speaker(s, text, giver=own, taker=one.taker.mention.text),
        background=_is_past(one.past, when, date),
    )


def _span(s: Sentence, trigger: Trigger) -> tuple[int, int]:
    """Code points of the deed words; of a phrase with a wide gap only its first word."""
    wide = trigger.last - trigger.first > len(trigger.lemma.split()) + 1
    return s.starts[trigger.first], s.ends[trigger.first if wide else trigger.last]


def _is_past(past: float, when: When | None, date: dt.date | None) -> bool:
    if when and date and when.end < date - OLD:
        return True
    return past > 0 and not (when and date and when.end >= date - OLD)


def once(events: Sequence[Told]) -> tuple[Told, ...]:
    """One record of each event of a text, the surest telling of it; in the order of the text."""
    best: dict[tuple[str, ...], Told] = {}
    for event in events:
        sides = (event.giver, event.taker)
        key = (*(sorted(sides) if event.root in SYMMETRIC else sides), event.root)
        old = best.get(key)
        if old is None or event.confidence > old.confidence:
            best[key] = event
    return tuple(sorted(best.values(), key=lambda event: event.span))
