"""From the corpus to the classifiers: deterministic, the same bytes from the same corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tiltmeter.coder.corpus import UNPLACED, Item, Label, Span
from tiltmeter.coder.features import deed_features, pair_features, side_features
from tiltmeter.coder.implied import with_implied
from tiltmeter.coder.language import GAP, Deed, Language, read_deeds, stored
from tiltmeter.coder.learn import Examples, Linear, Numbers, train
from tiltmeter.coder.sentence import Sentence, Who, prepare
from tiltmeter.coder.tokens import sentences, words
from tiltmeter.nouns import ROOTS, SYMMETRIC, Mention

NONE = "NONE"
CLASSES = (NONE, *ROOTS)


@dataclass(frozen=True)
class Taught:
    """A sentence of the corpus made ready, with its labels, each tied to a deed word where one was found."""

    item: Item
    sentence: Sentence
    labels: tuple[tuple[Label, int], ...]
    unsure: frozenset[int]
    """Deed words that overlap a label's but are not it: neither deed nor none."""
    told: bool = False
    """Whether a label's deed stands in the sentence, tied or not."""


def taught(item: Item, language: Language, mentions: Sequence[Mention]) -> list[Taught]:
    """The sentences of an item, made ready as at work, its labels' sides added where the actor finder missed them."""
    known = _with_anchors(item, mentions)
    out = []
    for start, end in sentences(item.text, abbreviations=language.abbreviations):
        here = [mention for mention in known if start <= mention.start < end]
        sentence = with_implied(prepare(item.text[start:end], language=language, offset=start, mentions=here))
        tied: list[tuple[Label, int]] = []
        unsure: set[int] = set()
        for label in item.labels:
            if start <= label.deed[0] < end:
                hits = _overlapping(sentence, label)
                if hits:
                    tied.append((label, hits[0]))
                    unsure |= set(hits[1:])
        roots = {label.root for label, _ in tied}
        # a second word for the same deed ("blocked ... in protest") gives the same event: no error, no lesson
        unsure |= {n for n, trigger in enumerate(sentence.triggers) if roots & set(trigger.roots)}
        told = any(start <= label.deed[0] < end for label in item.labels)
        out.append(Taught(item, sentence, tuple(tied), frozenset(unsure - {place for _, place in tied}), told))
    return out


def _with_anchors(item: Item, mentions: Sequence[Mention]) -> list[Mention]:
    known = list(mentions)
    for label in item.labels:
        for code, span in ((label.giver, label.giver_span), (label.taker, label.taker_span)):
            if (
                span is None
                or any((m.code or "") in (code, f"{code}-CIV") and m.start < span[1] and span[0] < m.end for m in known)
                or (label.giver[:3] == label.taker[:3] and _stands_for(code, known))
            ):
                continue
            known = [m for m in known if not (m.start < span[1] and span[0] < m.end)]
            known.append(Mention(span[0], span[1], item.text[slice(*span)], code, "group", code))
    return sorted(known, key=lambda mention: mention.start)


def _stands_for(code: str, known: Sequence[Mention]) -> bool:
    """Whether a side that the finder missed is one the sentence implies: its state, or its people, is found."""
    other = code.removesuffix("-CIV") if code.endswith("-CIV") else f"{code}-CIV"
    return any(m.code == other for m in known) and not any(m.code == code for m in known)


def _overlapping(sentence: Sentence, label: Label) -> list[int]:
    """Deed words that share words with a label's, the best first."""
    hits = []
    for place, trigger in enumerate(sentence.triggers):
        start, end = sentence.starts[trigger.first], sentence.ends[trigger.last]
        shared = min(end, label.deed[1]) - max(start, label.deed[0])
        if shared > 0:
            hits.append((label.root not in trigger.roots, -shared, place))
    return [place for _, _, place in sorted(hits)]


def unlisted(found: Iterable[Taught], items: Iterable[Item], language: Language) -> dict[str, tuple[Deed, ...]]:
    """Deed words of labels that the lexicon does not find, as entries for it."""
    tied = {(one.item.id, label.deed) for one in found for label, _ in one.labels}
    entries: dict[tuple[str, ...], set[str]] = {}
    for item in items:
        for label in item.labels:
            if (item.id, label.deed) not in tied:
                printed = words(item.text[slice(*label.deed)], keep_case=True)
                if 0 < len(printed) <= 4:
                    entries.setdefault(tuple(map(language.lemma, printed)), set()).add(label.root)
    out: dict[str, tuple[Deed, ...]] = {}
    for lemmas, roots in entries.items():
        out[lemmas[0]] = (*out.get(lemmas[0], ()), Deed(lemmas, tuple(sorted(roots)), False, GAP))
    return out


def extended(language: Language, extra: dict[str, tuple[Deed, ...]]) -> Language:
    """A language with more deed words."""
    # in their order, not a set's, which differs from process to process
    firsts = dict.fromkeys((*extra, *language.deeds))
    both = {first: (*extra.get(first, ()), *language.deeds.get(first, ())) for first in firsts}
    return replace(language, deeds=both)


class Stored(Mapping[str, Language]):
    """Languages from the lines of their lexicon and of what the corpus added, each made when first asked for."""

    def __init__(self, lines: Mapping[str, tuple[Sequence[str], Sequence[str]]]) -> None:
        self._lines = lines
        self._read: dict[str, Language] = {}

    def __getitem__(self, code: str) -> Language:
        if code not in self._read:
            lexicon, added = self._lines[code]
            self._read[code] = extended(stored(code, lexicon), read_deeds(added))
        return self._read[code]

    def __contains__(self, code: object) -> bool:
        return code in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


Rows = tuple[list[list[str]], list[str]]
"""Features and class of some examples."""


class Notes:
    """What each sentence teaches, worked out once however many classifiers learn from it."""

    def __init__(self) -> None:
        self._named: dict[str, Numbers] = {}
        # the sentence is held too, so that its id stays its own
        self._known: dict[tuple[str, int], tuple[Taught, Examples, list[str]]] = {}

    def examples(self, found: Iterable[Taught], make: Callable[[Taught], Rows]) -> tuple[Examples, list[str]]:
        """Examples and their classes as `make` takes them from each sentence."""
        names = self._named.setdefault(make.__name__, Numbers())
        whole, labels = Examples(places=names), []
        for one in found:
            key = make.__name__, id(one)
            if key not in self._known:
                rows, own = make(one)
                self._known[key] = one, Examples(rows, places=names), own
            _, part, own = self._known[key]
            whole.join(part)
            labels += own
        return whole, labels


def deed_examples(one: Taught) -> Rows:
    """Features and class (a root or NONE) of every deed word."""
    roots = {place: label.root for label, place in reversed(one.labels)}
    places = [place for place in range(len(one.sentence.triggers)) if place not in one.unsure]
    return [deed_features(one.sentence, place) for place in places], [roots.get(place, NONE) for place in places]


def pair_examples(one: Taught) -> Rows:
    """Features of every pair of actors of every labelled deed word, and whether the pair is the event's."""
    rows, labels = [], []
    s = one.sentence
    for place in sorted({place for _, place in one.labels}):
        here = [label for label, at in one.labels if at == place]
        trigger, root = s.triggers[place], here[0].root
        gold, near = gold_pairs(s, here)
        sides: dict[tuple[int, str], list[str]] = {}
        for giver, taker in pairs(s, root):
            key = (giver.first, taker.first)
            hit = key in gold or (root in SYMMETRIC and key[::-1] in gold)
            if not hit and facing(giver, taker) in near:
                continue
            for who, part in ((giver, "G"), (taker, "T")):
                if (who.first, part) not in sides:
                    sides[who.first, part] = side_features(s, trigger, who, root, part)
            both = pair_features(s, trigger, giver, taker, root)
            rows.append([*sides[giver.first, "G"], *sides[taker.first, "T"], *both])
            labels.append("yes" if hit else "no")
    return rows, labels


def pairs(s: Sentence, root: str) -> list[tuple[Who, Who]]:
    """Ordered pairs of different coded actors; of a symmetric root those in the order of the text."""
    return [(giver, taker) for giver, taker in all_pairs(s) if root not in SYMMETRIC or giver.first < taker.first]


def all_pairs(s: Sentence) -> list[tuple[Who, Who]]:
    """Ordered pairs of actors that can be the sides of an event; an implied side only meets the one that implies it."""
    named = [(giver, taker) for giver in s.actors for taker in s.actors if differ(giver, taker)]
    for side in s.implied:
        who = next(who for who in s.actors if who.mention.start == side.mention.start)
        named += [(who, side), (side, who)]
    return named


def facing(giver: Who, taker: Who) -> tuple[str, str]:
    """
    Codes of two sides as an event carries them: civilians who face a foreign side carry their state's plain code.

    The codebook keeps `XXX-CIV` for civilians facing their own state or its rebels.
    """
    one, two = giver.code, taker.code
    if one[:3] != two[:3]:
        return one.removesuffix("-CIV"), two.removesuffix("-CIV")
    return one, two


def differ(giver: Who, taker: Who) -> bool:
    """Whether two actors can be the sides of an event: both coded, and not the same side."""
    return bool(giver.code and taker.code) and giver.code != taker.code


def gold_pairs(s: Sentence, labels: Sequence[Label]) -> tuple[set[tuple[int, int]], set[tuple[str, str]]]:
    """Places of the labelled pairs, and the codes of pairs that other mentions of the same actors would make."""
    places: set[tuple[int, int]] = set()
    codes: set[tuple[str, str]] = set()
    for label in labels:
        codes |= {(label.giver, label.taker)}
        if label.root in SYMMETRIC:
            codes |= {(label.taker, label.giver)}
        for giver in _at(s, label.giver, label.giver_span):
            for taker in _at(s, label.taker, label.taker_span):
                places.add((giver.first, taker.first))
    return places, codes


def _at(s: Sentence, code: str, span: Span | None) -> list[Who]:
    own = [who for who in s.actors if who.code in (code, f"{code}-CIV")]
    exact = [who for who in own if span and who.mention.start < span[1] and span[0] < who.mention.end]
    return exact or own or [who for who in s.implied if who.code == code]


def gold(item: Item) -> list[Label]:
    """The labels that count as events: both sides placed."""
    return [label for label in item.labels if not {label.giver, label.taker} & UNPLACED]


@dataclass(frozen=True)
class Classifiers:
    """The two trained classifiers of events."""

    deed: Linear
    pair: Linear


def classifiers(found: Sequence[Taught], notes: Notes) -> Classifiers:
    """Train both from sentences of any languages together."""
    rows, labels = notes.examples(found, deed_examples)
    deed = train(rows, labels, classes=CLASSES)
    rows, labels = notes.examples(found, pair_examples)
    return Classifiers(deed, train(rows, labels, classes=("no", "yes")))
