import datetime as dt

import pytest

from tiltmeter.actors import find

JANUARY_2022 = dt.date(2022, 1, 6)


def found(text: str, language: str, on: dt.date | None = JANUARY_2022) -> list[tuple[str, str | None]]:
    return [(mention.text, mention.code) for mention in find(text, language=language, on=on)]


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("en", "Kazakhstan", "KAZ"), ("en", "Ivory Coast", "CIV"), ("en", "Burmese", "MMR"), ("en", "U.S.", "USA"),
        ("en", "the DRC", "COD"), ("en", "Akorda", "KAZ"), ("en", "Foggy Bottom", "USA"), ("en", "IDF", "ISR"),
        ("de", "Kirgistans", "KGZ"),
        ("de", "Kirgisien", "KGZ"), ("de", "kasachischen", "KAZ"), ("de", "Usbeken", "UZB"),
        ("de", "Weißen Haus", "USA"), ("de", "Russinnen", "RUS"),
        ("de", "Kremls", "RUS"), ("de", "Auswärtiges Amt", "DEU"),
        ("fr", "l'Iran", "IRN"), ("fr", "kirghizes", "KGZ"), ("fr", "tadjike", "TJK"), ("fr", "États-Unis", "USA"),
        ("fr", "Maison-Blanche", "USA"), ("fr", "Quai d'Orsay", "FRA"), ("fr", "italiennes", "ITA"),
        ("ru", "Казахстане", "KAZ"), ("ru", "казахстанскими", "KAZ"), ("ru", "Кыргызстаном", "KGZ"),
        ("ru", "США", "USA"),
        ("ru", "украинцами", "UKR"), ("ru", "Южной Кореей", "KOR"), ("ru", "Белым домом", "USA"),
        ("ru", "МИД РФ", "RUS"),
        ("ru", "Саудовскую Аравию", "SAU"), ("ru", "Объединённых Арабских Эмиратов", "ARE"), ("ru", "Киеву", "UKR"),
        ("ru", "россиян", "RUS"), ("ru", "таджикскую", "TJK"), ("ru", "ВСУ", "UKR"), ("ru", "Египте", "EGY"),
        ("es", "Kirguistán", "KGZ"), ("es", "francesas", "FRA"), ("es", "EE. UU.", "USA"), ("es", "kazajos", "KAZ"),
        ("uk", "Києва", "UKR"), ("uk", "Польщею", "POL"), ("uk", "Великої Британії", "GBR"), ("uk", "росіянами", "RUS"),
        ("uk", "узбецькою", "UZB"), ("uk", "Туреччини", "TUR"), ("uk", "американців", "USA"), ("uk", "ЗСУ", "UKR"),
        ("tr", "Rusya'nın", "RUS"), ("tr", "Kazakların", "KAZ"), ("tr", "Özbekistan’da", "UZB"), ("tr", "İran", "IRN"),
        ("tr", "Kırgızlar", "KGZ"), ("tr", "Beyaz Saray", "USA"), ("tr", "ABD'ye", "USA"),
    ],
)  # fmt: skip
def test_names_are_found_in_their_inflected_forms(language: str, text: str, code: str) -> None:
    assert [one for _, one in found(text, language)] == [code]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Collective Security Treaty Organization"), ("de", "OVKS"), ("fr", "OTSC"), ("es", "OTSC"),
        ("ru", "ОДКБ"), ("uk", "ОДКБ"), ("tr", "KGAÖ"),
        ("de", "Organisation des Vertrags über kollektive Sicherheit"),
    ],
)  # fmt: skip
def test_an_organisation_has_one_code_in_all_languages(language: str, text: str) -> None:
    mention = find(text, language=language)[0]
    assert (mention.code, mention.kind) == ("CSTO", "organisation")


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Kazakh police", [("Kazakh police", "KAZ")]),
        ("en", "Belarusian opposition leader", [("Belarusian opposition leader", "BLR-CIV")]),
        ("en", "Syrian rebels", [("Syrian rebels", "SYR-REB")]),
        ("en", "Russia's defence ministry spokesman", [("Russia's defence ministry spokesman", "RUS")]),
        ("en", "the president of Kazakhstan", [("president of Kazakhstan", "KAZ")]),
        ("de", "Polizei in Kasachstan", [("Polizei in Kasachstan", "KAZ")]),
        ("de", "die belarussische Opposition", [("belarussische Opposition", "BLR-CIV")]),
        ("de", "US-Präsident Joe Biden", [("US-Präsident Joe Biden", "USA")]),
        ("de", "Kremlsprecher Dmitri Peskow", [("Kremlsprecher Dmitri Peskow", "RUS")]),
        ("de", "Nato-Generalsekretär Jens Stoltenberg", [("Nato-Generalsekretär Jens Stoltenberg", "NATO")]),
        ("fr", "les manifestants birmans", [("manifestants birmans", "MMR-CIV")]),
        ("fr", "le président kazakh Kassym-Jomart Tokaïev", [("président kazakh Kassym-Jomart Tokaïev", "KAZ")]),
        ("ru", "президент Казахстана", [("президент Казахстана", "KAZ")]),
        ("ru", "казахстанских протестующих", [("казахстанских протестующих", "KAZ-CIV")]),
        ("ru", "сирийские боевики", [("сирийские боевики", "SYR-REB")]),
        ("es", "la policía bielorrusa", [("policía bielorrusa", "BLR")]),
        ("uk", "президентом США Джо Байденом", [("президентом США Джо Байденом", "USA")]),
        ("tr", "Kazak polisi", [("Kazak polisi", "KAZ")]),
        ("tr", "Rusya Devlet Başkanı Vladimir Putin", [("Rusya Devlet Başkanı Vladimir Putin", "RUS")]),
    ],
)  # fmt: skip
def test_a_role_and_its_state_are_one_mention(language: str, text: str, expected: list[tuple[str, str | None]]) -> None:
    assert found(text, language) == expected


def test_title_state_and_name_are_one_mention() -> None:
    text = "Kazakh President Kassym-Jomart Tokayev received Foreign Minister Aigul Kuspan."
    assert found(text, "en") == [
        ("Kazakh President Kassym-Jomart Tokayev", "KAZ"),
        ("Foreign Minister Aigul Kuspan", "KAZ"),
    ]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Kazakh-Russian talks"), ("de", "kasachisch-russische Gespräche"),
        ("fr", "les relations kazakho-russes"),
        ("ru", "казахстанско-российские переговоры"), ("uk", "казахстансько-російські переговори"),
    ],
)  # fmt: skip
def test_two_states_side_by_side_are_two_mentions(language: str, text: str) -> None:
    codes = [code for _, code in found(text, language)]
    assert codes == (["RUS"] if language == "fr" else ["KAZ", "RUS"])  # `kazakho-` is not in the French table


def test_a_bare_role_takes_the_only_state_of_the_sentence() -> None:
    assert found("In Kazakhstan's largest city, the army fired at protesters.", "en")[-1] == ("protesters", "KAZ-CIV")


def test_a_bare_role_between_two_states_has_no_code() -> None:
    mentions = find("Russia and Turkey differ over what the government should do.", language="en")
    assert (mentions[-1].code, mentions[-1].name) == (None, "role:state")


def test_troops_in_a_state_are_not_its_troops() -> None:
    assert ("troops", None) in found("NATO will withdraw troops from Afghanistan.", "en")


def test_local_authorities_are_not_those_of_the_acting_state() -> None:
    assert ("Behörden", None) in found("Moskau hilft den lokalen Behörden.", "de")


def test_an_office_counts_only_while_it_is_held() -> None:
    name = "Nursultan Nazarbayev"
    assert found(name, "en", dt.date(2018, 5, 1)) == [(name, "KAZ")]
    assert found(name, "en", dt.date(2022, 1, 6)) == [(name, None)]
    assert found(name, "en", None) == [(name, "KAZ")]


def test_one_person_can_hold_offices_of_two_actors() -> None:
    assert found("Mark Rutte", "en", dt.date(2023, 1, 1))[0][1] == "NLD"
    assert found("Mark Rutte", "en", dt.date(2025, 1, 1))[0][1] == "NATO"


def test_a_former_president_is_a_civilian() -> None:
    assert found("former Kyrgyz president Almazbek Atambayev", "en", dt.date(2019, 8, 8))[0][1] == "KGZ-CIV"
    assert found("former president Yahya Jammeh", "en")[0][1] == "GMB-CIV"
    assert found("бывший президент Киргизии Алмазбек Атамбаев", "ru")[0][1] == "KGZ-CIV"


def test_organisations_have_no_civilians() -> None:
    assert [code for _, code in found("CIS protesters; SCO rebels; OTS activists", "en")] == ["CIS", "SCO", "OTS"]


def test_roles_of_different_kinds_are_not_one_actor() -> None:
    text = "In Belarus nahm die Polizei Hunderte Demonstranten fest."
    assert found(text, "de")[1:] == [("Polizei", "BLR"), ("Demonstranten", "BLR-CIV")]


def test_a_first_name_spelt_otherwise_is_part_of_the_name() -> None:
    assert found("El ministro ucraniano, Dmitro Kuleba", "es")[-1] == ("Dmitro Kuleba", "UKR")


@pytest.mark.parametrize(
    "text",
    [
        "He plays like Michael Jordan.", "Jordan Henderson scored.", "She left turkey on the table.",
        "The Washington Post reports it.", "a storm over New Mexico", "a pro-Russian mood", "a Russian-made car",
        "It costs US$20.", "Georgia and Florida reported cases; the governor of the U.S. state spoke.",
        "please send us more", "Melania Trump waved.", "the Gulf of Mexico", "anti-government slogans",
    ],
)  # fmt: skip
def test_what_only_looks_like_an_actor_is_left_out(text: str) -> None:
    assert [code for _, code in found(text, "en", dt.date(2018, 1, 1)) if code not in (None, "USA")] == []


def test_us_needs_capitals_and_shouted_headlines_do_not_count_as_capitals() -> None:
    assert found("US imposes tariffs", "en") == [("US", "USA")]
    assert found("join us", "en") == []
    assert found("THEY TOLD US THE TRUTH AGAIN", "en") == []


def test_headlines_in_capitals_are_read() -> None:
    assert found("RUSSIA AND KAZAKHSTAN SIGN TREATY", "en") == [("RUSSIA", "RUS"), ("KAZAKHSTAN", "KAZ")]


def test_a_capital_acts_but_is_a_place_after_a_locative() -> None:
    assert [one.kind for one in find("Moscow agreed with Kyiv in Minsk.", language="en")] == ["state", "state", "place"]


def test_brussels_is_the_union_unless_it_is_where_something_is() -> None:
    assert found("Brussels warned Budapest.", "en")[0] == ("Brussels", "EU")
    assert found("They met in Brussels.", "en")[0] == ("Brussels", "BEL")


def test_a_city_is_a_place_of_its_state() -> None:
    mention = find("Баткент жана Ош. Взрыв в Баткене.", language="ru")[-1]
    assert (mention.code, mention.kind) == ("KGZ", "place")


def test_armed_groups_belong_to_their_state() -> None:
    codes = [code for _, code in found("Hamas, Hezbollah, the Houthis, Boko Haram and the PKK; the Taliban", "en")]
    assert codes == ["PSE-REB", "LBN-REB", "YEM-REB", "NGA-REB", "TUR-REB", "AFG-TAL"]


def test_the_soviet_union_is_russia_only_while_it_lasts() -> None:
    assert found("the Soviet Union", "en", dt.date(1985, 1, 1))[0][1] == "RUS"
    assert found("the Soviet Union", "en", dt.date(2022, 1, 1))[0][1] is None


def test_a_states_own_security_council_is_not_the_united_nations() -> None:
    assert found("the Security Council voted", "en")[0][1] == "UN"
    assert found("Russia's Security Council voted", "en") == [("Russia's Security Council", "RUS")]


def test_the_country_is_the_one_named_before() -> None:
    assert found("Uzbekistan said the country would help.", "en")[-1] == ("the country", "UZB")
    assert "the country" not in [text for text, _ in found("Uzbekistan told Iran the country would help.", "en")]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Kazakhstan closed its border. The neighbouring country protested.", "en"),
        ("Le Kazakhstan a fermé sa frontière. Le pays voisin a protesté.", "fr"),
        ("Kazajistán cerró la frontera. El país vecino protestó.", "es"),
        ("Казахстан закрыл границу. Соседняя страна выразила протест.", "ru"),
    ],
)
def test_the_neighbour_is_not_the_country_just_named(text: str, language: str) -> None:
    assert len(found(text, language)) == 1


def test_regions_have_no_code() -> None:
    mention = find("Central Asia", language="en")[0]
    assert (mention.code, mention.kind) == (None, "place")


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("kk", "Қазақстанда", "KAZ"),
        ("uz", "Oʻzbekistonda", "UZB"),
        ("ky", "Кыргызстандын", "KGZ"),
        ("zh", "俄罗斯总统", "RUS"),
    ],
)
def test_languages_without_tables_know_state_names(language: str, text: str, code: str) -> None:
    assert code in [one for _, one in found(text, language)]
