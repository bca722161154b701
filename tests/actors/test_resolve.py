import datetime as dt
import pickle

import pytest

from tiltmeter.actors import actor, resolve, states, suggest
from tiltmeter.errors import ActorError


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Police (Kazakhstan)", "KAZ"), ("Ministry of Defense (Russia)", "RUS"), ("Protester (Belarus)", "BLR-CIV"),
        ("Insurgent (Syria)", "SYR-REB"), ("Citizen (Russia)", "RUS"), ("Emomali Rahmon", "TJK"), ("KAZ", "KAZ"),
        ("Military Personnel - Special (Turkey)", "TUR"), ("UN Security Council", "UN"), ("Russland", "RUS"),
        ("Казахстан", "KAZ"), ("Коллективная", None), ("Unspecified Actor", None), ("", None), ("XKX", "XKX"),
        ("Foreign Affairs (Kazakhstan)", "KAZ"), ("Korea, North", "PRK"), ("government of kazakhstan", "KAZ"),
        ("IRAN (ISLAMIC REPUBLIC OF)", "IRN"), ("Micronesia (Federated States of)", "FSM"), ("TÜRKİYE", "TUR"),
        ("Taliban", "AFG-TAL"), ("Саудовская Аравия", "SAU"),
    ],
)  # fmt: skip
def test_a_name_of_a_table_becomes_an_actor(name: str, code: str | None) -> None:
    one = resolve(name)
    assert (one.code if one else None) == code


def test_a_leader_resolves_by_date() -> None:
    assert resolve("Ashraf Ghani", on=dt.date(2021, 8, 1)) == actor("AFG")
    assert resolve("Ashraf Ghani", on=dt.date(2022, 8, 1)) is None


def test_states_are_iso_codes_and_kosovo() -> None:
    assert len(states()) == 250
    assert {"KAZ", "XKX", "TWN"} <= set(states())


@pytest.mark.parametrize(("wrong", "right"), [("KZA", "KAZ"), ("KZ", "KAZ"), ("kaz", "KAZ"), ("OSZE", "OSCE")])
def test_a_misspelt_code_gets_a_suggestion(wrong: str, right: str) -> None:
    assert suggest(wrong) == right


def test_an_unknown_code_says_what_was_meant() -> None:
    with pytest.raises(ActorError) as error:
        actor("KZA-CIV")
    assert "KAZ-CIV" in error.value.mend
    assert pickle.loads(pickle.dumps(error.value)).mend == error.value.mend
    with pytest.raises(ActorError):
        actor("KAZ-XXX")
    with pytest.raises(ActorError):
        actor("")


def test_every_state_and_organisation_has_a_name() -> None:
    for code in states():
        assert actor(code).name
    assert actor("CSTO").name == "Collective Security Treaty Organization"
    assert actor("AFG-TAL").state == "AFG"
