"""German."""

from tiltmeter.coder.language import Habits

LANGUAGE = Habits(
    name="German",
    joins=frozenset(["und", "oder", ",", "die", "der", "den", "das", "dem", "sowie", "/", "-", "–", "wie", "auch"]),
    separable=(
        "entgegen",
        "zurück",
        "zusammen",
        "hinaus",
        "heraus",
        "herein",
        "hinein",
        "nieder",
        "fest",
        "teil",
        "fort",
        "frei",
        "nach",
        "durch",
        "über",
        "unter",
        "statt",
        "bei",
        "ein",
        "auf",
        "aus",
        "vor",
        "mit",
        "ab",
        "an",
        "um",
        "zu",
        "los",
        "her",
        "hin",
        "weg",
        "bereit",
    ),  # fmt: skip
    noun_case=True,
)
