"""Compares the actors found in a sentence with those found in its translation.

`python -m tests.actors.parallel [--show LANG]` prints the mean Jaccard index of the sets of codes
per language, over sentences where either side has one, and the differences of one language.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
from collections import defaultdict
from collections.abc import Iterator

from tiltmeter.actors import find

from .links import folder

LANGUAGES = ("de", "fr", "ru", "uk", "es", "tr", "kk", "uz", "ky", "tg", "zh", "ar")


def codes(text: str, language: str) -> frozenset[str]:
    """States and organisations found, a state's groups counted as the state."""
    return frozenset(one.code.partition("-")[0] for one in find(text, language=language) if one.code)


def pairs() -> Iterator[tuple[str, str, str]]:
    """Language, English sentence and its translation."""
    csv.field_size_limit(sys.maxsize)
    with gzip.open(folder() / "gold" / "parallel_dev.tsv.gz", "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            for language in LANGUAGES:
                if row["en"] and row.get(language):
                    yield language, row["en"], row[language]


def scores() -> dict[str, tuple[float, int]]:
    """Mean Jaccard index and number of sentences per language."""
    values: dict[str, list[float]] = defaultdict(list)
    for language, english, other in pairs():
        one, two = codes(english, "en"), codes(other, language)
        if one or two:
            values[language].append(len(one & two) / len(one | two))
    return {language: (sum(all_) / len(all_), len(all_)) for language, all_ in values.items()}


def main() -> None:
    """Prints a line per language, or the differences of one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", metavar="LANG", choices=LANGUAGES)
    show = parser.parse_args().show
    lines = [] if show else [f"{name}: {mean:.3f} of {count}" for name, (mean, count) in scores().items()]
    for language, english, other in pairs() if show else ():
        one, two = codes(english, "en"), codes(other, language)
        if language == show and one != two:
            lines.append(f"-{sorted(one - two)} +{sorted(two - one)}\n  {english}\n  {other}")
    print("\n".join(lines))  # noqa: T201 (a command's output)


if __name__ == "__main__":
    main()
