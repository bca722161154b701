"""Russian: declension by the last letters, phrases in agreement of case."""

from __future__ import annotations

from itertools import product

Cases = list[list[str]]
"""Six cases (nominative, genitive, dative, accusative, instrumental, prepositional), each with its forms."""

_HUSH = "гкхжчшщ"
_ADJECTIVE = ("ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие")

_PARTICLES = frozenset({"бен", "бин", "бін", "фон", "дер", "ван", "де", "аль", "ле", "ди", "ді", "да", "ас"})
"""Parts of a name that never change."""


def _with(stem: str, *endings: str) -> Cases:
    return [[stem + ending for ending in case.split("/")] for case in endings]


def _adjective(word: str) -> Cases:
    """An adjective in the gender and number it stands in."""
    stem, ending = word[:-2], word[-2:]
    soft = ending in ("яя", "ее") or (stem[-1:] in "жчшщ" and ending != "ой")
    if ending in ("ая", "яя"):
        weak = "ей" if soft else "ой"
        return _with(stem, ending, weak, weak, "юю" if ending == "яя" else "ую", f"{weak}/{weak[0]}ю", weak)
    if ending in ("ые", "ие"):
        y = ending[0]
        return _with(stem, ending, y + "х", y + "м", f"{ending}/{y}х", y + "ми", y + "х")
    if ending == "ий" and stem.endswith("н"):
        soft = True
    o = "е" if soft else "о"
    y = "и" if soft or stem[-1:] in _HUSH else "ы"
    return _with(stem, ending, o + "го", o + "му", f"{ending}/{o}го", y + "м", o + "м")


def _fleeting(word: str) -> str:
    """The stem of a noun whose last vowel falls out: казахстанец, турок, посол."""
    if word.endswith("ец") and len(word) > 4:
        before = word[-3]
        return word[:-2] + ("йц" if before in "аеиоуыэюя" else "ьц" if before == "л" else "ц")
    if word in ("турок", "посол"):
        return word[:-2] + word[-1]
    return word


def _masculine(word: str) -> Cases:
    stem = _fleeting(word)
    return [
        [word],
        [stem + "а"],
        [stem + "у"],
        [word, stem + "а"],
        [stem + "ом", stem + "ем"],
        [stem + "е"],
    ]


def singular(word: str) -> Cases:
    """
    A noun in the six cases of the number it stands in.

    >>> [forms[0] for forms in singular("Россия")]
    ['Россия', 'России', 'России', 'Россию', 'Россией', 'России']
    """
    stem, last = word[:-1], word[-1:].lower()
    if word.endswith("ии"):
        return _with(stem, "и", "й", "ям", "и", "ями", "ях")
    if word.endswith("ия"):
        return _with(stem, "я", "и", "и", "ю", "ей/ею", "и")
    if last == "я":
        return _with(stem, "я", "и", "е", "ю", "ей/ёй", "е")
    if last == "а":
        ending = "и" if stem[-1:] in _HUSH else "ы"
        return _with(stem, "а", ending, "е", "у", "ой/ою/ей", "е")
    if last == "й":
        return _with(stem, "й", "я", "ю", "й/я", "ем", "е")
    if last == "ь":
        return _with(stem, "ь", "я/и", "ю/и", "ь/я", "ем/ью", "е/и")
    if last == "о":
        return _with(stem, "о", "а", "у", "о", "ом", "е")
    if word.endswith(("ие", "ье")):
        return _with(stem, "е", "я", "ю", "е", "ем", "и/е")
    if last in "ыи":
        return _with(stem, last, "ов//ей", "ам/ям", last, "ами/ями", "ах/ях")
    if last in "уюэе" or not last.isalpha():
        return [[word]] * 6
    return _masculine(word)


def plural(word: str) -> Cases:
    """
    A noun given in the singular, in the six cases of the plural.

    >>> [forms[0] for forms in plural("россиянин")][:3]
    ['россияне', 'россиян', 'россиянам']
    """
    stem, last = word[:-1], word[-1:].lower()
    if word.endswith(("анин", "янин")):
        return _with(word[:-2], "е", "", "ам", "", "ами", "ах")
    if word.endswith("арин"):
        return _with(word[:-2], "ы", "", "ам", "", "ами", "ах")
    if word.endswith("ия"):
        return _with(stem, "и", "й", "ям", "и", "ями", "ях")
    if word.endswith(("ие", "ье")):
        return _with(stem, "я", "й", "ям", "я", "ями", "ях")
    if last == "а":
        ending = "и" if stem[-1:] in _HUSH else "ы"
        return _with(stem, ending, "", "ам", f"/{ending}", "ами", "ах")
    if last == "о":
        return _with(stem, "а", "", "ам", "а", "ами", "ах")
    if last in "йья":
        return _with(stem, "и", "ев/ей", "ям", "и/ев/ей", "ями", "ях")
    stem = _fleeting(word)
    ending = "и" if stem[-1:] in _HUSH else "ы"
    many = "ей" if stem[-1:] in "жчшщ" else "ев/ов" if stem.endswith("ц") else "ов"
    none = "/" if word in ("грузин", "турок", "солдат", "осетин", "румын") else ""
    many = f"{many}{none}"
    forms = _with(stem, ending, many, "ам", many, "ами", "ах")
    return [[*forms[0], word[:-2] + "а"], *forms[1:]] if word.endswith("ор") else forms


def _word(word: str) -> Cases:
    if word.endswith("~") or word[:1] in "«(—" or word in _PARTICLES:
        return [[word.rstrip("~")]] * 6
    if word.endswith(_ADJECTIVE) and len(word) > 4:
        return _adjective(word)
    head, hyphen, tail = word.rpartition("-")
    return [[head + hyphen + form for form in case] for case in singular(tail)] if hyphen else singular(word)


def _joined(cases: list[Cases]) -> set[str]:
    forms: set[str] = set()
    for case in range(6):
        forms.update(" ".join(words) for words in product(*(word[case] for word in cases)))
    return forms


def name(words: str) -> set[str]:
    """
    A name in its cases; a word with ~ stays as it is, an adjective with ^ takes all genders.

    >>> {"Южной Корее", "Южную Корею"} <= name("Южная Корея")
    True
    >>> "Республике Корея" in name("Республика Корея~")
    True
    """
    if words.endswith("^"):
        return adjective(words[:-1])
    return _joined([_word(word) for word in words.split()])


def adjective(word: str) -> set[str]:
    """
    An adjective in all genders and cases; with a final hyphen it is the first part of a compound.

    >>> {"казахского", "казахскими", "казахскую"} <= adjective("казахский")
    True
    """
    if word.endswith("-"):
        return {word}
    if not word.endswith(_ADJECTIVE):
        return {word}
    stem = word[:-2]
    hard = "ые" if word.endswith(("ый", "ой")) and stem[-1] not in _HUSH else "ие"
    neuter = "ее" if stem[-1] in "жчшщ" and not word.endswith("ой") else "ое"
    return {
        form for gender in (word, stem + "ая", stem + neuter, stem + hard) for form in _joined([_adjective(gender)])
    }


def people(word: str) -> set[str]:
    """
    The name of a people, singular and plural.

    >>> {"украинца", "украинцам"} <= people("украинец")
    True
    """
    return _joined([singular(word)]) | _joined([plural(word)])


def person(words: str) -> set[str]:
    """
    A person's name in its cases.

    >>> {"Владимира Путина", "Владимиром Путиным"} <= person("Владимир Путин")
    True
    """
    cases = [_word(word) for word in words.split()]
    for at, word in enumerate(words.split()):
        if word.endswith(("о", "и", "ы", "у", "ю", "э", "е")):  # such names do not change: Джо, Эмомали
            cases[at] = [[word]] * 6
        elif word.endswith(("ов", "ев", "ин", "ын", "ёв")):
            cases[at] = [*cases[at][:4], [word + "ым", word + "ом"], cases[at][5]]
        elif word.endswith(("ова", "ева", "ина", "ая")) and at:
            stem = word[:-1] if not word.endswith("ая") else word[:-2]
            cases[at] = _with(stem, word[len(stem) :], "ой", "ой", "у/ую", "ой", "ой")
    return _joined(cases)


def role(words: str) -> set[str]:
    """
    A role noun, singular and plural; with ^ it declines like an adjective.

    >>> {"министра обороны", "министрам обороны"} <= role("министр обороны~")
    True
    """
    if words.endswith("^"):
        return adjective(words[:-1])
    parts = words.split()
    many = [_many(word) for word in parts]
    return _joined([_word(word) for word in parts]) | _joined(many)


def _many(word: str) -> Cases:
    if word.endswith("~") or word[:1] in "«(—" or word in _PARTICLES:
        return [[word.rstrip("~")]] * 6
    if word.endswith(_ADJECTIVE) and len(word) > 4:
        hard = "ые" if word.endswith(("ый", "ой", "ая", "ое")) and word[-3] not in _HUSH else "ие"
        return _adjective(word[:-2] + hard)
    head, hyphen, tail = word.rpartition("-")
    return [[head + hyphen + form for form in case] for case in plural(tail)]
