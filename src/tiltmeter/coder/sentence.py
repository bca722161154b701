"""A sentence made ready: its words, lemmas, cues, deed words and actors, each by its place."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tiltmeter.coder.language import APART, Deed, Language
from tiltmeter.coder.tokens import lowered, places
from tiltmeter.nouns import Mention

SMALL = 4
"""Letters of a preposition at most."""
LINKED = 3
"""Words before a name among which its preposition is looked for."""
CLAUSE_ENDS = frozenset(',.;:!?)("“”„«»–—-') | {
    "und",
    "oder",
    "aber",
    "sowie",
    "als",
    "wie",
    "bevor",
    "nachdem",
    "weil",
    "dass",
}
"""What may follow a separable verb's prefix."""
_OPENING = '„“«»"”‘‹'


@dataclass(frozen=True, slots=True)
class Trigger:
    """Deed words found in a sentence: words `first` to `last`, the lexicon's roots for them, and their lemma."""

    first: int
    last: int
    lemma: str
    roots: tuple[str, ...]
    sure: bool


@dataclass(frozen=True, slots=True)
class Who:
    """An actor in a sentence: words `first` to `last`; `code` is empty where it is known to be one but not whose."""

    first: int
    last: int
    code: str
    kind: str
    mention: Mention
    chain: tuple[int, int] = (-1, -1)
    """First and last word of the list the actor is a member of; its own words when it stands alone."""
    link: str = ""
    """What ties the actor, or its list, to the rest: a preposition or case by a name all languages share."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """
    One sentence, all places counted in words from its start.

    `words` are as printed, `low` in lower case, `lemmas` in base form; `starts` and
    `ends` are code points of the text the sentence was cut from. `cues` gives the
    kinds of cue that start at or cover each word. `quoted` marks words inside
    quotation marks. `implied` are sides that it does not name, each with a word of its own behind the last.
    """

    language: Language
    words: list[str]
    low: list[str]
    lemmas: list[str]
    starts: list[int]
    ends: list[int]
    cues: list[tuple[str, ...]]
    quoted: list[bool]
    triggers: list[Trigger]
    actors: list[Who]
    implied: list[Who] = field(default_factory=list)


def prepare(text: str, *, language: Language, offset: int, mentions: Sequence[Mention]) -> Sentence:
    """
    Make one sentence ready.

    Args:
        text: The sentence.
        language: Its language.
        offset: Where it starts in the whole text; all places are of the whole text.
        mentions: The actors in it, with places in the whole text.
    """
    words, starts, ends = places(text)
    low = [lowered(word) for word in words]
    lemma = language.lemma
    lemmas = [lemma(word) for word in words]
    starts = [start + offset for start in starts]
    ends = [end + offset for end in ends]
    actors = _chained(_apart([who for mention in mentions if (who := _who(mention, starts, ends))]), low, language)
    named = [False] * len(words)
    for who in actors:
        if who.code:
            named[who.first : who.last + 1] = [True] * (who.last + 1 - who.first)
    triggers = _triggers(lemmas, low, named, language)
    return Sentence(language, words, low, lemmas, starts, ends, _cues(low, language), _quoted(words), triggers, actors)


def _who(mention: Mention, starts: list[int], ends: list[int]) -> Who | None:
    first, last = bisect_right(starts, mention.start) - 1, bisect_left(ends, mention.end)
    if first < 0 or last >= len(starts) or last < first:
        return None
    return Who(first, last, mention.code or "", mention.kind, mention)


def _apart(actors: list[Who]) -> list[Who]:
    """The actors without those that share a word with one before: a word stands for one actor."""
    kept: list[Who] = []
    for who in sorted(actors, key=lambda who: (who.first, -who.last)):
        if not kept or who.first > kept[-1].last:
            kept.append(who)
    return kept


def _chained(actors: list[Who], low: list[str], language: Language) -> list[Who]:
    """The actors, each with the list it is a member of ("Paris, Berlin and Warsaw")."""
    joins = language.habits.joins
    out: list[Who] = []
    begin = 0
    for place, who in enumerate(actors):
        after = actors[place + 1] if place + 1 < len(actors) else None
        behind = _behind(who.last, low, language)
        between = low[behind : after.first] if after else []
        # "Vilnius'un Minsk": a name with a case ending is no list with the one behind it
        if (
            after
            and (between or behind == who.last + 1)
            and len(between) <= 4
            and all(word in joins for word in between)
        ):
            continue
        chain = (actors[begin].first, who.last)
        link = _link(*chain, actors[begin - 1].last if begin else -1, low, language)
        out += [replace(member, chain=chain, link=link) for member in actors[begin : place + 1]]
        begin = place + 1
    return out


def _behind(last: int, low: list[str], language: Language) -> int:
    """The place behind a name and the case ending that an apostrophe ties to it."""
    tied = language.habits.after and low[last + 1 : last + 2] in (["'"], ["’"]) and last + 2 < len(low)
    return last + 3 if tied else last + 1


def _link(first: int, last: int, other: int, low: list[str], language: Language) -> str:
    """What ties the words `first` to `last` to their sentence, "" if nothing tells; `other` ends the actor before."""
    links = language.links
    if language.habits.after:
        behind = _behind(last, low, language)
        if behind < len(low) and low[behind] in links:
            return links[low[behind]]
        if behind > last + 1:
            return language.endings.get(low[behind - 1], "")
        return ""
    for at in range(first - 1, max(other, first - 1 - LINKED), -1):
        if low[at] in CLAUSE_ENDS and not low[at].isalpha():
            break
        if low[at] in links:
            return links[low[at]]
    if low[last + 1 : last + 3] in (["'", "s"], ["’", "s"]):
        return "of"
    for size in (3, 2):
        if low[last][-size:] in language.endings:
            return language.endings[low[last][-size:]]
    return ""


def _cues(low: list[str], language: Language) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    size = len(low)
    for place, word in enumerate(low):
        kinds: tuple[str, ...] = ()
        for phrase in language.cues.get(word, ()):
            rest = phrase.words
            length = len(rest)
            if place + length > size or (length > 2 and low[place + 1] != rest[1]):
                continue
            if phrase.open:
                hit = low[place : place + length - 1] == list(rest[:-1]) and low[place + length - 1].startswith(
                    rest[-1]
                )
            else:
                hit = length == 1 or tuple(low[place : place + length]) == rest
            if hit and phrase.kind not in kinds:
                kinds += (phrase.kind,)
        for kind in language.open_kinds(word):
            if kind not in kinds:
                kinds += (kind,)
        found.append(kinds)
    return found


def _quoted(words: list[str]) -> list[bool]:
    inside, quoted = False, []
    for word in words:
        if word in _OPENING:
            inside = not inside
        quoted.append(inside)
    # an odd number of marks means that one was an apostrophe or is missing: trust none
    return [False] * len(words) if inside else quoted


def _triggers(lemmas: list[str], low: list[str], named: list[bool], language: Language) -> list[Trigger]:
    """The deed words of a sentence; where entries overlap, the one of more words stands."""
    hits: list[tuple[int, int, int, Deed]] = []
    deeds = language.deeds
    present = {*lemmas, *low}
    for place, lemma in enumerate(lemmas):
        if named[place]:
            continue
        for word in (lemma, low[place]) if lemma != low[place] else (lemma,):
            for deed in deeds.get(word, ()):
                size = len(deed.lemmas)
                if size == 1:
                    hits.append((1, place, place, deed))
                # most phrases lack a word: to see that is cheaper than to look for them in order
                elif deed.lemmas[-1] in present and deed.lemmas[1] in present:
                    last = _match(lemmas, low, place, deed)
                    if last is not None:
                        hits.append((size, place, last, deed))
    hits.sort(key=lambda hit: (-hit[0], hit[2] - hit[1], hit[1]))
    taken: set[int] = set()
    kept: list[Trigger] = []
    seen: dict[tuple[int, int], int] = {}
    for size, first, last, deed in hits:
        same = seen.get((first, last))
        if same is not None:
            old = kept[same]
            roots = tuple(sorted({*old.roots, *deed.roots}))
            kept[same] = Trigger(first, last, old.lemma, roots, old.sure and deed.sure and roots == old.roots)
            continue
        # the words of a phrase with a gap do not claim what stands in the gap
        used = {first, last} if last - first >= size else set(range(first, last + 1))
        if used & taken:
            continue
        taken |= used
        seen[first, last] = len(kept)
        # "with Russian support": where an actor stands in the gap of a phrase that begins with a small word,
        # the noun is the deed, and the actor its adjective
        head = last if len(low[first]) <= SMALL and any(named[first:last]) else first
        kept.append(Trigger(head, last, " ".join(deed.lemmas), deed.roots, deed.sure))
    return sorted(kept, key=lambda trigger: trigger.first)


def _match(lemmas: list[str], low: list[str], place: int, deed: Deed) -> int | None:
    """Place of the entry's last word, or None; marks of punctuation end a phrase unless it is a separable verb."""
    at = place
    apart = deed.gap == APART
    for wanted in deed.lemmas[1:]:
        for ahead in range(at + 1, min(at + 2 + deed.gap, len(lemmas))):
            if low[ahead] == wanted if apart else (lemmas[ahead] == wanted or low[ahead] == wanted):
                # a prefix is one only at its clause's end; elsewhere it is a preposition
                if apart and ahead + 1 < len(low) and low[ahead + 1] not in CLAUSE_ENDS:
                    continue
                at = ahead
                break
            if low[ahead] in ".;:!?" or (not apart and low[ahead] == ","):
                return None
        else:
            return None
    return at
