import pytest

from . import links, parallel

pytestmark = [
    pytest.mark.slow,
    pytest.mark.data,
    pytest.mark.skipif(not links.folder().is_dir(), reason="no development data beside the checkout"),
]


def test_actors_of_linked_reports_are_found() -> None:
    score = links.score()
    assert score.recall >= 0.95
    assert score.precision >= 0.98


def test_translations_name_the_same_actors() -> None:
    floors = {"de": 0.91, "fr": 0.92, "ru": 0.93, "uk": 0.93, "es": 0.91, "tr": 0.93, "kk": 0.8, "uz": 0.78, "zh": 0.75}
    scores = parallel.scores()
    assert {name: mean for name, (mean, _) in scores.items() if mean < floors.get(name, 0)} == {}
