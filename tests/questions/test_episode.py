from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tiltmeter.nouns import Document, Event, Fact
from tiltmeter.questions.basis import Basis
from tiltmeter.questions.burst import bursts
from tiltmeter.questions.episode import Episode, episodes, to_json
from tiltmeter.questions.helping import help_chances, unanswered
from tiltmeter.questions.tables import Tables
from tiltmeter.settings import Theatre, load_theatre

from .toy import event, fact, theatre

DATA = Path(os.environ.get("TILTMETER_DATA", Path(__file__).parents[3] / "shared" / "data"))
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no development data at {DATA}")


def test_false_alarms_are_as_rare_as_stated() -> None:
    rng = np.random.default_rng(7)
    found = years = 0.0
    for _ in range(150):
        for counts in (rng.poisson(0.3, 1096), rng.negative_binomial(1.0, 0.5, 1096)):
            found += len(bursts(counts))
            years += len(counts) / 365.25
    assert found / years < 0.25


@pytest.mark.parametrize(("level", "off"), [(0.05, 3), (0.5, 7)])
def test_a_planted_burst_is_found_where_it_is(level: float, off: int) -> None:
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(40):
        counts = rng.poisson(level, 700)
        counts[400:405] += 4
        hits += any(one.first >= 400 - off and one.last <= 404 + off for one in bursts(counts))
    assert hits >= 36


def test_short_and_silent_series_have_no_burst() -> None:
    assert bursts(np.zeros(5, dtype=int)) == []
    assert bursts(np.zeros(500, dtype=int)) == []


CALM = [event(f"c{n}", f"20{20 + n // 12}-{n % 12 + 1:02d}-11", "EST", "CONSULT", "SWE") for n in range(36)]
FACTS = [
    fact("l", "alliance_leader", "SWE", "CSTO", "1992-01-01"),
    fact("m", "alliance_member", "EST", "CSTO", "1992-01-01"),
    fact("b", "border", "LVA", "LTU", None),
    fact("o", "office_holder", "Anna Ek", "EST", "2015-01-01", None, "president"),
    fact("p", "office_holder", "Bo Vik", "LVA", "2015-01-01", "2021-09-20", "president"),
]


def told(key: str, day: str, giver: str, root: str, taker: str, sentence: str) -> Event:
    return event(key, day, giver, root, taker, document=f"d-{key}", sentence=sentence)


UNREST = [
    told(f"u{n}", f"2021-05-0{n}", "EST-CIV", "PROTEST", "EST", "People marched in Tallinn.") for n in range(2, 7)
]


def of(*rows: Event | Fact | Document) -> Basis:
    return Basis(theatre(), None, Tables.from_rows([*CALM, *FACTS, *rows]))


def test_crisis_request_help_and_outcome_are_found_with_their_rows() -> None:
    more = [
        told("q", "2021-05-04", "EST", "REQUEST", "CSTO", "Estonia asked the pact for troops."),
        told("h", "2021-05-06", "CSTO", "AID", "EST", "The pact sent peacekeepers."),
        told("w1", "2021-05-12", "CSTO", "AGREE", "EST", "The soldiers will leave in two days."),
        told("w2", "2021-05-14", "CSTO", "YIELD", "EST", "The soldiers began to leave the country."),
        told("w3", "2021-05-19", "CSTO", "YIELD", "EST", "The last soldiers left; the withdrawal is over."),
    ]
    (found,) = episodes(of(*UNREST, *more))
    assert (found.state, found.crisis.kind) == ("EST", "unrest")
    assert (found.crisis.start, found.crisis.end) == (dt.date(2021, 5, 2), dt.date(2021, 5, 6))
    assert found.request is not None
    assert (found.request.date, found.request.to) == (dt.date(2021, 5, 4), "CSTO")
    assert [(one.helper, one.kind, one.until) for one in found.help] == [("CSTO", "troops", dt.date(2021, 5, 19))]
    assert found.outcome.crisis_over is True
    assert found.outcome.help_withdrawn is True
    assert found.outcome.office_holder_stays is True
    steps = {(one.step, one.key) for one in found.evidence}
    assert {("crisis", "u2"), ("request", "q"), ("help", "h"), ("withdrawal", "w3"), ("office", "o")} <= steps
    assert ("withdrawal", "w1") not in steps


def test_without_reports_of_request_and_help_both_are_empty() -> None:
    (found,) = episodes(of(*UNREST))
    assert found.request is None
    assert found.help == ()
    assert found.outcome.help_withdrawn is None


def test_a_crisis_at_the_end_of_the_data_is_not_known_to_be_over() -> None:
    late = [told(f"u{n}", f"2022-12-0{n}", "EST-CIV", "PROTEST", "EST", "A march.") for n in range(5, 10)]
    (found,) = episodes(of(*late))
    assert found.crisis.end is None
    assert found.outcome.crisis_over is None


def test_fighting_between_neighbours_is_an_episode_of_both_and_an_office_lost_is_seen() -> None:
    fight = [told(f"f{n}", f"2021-09-0{n}", "LVA", "ASSAULT", "LTU", "Shells fell.") for n in range(2, 6)]
    found = {one.state: one for one in episodes(of(*fight))}
    assert {state: one.crisis.kind for state, one in found.items()} == {
        "LVA": "border_fighting", "LTU": "border_fighting",
    }  # fmt: skip
    assert found["LVA"].outcome.office_holder_stays is False
    assert found["LTU"].outcome.office_holder_stays is None


def test_a_coup_is_told_by_its_words_and_arrests_alone_are_no_crisis() -> None:
    coup = [told(f"u{n}", f"2021-05-0{n}", "EST-REB", "ASSAULT", "EST", "A coup in Tallinn.") for n in range(2, 7)]
    assert episodes(of(*coup))[0].crisis.kind == "coup"
    arrests = [event(f"a{n}", f"2021-05-0{n}", "EST", "COERCE", "EST-CIV") for n in range(2, 7)]
    assert episodes(of(*arrests)) == []


def test_texts_alone_show_a_crisis_that_no_event_was_coded_from() -> None:
    texts = [
        Document(
            "news", f"n{n}", "", f"Unrest in Estonia enters day {n}, dozens are wounded.", "en", dt.date(2021, 5, n)
        )
        for n in range(2, 7)
    ]
    quiet = "Estonia exports timber."
    calm = [dt.date(2020, 3, 1) + dt.timedelta(days=40 * n) for n in range(20)]
    texts += [Document("news", f"q{n}", "", quiet, "en", day) for n, day in enumerate(calm)]
    (found,) = episodes(Basis(theatre(), None, Tables.from_rows([*texts, *FACTS])))
    assert (found.state, found.crisis.kind, found.crisis.start) == ("EST", "unrest", dt.date(2021, 5, 2))


def test_a_year_that_a_source_does_not_cover_is_no_calm() -> None:
    # as many protests in every week of the months covered: nothing stands out
    rows = [
        event(f"p{year}{n}", str(dt.date(year, 1, 4) + dt.timedelta(days=2 * n)), "EST-CIV", "PROTEST", "EST")
        for year in (2016, 2021)
        for n in range(40)
    ]
    assert episodes(Basis(theatre(), None, Tables.from_rows([*rows, *FACTS]))) == []


def test_unsure_and_background_events_are_no_crisis() -> None:
    for change in ({"confidence": 0.2}, {"background": True}):
        rows = [event(f"u{n}", f"2021-05-0{n}", "EST-CIV", "PROTEST", "EST", **change) for n in range(2, 7)]
        assert episodes(of(*rows)) == []


def test_chances_of_help_are_wide_with_few_cases_and_name_the_unanswered() -> None:
    asked = told("q", "2021-05-04", "EST", "REQUEST", "CSTO", "Estonia asked the pact for troops.")
    basis = of(*UNREST, asked)
    found = episodes(basis)
    assert [one.state for one in unanswered(found)] == ["EST"]
    chances = {one.sort: one for one in help_chances(found, basis, power="SWE")}
    assert (chances["asked"].cases, chances["asked"].helped) == (1, 0)
    assert chances["asked"].q95 > 0.6
    assert chances["in its pact"].cases == 1
    assert chances["border_fighting"].cases == 0


def test_an_episode_as_json_has_the_contracts_keys() -> None:
    table = json.loads(json.dumps(to_json(episodes(of(*UNREST))[0])))
    assert {"state", "crisis", "request", "helpers", "help", "outcome", "evidence"} <= set(table)
    assert set(table["crisis"]) == {"start", "end", "kind"}
    assert set(table["outcome"]) == {"crisis_over", "help_withdrawn", "office_holder_stays"}
    assert set(table["evidence"][0]) == {"step", "source", "key"}


def known() -> list[tuple[str, dt.date]]:
    """State and first day of the crises listed in the docs."""
    page = (Path(__file__).parents[2] / "docs" / "method" / "questions.md").read_text("utf-8")
    found = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 4 and re.fullmatch(r"\d{4}-\d\d-\d\d", cells[2]):
            found += [(state.strip(), dt.date.fromisoformat(cells[2])) for state in cells[1].split(",")]
    return found


def truth(found: list[Episode], state: str, day: str) -> Episode:
    on = dt.date.fromisoformat(day)
    return next(one for one in found if one.state == state and abs((one.crisis.start - on).days) <= 14)


def facts_of(place: Theatre) -> list[Any]:
    from tiltmeter.sources import read

    root = Path(__file__).parents[2] / "src" / "tiltmeter" / "facts"
    chunks = [
        chunk for name in place.facts for chunk in read("facts", root / f"{name}.toml", today=dt.date(2026, 1, 1))
    ]
    return [chunk.batch for chunk in chunks if chunk.noun is Fact]


def in_reports(place: Theatre, *, since: str, until: str, names: str) -> list[Episode]:
    import pyarrow as pa

    with gzip.open(DATA / "reports" / "wcep_dev.tsv.gz", "rt", encoding="utf-8") as file:
        texts = [
            Document("wcep", row["id"], "", row["text"], "en", dt.date.fromisoformat(row["date"]))
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if since <= row["date"] < until and re.search(names, row["text"] or "")
        ]
    tables = Tables.from_rows(texts)
    basis = Basis(place, None, Tables.of(documents=tables.documents, facts=pa.Table.from_batches(facts_of(place))))
    return episodes(basis)


@pytest.mark.data
@needs_data
def test_help_that_was_asked_and_did_not_come_is_seen() -> None:
    central = in_reports(load_theatre("central_asia"), since="2009", until="2012", names="Kazakh|Kyrgyz|Tajik|Uzbek")
    osh = truth(central, "KGZ", "2010-06-12")
    assert osh.request is not None
    assert (osh.request.to, osh.help) == ("RUS", ())
    south = in_reports(load_theatre("south_caucasus"), since="2021", until="2024", names="Armenia|Azerbai|Georgia")
    attack = truth(south, "ARM", "2022-09-13")
    assert attack.request is not None
    assert (attack.request.to, attack.help) == ("CSTO", ())
    other = truth(south, "AZE", "2022-09-13")
    assert other.request is None


@pytest.mark.data
@needs_data
def test_the_reports_of_2021_to_2023_give_the_crises_of_central_asia() -> None:
    place = load_theatre("central_asia")
    found = in_reports(place, since="2021", until="2024", names="Kazakh|Kyrgyz|Tajik|Turkmen|Uzbek")
    for state in ("KGZ", "TJK"):
        assert truth(found, state, "2021-04-28").crisis.kind == "border_fighting"
        assert truth(found, state, "2022-09-14").crisis.kind == "border_fighting"
    unrest = truth(found, "KAZ", "2022-01-02")
    assert unrest.crisis.kind == "unrest"
    assert unrest.request is not None
    assert unrest.request.to == "CSTO"
    assert "CSTO" in unrest.helpers
    # the withdrawal is not in these reports
    assert unrest.outcome.help_withdrawn is None
    false = [
        one for one in found
        if not any(state == one.state and abs((one.crisis.start - day).days) <= 14 for state, day in known())
    ]  # fmt: skip
    assert len(false) / (len(place.states) * 3) < 1


@pytest.mark.slow
@pytest.mark.data
@needs_data
def test_the_events_of_early_2021_give_the_fighting_of_april() -> None:
    import pyarrow as pa

    from tiltmeter.sources import read

    place = load_theatre("central_asia")
    path = DATA / "events" / "icews_2021h1.parquet"
    rows = [
        chunk.batch for chunk in read("icews", path, today=dt.date(2026, 1, 1), theatre=place) if chunk.noun is Event
    ]
    tables = Tables.of(events=pa.Table.from_batches(rows), facts=pa.Table.from_batches(facts_of(place)))
    found = episodes(Basis(place, None, tables))
    for state in ("KGZ", "TJK"):
        assert truth(found, state, "2021-04-28").crisis.kind == "border_fighting"
    assert len(found) - 2 < len(place.states) * 0.5
