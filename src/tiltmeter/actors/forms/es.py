"""Spanish: gender and number."""

from __future__ import annotations

_PLAIN = str.maketrans("áéíóú", "aeiou")


def _plural(word: str) -> str:
    if word.endswith(("a", "e", "i", "o", "u", "á", "é")):
        return word + "s"
    if word.endswith("z"):
        return word[:-1] + "ces"
    return word if word.endswith("s") and word[-2:-1] not in "éá" else word[:-2] + word[-2:].translate(_PLAIN) + "es"


def _feminine(word: str) -> str:
    if word.endswith("o"):
        return word[:-1] + "a"
    if word.endswith(("és", "án", "ón", "ín")):
        return word[:-2] + word[-2:].translate(_PLAIN) + "a"
    return word + "a" if word.endswith(("ol", "or")) else word


def name(words: str) -> set[str]:
    """
    Forms of a proper name.

    >>> name("Tayikistán")
    {'Tayikistán'}
    """
    return {words}


def adjective(word: str) -> set[str]:
    """
    Forms of an adjective; an irregular feminine stands after a slash.

    >>> sorted(adjective("ruso"))
    ['rusa', 'rusas', 'ruso', 'rusos']
    >>> sorted(adjective("francés"))
    ['francesa', 'francesas', 'franceses', 'francés']
    """
    masculine, _, feminine = word.partition("/")
    feminine = feminine or _feminine(masculine)
    extra = {masculine + "es", masculine + "s"} if masculine.endswith("í") else set()
    return {masculine, feminine, _plural(masculine), _plural(feminine)} | extra


def people(word: str) -> set[str]:
    """
    Forms of the name of a people.

    >>> "kazajos" in people("kazajo")
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
    Forms of a role noun: the first word takes the plural.

    >>> sorted(role("ministro de Defensa"))
    ['ministro de Defensa', 'ministros de Defensa']
    """
    first, space, rest = words.partition(" ")
    return {words, _plural(first) + space + rest}
