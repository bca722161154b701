"""Roles, peoples and names that get their code from what stands around them."""

import datetime as dt

import pytest

from tiltmeter.actors import find

from . import anchors
from .test_find import found


@pytest.mark.parametrize(
    ("language", "text", "mention"),
    [
        ("en", "In Benghazi, armed men stormed the American consulate.", ("armed men", "LBY-REB")),
        ("en", "Thousands of women marched in Mexico City against violence.", ("women", "MEX-CIV")),
        ("en", "Dockers in the port of Marseille stopped work, France said.", ("Dockers", "FRA-CIV")),
        ("de", "In Port-au-Prince hat eine Bande Missionare aus den USA verschleppt.", ("Bande", "HTI-REB")),
        ("fr", "À Jakarta, la foule a brûlé des portraits devant l'ambassade de France.", ("foule", "IDN-CIV")),
        ("ru", "Перед генконсульством Китая в Алма-Ате женщины стоят в пикете.", ("женщины", "KAZ-CIV")),
        ("es", "En Barcelona los taxistas silbaron al embajador de Marruecos.", ("taxistas", "ESP-CIV")),
        ("uk", "У Бенгазі озброєні люди захопили консульство США.", ("озброєні люди", "LBY-REB")),
        ("tr", "Bolivya'da madenciler yolları kapattı.", ("madenciler", "BOL-CIV")),
    ],
)
def test_civilians_and_rebels_go_by_the_place(language: str, text: str, mention: tuple[str, str]) -> None:
    assert mention in found(text, language)


def test_where_two_states_act_a_government_is_neither() -> None:
    text = "Finland agrees with the United States on jets; the government signs."
    assert ("government", None) in [(text.removeprefix("the "), code) for text, code in found(text, "en")]


def test_police_and_those_it_meets_are_of_one_state() -> None:
    assert found("Kenya: police fired at students.", "en") == [
        ("Kenya", "KEN"),
        ("police", "KEN"),
        ("students", "KEN-CIV"),
    ]


def test_local_residents_are_of_the_state() -> None:
    text = "Work in Kyrgyzstan was interrupted by local residents."
    assert found(text, "en")[-1][1] == "KGZ-CIV"


def test_a_people_at_home_is_its_civilians_and_abroad_a_state() -> None:
    assert ("Cubans", "CUB-CIV") in found("Cubans took to the streets; police arrested hundreds.", "en")
    assert ("Algériens", "DZA-CIV") in found("Des Algériens ont manifesté devant le parlement.", "fr")
    assert ("Cubans", "CUB") in found("Cubans and Russians signed a treaty.", "en")


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("en", "Pyongyang warned the South.", "KOR"),
        ("en", "Georgetown warned Caracas.", "GUY"),
        ("en", "Maoists attacked a post near Kathmandu.", "NPL-REB"),
        ("de", "Kommunisten überfielen bei Manila einen Posten.", "PHL-REB"),
        ("fr", "À Brazzaville, le Congo a signé.", "COG"),
    ],
)
def test_some_names_count_only_near_others(language: str, text: str, code: str) -> None:
    assert code in [one for _, one in found(text, language)]


def test_the_same_names_elsewhere_are_no_actors() -> None:
    assert found("She drove south from Georgetown to the Maoists' museum in the South.", "en") == []


def test_a_group_of_several_states_is_that_of_the_one_named() -> None:
    assert ("Islamic State", "SYR-REB") in found("In Syria, Islamic State lost a town.", "en")
    assert found("Islamic State, in Syria and Iraq", "en")[0] == ("Islamic State", None)
    assert found("Islamic State", "en") == [("Islamic State", None)]


def test_the_soviet_union_is_russia_beside_a_year_of_its_own() -> None:
    today = dt.date(2022, 1, 1)
    assert found("the Soviet troops that left in 1989", "en", today)[0][1] == "RUS"
    assert found("Soviet cars are popular in 2021", "en", today)[0][1] is None


@pytest.mark.parametrize(
    ("text", "code", "kind"),
    [
        ("Ostukraine", "UKR", "place"),
        ("Ukrainekrieg", "UKR", "place"),
        ("Südlibanon", "LBN", "place"),
        ("südchinesischen", "CHN", "state"),
        ("Südkorea", "KOR", "state"),
        ("EU-Außenminister", "EU", "person"),
        ("US-Sanktionen", "USA", "state"),
    ],
)
def test_german_compounds_name_their_state(text: str, code: str, kind: str) -> None:
    assert [(one.code, one.kind) for one in find(text, language="de")] == [(code, kind)]


def test_europeans_are_the_union_only_as_actors() -> None:
    assert found("European diplomats left.", "en") == [("European diplomats", "EU")]
    assert found("European steel and a European country", "en") == []


def test_supporters_of_a_president_are_no_state() -> None:
    text = "supporters of President Daniel Ortega"
    assert found(text, "en") == [(text, "NIC-CIV")]


def test_rebels_of_an_adjective_have_civilians_of_their_state() -> None:
    assert found("Tigrayan leaders", "en") == [("Tigrayan leaders", "ETH-REB")]
    assert found("Tigrayan refugees and Tigrayan farmers", "en")[-1] == ("Tigrayan farmers", "ETH-CIV")


@pytest.mark.parametrize("language", anchors.LANGUAGES)
def test_the_sides_of_labelled_events_are_found(language: str) -> None:
    score = anchors.score(language, every=4)
    # one side in eight is a pronoun, a small town or a word like "people"; some of these are found as implied sides
    assert score.recall >= 0.86
    assert score.precision >= 0.96
