import pytest

from tiltmeter.sources._sides import side, state_code, without_middle_names


@pytest.mark.parametrize(
    ("name", "country", "code"),
    [
        ("Citizen (Kazakhstan)", None, "KAZ-CIV"), ("Citizen (Kazakhstan)", "KAZ", "KAZ-CIV"),
        ("Protester (Belarus)", None, "BLR-CIV"), ("Police (Kazakhstan)", None, "KAZ"),
        ("Attacker (Russia)", "RUS", "RUS-REB"), ("Militant (Russia)", None, "RUS-REB"),
        ("Government Lawyer/Representative (Ukraine)", None, "UKR"), ("Employee (European Union)", None, "EU"),
        ("Kazakhstan", None, "KAZ"), ("Taliban", None, "AFG-TAL"), ("United Nations", "UN", "UN"),
        ("nobody we know", None, None), (None, "KAZ", "KAZ"), (None, None, None), ("KAZ-CIV", None, "KAZ-CIV"),
    ],
)  # fmt: skip
def test_names_of_event_data_are_states_their_civilians_or_armed_groups(
    name: str | None, country: str | None, code: str | None
) -> None:
    assert side(name, country=country) == code


def test_the_country_of_the_file_decides_where_the_name_says_otherwise() -> None:
    assert side("Police (Kazakhstan)", country="RUS") == "RUS"


@pytest.mark.parametrize(
    ("sectors", "code"),
    [
        ({"Executive", "Government"}, "KAZ"), ({"Insurgents", "Dissident"}, "KAZ-REB"), ({"REB"}, "KAZ-REB"),
        ({"Social"}, "KAZ-CIV"), ({"CVL"}, "KAZ-CIV"), ({"UNK"}, "KAZ"), (set(), "KAZ"), ({"MIL", "CVL"}, "KAZ"),
    ],
)  # fmt: skip
def test_sectors_decide_where_there_is_no_name(sectors: set[str], code: str) -> None:
    assert side(None, country="Kazakhstan", sectors=frozenset(sectors)) == code


@pytest.mark.parametrize(
    ("told", "code"),
    [("KAZ", "KAZ"), ("KZ", "KAZ"), ("ROM", "ROU"), ("UNO", "UN"), ("Kyrgyzstan", "KGZ"), ("", None), ("ZZ", None)],
)
def test_states_are_known_by_code_old_code_and_name(told: str, code: str | None) -> None:
    assert state_code(told) == code


def test_middle_names_are_left_out_of_persons_only() -> None:
    assert without_middle_names("Nikolai Platonovich Patrushev") == "Nikolai Patrushev"
    assert without_middle_names("African Development Bank") == ""
    assert without_middle_names("Ministry of Defence") == ""
    assert without_middle_names("Donald Trump") == ""
