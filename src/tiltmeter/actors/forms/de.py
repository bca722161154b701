"""German: genitive, adjective endings, weak nouns and feminine forms."""

from __future__ import annotations

_ADJECTIVE = ("", "e", "er", "es", "en", "em")


def name(words: str) -> set[str]:
    """
    Forms of a proper name.

    >>> sorted(name("Kasachstan"))
    ['Kasachstan', 'Kasachstans']
    """
    return {words} if words.endswith(("s", "x", "z")) else {words, words + "s"}


def adjective(word: str) -> set[str]:
    """
    Forms of an adjective of a state, given as its stem.

    >>> "kasachischen" in adjective("kasachisch")
    True
    """
    return {word} if word.endswith("er") else {word + ending for ending in _ADJECTIVE}


def people(word: str) -> set[str]:
    """
    Forms of the name of a people.

    >>> sorted(people("Russe"))
    ['Russe', 'Russen', 'Russin', 'Russinnen']
    """
    if word.endswith("er"):
        return {word, word + "n", word + "s", word + "in", word + "innen"}
    if word.endswith("e"):
        return {word, word + "n", word[:-1] + "in", word[:-1] + "innen"}
    return {word, word + "s", word + "en"}


def person(words: str) -> set[str]:
    """
    Forms of a person's name.

    >>> sorted(person("Putin"))
    ['Putin', 'Putins']
    """
    return name(words)


def role(words: str) -> set[str]:
    """
    Forms of a role noun; some that do not exist are among them and do no harm.

    >>> {"Soldat", "Soldaten"} <= role("Soldat")
    True
    """
    if " " in words:
        return {words}
    endings = ("", "s", "n", "en", "es", "e", "in", "innen")
    return {words + ending for ending in endings} - {"Marinen", "Regimen"}
