"""English: plurals; possessives need no forms, an apostrophe ends a word."""

from __future__ import annotations


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def name(words: str) -> set[str]:
    """
    Forms of a proper name.

    >>> name("Kazakhstan")
    {'Kazakhstan'}
    """
    return {words}


def adjective(word: str) -> set[str]:
    """
    Forms of an adjective of a state.

    >>> adjective("Kazakh")
    {'Kazakh'}
    """
    return {word}


def people(word: str) -> set[str]:
    """
    Forms of the name of a people.

    >>> sorted(people("Kazakh"))
    ['Kazakh', 'Kazakhs']
    """
    return {word} if word.endswith(("ese", "sh", "ch", "s", "men")) else {word, word + "s"}


def person(words: str) -> set[str]:
    """
    Forms of a person's name.

    >>> person("Vladimir Putin")
    {'Vladimir Putin'}
    """
    return {words}


def role(words: str) -> set[str]:
    """
    Forms of a role noun.

    >>> sorted(role("minister of defence"))
    ['minister of defence', 'ministers of defence']
    """
    head, of, rest = words.partition(" of ")
    if of:
        return {words, _plural(head) + of + rest}
    return {words, _plural(words)}
