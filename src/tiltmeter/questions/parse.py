"""A claim from a sentence, in English, German, French or Russian, or why it cannot be one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.actors import actor, find
from tiltmeter.errors import SettingsError
from tiltmeter.nouns import ORGANISATIONS, Mention
from tiltmeter.questions.phrases import cues, languages
from tiltmeter.questions.said import Said
from tiltmeter.settings import claim as made

if TYPE_CHECKING:
    import datetime as dt

    from tiltmeter.settings import Claim, Theatre

_MOST: Final = 600
"""Code points; more is no single sentence."""
_SHORT: Final = 22
"""Words and marks; in a longer sentence it is not safe to say which deed is whose without the coder."""


def parse(
    text: str, *, language: str, theatre: Theatre, mentions: Sequence[Mention] | None = None, name: str = "asked"
) -> Claim | str:
    """
    The claim a sentence makes, or why it makes none that can be tested.

    What it leaves open is taken from the theatre: the region where no state is named,
    the span where no time is. Look at the claim before you believe the answer.

    Args:
        text: One sentence.
        language: ISO 639-1.
        theatre: Whose states, poles and moments it is about.
        mentions: Actors in the text, found if not given.
        name: The claim's id.

    >>> from tiltmeter.settings import load_theatre
    >>> said = "Since March 2022 Georgia has turned away from Russia."
    >>> found = parse(said, language="en", theatre=load_theatre("south_caucasus"))
    >>> found.kind, found.states, str(found.since)
    ('fall_since', ('GEO',), '2022-03-01')
    """
    found = parse_all(text, language=language, theatre=theatre, mentions=mentions, name=name)
    return found if isinstance(found, str) else found[0]


def parse_all(
    text: str, *, language: str, theatre: Theatre, mentions: Sequence[Mention] | None = None, name: str = "asked"
) -> tuple[Claim, ...] | str:
    """All claims a sentence makes: a list of members, hosts or neighbours gives one each."""
    if language not in languages():
        return f"claims are read in {', '.join(languages())}, not in {language!r}"
    if not text.strip():
        return "there is no sentence"
    if len(text) > _MOST:
        return f"it is too long for one sentence ({len(text)} characters)"
    said = Said(text, language, theatre, tuple(find(text, language=language) if mentions is None else mentions))
    if said.has("future") and not said.has("peak"):
        return "it speaks of what may be or will be; only what was can be tested"
    for kind in _KINDS:
        fields = kind(said)
        if isinstance(fields, str):
            return fields
        if fields:
            return _claims(fields, said, name)
    return "no kind of claim is recognised in it: a peak, rise, fall, leaning, tie, office or event"


def to_toml(claim: Claim) -> str:
    """
    A claim as the lines one would write in a theatre's file.

    >>> from tiltmeter.settings import claim as build
    >>> print(to_toml(build({"id": "x", "kind": "member_of", "a": "KAZ", "b": "CSTO"})))
    id = "x"
    kind = "member_of"
    a = "KAZ"
    b = "CSTO"
    """
    lines = []
    for name, value in claim.model_dump(mode="json", exclude_defaults=True).items():
        dates = name in ("since", "at", "window", "other", "span")
        if name == "text":
            lines += [f"text.{code} = {json.dumps(words, ensure_ascii=False)}" for code, words in value.items()]
        elif dates:
            lines.append(f"{name} = {value}" if isinstance(value, str) else f"{name} = [{', '.join(value)}]")
        else:
            lines.append(f"{name} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines)


def _claims(fields: Sequence[Mapping[str, Any]], said: Said, name: str) -> tuple[Claim, ...] | str:
    built = []
    for number, one in enumerate(fields, start=1):
        own = name if len(fields) == 1 else f"{name}-{number}"
        try:
            built.append(made({"id": own, "text": {said.language: said.text.strip()}} | dict(one)))
        except SettingsError as error:
            return f"{error.what}; {error.mend}"
    return tuple(built)


_Fields = list[dict[str, Any]] | str | None


def _influence(said: Said) -> _Fields:
    """Peaks, rises, falls, comparisons of a power's influence."""
    if not said.has("influence"):
        return None
    if not said.powers:
        return "it does not say whose influence"
    head = {"power": said.nearest(said.powers, "influence"), "measure": "influence"} | said.about
    if said.has("peak"):
        return _peak(said, head)
    if said.denies:
        return "it denies something; ask for what it denies instead"
    if said.has("than"):
        return _than(said, head)
    kind = "fall_since" if said.has("fall") else "rise_since" if said.has("rise") else None
    if kind is None:
        return "it speaks of influence but not of a peak, rise, fall or comparison"
    if said.since is None and not said.times:
        return "it does not say since when"
    if said.since is None:
        return [head | {"kind": kind, "since": said.times[0].first, "span": _stretch(said)}]
    return [head | {"kind": kind, "since": said.since}]


def _stretch(said: Said) -> tuple[dt.date, dt.date]:
    """For a change within a window: as long before it as it lasts, to its end."""
    first, last = said.window or said.theatre.span
    return first - (last - first), last


def _peak(said: Said, head: dict[str, Any]) -> _Fields:
    if said.window is None:
        return "it does not say when the peak was"
    first, last = said.window
    if len(said.times) == 1 and said.since is not None:
        # "the highest since 2015" gives the span to look at and no window
        return "it says since when to look but not when the peak was"
    return [head | {"kind": "peak_in_window", "window": (first, last)}]


def _than(said: Said, head: dict[str, Any]) -> _Fields:
    if len(said.times) >= 2:
        one, two = said.times[0], said.times[1]
        windows = [(one.first, one.last), (two.first, two.last)]
        if said.has("fall") or re.search(
            r"(?<!\w)(?:lower|less|weaker|smaller|geringer|kleiner|schwächer|moins|меньше|слабее)", said.low
        ):
            windows.reverse()
        return [head | {"kind": "higher_in_than", "window": windows[0], "other": windows[1]}]
    if len(said.states) >= 2:
        window = said.window or said.theatre.span
        rest = {name: value for name, value in head.items() if name not in ("states", "region")}
        return [rest | {"kind": "ranking", "ranking": said.states, "window": window}]
    return "it compares, but neither two times nor two states"


def _course(said: Said) -> _Fields:
    """Leaning, balance, turning to or from a pole, moving apart or together."""
    theatre = said.theatre
    pole = {theatre.poles.a: "a", theatre.poles.b: "b"}
    first_power = said.powers[0] if said.powers else None
    if said.has("closest") and len(said.states) >= 2 and first_power:
        ranking = {"kind": "ranking", "power": first_power, "ranking": said.states}
        return [ranking | {"window": said.window or theatre.span} | _measure(first_power, pole)]
    if len(said.states) == 2 and not said.powers and (said.has("apart") or said.has("together")):
        if said.since is None:
            return "it does not say since when"
        kind = "moved_apart" if said.has("apart") else "moved_together"
        return [{"kind": kind, "a": said.states[0], "b": said.states[1], "since": said.since}]
    turned = "fall_since" if said.has("away") else "rise_since" if said.has("toward") else None
    if turned and first_power and not said.has("balance"):
        return _turn(said, turned, first_power, pole)
    if said.has("balance") and not said.has("member"):
        return [{"kind": "balances_in_window", "window": said.window or theatre.span} | said.about]
    if said.has("lean") and first_power:
        if said.denies:
            return "it denies something; ask for what it denies instead"
        if first_power not in pole:
            return f"leaning is between {theatre.poles.a} and {theatre.poles.b}; ask for the influence of {first_power}"
        window = said.window or theatre.span
        return [{"kind": "leans_in_window", "pole": pole[first_power], "window": window} | said.about]
    return None


def _turn(said: Said, kind: str, power: str, pole: Mapping[str, str]) -> _Fields:
    if said.denies:
        return "it denies something; ask for what it denies instead"
    since = said.since or (said.times[0].first if said.times else None)
    if since is None:
        return "it does not say since when"
    return [{"kind": kind, "power": power, "since": since} | _measure(power, pole) | said.about]


def _measure(power: str, pole: Mapping[str, str]) -> dict[str, Any]:
    """A tilt is measured to the poles; to other powers, influence stands for it."""
    return {"measure": "tilt" if power in pole else "influence"}


def _ties(said: Said) -> _Fields:
    """Members, bases, borders, office-holders."""
    found = _member(said) or _base(said) or _border(said) or _office(said)
    if found and said.denies:
        return "it denies something; ask for what it denies instead"
    return found


def _when(said: Said) -> dict[str, Any]:
    if said.window is None or not said.times:
        return {}
    first, last = said.window
    return {"at": first} if first == last else {"window": (first, last)}


def _member(said: Said) -> _Fields:
    if not said.has("member"):
        return None
    pacts = [mention.code for mention in said.sides if mention.code in ORGANISATIONS]
    states = [mention.code for mention in said.sides if mention.code not in ORGANISATIONS and mention.kind != "person"]
    if not pacts or not states:
        return None
    first = said.nearest([code for code in states if code and "-" not in code], "member")
    members = [code for code in said.listed(first or "") if code in states]
    return [{"kind": "member_of", "a": code, "b": pacts[0]} | _when(said) for code in members] or None


def _base(said: Said) -> _Fields:
    if not said.has("base"):
        return None
    sides = [mention for mention in said.sides if mention.code not in ORGANISATIONS and "-" not in (mention.code or "")]
    within = cues(said.language)["at"]
    hosts = []
    for mention in sides:
        before = re.search(r"(\w+)\W*$", said.low[: mention.start])
        if before and within.fullmatch(before[1]):
            hosts.append(mention)
    owners = [mention for mention in sides if mention.code not in {host.code for host in hosts}]
    if not hosts and len(sides) >= 2:
        owners, hosts = sides[:1], [mention for mention in sides[1:] if mention.code != sides[0].code]
    if not hosts or not owners:
        return None
    codes = dict.fromkeys(host.code for host in hosts)
    return [{"kind": "base_in", "a": owners[0].code, "b": code} | _when(said) for code in codes]


def _border(said: Said) -> _Fields:
    hit = said.at("border")
    if hit is None:
        return None
    sides = [mention for mention in said.sides if mention.code not in ORGANISATIONS and "-" not in (mention.code or "")]
    before = [mention.code or "" for mention in sides if mention.start < hit.start()]
    after = [mention.code or "" for mention in sides if mention.start >= hit.end()]
    if before and after:
        first, others = before[-1], [code for code in said.listed(after[0]) if code in after]
    else:
        # "A and B share a border", "the border between A and B"
        both = list(dict.fromkeys(before or after))
        if len(both) != 2 or (after and len(said.low.split()) > _SHORT):
            return None
        first, others = both[0], both[1:]
    # a border's date is seldom the date in the sentence, and borders last
    return [{"kind": "border_with", "a": first, "b": other} for other in others if other != first] or None


def _office(said: Said) -> _Fields:
    if not said.has("office"):
        return None
    people = [one for one in said.mentions if one.kind == "person" and one.code and _is_name(one)]
    if not people or said.deed is not None:
        return None
    return [{"kind": "office_held", "a": people[0].name, "b": people[0].code} | _when(said)]


def _is_name(mention: Mention) -> bool:
    """Whether a person is named, not only an office: then the name is not the state's."""
    return bool(mention.code) and mention.name != actor(mention.code or "").name


def _event(said: Said) -> _Fields:
    """Who did what to whom, by the deed words of the coder's lexicon."""
    if said.deed is None or not said.sides:
        return None
    if said.denies:
        return "it denies something; ask for what it denies instead"
    root, at = said.deed
    codes = list(dict.fromkeys(mention.code or "" for mention in said.sides))
    if len(codes) == 1 and (root == "PROTEST" or "-" in codes[0]):
        # a deed inside a state has both sides in it
        codes = [codes[0] if "-" in codes[0] else f"{codes[0]}-CIV", codes[0][:3]]
    if len(codes) != 2 or len(said.sentence.words) > _SHORT:
        return f"it names {len(codes)} sides in {len(said.sentence.words)} words: ask about one event between two"
    giver, taker = codes[:2]
    if _reversed(said, at):
        giver, taker = taker, giver
    fields = {"giver": giver, "taker": taker, "root": root}
    if (hit := said.at("first")) and said.times:
        return _first(said, fields, hit)
    if said.window is None:
        return "it does not say when"
    return [fields | {"kind": "event_happened", "window": said.window}]


def _first(said: Said, fields: dict[str, Any], hit: re.Match[str]) -> _Fields:
    """The first since: the time after those words is since when, another one is when it was."""
    since = next((time for time in said.times if time.start >= hit.end() - 1), said.times[-1])
    others = [time for time in said.times if time is not since]
    if not others:
        return "it does not say when the first one was"
    return [fields | {"kind": "first_since", "since": since.first, "window": (others[0].first, others[0].last)}]


def _reversed(said: Said, deed: int) -> bool:
    """Whether the second side named did it: a passive with its agent."""
    second = said.sides[1:2]
    # an article may stand between: "by the army"
    before = said.low[: second[0].start].split()[-2:] if second else []
    if not any(cues(said.language)["passive"].fullmatch(word) for word in [*before, " ".join(before)]):
        return False
    s = said.sentence
    near = [kinds for start, kinds in zip(s.starts, s.cues, strict=True) if start <= deed + 40]
    return any("passive" in kinds for kinds in near)


_KINDS: Final = (_influence, _course, _ties, _event)
