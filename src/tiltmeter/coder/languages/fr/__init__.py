"""French."""

from tiltmeter.coder.language import Habits

LANGUAGE = Habits(
    name="French",
    joins=frozenset(["et", "ou", ",", "la", "le", "les", "l", "'", "ainsi", "que", "/", "-", "de", "du", "des", "d"]),
    participles=(
        ("ées", "er"),
        ("és", "er"),
        ("ée", "er"),
        ("é", "er"),
        ("is", "ir"),
        ("i", "ir"),
        ("çu", "cevoir"),
        ("duit", "duire"),
        ("venu", "venir"),
        ("tenu", "tenir"),
        ("mis", "mettre"),
        ("quis", "quérir"),
        ("clu", "clure"),
        ("ert", "rir"),
        ("u", "re"),
    ),
)
