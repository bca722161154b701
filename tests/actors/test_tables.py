from itertools import pairwise

import pytest

from tiltmeter.actors import actor, states
from tiltmeter.actors.lexicon import LANGUAGES, lexicon
from tiltmeter.actors.rows import columns, day, items, lines
from tiltmeter.nouns import ORGANISATIONS

MEMBERS = frozenset(
    {
        "AFG", "ALB", "DZA", "AND", "AGO", "ARG", "ARM", "AUS", "AUT", "AZE", "BHR", "BGD", "BLR",
        "BEL", "BEN", "BOL", "BIH", "BWA", "BRA", "BRN", "BGR", "BFA", "BDI", "KHM", "CMR", "CAN",
        "CAF", "TCD", "CHL", "CHN", "COL", "COG", "COD", "CRI", "CIV", "HRV", "CUB", "CYP", "CZE",
        "DNK", "DJI", "DOM", "ECU", "EGY", "SLV", "GNQ", "ERI", "EST", "SWZ", "ETH", "FJI", "FIN",
        "FRA", "GAB", "GMB", "GEO", "DEU", "GHA", "GRC", "GTM", "GIN", "GNB", "HTI", "HND", "HUN",
        "ISL", "IND", "IDN", "IRN", "IRQ", "IRL", "ISR", "ITA", "JAM", "JPN", "JOR", "KAZ", "KEN",
        "PRK", "KOR", "KWT", "KGZ", "LAO", "LVA", "LBN", "LSO", "LBR", "LBY", "LIE", "LTU", "LUX",
        "MDG", "MWI", "MYS", "MDV", "MLI", "MLT", "MRT", "MUS", "MEX", "MDA", "MCO", "MNG", "MNE",
        "MAR", "MOZ", "MMR", "NAM", "NPL", "NLD", "NZL", "NIC", "NER", "NGA", "MKD", "NOR", "OMN",
        "PAK", "PAN", "PNG", "PRY", "PER", "PHL", "POL", "PRT", "QAT", "ROU", "RUS", "RWA", "WSM",
        "SMR", "SAU", "SEN", "SRB", "SYC", "SLE", "SGP", "SVK", "SVN", "SOM", "ZAF", "SSD", "ESP",
        "LKA", "SDN", "SUR", "SWE", "CHE", "SYR", "TJK", "TZA", "THA", "TLS", "TGO", "TTO", "TUN",
        "TUR", "TKM", "UGA", "UKR", "ARE", "GBR", "USA", "URY", "UZB", "VUT", "VEN", "VNM", "YEM",
        "ZMB", "ZWE", "XKX", "TWN", "PSE", "HKG",
    }
)  # fmt: skip
"""States with reports to speak of, and XKX, TWN, PSE, HKG."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_states_of_the_world_are_in_each_language(language: str) -> None:
    rows = [columns(line, 6) for line in lines(f"states/{language}.txt")]
    codes = [row[0] for row in rows]
    assert len(codes) == len(set(codes))
    assert set(codes) <= set(states())
    assert set(codes) >= MEMBERS
    assert all(items(row[1]) for row in rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_a_lexicon_is_an_actor(language: str) -> None:
    for senses in lexicon(language).senses:
        for sense in senses:
            assert sense.code in ("", "-", "SUN") or all(actor(code) for code in sense.code.split("/"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_roles_of_all_sections(language: str) -> None:
    sections = {sense.section for senses in lexicon(language).senses for sense in senses}
    assert {"title", "state", "civ", "reb", "people", "country"} <= sections


def test_all_organisations_are_named_in_all_languages() -> None:
    for language in LANGUAGES:
        named = {sense.code for senses in lexicon(language).senses for sense in senses}
        assert set(ORGANISATIONS) <= named


def test_offices_have_a_beginning_before_their_end() -> None:
    for line in lines("leaders.txt"):
        code, office, since, until, names, *_ = columns(line, 7)
        assert code == "-" or actor(code), line
        assert office, line
        assert items(names), line
        first, last = day(since, last=False), day(until, last=True)
        assert first is not None, line
        assert last is None or first <= last, line


def test_a_state_has_one_head_at_a_time_in_the_tables_core() -> None:
    for state in ("KAZ", "UZB", "TKM", "RUS", "UKR", "USA", "FRA"):
        terms = sorted(
            (day(row[2], last=False), day(row[3], last=True) or day("2999", last=True))
            for row in (columns(line, 7) for line in lines("leaders.txt"))
            if row[0] == state and row[1] == "president" and "Medvedev" not in row[4] and "Putin" not in row[4]
        )
        for (_, end), (start, _) in pairwise(terms):
            assert end is not None
            assert start is not None
            assert end <= start
