import time

from hypothesis import given, settings
from hypothesis import strategies as st

from tiltmeter.actors import actor, find, resolve, states
from tiltmeter.actors.fold import fold
from tiltmeter.actors.lexicon import LANGUAGES

WORDS = st.sampled_from(
    ["Kazakh", "police", "US", "U.S.", "president", "of", "the", "Georgia", "Putin", "Joe Biden", "in", "Brussels",
     "Казахстана", "президент", "Türkiye'nin", "İran", "Kreml", "-", ".", ", ", "\n", "’s", "former", "de", "EU", "$",
     "SCO", "CIS", "protesters", "rebels", "Rutte", "opposition", "leader", "Security Council", "Almaty", "Hamas"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=30).map(" ".join))


@given(TEXTS, st.sampled_from([*LANGUAGES, "zh", "kk", "und", "xx", ""]))
@settings(max_examples=400, deadline=None)
def test_offsets_slice_to_the_text_and_mentions_do_not_overlap(text: str, language: str) -> None:
    reach = 0
    for mention in find(text, language=language):
        assert text[mention.start : mention.end] == mention.text != ""
        assert mention.start >= reach
        reach = mention.end


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_every_code_found_is_an_actor(text: str) -> None:
    for mention in find(text, language="en"):
        assert mention.code is None or actor(mention.code).code == mention.code


@given(st.text())
def test_folding_keeps_the_length_and_folds_only_once(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@given(st.one_of(TEXTS, st.sampled_from(states())))
@settings(max_examples=200, deadline=None)
def test_resolving_twice_changes_nothing(name: str) -> None:
    once = resolve(name)
    if once is not None:
        assert resolve(once.code) == once
        assert resolve(once.name) in (once, resolve(once.state))


def test_time_grows_with_the_text_and_no_faster() -> None:
    piece = "Kazakh police and Russian troops met the president in Almaty, said US President Joe Biden "

    def seconds(times: int) -> float:
        start = time.process_time()
        find(piece * times, language="en")
        return time.process_time() - start

    seconds(10)
    # eight times the text; a quadratic search would take sixty-four times as long
    assert seconds(4_000) < 40 * max(seconds(500), 0.025)


def test_ten_megabytes_without_a_break_are_read() -> None:
    assert find("a" * 10_000_000, language="en") == []
