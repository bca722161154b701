"""Turkish: suffixes by vowel harmony, for words that take them without an apostrophe."""

from __future__ import annotations

_FRONT = "eiöü"
_VOWELS = "aeıioöuü"
_HIGH = {"a": "ı", "ı": "ı", "e": "i", "i": "i", "o": "u", "u": "u", "ö": "ü", "ü": "ü"}
_SOFT = {"k": "ğ", "p": "b", "ç": "c", "t": "d"}


def _last_vowel(word: str) -> str:
    return next((letter for letter in reversed(word.lower()) if letter in _VOWELS), "e")


def _cased(word: str, *, possessed: bool) -> set[str]:
    """The cases of a word; a possessed one has n before its endings."""
    last = _last_vowel(word)
    a, i = ("e" if last in _FRONT else "a"), _HIGH[last]
    ends_in_vowel = word[-1].lower() in _VOWELS
    n = "n" if possessed else ""
    y = "n" if possessed else "y" if ends_in_vowel else ""
    t = "t" if not ends_in_vowel and word[-1] in "fstkçşhp" else "d"
    genitive = f"n{i}n" if ends_in_vowel else f"{i}n"
    endings = ("", genitive, y + a, y + i, f"{n}{t}{a}", f"{n}{t}{a}n", ("y" if ends_in_vowel else "") + f"l{a}")
    forms = {word + ending for ending in endings}
    if not possessed and not ends_in_vowel and word[-1] in _SOFT and len(word) > 3:
        stem = word[:-1] + _SOFT[word[-1]]
        forms |= {stem + ending for ending in (genitive, a, i)}
    return forms


def _possessed(word: str) -> str:
    """The third-person possessive: ordu, ordusu; hükümet, hükümeti."""
    i = _HIGH[_last_vowel(word)]
    if word[-1].lower() in _VOWELS:
        return f"{word}s{i}"
    softens = word[-1] == "k" and len(word) > 3
    return (word[:-1] + "ğ" if softens else word) + i


def _plural(word: str) -> str:
    return word + ("ler" if _last_vowel(word) in _FRONT else "lar")


def name(words: str) -> set[str]:
    """
    Forms of a proper name; suffixes follow an apostrophe, which ends the word.

    >>> name("Rusya")
    {'Rusya'}
    """
    return {words}


def adjective(word: str) -> set[str]:
    """
    Forms of an adjective of a state, which names its people too.

    >>> {"Kazak", "Kazaklar", "Kazakların"} <= adjective("Kazak")
    True
    """
    many = _plural(word)
    return _cased(word, possessed=False) | _cased(many, possessed=False)


def people(word: str) -> set[str]:
    """
    Forms of the name of a people.

    >>> "Ruslara" in people("Rus")
    True
    """
    return adjective(word)


def person(words: str) -> set[str]:
    """
    Forms of a person's name.

    >>> person("Putin")
    {'Putin'}
    """
    return {words}


def role(words: str) -> set[str]:
    """
    Forms of a role noun, bare and possessed, singular and plural.

    >>> {"ordu", "ordusu", "ordusunun", "askerleri", "askerlerine"} <= role("ordu") | role("asker")
    True
    """
    many = _plural(words)
    forms = _cased(words, possessed=False) | _cased(words, possessed=words[-1] in "ıiuü")
    forms |= _cased(_possessed(words), possessed=True)
    return forms | _cased(many, possessed=False) | _cased(many + _HIGH[_last_vowel(many)], possessed=True)
