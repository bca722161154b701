"""Ukrainian: declension by the last letters, phrases in agreement of case."""

from __future__ import annotations

from itertools import product

Cases = list[list[str]]
"""Six cases (nominative, genitive, dative, accusative, instrumental, locative), each with its forms."""

_SHIFT = {"г": "з", "к": "ц", "х": "с"}
_ADJECTIVE = ("ий", "ій", "ова", "ська", "цька", "зька", "на", "ні", "нє", "ське", "ські", "цькі", "зькі", "не", "ове")
_PHRASE_ADJECTIVE = ("ий", "ій", "ська", "цька", "зька", "ські", "цькі", "зькі", "ське", "цьке")

_PARTICLES = frozenset({"бен", "бин", "бін", "фон", "дер", "ван", "де", "аль", "ле", "ди", "ді", "да", "ас"})
"""Parts of a name that never change."""


def _with(stem: str, *endings: str) -> Cases:
    return [[stem + ending for ending in case.split("/")] for case in endings]


def _adjective(word: str) -> Cases:
    if word.endswith("ій"):
        return _with(word[:-2], "ій", "ього", "ьому", "ього/ій", "ім", "ьому/ім")
    stem = word[:-2] if word.endswith("ий") else word[:-1]
    if word.endswith("ий"):
        return _with(stem, "ий", "ого", "ому", "ого/ий", "им", "ому/ім")
    if word.endswith("а"):
        return _with(stem, "а", "ої", "ій", "у", "ою", "ій")
    if word.endswith("е"):
        return _with(stem, "е", "ого", "ому", "е", "им", "ому/ім")
    return _with(stem, "і", "их", "им", "і/их", "ими", "их")


def _locative(stem: str) -> str:
    return stem[:-1] + _SHIFT.get(stem[-1:], stem[-1:]) + "і"


def _fleeting(word: str) -> str:
    if word.endswith("єць"):
        return word[:-3] + "йц"
    if word.endswith("лець"):
        return word[:-3] + "ьц"
    if word.endswith("ець"):
        return word[:-3] + "ц"
    return "турк" if word == "турок" else "посл" if word == "посол" else word


def singular(word: str) -> Cases:
    """
    A noun in the six cases of the number it stands in.

    >>> [forms[0] for forms in singular("Росія")]
    ['Росія', 'Росії', 'Росії', 'Росію', 'Росією', 'Росії']
    """
    stem, last = word[:-1], word[-1:].lower()
    if word.endswith(("ець", "єць")) or word in ("турок", "посол"):
        stem = _fleeting(word)
        soft = stem.endswith("ц")
        a, u, om = ("я", "ю/еві", "ем") if soft else ("а", "у/ові", "ом")
        return [[word], *_with(stem, a, u, a, om, f"{u}/і")]
    if word.endswith(("ія", "їя")):
        return _with(stem, "я", "ї", "ї", "ю", "єю", "ї")
    if last == "я":
        return _with(stem, "я", "і/ї", "і/ї", "ю", "ею/єю", "і/ї")
    if last == "а":
        return [
            [word],
            [stem + "и", stem + "і"],
            [_locative(stem)],
            [stem + "у"],
            [stem + "ою", stem + "ею"],
            [_locative(stem)],
        ]
    if last == "й":
        return _with(stem, "й", "я/ю", "ю/єві", "й/я", "єм", "ї/ю")
    if last == "ь":
        return _with(stem, "ь", "я/ю/і", "ю/еві/і", "ь/я", "ем/ю", "і/ю")
    if last == "о":
        return _with(stem, "о", "а", "у", "о", "ом", "і")
    if word.endswith(("ння", "ття", "жжя")):
        return _with(stem, "я", "я", "ю", "я", "ям", "і")
    if last in "иіїеєуюэ" or not last.isalpha():
        return _with(stem, last, "ів//й", "ам/ям", last, "ами/ями", "ах/ях") if last in "иії" else [[word]] * 6
    return [
        [word],
        [word + "а", word + "у"],
        [word + "у", word + "ові"],
        [word, word + "а"],
        [word + "ом", word + "ем"],
        [word + "і", word + "у", word + "ові", _locative(word)],
    ]


def plural(word: str) -> Cases:
    """
    A noun given in the singular, in the six cases of the plural.

    >>> [forms[0] for forms in plural("росіянин")][:3]
    ['росіяни', 'росіян', 'росіянам']
    """
    stem, last = word[:-1], word[-1:].lower()
    if word.endswith(("анин", "янин")):
        return _with(word[:-2], "и", "", "ам", "", "ами", "ах")
    if word.endswith(("арин", "менин")):
        return _with(word[:-2], "и", "", "ам", "", "ами", "ах")
    if word.endswith("ія"):
        return _with(stem, "ї", "й", "ям", "ї", "ями", "ях")
    if word.endswith(("ння", "ття")):
        return _with(stem, "я", "ь", "ям", "я", "ями", "ях")
    if last == "а":
        return _with(stem, "и/і", "", "ам", "/и", "ами", "ах")
    if last == "о":
        return _with(stem, "а", "", "ам", "а", "ами", "ах")
    if word.endswith(("ець", "єць")):
        return _with(_fleeting(word), "і", "ів", "ям", "ів", "ями", "ях")
    if last in "йья":
        return _with(stem, "і/ї", "ів/їв", "ям", "ів/їв", "ями", "ях")
    stem = _fleeting(word)
    return _with(stem, "и/і", "ів/", "ам", "ів/", "ами", "ах")


def _word(word: str) -> Cases:
    if word.endswith("~") or word[:1] in "«(—" or word in _PARTICLES:
        return [[word.rstrip("~")]] * 6
    if word.endswith(_PHRASE_ADJECTIVE) and len(word) > 4:
        return _adjective(word)
    head, hyphen, tail = word.rpartition("-")
    return [[head + hyphen + form for form in case] for case in singular(tail)] if hyphen else singular(word)


def _in_phrase(words: list[str]) -> list[Cases]:
    """In a phrase of two or more, all but the last may be an adjective of any shape: Велика Британія."""
    return [
        _adjective(word) if at + 1 < len(words) and word.endswith(("а", "ий", "ій", "і", "е")) else _word(word)
        for at, word in enumerate(words)
    ]


def _joined(cases: list[Cases]) -> set[str]:
    forms: set[str] = set()
    for case in range(6):
        forms.update(" ".join(words) for words in product(*(word[case] for word in cases)))
    return forms


def name(words: str) -> set[str]:
    """
    A name in its cases; a word with ~ stays as it is, an adjective with ^ takes all genders.

    >>> {"Великої Британії", "Велику Британію"} <= name("Велика Британія")
    True
    """
    if words.endswith("^"):
        return adjective(words[:-1])
    parts = words.split()
    loose = _joined([_word(word) for word in parts])
    return loose | _joined(_in_phrase(parts)) if len(parts) > 1 else loose


def adjective(word: str) -> set[str]:
    """
    An adjective in all genders and cases; with a final hyphen it is the first part of a compound.

    >>> {"казахського", "казахськими", "казахську"} <= adjective("казахський")
    True
    """
    if not word.endswith("ий"):
        return {word}
    stem = word[:-2]
    return {form for gender in (word, stem + "а", stem + "е", stem + "і") for form in _joined([_adjective(gender)])}


def people(word: str) -> set[str]:
    """
    The name of a people, singular and plural.

    >>> {"українця", "українцям"} <= people("українець")
    True
    """
    return _joined([singular(word)]) | _joined([plural(word)])


def person(words: str) -> set[str]:
    """
    A person's name in its cases.

    >>> {"Володимира Путіна", "Володимиром Путіним"} <= person("Володимир Путін")
    True
    """
    parts = words.split()
    cases = [_word(word) for word in parts]
    for at, word in enumerate(parts):
        if word.endswith(("ов", "ев", "єв", "їв", "ін", "ин")):
            cases[at] = [*cases[at][:4], [word + "им", word + "ом"], cases[at][5]]
        elif word.endswith(("ова", "ева", "єва", "іна", "ська", "цька")) and at:
            cases[at] = _with(word[:-1], "а", "ої", "ій", "у", "ою", "ій")
        elif word.endswith("ко"):
            cases[at] = _with(word[:-1], "о", "а", "у/ові", "а", "ом", "ові/у")
        elif word.endswith(("і", "у", "ю", "е", "є")) or (word.endswith("о") and word[-2:] not in ("ло", "ро")):
            cases[at] = [[word]] * 6
    return _joined(cases)


def role(words: str) -> set[str]:
    """
    A role noun, singular and plural; with ^ it declines like an adjective.

    >>> {"міністра оборони", "міністрам оборони"} <= role("міністр оборони~")
    True
    """
    if words.endswith("^"):
        return adjective(words[:-1])
    parts = words.split()
    return name(words) | _joined([_many(word) for word in parts])


def _many(word: str) -> Cases:
    if word.endswith("~") or word[:1] in "«(—" or word in _PARTICLES:
        return [[word.rstrip("~")]] * 6
    if word.endswith(_ADJECTIVE) and len(word) > 4 and word.endswith(("ий", "а", "е")):
        return _adjective((word[:-2] if word.endswith("ий") else word[:-1]) + "і")
    head, hyphen, tail = word.rpartition("-")
    return [[head + hyphen + form for form in case] for case in plural(tail)]
