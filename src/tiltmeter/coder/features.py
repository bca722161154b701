"""
What the classifiers look at: names of features of a deed word, of a side, of a pair.

Names that begin with a language's code belong to its words; all others are shared, so that what one
language teaches (a passive turns the sides round, a denial undoes a deed) holds for the others.
"""

from __future__ import annotations

from tiltmeter.coder.modes import mode_of
from tiltmeter.coder.sentence import Sentence, Trigger, Who

_STOPS = frozenset(".;:!?")
_SCOPE = 9


def klass(code: str) -> str:
    """What kind of actor a code stands for, in a word."""
    if not code:
        return "NIL"
    if code.endswith("-CIV"):
        return "CIV"
    if code.endswith(("-REB", "-TAL")):
        return "REB"
    return "STATE" if len(code) == 3 and code not in ("SCO", "OTS", "CIS") else "ORG"


def near(count: int) -> str:
    """A distance in words, coarsely."""
    return str(count) if count < 4 else "4-6" if count < 7 else "7-12" if count < 13 else "13+"


def deed_features(sentence: Sentence, place: int) -> list[str]:
    """Features of the deed word at `place` among the sentence's triggers: is it a deed here, and of which root."""
    s = sentence
    trigger = s.triggers[place]
    first, last = trigger.first, trigger.last
    code = s.language.code
    low, lemmas, size = s.low, s.lemmas, len(s.low)
    roots = "|".join(trigger.roots)
    head = low[first]

    def word(at: int) -> str:
        return lemmas[at] if 0 <= at < size else "_"

    out = [
        f"{code}l={trigger.lemma}",
        f"{code}l3={trigger.lemma}|{head[-3:]}",
        f"{code}s={head[-3:]}",
        f"{code}s2={head[-2:]}|{roots}",
        f"r={roots}",
        f"sure={trigger.sure}|{roots}",
        f"{code}-1={word(first - 1)}",
        f"{code}+1={word(last + 1)}",
        f"{code}-2={word(first - 2)}",
        f"{code}+2={word(last + 2)}",
        f"{code}-1l={word(first - 1)}|{trigger.lemma}",
        f"{code}+1l={trigger.lemma}|{word(last + 1)}",
        f"{code}-1r={word(first - 1)}|{roots}",
        f"{code}+1r={roots}|{word(last + 1)}",
        f"{code}-21={word(first - 2)}|{word(first - 1)}",
        f"{code}+12={word(last + 1)}|{word(last + 2)}",
    ]
    out += [f"x={root}" for root in trigger.roots]
    out += [f"{code}w={lemmas[at]}" for at in range(max(0, first - 5), min(size, last + 6)) if lemmas[at].isalpha()]
    out += [f"{code}c={head[:cut]}" for cut in (4, 5, 6) if len(head) > cut]
    out += _cue_features(s, trigger, roots)
    out += _neighbours(s, place, roots)
    out += _company(s, trigger, roots)
    if s.quoted[first]:
        out += ["quoted", f"quoted|{roots}"]
    out.append(f"start={min(first, 3)}")
    out.append(f"length={near(size // 4)}")
    return out


def _cue_features(s: Sentence, trigger: Trigger, roots: str) -> list[str]:
    out: list[str] = []
    before: set[str] = set()
    at = trigger.first - 1
    while at >= 0 and at >= trigger.first - _SCOPE and s.low[at] not in _STOPS:
        close = trigger.first - at <= 3
        for kind in s.cues[at]:
            if close:
                out += [f"cn={kind}", f"cn={kind}|{roots}"]
            if kind not in before:
                before.add(kind)
                out += [f"cb={kind}", f"cb={kind}|{roots}"]
        at -= 1
    for at in range(trigger.first, min(trigger.last + 5, len(s.low))):
        for kind in s.cues[at]:
            own = "co" if at <= trigger.last else "ca"
            out += [f"{own}={kind}", f"{own}={kind}|{roots}"]
    everywhere = {kind: None for kinds in s.cues for kind in kinds}
    out += [f"cs={kind}" for kind in everywhere]
    out += [
        f"cs={kind}|{roots}"
        for kind in everywhere
        if kind in ("domain_none", "opinion", "denial", "hypothetical", "background")
    ]
    out.append(f"mode={mode_of(s, trigger)}|{roots}")
    return out


def _neighbours(s: Sentence, place: int, roots: str) -> list[str]:
    """The deed words on either side: what governs this one, and what it governs."""
    out: list[str] = []
    trigger = s.triggers[place]
    if place > 0:
        left = s.triggers[place - 1]
        gap = trigger.first - left.last - 1
        named = any(left.last < who.first and who.last < trigger.first for who in s.actors)
        between = s.low[left.last + 1 : trigger.first]
        kind = "|".join(left.roots)
        out += [
            f"L={kind}", f"L={kind}|{roots}", f"Ld={near(gap)}|{kind}", f"Ln={named}|{kind}|{roots}",
            f"{s.language.code}Ll={left.lemma}|{roots}", f"L,={',' in between}|{kind}",
            f"{s.language.code}Lb={between[0] if between else '_'}|{kind}",
        ]  # fmt: skip
    else:
        out.append("L=none")
    if place + 1 < len(s.triggers):
        right = s.triggers[place + 1]
        kind = "|".join(right.roots)
        gap = right.first - trigger.last - 1
        out += [
            f"R={kind}",
            f"R={kind}|{roots}",
            f"Rd={near(gap)}|{kind}",
            f"{s.language.code}Rl={right.lemma}|{roots}",
        ]
    else:
        out.append("R=none")
    return out


def _company(s: Sentence, trigger: Trigger, roots: str) -> list[str]:
    before = [who for who in s.actors if who.last < trigger.first]
    after = [who for who in s.actors if who.first > trigger.last]
    left = klass(before[-1].code) if before else "no"
    right = klass(after[0].code) if after else "no"
    coded = len({who.code for who in s.actors if who.code})
    out = [
        f"A={left}>{right}", f"A={left}>{right}|{roots}", f"n={min(coded, 4)}", f"n={min(coded, 4)}|{roots}",
        f"kinds={'|'.join(sorted({klass(who.code) for who in s.actors}))}|{roots}",
    ]  # fmt: skip
    states = [who.code[:3] for who in s.actors if who.code]
    inside = len(states) != len(set(states))
    out += [f"inside={inside}|{min(coded, 3)}|{roots}", f"{s.language.code}inside={inside}|{trigger.lemma}"]
    if before and after:
        home = before[-1].code[:3] == after[0].code[:3]
        out += [f"home={home}|{roots}", f"{s.language.code}home={home}|{trigger.lemma}"]
    if before:
        out.append(f"Adl={near(trigger.first - before[-1].last - 1)}")
    if after:
        out.append(f"Adr={near(after[0].first - trigger.last - 1)}")
    return out


def side_features(s: Sentence, trigger: Trigger, who: Who, root: str, part: str) -> list[str]:
    """Features of one actor as giver (`part` "G") or taker ("T") of a deed of the given root."""
    code = s.language.code
    low, size = s.low, len(s.low)
    # a member of a list stands where its list stands
    first, last = who.chain
    if first <= trigger.first <= last or first <= trigger.last <= last:
        first, last = who.first, who.last
    before = last < trigger.first
    inside = not before and first <= trigger.last
    side = "B" if before else "I" if inside else "F"
    low_end, high = (last + 1, trigger.first) if before else (trigger.last + 1, first)
    gap = max(0, high - low_end)
    between = low[low_end:high]
    actors = sum(1 for other in s.actors if other.first >= low_end and other.last < high)
    deeds = sum(1 for other in s.triggers if other.first >= low_end and other.last < high)
    previous = low[first - 1] if first else "_"
    earlier = low[first - 2] if first > 1 else "_"
    following = low[last + 1] if last + 1 < size else "_"
    passive = is_passive(s, trigger)
    agent = first > 0 and "agent" in s.cues[first - 1]
    kind = klass(who.code)
    stop = "." if any(mark in between for mark in ".;:") else "," if "," in between else ""
    base = [
        f"{side}", f"{side}|{root}", f"{side}p={passive}", f"{side}p={passive}|{root}", f"{side}d={near(gap)}",
        f"{side}a={min(actors, 3)}", f"{side}t={min(deeds, 3)}", f"{side}at={min(actors, 2)}{min(deeds, 2)}|{root}",
        f"{side}s={stop}", f"{side}s={stop}|{min(deeds, 2)}", f"k={kind}|{root}", f"k={kind}|{side}|{root}",
        f"{side}g={agent}|{passive}", f"{side}g={agent}|{root}", f"first={who is s.actors[0]}|{side}|{root}",
        f"{code}{side}-1={previous}", f"{code}{side}-1={previous}|{root}", f"{code}{side}-1p={previous}|{passive}",
        f"{code}{side}-2={earlier}|{previous}", f"{code}{side}+1={following}", f"{code}{side}+1={following}|{root}",
        f"{code}{side}l={trigger.lemma}", f"{code}{side}l-1={trigger.lemma}|{previous}",
        f"{code}{side}h={low[trigger.first][-3:]}", f"chain={who.chain != (who.first, who.last)}|{side}",
        f"q={s.quoted[who.first]}{s.quoted[trigger.first]}|{side}",
        f"{code}{side}n={gap < 2}|{low[trigger.first][-2:]}", f"adj={who.mention.text[:1].islower()}|{side}|{gap < 2}",
        f"i={who.link}|{side}", f"i={who.link}|{side}|{root}", f"i={who.link}|{side}|{passive}",
        f"i={who.link}|{'|'.join(trigger.roots)}", f"{code}i={who.link}|{trigger.lemma}",
    ]  # fmt: skip
    base += [f"{code}{side}b={word}" for word in dict.fromkeys(between[:8]) if not word.isdigit()]
    if deeds:
        other = s.triggers[s.triggers.index(trigger) + (-1 if before else 1)]
        base.append(f"{side}o={'|'.join(other.roots)}|{root}")
    if s.language.habits.cases:
        ending = low[who.last][-s.language.habits.cases :]
        base += [
            f"{code}e={ending}", f"{code}e={ending}|{side}", f"{code}e={ending}|{root}",
            f"{code}e2={ending[-2:]}|{side}|{root}", f"{code}e2={ending[-2:]}|{previous}",
            f"{code}el={ending[-2:]}|{trigger.lemma}", f"{code}f={low[who.first][-2:]}|{side}",
        ]  # fmt: skip
    return [part + name for name in base]


def pair_features(s: Sentence, trigger: Trigger, giver: Who, taker: Who, root: str) -> list[str]:
    """Features of two actors together as giver and taker of a deed of the given root."""
    marks = sorted([(giver.first, "g"), (taker.first, "k"), (trigger.first, "t")])
    order = "".join(mark for _, mark in marks)
    passive = is_passive(s, trigger)
    one, two = (giver, taker) if giver.first < taker.first else (taker, giver)
    between = s.low[one.last + 1 : two.first]
    link = between[0] if len(between) == 1 else "" if not between else "…"
    inner = sum(1 for who in s.actors if one.last < who.first and who.last < two.first)
    listed = giver.chain == taker.chain
    same = giver.code[:3] == taker.code[:3]
    kinds = f"{klass(giver.code)}>{klass(taker.code)}"
    code = s.language.code
    return [
        f"o={order}", f"o={order}|{root}", f"o={order}|{passive}", f"o={order}|{passive}|{root}",
        f"kk={kinds}", f"kk={kinds}|{root}", f"kk={kinds}|{order}", f"same={same}", f"same={same}|{kinds}",
        f"same={same}|{root}", f"inner={min(inner, 3)}|{order}", f"{code}link={link}|{order}",
        f"{code}link={link}|{root}", f"{code}ol={order}|{trigger.lemma}",
        f"{code}of={order}|{s.low[trigger.first][-3:]}",
        f"listed={listed}|{order}", f"listed={listed}|{root}", f"{code}listed={listed}|{trigger.lemma}",
        f"N={min(len({who.code for who in s.actors if who.code}), 4)}|{order}",
        f"ii={giver.link}>{taker.link}|{order}", f"ii={giver.link}>{taker.link}|{root}",
        f"ii={giver.link}>{taker.link}|{order}|{passive}", f"ii={giver.link}>{taker.link}|{order}|{root}",
    ]  # fmt: skip


def is_passive(s: Sentence, trigger: Trigger) -> bool:
    """Whether words of a passive stand about a deed word."""
    begin = max(0, trigger.first - 4)
    scope = range(begin, min(trigger.last + 3, len(s.low)))
    return any("passive" in s.cues[at] for at in scope)
