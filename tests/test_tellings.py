"""The same report printed again, and the same event told by others, make witnesses and no further events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import now
from tiltmeter.coder.build import Bundle
from tiltmeter.engines import coded
from tiltmeter.likeness import ALIKE, SIZE, Print, signature, stories
from tiltmeter.nouns import Document
from tiltmeter.store import Store
from tiltmeter.tellings import TOLD_ONCE, retell
from tiltmeter.workspace import Workspace

DAY = dt.date(2022, 3, 16)
LONG = (
    "Kazakhstan sent medicine to Ukraine. The trucks left the warehouse of the health ministry in the morning, a "
    "spokesman said, and carried bandages, infusions and warm clothes. Volunteers had packed the boxes over several "
    "days. A second convoy is to follow when the roads are open again, and doctors have offered to come along. "
    "Nobody would say how long the journey takes, since the border posts are crowded and the weather is bad."
)
OTHER = "Uzbekistan condemned Russia. Nothing else was said in the short statement of the ministry in the evening."


def report(key: str, text: str = LONG, *, day: int = 0, outlet: str = "", written: bool = False) -> Document:
    return Document("reports", key, "", text, "en", DAY + dt.timedelta(day), outlet=outlet, written=written)


def made(bundle: Bundle, *rounds: Sequence[Document]) -> Store:
    """A store into which documents came, and were coded, in rounds, as a workspace does it."""
    store = Store.memory()
    for documents in rounds:
        store.add(documents)
        recoded(store, documents, bundle)
    return store


def recoded(store: Store, documents: Sequence[Document], bundle: Bundle) -> None:
    rows, notes = coded(documents, engine=bundle[0], run="code", sides=frozenset({"KAZ", "UZB"}))
    store.add(rows)
    store.add(notes)
    retell(store, run="code")


def events(store: Store) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = store.query(TOLD_ONCE).to_pylist()
    return found


def told(store: Store) -> set[tuple[str, str, str, str, int]]:
    return {(e["giver"], e["root"], e["taker"], str(e["reported"]), e["witnesses"]) for e in events(store)}


def test_a_report_printed_by_others_the_next_day_is_one_event_with_its_witnesses(
    bundle: Bundle,
) -> None:
    copies = [
        report("a", outlet="Wire"),
        report("b", f"MEDICINE FOR KYIV\n{LONG}", day=1, outlet="Daily"),
        report("c", LONG[: LONG.rindex("Nobody")], day=2, outlet="Herald"),
    ]
    assert told(made(bundle, copies)) == {("KAZ", "AID", "UKR", str(DAY), 3)}


def test_an_event_told_in_other_words_on_the_same_day_has_two_witnesses(bundle: Bundle) -> None:
    both = [report("a", outlet="Wire"), report("b", "Kazakhstan delivered medicine to Ukraine.", outlet="Daily")]
    assert {row[:3] + row[4:] for row in told(made(bundle, both))} == {("KAZ", "AID", "UKR", 2)}


def test_what_is_told_alike_long_after_is_another_event(bundle: Bundle) -> None:
    found = told(made(bundle, [report("a"), report("b", day=10)]))
    assert {row[4] for row in found} == {1}
    assert len(found) == 2


def test_printing_every_report_of_an_outlet_again_changes_nothing(tmp_path: Path, bundle: Bundle) -> None:
    reports = [report("a", outlet="Wire"), report("b", OTHER, outlet="Wire"), report("c", LONG, day=1, outlet="Daily")]
    again = [replace(one, key=f"{one.key}-2", text=one.text + " (Wire)") for one in reports if one.outlet == "Wire"]
    workspace = Workspace.create(tmp_path / "w", theatre="central_asia", now=now)
    tables, panels = [], []
    for documents in (reports, again):
        with workspace.writing("add") as (store, _):
            store.add(documents)
        workspace.code(bundle=bundle)
        tables.append(workspace.table("events").to_pylist())
        panels.append(workspace.panel())
    assert tables[0] == tables[1]
    # the fit is a function of the panel and its seed
    assert panels[0].rows.equals(panels[1].rows)
    assert panels[0].mix.total.sum() == 2


def test_the_order_in_which_reports_come_does_not_matter(bundle: Bundle) -> None:
    reports = [
        report("c", outlet="x"),
        report("a", day=1, outlet="y"),
        report("b", OTHER),
        report("d", day=2, outlet="z"),
    ]
    together = made(bundle, reports)
    one_by_one = made(bundle, *([one] for one in reversed(reports)))
    assert events(together) == events(one_by_one)
    retell(together, run="code")
    assert events(together) == events(one_by_one)


def test_what_we_wrote_for_a_demonstration_is_no_witness_of_the_record(bundle: Bundle) -> None:
    record = [report("b", day=1), report("c", day=2)]
    alone = made(bundle, record)
    beside = made(bundle, [report("a", written=True), *record])
    assert [row for row in events(beside) if not row["written"]] == events(alone)


def test_a_store_of_an_earlier_version_is_told_anew(bundle: Bundle) -> None:
    store = made(bundle, [report("a", outlet="x"), report("b", day=1, outlet="y")])
    before = events(store)
    store._connection.execute("UPDATE codings SET likeness = ''; DELETE FROM stories")
    assert len(events(store)) == 2
    retell(store, run="code")
    assert events(store) == before


@pytest.mark.parametrize(
    ("change", "alike"),
    [
        (LONG.upper(), True),
        (LONG.replace(", ", " – "), True),
        (LONG.replace("several", "seven"), True),
        (f"16 March. {LONG}", True),
        (LONG[: len(LONG) // 2], False),
        (" ".join(reversed(LONG.split())), False),
        (OTHER, False),
        ("", False),
    ],
)
def test_texts_are_alike_when_they_share_most_of_their_shingles(change: str, alike: bool) -> None:
    one, two = Print("r", "1", DAY, signature(LONG)), Print("r", "2", DAY, signature(change))
    assert [first.key for _, first in stories([one, two])] == ["1", "1" if alike else "2"]


def test_a_bulletin_alike_but_for_its_figures_is_another_story() -> None:
    texts = [
        LONG + f" In all {number} boxes were sent, the ministry said in its daily bulletin." for number in (35, 38, 35)
    ]
    prints = [Print("r", str(day), DAY + dt.timedelta(day), signature(text)) for day, text in enumerate(texts)]
    assert [first.key for _, first in stories(prints)] == ["0", "1", "0"]


def test_the_estimate_is_near_the_share_of_common_shingles() -> None:
    import base64

    import numpy as np

    words = [f"w{n}" for n in range(600)]
    one, two = signature(" ".join(words)), signature(" ".join(words[60:]))
    values = [np.frombuffer(base64.b85decode(text), dtype="<u2") for text in (one, two)]
    assert float((values[0][:SIZE] == values[1][:SIZE]).mean()) == pytest.approx(0.9, abs=0.08)
    assert ALIKE < 0.9
