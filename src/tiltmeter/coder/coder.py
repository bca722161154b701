"""The coder: a text in, its events out, each with its place, time, speaker and a calibrated confidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from tiltmeter.coder.attribution import speaker
from tiltmeter.coder.classify import pair_words
from tiltmeter.coder.dates import When, time_of, times
from tiltmeter.coder.features import deed_features, pair_features, side_features
from tiltmeter.coder.language import Language
from tiltmeter.coder.learn import Floats, Linear
from tiltmeter.coder.modes import mode_of, printed_mode
from tiltmeter.coder.sentence import Sentence, Trigger, Who, prepare
from tiltmeter.coder.tokens import sentences
from tiltmeter.coder.train import CLASSES, Classifiers, differ, facing, pairs
from tiltmeter.nouns import QUAD, ROOTS, SYMMETRIC, Mention

Finder = Callable[[str, str, "dt.date | None"], Sequence[Mention]]
"""Actors in a text, given its language and date."""

DEED_FLOOR: Final = 0.15
"""Deed words less probable than this are not asked for their sides."""

MOST_PAIRS: Final = 30
"""Pairs of a sentence that are all looked at; of longer lists only those a deed word joins."""

MOST_ACTORS: Final = 24
"""Actors of one sentence that are looked at; those after them are left out."""

PART: Final = 32
"""Sentences whose features are held at once."""

OLD: Final = dt.timedelta(days=92)
"""A deed dated this long before the report's dateline is background."""


class Evidence(NamedTuple):
    """
    What an event's confidence is made from, in log odds.

    `deed` that the words are a deed, `pair` that these are its sides, `lead` of the
    pair over the next best, `words` of the root against none by the words around
    the pair, `first` of the root over every other class by the same. `unlisted` is 1 when
    no deed word of the lexicon tells the event. `rival` is the lead that the
    strongest other event of the same two sides in the sentence has over this one.
    """

    deed: float
    pair: float
    actors: int
    lead: float
    words: float
    first: float
    unlisted: int = 0
    rival: float = -4.0


EVIDENCE: Final = 12 + len(ROOTS)
"""Numbers in an evidence row."""


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
    evidence: Evidence

    @property
    def quad(self) -> int:
        """The root's quad, 1 to 4."""
        return QUAD[self.root]


@dataclass(frozen=True)
class Candidate:
    """A deed word with its probable root, waiting for its sides; `scores` are log odds of each root against none."""

    document: int
    sentence: Sentence
    place: int
    root: str
    odds: float
    past: float
    scores: Floats


@dataclass(frozen=True)
class Coder:
    """
    A trained coder.

    Args:
        languages: The languages it reads, with the deed words the corpus added.
        classifiers: Deed and pair classifier.
        past: Classifier of background.
        words: Classifier of a pair by the words around it.
        calibration: Weights that turn an event's evidence into its confidence, shape (EVIDENCE,).
        threshold: Confidence from which an event is given.
        find: The actor finder.
    """

    languages: Mapping[str, Language]
    classifiers: Classifiers
    past: Linear
    words: Linear
    calibration: Floats
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
        told: list[list[Told]] = [[] for _ in texts]
        waiting = [one for _, found in ready for one in found]
        # in parts, so that memory stays bounded whatever a text's length
        for begin in range(0, len(waiting), PART):
            part = waiting[begin : begin + PART]
            for document, event in self._weighed(self._events(part, self._candidates(part), texts)):
                told[document].append(event)
        floor = 0.0 if all_events else self.threshold
        return [
            Coded(
                texts[number][1],
                None,
                _once([e for e in events if e.confidence >= floor]),
                tuple(ready[number][0]),
            )
            for number, events in enumerate(told)
        ]

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
            if len({mention.code for mention in here if mention.code}) > 1:
                out.append(
                    (number, prepare(text[start:end], language=language, offset=start, mentions=here[:MOST_ACTORS]))
                )
        return mentions, out

    def _candidates(self, ready: Sequence[tuple[int, Sentence]]) -> list[Candidate]:
        places = [(number, s, place) for number, s in ready for place in range(len(s.triggers))]
        if not places:
            return []
        rows = [deed_features(s, place) for _, s, place in places]
        scores = self.classifiers.deed.scores(rows)
        best = scores[:, 1:].argmax(axis=1) + 1
        # odds of the best root against there being no deed
        odds = scores[np.arange(len(rows)), best] - scores[:, 0]
        kept = np.flatnonzero(odds > np.log(DEED_FLOOR / (1 - DEED_FLOOR)))
        past = self.past.scores([rows[row] for row in kept])
        return [
            Candidate(
                *places[row],
                CLASSES[best[row]],
                float(odds[row]),
                float(past[at, 1] - past[at, 0]),
                scores[row, 1:] - scores[row, 0],
            )
            for at, row in enumerate(kept)
        ]

    def _events(
        self,
        ready: Sequence[tuple[int, Sentence]],
        candidates: Sequence[Candidate],
        texts: Sequence[tuple[str, str, dt.date | None]],
    ) -> list[tuple[int, Told]]:
        out: list[tuple[int, Told]] = []
        scored = self._pairs(candidates)
        words = self._words(ready, candidates, scored)
        dated = {id(s): times(s, dateline=texts[document][2]) for document, s in ready}
        named: set[tuple[int, str, str, str]] = set()
        for candidate, found in zip(candidates, scored, strict=True):
            s = candidate.sentence
            text, _, date = texts[candidate.document]
            column = CLASSES.index(candidate.root)
            for rank, (giver, taker, odds) in enumerate(found):
                lead = odds - (found[1][2] if rank == 0 and len(found) > 1 else found[0][2] if rank else -4.0)
                row = words[id(s), giver.first, taker.first]
                lead = max(-4.0, min(4.0, lead))
                evidence = Evidence(candidate.odds, odds, len(s.actors), lead, *_odds(row, column))
                named.add((id(s), *facing(giver, taker), candidate.root))
                told = self._told(candidate, giver, taker, evidence, text, date, dated[id(s)])
                out.append((candidate.document, told))
        out += self._wordless(ready, words, named, dated, texts)
        return out

    def _wordless(
        self,
        ready: Sequence[tuple[int, Sentence]],
        words: dict[tuple[int, int, int], Floats],
        named: set[tuple[int, str, str, str]],
        dated: dict[int, list[When]],
        texts: Sequence[tuple[str, str, dt.date | None]],
    ) -> list[tuple[int, Told]]:
        """Events that the words around a pair tell although no deed word of the lexicon does."""
        out: list[tuple[int, Told]] = []
        for document, s in ready:
            for giver, taker in _all_pairs(s):
                row = words.get((id(s), giver.first, taker.first))
                if row is None or row.argmax() == 0:
                    continue
                column = int(row.argmax())
                root = CLASSES[column]
                one, two = facing(giver, taker)
                if (id(s), one, two, root) in named or (
                    root in SYMMETRIC and (giver.first > taker.first or (id(s), two, one, root) in named)
                ):
                    continue
                at = self._loudest(s, giver, taker, column)
                trigger = Trigger(at, at, s.lemmas[at], (root,), False)
                place = Candidate(document, replace(s, triggers=[trigger]), 0, root, 0.0, 0.0, row[1:])
                evidence = Evidence(0.0, 0.0, len(s.actors), 0.0, *_odds(row, column), unlisted=1)
                text, _, date = texts[document]
                out.append((document, self._told(place, giver, taker, evidence, text, date, dated[id(s)])))
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

    def _pairs(self, candidates: Sequence[Candidate]) -> list[list[tuple[Who, Who, float]]]:
        """For each candidate its pairs of sides with their log odds, the best first; a side is scored once."""
        rows: list[list[str]] = []
        plan = []
        for candidate in candidates:
            s, root = candidate.sentence, candidate.root
            trigger = s.triggers[candidate.place]
            close = _close(s, trigger)
            found = [(g, t) for g, t in pairs(s, root) if g.first in close and t.first in close]
            sides: dict[tuple[str, int], int] = {}
            for giver, taker in found:
                for part, who in (("G", giver), ("T", taker)):
                    if (part, who.first) not in sides:
                        sides[part, who.first] = len(rows)
                        rows.append(side_features(s, trigger, who, root, part))
            first = len(rows)
            rows += [pair_features(s, trigger, giver, taker, root) for giver, taker in found]
            plan.append((found, sides, first))
        if not rows:
            return [[] for _ in candidates]
        pair = self.classifiers.pair
        scores = pair.scores(rows) - pair.bias
        single = scores[:, 1] - scores[:, 0]
        bias = float(pair.bias[1] - pair.bias[0])
        out = []
        for found, sides, first in plan:
            scored = [
                (g, t, float(single[sides["G", g.first]] + single[sides["T", t.first]] + single[first + n]) + bias)
                for n, (g, t) in enumerate(found)
            ]
            out.append(_best_of_codes(sorted(scored, key=lambda pair: -pair[2])))
        return out

    def _words(
        self,
        ready: Sequence[tuple[int, Sentence]],
        candidates: Sequence[Candidate],
        scored: Sequence[Sequence[tuple[Who, Who, float]]],
    ) -> dict[tuple[int, int, int], Floats]:
        """Log odds of every class for each pair, by sentence and places of its sides, from the words around it."""
        seen: dict[tuple[int, int, int], tuple[Sentence, Who, Who, list[tuple[int, Floats, float]]]] = {}
        for candidate, found in zip(candidates, scored, strict=True):
            for giver, taker, odds in found:
                key = (id(candidate.sentence), giver.first, taker.first)
                entry = seen.setdefault(key, (candidate.sentence, giver, taker, []))
                entry[3].append((candidate.place, candidate.scores, odds))
        for _, s in ready:
            every = _all_pairs(s)
            if len(every) <= MOST_PAIRS:
                for giver, taker in every:
                    seen.setdefault((id(s), giver.first, taker.first), (s, giver, taker, []))
        rows = self.words.scores([pair_words(*entry) for entry in seen.values()])
        return dict(zip(seen, rows, strict=True))

    def _told(
        self, candidate: Candidate, giver: Who, taker: Who, evidence: Evidence, text: str,
        date: dt.date | None, found: list[When],
    ) -> Told:  # fmt: skip
        s = candidate.sentence
        trigger = s.triggers[candidate.place]
        when = time_of(s, trigger, found)
        own = (giver.mention.text, taker.mention.text)
        codes = facing(giver, taker)
        return Told(
            giver=codes[0],
            taker=codes[1],
            root=candidate.root,
            mode=printed_mode(candidate.root, trigger.roots, mode_of(s, trigger)),
            start=when.start if when else None,
            end=when.end if when else None,
            confidence=0.0,
            span=_span(s, candidate.place),
            giver_span=(giver.mention.start, giver.mention.end),
            taker_span=(taker.mention.start, taker.mention.end),
            sentence=(s.starts[0], s.ends[-1]),
            attributed_to=speaker(s, text, own) if evidence.pair > -2 else None,
            background=_is_past(candidate, when, date),
            evidence=evidence,
        )

    def _weighed(self, events: Sequence[tuple[int, Told]]) -> list[tuple[int, Told]]:
        """The events with their confidence, each having been compared with its rivals of the same sides."""
        groups: dict[tuple[int, tuple[int, int], frozenset[str]], list[int]] = {}
        strength = [both(told.evidence) + 0.5 * told.evidence.words for _, told in events]
        for place, (document, told) in enumerate(events):
            groups.setdefault((document, told.sentence, frozenset((told.giver, told.taker))), []).append(place)
        out = list(events)
        for places in groups.values():
            for place in places:
                document, told = events[place]
                others = [strength[other] for other in places if other != place]
                rival = max(-4.0, min(4.0, max(others) - strength[place])) if others else -4.0
                evidence = told.evidence._replace(rival=rival)
                odds = float(self.calibration @ evidence_row(evidence, told.root))
                out[place] = document, replace(told, evidence=evidence, confidence=float(1 / (1 + np.exp(-odds))))
        return out


def _odds(row: Floats, column: int) -> tuple[float, float]:
    """Log odds of a class against NONE, and against the best of all others."""
    return float(row[column] - row[0]), float(row[column] - np.delete(row, column).max())


def _all_pairs(s: Sentence) -> list[tuple[Who, Who]]:
    return [(g, t) for g in s.actors for t in s.actors if differ(g, t)]


def both(evidence: Evidence) -> float:
    """Log odds that the words are a deed and these are its sides."""
    return float(-np.log(np.exp(-evidence.deed) + np.exp(-evidence.pair) + np.exp(-evidence.deed - evidence.pair)))


def evidence_row(evidence: Evidence, root: str) -> Floats:
    """What the calibration looks at, shape (EVIDENCE,): the evidence, and which root it is for."""
    row = [
        1.0,
        evidence.deed,
        evidence.pair,
        both(evidence),
        np.log(max(evidence.actors, 1)),
        evidence.lead,
        evidence.words,
        evidence.first,
        evidence.unlisted,
        evidence.unlisted * evidence.first,
        evidence.rival,
        max(evidence.rival, 0.0),
        *(float(root == name) for name in ROOTS),
    ]
    return np.array(row, dtype=np.float32)


def _close(s: Sentence, trigger: Trigger) -> set[int]:
    """Places of the actors a deed can be between: of those of one code, the nearest on each side of the deed."""
    nearest: dict[tuple[str, bool], Who] = {}
    for who in s.actors:
        before = who.last < trigger.first
        if before or (who.code, before) not in nearest:
            nearest[who.code, before] = who
    return {who.first for who in nearest.values()}


def _best_of_codes(scored: Sequence[tuple[Who, Who, float]]) -> list[tuple[Who, Who, float]]:
    """The best pair of mentions for each pair of codes, in the order given."""
    best: dict[tuple[str, str], tuple[Who, Who, float]] = {}
    for pair in scored:
        best.setdefault(facing(pair[0], pair[1]), pair)
    return list(best.values())


def _span(s: Sentence, place: int) -> tuple[int, int]:
    """Code points of the deed words; of a phrase with a wide gap only its first word."""
    trigger = s.triggers[place]
    wide = trigger.last - trigger.first > len(trigger.lemma.split()) + 1
    return s.starts[trigger.first], s.ends[trigger.first if wide else trigger.last]


def _is_past(candidate: Candidate, when: When | None, date: dt.date | None) -> bool:
    if when and date and when.end < date - OLD:
        return True
    return candidate.past > 0 and not (when and date and when.end >= date - OLD)


def _once(events: Sequence[Told]) -> tuple[Told, ...]:
    """One record of each event of a text, the surest telling of it; in the order of the text."""
    best: dict[tuple[str, ...], Told] = {}
    for event in events:
        sides = (event.giver, event.taker)
        key = (*(sorted(sides) if event.root in SYMMETRIC else sides), event.root)
        old = best.get(key)
        if old is None or event.confidence > old.confidence:
            best[key] = event
    return tuple(sorted(best.values(), key=lambda event: event.span))
