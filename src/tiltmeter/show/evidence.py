"""The rows behind the numbers, by state and period, in the form the page shows on a click."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.model.arrays import Ints
from tiltmeter.questions.tables import event_days, leaders

if TYPE_CHECKING:
    import pyarrow as pa

    from tiltmeter.model.tilt import Tilt
    from tiltmeter.questions.tables import Tables
    from tiltmeter.settings import Theatre

EACH: Final = 12
"""Events shown per state and period at most; the page says how many more there are."""
EVENTS: Final = 4000
FIGURES: Final = 20_000
CALLS: Final = 12
"""Roll calls shown per period at most, those that divide the poles first."""
LONGEST: Final = 420
"""Code points of a sentence that are shown, around its deed."""
_HIDDEN: Final = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]"
)
_SYMBOL: Final = re.compile(r"[A-Z]/[A-Za-z0-9/.()\-]{3,60}")
_CHOICES: Final = {"yes": "y", "no": "n", "abstain": "a", "absent": "x"}


def shown(text: str) -> str:
    r"""
    A text with what cannot be seen made visible: control characters, and those that turn the reading direction.

    >>> shown("safe\u202egnp.exe")
    'safe⟦U+202E⟧gnp.exe'
    """
    return _HIDDEN.sub(lambda hit: f"⟦U+{ord(hit[0]):04X}⟧", text)


def link(url: str) -> str:
    """
    The address if a browser may open it, else nothing.

    >>> link("https://example.org/a"), link("javascript:alert(1)"), link(" data:text/html,x")
    ('https://example.org/a', '', '')
    """
    return url if re.match(r"https?://[^\s<>\"']+$", url, re.IGNORECASE) else ""


def document_link(symbol: str) -> str:
    """
    Where the United Nations keep a document, by its symbol.

    >>> document_link("A/RES/ES-11/1"), document_link("R/1")
    ('https://undocs.org/A/RES/ES-11/1', '')
    """
    return f"https://undocs.org/{symbol}" if _SYMBOL.fullmatch(symbol) and symbol.count("/") > 1 else ""


def evidence(tables: Tables, *, theatre: Theatre, tilt: Tilt, least: float = 0.0) -> dict[str, Any]:
    """
    The rows behind a theatre's numbers: events with their sentences, votes, sums and ties.

    `events` and `figures` carry the index of their state and period; `calls` one
    letter per state (y, n, a, x took no part, - unknown). `more` counts the events
    of a state and period that are not listed.

    Args:
        tables: The rows.
        theatre: Whose states and poles are meant.
        tilt: The calendar.
        least: The confidence from which an event counts.
    """
    events, more, printed = _events(tables, theatre, tilt, least)
    return {
        "events": events,
        "more": more,
        "documents": {_name(row): _document(row) for row in printed.values()},
        "calls": _calls(tables, theatre, tilt),
        "figures": _figures(tables.figures, theatre, tilt),
        "facts": _facts(tables.facts, theatre),
    }


def _events(
    tables: Tables, theatre: Theatre, tilt: Tilt, least: float
) -> tuple[list[dict[str, Any]], dict[str, int], dict[tuple[str, str], dict[str, Any]]]:
    """The events that are listed, how many of each state and period are not, and the documents they are in."""
    events = tables.events
    lead = leaders(tables.facts)
    poles = {theatre.poles.a, theatre.poles.b}
    sides = {*poles, *(body for body, power in lead.items() if power in poles)}
    toward = _among(events["giver"], sides) | _among(events["taker"], sides)
    sure = np.asarray(events["confidence"].to_numpy(), dtype=np.float64)
    toward &= sure >= least
    row, state, period = _placed(events, theatre, tilt)
    place = state * len(tilt.periods) + period
    # record first, so that written reports never push it out of the list
    written = np.array(events["written"].to_pylist(), dtype=bool)
    order = np.lexsort((-sure[row], ~toward[row], written[row], place))
    row, state, period, place = row[order], state[order], period[order], place[order]
    listed = np.arange(len(row)) - np.searchsorted(place, place) < EACH
    if listed.sum() > EVENTS:  # keep those that enter the tilt, then the surest
        best = np.lexsort((-sure[row], ~toward[row], written[row], ~listed))[:EVENTS]
        listed = np.isin(np.arange(len(row)), best)
    more: dict[str, int] = {}
    for s, t in zip(state[~listed].tolist(), period[~listed].tolist(), strict=True):
        more[f"{s}/{t}"] = more.get(f"{s}/{t}", 0) + 1
    rows = events.take(row[listed]).to_pylist()
    printed = _printed(tables.documents, {(one["source"], one["document"]) for one in rows if one["document"]})
    places = zip(rows, row[listed].tolist(), state[listed].tolist(), period[listed].tolist(), strict=True)
    told = [_event(one, printed, s, t, counts=bool(toward[at])) for one, at, s, t in places]
    return told, more, printed


def _placed(events: pa.Table, theatre: Theatre, tilt: Tilt) -> tuple[Ints, Ints, Ints]:
    """Row, state and period of every event of a state; one between two states is there twice."""
    day = event_days(events)
    period = np.searchsorted(tilt.starts, day, side="right") - 1
    dated = ~np.isnat(day) & (period >= 0) & (period < len(tilt.periods))
    giver, taker = (_index(events[side], theatre.states) for side in ("giver", "taker"))
    given, taken = np.nonzero(dated & (giver >= 0))[0], np.nonzero(dated & (taker >= 0) & (taker != giver))[0]
    row = np.concatenate([given, taken])
    return row, np.concatenate([giver[given], taker[taken]]), period[row]


def _event(
    row: dict[str, Any], printed: dict[tuple[str, str], dict[str, Any]], state: int, period: int, *, counts: bool
) -> dict[str, Any]:
    document = printed.get((row["source"], row["document"]))
    return {
        "state": state, "period": period, "giver": row["giver"], "taker": row["taker"],
        "kind": "words" if row["quad"] % 2 else "deeds", "good": row["quad"] <= 2, "root": row["root"],
        "mode": row["mode"], "start": _day(row["start"]), "end": _day(row["end"]), "told": _day(row["reported"]),
        "sure": round(float(row["confidence"]), 2), "text": _marked(row, document["text"] if document else ""),
        "doc": _name(document) if document else "",
        "by": shown(row["attributed_to"] or ""), "background": row["background"], "written": row["written"],
        "witnesses": row["witnesses"], "counts": counts and not row["background"],
        "source": row["source"], "key": shown(row["key"]),
    }  # fmt: skip


def _marked(row: dict[str, Any], text: str) -> list[str]:
    """The sentence as before, the deed, and after; the deed is empty where there is no span."""
    sentence, start, end = row["sentence"], row["span_start"], row["span_end"]
    at = text.find(sentence, max(0, start - len(sentence))) if text and sentence and start >= 0 else -1
    low, high = start - at, end - at
    if at < 0 or not 0 <= low < high <= len(sentence):
        return [shown(sentence[:LONGEST]) + ("…" if len(sentence) > LONGEST else ""), "", ""]
    high = min(high, low + LONGEST)
    room = max(40, (LONGEST - (high - low)) // 2)
    before, after = sentence[:low], sentence[high:]
    head = ("…" + before[-room:]) if len(before) > room else before
    tail = (after[:room] + "…") if len(after) > room else after
    return [shown(head), shown(sentence[low:high]), shown(tail)]


def _printed(documents: pa.Table, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Documents by the source and key that events give; events of another source mean the only one of that key."""
    kept = documents.filter(_is_in(documents["key"], {key for _, key in wanted})).to_pylist()
    own = {(row["source"], row["key"]): row for row in kept}
    by_key: dict[str, list[dict[str, Any]]] = {}
    for row in kept:
        by_key.setdefault(row["key"], []).append(row)
    lone = {key: rows[0] for key, rows in by_key.items() if len(rows) == 1}
    found = {pair: own.get(pair) or lone.get(pair[1]) for pair in wanted}
    return {pair: row for pair, row in found.items() if row is not None}


def _name(row: dict[str, Any]) -> str:
    return shown(f"{row['source']}/{row['key']}")


def _document(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": shown(row["title"])[:300], "outlet": shown(row["outlet"])[:120], "date": _day(row["date"]),
        "language": row["language"], "url": link(row["url"]), "written": row["written"],
    }  # fmt: skip


def _calls(tables: Tables, theatre: Theatre, tilt: Tilt) -> list[dict[str, Any]]:
    wanted = [*theatre.states, theatre.poles.a, theatre.poles.b]
    votes = tables.votes.filter(_is_in(tables.votes["state"], set(wanted)))
    choices: dict[tuple[str, str], dict[str, str]] = {}
    for source, call, state, choice in zip(
        *(votes[name].to_pylist() for name in ("source", "rollcall", "state", "choice")), strict=True
    ):
        choices.setdefault((source, call), {})[state] = _CHOICES.get(choice, "-")
    found: list[tuple[int, bool, dict[str, Any]]] = []
    for row in tables.rollcalls.to_pylist():
        period = int(np.searchsorted(tilt.starts, np.datetime64(row["date"]), side="right")) - 1
        own = choices.get((row["source"], row["key"]), {})
        if own and 0 <= period < len(tilt.periods):
            letters = "".join(own.get(code, "-") for code in wanted)
            found.append((period, letters[-1] == letters[-2], _call(row, period, letters)))
    found.sort(key=lambda item: item[:2])
    count: dict[int, int] = {}
    kept = []
    for period, _, call in found:
        count[period] = count.get(period, 0) + 1
        if count[period] <= CALLS:
            kept.append(call)
    return kept


def _call(row: dict[str, Any], period: int, letters: str) -> dict[str, Any]:
    symbol = shown(row["symbol"])[:60]
    return {
        "period": period, "date": _day(row["date"]), "symbol": symbol, "title": shown(row["title"])[:200],
        "url": document_link(row["symbol"]), "choices": letters, "key": shown(row["key"]),
    }  # fmt: skip


def _figures(figures: pa.Table, theatre: Theatre, tilt: Tilt) -> list[list[Any]]:
    """Rows of state, pole (0 or 1), period, first day, days, value."""
    poles = (theatre.poles.a, theatre.poles.b)
    keep = [name == "signed_sum" for name in figures["kind"].to_pylist()]
    table = figures.filter(_mask(keep))
    state, pole = (_pair(table["a"], table["b"], codes) for codes in (theatre.states, poles))
    start = np.asarray(table["start"].to_numpy(), "datetime64[D]")
    period = np.searchsorted(tilt.starts, start, side="right") - 1
    own = np.nonzero((state >= 0) & (pole >= 0) & (period >= 0) & (period < len(tilt.periods)))[0][:FIGURES]
    value, days = table["value"].to_pylist(), table["rows"].to_pylist()
    return [
        [int(state[at]), int(pole[at]), int(period[at]), str(start[at]), days[at], round(value[at], 1)]
        for at in own.tolist()
    ]


def _facts(facts: pa.Table, theatre: Theatre) -> list[dict[str, Any]]:
    states = set(theatre.states)
    return [
        {
            "kind": row["kind"], "a": row["a"], "b": row["b"], "since": _day(row["since"]), "until": _day(row["until"]),
            "citation": shown(row["citation"])[:400], "note": shown(row["note"])[:300], "key": shown(row["key"]),
        }
        for row in facts.to_pylist()
        if row["a"] in states or row["b"] in states
    ]  # fmt: skip


def _pair(left: pa.ChunkedArray, right: pa.ChunkedArray, codes: tuple[str, ...]) -> Ints:
    """The index in `codes` of whichever side is one of them, the left one first; -1 if none is."""
    first, second = (_index(side, codes) for side in (left, right))
    return np.where(first >= 0, first, second)


def _index(column: pa.ChunkedArray, codes: tuple[str, ...]) -> Ints:
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.index_in(column, value_set=pa.array(codes, pa.string())).fill_null(-1)
    return np.asarray(found.to_numpy(), dtype=np.int64)


def _among(column: pa.ChunkedArray, codes: set[str]) -> Any:
    return _index(column, tuple(sorted(codes))) >= 0


def _is_in(column: pa.ChunkedArray, values: set[str]) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.is_in(column, value_set=pa.array(sorted(values), pa.string()))


def _mask(keep: list[bool]) -> Any:
    import pyarrow as pa

    return pa.array(keep, pa.bool_())


def _day(value: Any) -> str | None:
    return None if value is None else str(value)[:10]
