import pytest

from tiltmeter.nouns import MODES, QUAD, ROOTS
from tiltmeter.sources._cameo import NO_EVENT, meaning

CONVENTION = {1: range(1, 6), 2: range(6, 9), 3: range(9, 14), 4: range(14, 21)}


def test_every_pair_has_a_root_of_ours_and_a_mode() -> None:
    for pair in range(1, 21):
        found = meaning(f"{pair:02d}0")
        assert found is not None
        assert found.root in {*ROOTS, NO_EVENT}
        assert found.mode in MODES
        assert found.quad == QUAD.get(found.root, 0)


def test_quads_follow_the_convention_but_for_appeals_which_are_requests() -> None:
    for quad, pairs in CONVENTION.items():
        for pair in pairs:
            found = meaning(f"{pair:02d}1")
            assert found is not None
            assert found.quad == (0 if pair == 1 else 3 if pair == 2 else quad), pair


@pytest.mark.parametrize(
    ("code", "root"),
    [
        ("010", "-"), ("018", "SUPPORT"), ("0234", "REQUEST"), ("036", "AGREE"), ("043", "CONSULT"), ("057", "SUPPORT"),
        ("061", "COOPERATE"), ("073", "AID"), ("0871", "YIELD"), ("090", "ACCUSE"), ("1056", "REQUEST"),
        ("112", "ACCUSE"), ("129", "REJECT"), ("138", "THREATEN"), ("141", "PROTEST"), ("145", "ASSAULT"),
        ("154", "MOBILIZE"), ("163", "SANCTION"), ("173", "COERCE"), ("191", "COERCE"), ("190", "ASSAULT"),
        ("2042", "ASSAULT"),
    ],
)  # fmt: skip
def test_codes_have_the_root_the_codebook_gives_their_deed(code: str, root: str) -> None:
    found = meaning(code)
    assert found is not None
    assert found.root == root


@pytest.mark.parametrize("code", ["010", "0231", "036", "042", "0841", "0871", "094"])
def test_a_lost_zero_is_put_back(code: str) -> None:
    assert meaning(code.lstrip("0")) == meaning(code)


@pytest.mark.parametrize("code", ["", "0", "00", "21", "990", "097", "20420", "1a", "x", "-1", "04.2", "１４１"])
def test_what_is_no_code_has_no_meaning(code: str) -> None:
    if code == "21":
        assert meaning(code) == meaning("021")
    else:
        assert meaning(code) is None
