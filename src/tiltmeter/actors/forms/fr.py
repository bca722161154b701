"""French: feminine and plural."""

from __future__ import annotations

_VOWELS = "aeiouyéèêïë"


def _feminine(word: str) -> str:
    if word.endswith(("ien", "éen", "on")):
        return word + "ne"
    if word.endswith(("e", "é", "i", "í")) and not word.endswith(("ais", "ois")):
        return word if word.endswith("e") else word + "e"
    return word + "e"


def _plural(word: str) -> str:
    return word if word.endswith(("s", "x", "z")) else word + "s"


def name(words: str) -> set[str]:
    """
    Forms of a proper name.

    >>> name("Tadjikistan")
    {'Tadjikistan'}
    """
    return {words}


def adjective(word: str) -> set[str]:
    """
    Forms of an adjective; an irregular feminine stands after a slash.

    >>> sorted(adjective("italien"))
    ['italien', 'italienne', 'italiennes', 'italiens']
    >>> sorted(adjective("turc/turque"))
    ['turc', 'turcs', 'turque', 'turques']
    """
    masculine, _, feminine = word.partition("/")
    feminine = feminine or _feminine(masculine)
    return {masculine, feminine, _plural(masculine), _plural(feminine)}


def people(word: str) -> set[str]:
    """
    Forms of the name of a people.

    >>> "Russes" in people("Russe")
    True
    """
    return adjective(word)


def person(words: str) -> set[str]:
    """
    Forms of a person's name.

    >>> person("Macron")
    {'Macron'}
    """
    return {words}


def role(words: str) -> set[str]:
    """
    Forms of a role noun: the first word, or the last, takes the plural.

    >>> sorted(role("chef d'état-major"))[:2]
    ["chef d'état-major", "chef d'état-majors"]
    """
    first, space, rest = words.partition(" ")
    return {words, _plural(first) + space + rest, words if words.endswith(("s", "x")) else words + "s"}
