"""Spanish."""

from tiltmeter.coder.language import Habits

LANGUAGE = Habits(
    name="Spanish",
    joins=frozenset(
        [
            *("y", "e", "o", "u", ",", "/", "-", "ni", "así", "como", "también", "junto", "con"),
            *("el", "la", "los", "las", "de", "del", "a", "al"),
        ]
    ),
)
