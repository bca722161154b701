"""
The words around a pair of actors as names of features: which class the pair has is told by them alone.

Names that begin with a language's code belong to its words; the others, among them runs of the sentence's
skeleton (sides, deed words by root, cues, clause marks), hold for all languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final

import numpy as np

from tiltmeter.coder.features import klass, near
from tiltmeter.coder.learn import Floats, softmax
from tiltmeter.coder.modes import mode_of
from tiltmeter.coder.sentence import Sentence, Who
from tiltmeter.nouns import ROOTS

Made = tuple[Sentence, "Who | None", "Who | None"]
View = Sequence[tuple[int, Floats, float]]
"""Deed words as the event classifiers see them for a pair: place, log odds of each root, and of the pair."""

_CLAUSES: Final = frozenset(',;:–—()"„“”«»')
_CLAUSE_LINKS: Final = frozenset({"who", "that", "time", "why"})
_BEFORE: Final = 12
_AFTER: Final = 15
"""Words looked at before the first side and after the last."""
_LONGEST: Final = 120
"""Letters of a skeleton between two sides at most."""
_LATIN: Final = frozenset({"en", "de", "fr", "es", "tr"})
"""Languages of one script, which share stems of the same learned words."""


@dataclass(frozen=True)
class Scene:
    """What all pairs of a sentence share: features of its words, its skeleton by word, its deed words' modes."""

    sentence: Sentence
    common: list[str]
    marks: dict[int, str]
    modes: list[str]


def scene(s: Sentence) -> Scene:
    """The scene of a sentence, made once for all its pairs."""
    code = s.language.code
    common: list[str] = []
    for lemma in s.lemmas:
        if len(lemma) > 4 and lemma.isalpha():
            common += [f"{code}c4{lemma[:4]}", f"{code}c6{lemma[:6]}"]
            if code in _LATIN and len(lemma) > 5:
                common.append(f"~{lemma[:5]}")
    modes = [mode_of(s, trigger) for trigger in s.triggers]
    common += [f"to={'|'.join(one.roots)}{mode}" for one, mode in zip(s.triggers, modes, strict=True)]
    common += [f"{code}tlm={one.lemma}{mode}" for one, mode in zip(s.triggers, modes, strict=True)]
    marks: dict[int, str] = {}
    links = s.language.links
    for at, word in enumerate(s.low):
        if word in _CLAUSES:
            marks[at] = ","
        elif word in ".!?":
            marks[at] = "."
        elif s.cues[at]:
            marks[at] = "c:" + s.cues[at][0]
        elif word in links and links[word] in _CLAUSE_LINKS:
            marks[at] = "l:" + links[word]
    for trigger in s.triggers:
        for at in range(trigger.first, trigger.last + 1):
            marks.pop(at, None)
        marks[trigger.first] = "d:" + "|".join(trigger.roots[:2])
    for who in s.actors:
        for at in range(who.first, who.last + 1):
            marks.pop(at, None)
        marks[who.first] = "A"
    return Scene(s, list(dict.fromkeys(common)), marks, modes)


def whole_sentence(ground: Scene) -> list[str]:
    """Features of a sentence without regard to any pair: does it tell an event at all?"""
    s = ground.sentence
    code, lemmas = s.language.code, s.lemmas
    kinds = sorted({kind for found in s.cues for kind in found})
    two = [f"{one}_{other}" for one, other in pairwise(lemmas)]
    return [
        *ground.common,
        *(f"{code}{lemma}" for lemma in lemmas),
        *(f"{code}{run}" for run in two),
        *(f"{code}{run}_{lemma}" for run, lemma in zip(two, lemmas[2:], strict=False)),
        *(f"c={kind}" for kind in kinds),
        *(f"c2={one}{other}" for one, other in combinations(kinds, 2)),
        *_runs([ground.marks[at] for at in sorted(ground.marks)], "k"),
        f"n={near(len(lemmas) // 4)}",
        f"A={min(5, len(s.actors))}",
        f"C={min(5, len({who.code for who in s.actors}))}",
        f"{code}1={lemmas[0] if lemmas else ''}",
        f"q={any(s.quoted)}",
        f"end={s.low[-1] if s.low else ''}",
    ]


def every_pair(made: Sequence[Made], views: Sequence[View]) -> list[list[str]]:
    """Features of many pairs, each with its view; a sentence's scene is made once."""
    scenes: dict[int, Scene] = {}
    rows = []
    for (s, source, target), view in zip(made, views, strict=True):
        if id(s) not in scenes:
            scenes[id(s)] = scene(s)
        rows.append([*pair_words(scenes[id(s)], source, target, view), *scenes[id(s)].common])
    return rows


def pair_words(scene: Scene, source: Who | None, target: Who | None, view: View) -> list[str]:
    """Features of a pair, without those of the whole scene; a side that the text does not name is None."""
    s = scene.sentence
    order = _order(source, target)
    return [
        f"order={order}",
        *_zones(s, source, target, order),
        *_witness(s, source, target, view, order),
        *_sides(s, source, target),
        *_deeds(scene, source, target),
        *_skeleton(scene, source, target),
    ]


def _order(source: Who | None, target: Who | None) -> str:
    if source and target:
        return "ST" if source.first < target.first else "TS"
    return "S" if source else "T" if target else "-"


def _zones(s: Sentence, source: Who | None, target: Who | None, order: str) -> list[str]:
    """Words and runs of words before, between and after the sides."""
    code, size = s.language.code, len(s.low)
    ends = [who for who in (source, target) if who]
    one = min((who.first for who in ends), default=0)
    two = max((who.last for who in ends), default=size - 1)
    marked = list(s.lemmas)
    for who, mark in ((target, "<T>"), (source, "<S>")):
        if who:
            marked[who.first : who.last + 1] = [mark] * (who.last + 1 - who.first)
    out: list[str] = []
    zones = (("B", max(0, one - _BEFORE), one), ("M", one, two + 1), ("A", two + 1, min(size, two + 1 + _AFTER)))
    for zone, begin, end in zones:
        words = marked[begin:end]
        words = [word for n, word in enumerate(words) if n == 0 or word != words[n - 1] or word[0] != "<"]
        for n, word in enumerate(words):
            out += [f"{code}{zone}{word}", f"{code}{order}{zone}{word}", f"{code}*{word}"]
            if n:
                out += [f"{code}{zone}{words[n - 1]}_{word}", f"{code}*{words[n - 1]}_{word}"]
            if n > 1:
                out.append(f"{code}*{words[n - 2]}_{words[n - 1]}_{word}")
            if len(word) > 5:
                out.append(f"{code}{zone}#{word[:5]}")
        for at in range(begin, end):
            out += [f"{zone}c={kind}" for kind in s.cues[at]]
    return out


def _sides(s: Sentence, source: Who | None, target: Who | None) -> list[str]:
    """What stands beside each side, its ending, and what kinds of actors the two are."""
    code, low, size = s.language.code, s.low, len(s.low)
    out: list[str] = []
    for who, name in ((source, "S"), (target, "T")):
        if who is None:
            continue
        first, last = who.chain
        before = low[first - 1] if first else "_"
        earlier = low[first - 2] if first > 1 else "_"
        after = low[last + 1] if last + 1 < size else "_"
        ending = low[who.last][-3:]
        out += [
            f"{code}{name}p={before}", f"{code}{name}q={after}", f"{code}{name}pp={earlier} {before}",
            f"{code}{name}e={ending}", f"{code}{name}pe={before}|{ending[-2:]}", f"{name}k={klass(who.code)}",
            f"{name}c={who.chain != (who.first, who.last)}", f"{name}k={who.mention.kind}",
            f"{code}{name}f={low[who.first][-2:]}", f"{name}i={who.link}",
        ]  # fmt: skip
    if source and target:
        left, right = sorted((source, target), key=lambda who: who.first)
        inner = sum(left.last < who.first < right.first for who in s.actors)
        beside = "|".join(low[who.chain[0] - 1] if who.chain[0] else "_" for who in (source, target))
        out += [
            f"kk={klass(source.code)}{klass(target.code)}{source.code[:3] == target.code[:3]}",
            f"ch={source.chain == target.chain}", f"in={min(4, inner)}", f"{code}pair={beside}|{left is source}",
            f"ii={source.link}>{target.link}|{left is source}",
        ]  # fmt: skip
    return out


def _deeds(scene: Scene, source: Who | None, target: Who | None) -> list[str]:
    """The deed words that have a side of the pair for their nearest actor, and what their mode is."""
    s = scene.sentence
    code = s.language.code
    names = {id(source): "S", id(target): "T"}
    out: list[str] = []
    for trigger, mode in zip(s.triggers, scene.modes, strict=True):
        left = right = None
        for who in s.actors:
            if who.last < trigger.first:
                left = who
            elif who.first > trigger.last:
                right = who
                break
        here = (names.get(id(left), "A") if left else "^") + (names.get(id(right), "A") if right else "$")
        if "S" in here or "T" in here:
            roots = "|".join(trigger.roots)
            out += [
                f"tn={here}{roots}", f"tm={here}{roots}{mode}", f"{code}tl={here}{trigger.lemma}",
                f"{code}th={here}{roots}{s.low[trigger.first][-2:]}",
            ]  # fmt: skip
    return out


def _skeleton(scene: Scene, source: Who | None, target: Who | None) -> list[str]:
    """Runs of the sentence's skeleton, in which the pair's sides are told from all other actors."""
    if source is None or target is None:
        return []
    marks = {**scene.marks, source.first: "S", target.first: "T"}
    whole = [marks[at] for at in sorted(marks)]
    out = _runs(whole, "k")
    linked = {at: mark for at, mark in marks.items() if mark[0] == "d" or mark in "ST"}
    for who, mark in ((source, "S"), (target, "T")):
        linked[who.first] = f"{who.link}:{mark}"
    out += _runs([linked[at] for at in sorted(linked)], "i")
    out += _runs([mark for mark in whole if mark in "STA" or mark[0] == "d"], "K")
    low, high = sorted((whole.index("S"), whole.index("T")))
    out += [
        f"m={' '.join(whole[low : high + 1])[:_LONGEST]}",
        f"bef={whole[low - 1] if low else '^'}{whole[low]}",
        f"aft={whole[high + 1] if high + 1 < len(whole) else '$'}{whole[high]}",
    ]
    return out


def _runs(marks: Sequence[str], name: str) -> list[str]:
    """Runs of two to four marks, of which equal ones in a row count as one."""
    once = ["^", *(mark for n, mark in enumerate(marks) if n == 0 or mark != marks[n - 1]), "$"]
    two = [f"{one} {other}" for one, other in pairwise(once)]
    three = [f"{one} {other}" for one, other in zip(two, once[2:], strict=False)]
    four = [f"{one} {other}" for one, other in zip(three, once[3:], strict=False)]
    return [name + run for run in (*two, *three, *four)]


def _witness(s: Sentence, source: Who | None, target: Who | None, view: View, order: str) -> list[str]:
    """The event classifiers' view as names, coarsened so that they can be counted."""
    out: list[str] = []
    total = np.zeros(len(ROOTS), dtype=np.float64)
    ranked = sorted(view, key=lambda one: -_log_both(float(one[1].max()), one[2]))
    for rank, (place, roots, pair) in enumerate(ranked):
        trigger = s.triggers[place]
        share = softmax(np.append(roots, 0.0).astype(np.float32))[:-1]
        total += share / (1 + np.exp(-pair))
        if rank < 3:
            root = ROOTS[int(roots.argmax())]
            strength = "+" if _log_both(float(roots.max()), pair) > 0 else "-"
            out += [f"v{rank}={root}", f"v{rank}={root}{strength}", f"v{rank}x={'|'.join(trigger.roots)}"]
        if rank == 0:
            out.append(f"v0l={s.language.code}{trigger.lemma}")
            at = trigger.first
            where = "".join(
                "s" if source and at > source.first else "",
            ) + ("t" if target and at > target.first else "")
            out.append(f"v0w={where}|{order}|{'|'.join(trigger.roots)}")
        out += [f"any={root}" for root in trigger.roots]
    if total.sum() > 0:
        first, second = np.argsort(-total, kind="stable")[:2]
        out += [
            f"sum={ROOTS[first]}",
            f"sum={ROOTS[first]}{near(int(total[first] * 6))}",
            f"sum2={ROOTS[second]}{near(int(total[second] * 6))}",
        ]
        out += [f"sums={ROOTS[first]}|{ROOTS[second]}"]
    return out


def _log_both(one: float, two: float) -> float:
    return float(-np.logaddexp(-one, -two))
