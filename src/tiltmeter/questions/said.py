"""A sentence with what is known of it for reading a claim: its cues, times, sides, states, powers and deed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.coder.dates import times
from tiltmeter.coder.language import language as coder_language
from tiltmeter.coder.sentence import Sentence, prepare
from tiltmeter.nouns import Mention
from tiltmeter.questions.phrases import cues

if TYPE_CHECKING:
    from tiltmeter.settings import Theatre

_YEAR: Final = re.compile(r"(?<![\d.,])((?:19|20)\d\d)(?![\d.,]\d)(?!\d)")
_ROOTS: Final = ("ASSAULT", "REQUEST", "AID", "PROTEST", "SANCTION")
"""Roots with cues of their own, since claims put the words of a deed farther apart than reports do."""


@dataclass(frozen=True)
class Time:
    """A stretch of days in the text, and the code points where it is told."""

    first: dt.date
    last: dt.date
    start: int
    end: int


@dataclass(frozen=True)
class Said:
    """The sentence with what is known of it."""

    text: str
    language: str
    theatre: Theatre
    mentions: tuple[Mention, ...]

    @cached_property
    def low(self) -> str:
        """The text in lower case, places unchanged."""
        low = self.text.lower().replace("’", "'")
        return low if len(low) == len(self.text) else self.text

    def has(self, cue: str) -> bool:
        """Whether a cue of this kind is in it."""
        return self.at(cue) is not None

    def at(self, cue: str) -> re.Match[str] | None:
        """Where the first cue of this kind is."""
        return cues(self.language)[cue].search(self.low)

    @cached_property
    def sentence(self) -> Sentence:
        """The sentence as the coder prepares it."""
        return prepare(self.text, language=coder_language(self.language), offset=0, mentions=self.mentions)

    @cached_property
    def times(self) -> list[Time]:
        """Dates in the text; years alone where nothing finer covers them."""
        s = self.sentence
        told = [Time(w.start, w.end, s.starts[w.first], s.ends[w.last]) for w in times(s, dateline=None)]
        for hit in _YEAR.finditer(self.text):
            if not any(one.start <= hit.start() < one.end for one in told):
                year = int(hit[1])
                told.append(Time(dt.date(year, 1, 1), dt.date(year, 12, 31), hit.start(), hit.end()))
        return sorted((self._sharper(one) for one in told), key=lambda one: one.start)

    def _sharper(self, time: Time) -> Time:
        """The war of a year is the theatre's moment of that kind in it, if it has one."""
        before = self.low[max(0, time.start - 25) : time.start]
        if (time.last - time.first).days < 364 or not cues(self.language)["war"].search(before):
            return time
        wars = [one for one in self.theatre.moments if one.kind == "war" and time.first <= one.date <= time.last]
        return Time(wars[0].date, wars[0].until or wars[0].date, time.start, time.end) if wars else time

    def _cue_before(self, cue: str, at: int) -> bool:
        """Whether such a word stands right before a place, few words between."""
        before = self.low[max(0, at - 40) : at]
        hits = list(cues(self.language)[cue].finditer(before))
        return bool(hits) and len(before[hits[-1].end() :].split()) <= 4

    @cached_property
    def since(self) -> dt.date | None:
        """The date after which something is said to have changed."""
        times_ = self.times
        if len(times_) == 1 and self._cue_before("since", times_[0].start) and not self._until(times_[0]):
            return times_[0].first
        if not times_ and self.has("since"):
            return self._moment()
        return None

    def _until(self, time: Time) -> bool:
        return self._cue_before("before", time.start) and not self._cue_before("since", time.start)

    def _moment(self) -> dt.date | None:
        """The theatre's moment that the words name: its war, or one whose label shares a name with the text."""
        if self.has("war"):
            wars = [moment.date for moment in self.theatre.moments if moment.kind == "war"]
            if wars:
                return max(wars)
        hit = self.at("since") or self.at("before")
        told = self.low[hit.end() : hit.end() + 60] if hit else ""
        shared = {
            moment.date: self._shared(moment.label.get(self.language, ""), told) for moment in self.theatre.moments
        }
        best = max(shared, key=lambda day: (shared[day], day), default=None)
        return best if best is not None and shared[best] else None

    def _shared(self, label: str, told: str) -> int:
        """How many names of a label stand in a text, endings aside."""
        names = [word.lower() for word in re.findall(r"\w{5,}", label) if word[0].isupper()]
        return sum(word[: max(5, len(word) - 2)] in told for word in names)

    @cached_property
    def window(self) -> tuple[dt.date, dt.date] | None:
        """The stretch of time the sentence is about."""
        first, last = self.theatre.span
        if len(self.times) >= 2:
            return min(one.first for one in self.times[:2]), max(one.last for one in self.times[:2])
        if self.since is not None:
            return self.since, max(last, self.since)
        if not self.times:
            moment = self._moment() if self.has("before") else None
            return (first, moment - dt.timedelta(days=1)) if moment and moment > first else None
        time = self.times[0]
        if self._until(time):
            stop = time.last if self._inclusive(time) else time.first - dt.timedelta(days=1)
            return (min(first, stop), stop)
        return time.first, time.last

    def _inclusive(self, time: Time) -> bool:
        """Until is with its end, before without it."""
        before = self.low[max(0, time.start - 40) : time.start]
        return not re.search(r"(?<!\w)(?:before|prior to|vor|avant|до|перед)(?!\w)", before)

    @property
    def sides(self) -> list[Mention]:
        """Mentions with a code, in text order."""
        return [mention for mention in self.mentions if mention.code]

    @cached_property
    def states(self) -> list[str]:
        """The theatre's states named in the text."""
        codes = [mention.code or "" for mention in self.sides]
        return list(dict.fromkeys(code for code in codes if code in self.theatre.states))

    @cached_property
    def powers(self) -> list[str]:
        """Others named in the text: powers first, then any state or organisation."""
        known = {self.theatre.poles.a, self.theatre.poles.b, *self.theatre.powers}
        codes = [mention.code or "" for mention in self.sides if "-" not in (mention.code or "-")]
        others = [code for code in codes if code not in self.theatre.states]
        if self.has("west") and "West" in self.theatre.title.get("en", ""):
            others.append(self.theatre.poles.b)
        return list(dict.fromkeys([code for code in others if code in known] + others))

    @property
    def about(self) -> dict[str, Any]:
        """Whom a claim on paths is about: the states named, else the region."""
        whole = self._region() or set(self.states) == set(self.theatre.states)
        return {"states": self.states} if self.states and not whole else {"region": self.theatre.name}

    def nearest(self, codes: Sequence[str], cue: str) -> str | None:
        """The code whose name stands nearest to a cue."""
        hit = self.at(cue)
        if hit is None:
            return codes[0] if codes else None
        away = [
            (hit.start() - one.end if one.end <= hit.start() else one.start - hit.end(), at, one.code or "")
            for at, one in enumerate(self.sides)
            if one.code in codes
        ]
        return min(away)[2] if away else (codes[0] if codes else None)

    def listed(self, code: str) -> list[str]:
        """The members of the list that a code is named in, in text order; itself where it stands alone."""
        own = next((who for who in self.sentence.actors if who.code == code), None)
        if own is None:
            return [code]
        return list(dict.fromkeys(who.code for who in self.sentence.actors if who.chain == own.chain and who.code))

    def _region(self) -> bool:
        title = self.theatre.title.get("en", "").casefold()
        named = [mention.name.casefold() for mention in self.mentions if mention.kind == "place" and not mention.code]
        return any(name and name in title for name in named) or (self.has("states") and len(self.states) != 1)

    @cached_property
    def deed(self) -> tuple[str, int] | None:
        """The root that the words of a deed name, and where they begin; deeds that only date another do not count."""
        for root in _ROOTS:
            if hit := self.at(root):
                return root, hit.start()
        s = self.sentence
        found = []
        for trigger in s.triggers:
            dates = self._cue_before("since", s.starts[trigger.first]) or self._cue_before(
                "before", s.starts[trigger.first]
            )
            if "NONE" not in trigger.roots and not dates:
                found.append((not trigger.sure, s.starts[trigger.first], trigger.roots[0]))
        return (min(found)[2], min(found)[1]) if found else None

    @property
    def denies(self) -> bool:
        """Whether it says that something is not so."""
        return self.has("denies")
