"""Spanish."""

from tiltmeter.coder.language import Habits

LANGUAGE = Habits(
    name="Spanish",
    joins=frozenset(
        ["y", "e", "o", "u", ",", "el", "la", "los", "las", "así", "como", "también", "junto", "con", "/", "-"]
        + ["de", "del", "a", "al", "ni"]
    ),
)
