"""Compares the actors found in a sentence with those found in its translation.

`python tests/actors/parallel.py [--show LANG N]` prints the mean Jaccard index of the sets of
codes per language, over sentences where either side has one.
"""

from __future__ import annotations

import argparse
import collections
import csv
import gzip
import os
import sys
from pathlib import Path

from tiltmeter.actors import find


def codes(text: str, language: str) -> set[str]:
    """States and organisations found, a state's groups counted as the state."""
    return {mention.code.partition("-")[0] for mention in find(text, language=language) if mention.code}


def main() -> None:
    """Prints a line per language, and differences when asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", nargs=2, metavar=("LANG", "N"))
    show = parser.parse_args().show
    data = Path(os.environ.get("TILTMETER_DATA", Path(__file__).parents[3] / "shared" / "data"))
    csv.field_size_limit(sys.maxsize)
    sums: dict[str, list[float]] = collections.defaultdict(list)
    lost: collections.Counter[str] = collections.Counter()
    with gzip.open(data / "gold" / "parallel_dev.tsv.gz", "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if not row["en"]:
                continue
            english = codes(row["en"], "en")
            for language in ("de", "fr", "ru", "uk", "es", "tr", "kk", "uz", "ky", "tg", "zh", "ar"):
                if not row.get(language):
                    continue
                other = codes(row[language], language)
                if english or other:
                    sums[language].append(len(english & other) / len(english | other))
                    if show and language == show[0] and english != other:
                        lost[
                            f"-{sorted(english - other)} +{sorted(other - english)}\n  {row['en']}\n  {row[language]}"
                        ] += 1
    for language, values in sums.items():
        print(f"{language}: {sum(values) / len(values):.3f} of {len(values)}")
    if show:
        import random

        for text in random.Random(int(show[1])).sample(sorted(lost), min(int(show[1]), len(lost))):
            print(text[:900])


if __name__ == "__main__":
    main()
