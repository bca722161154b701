"""
How fast the coder reads: `python bench/coder_speed.py [en de fr ru]`.

Held-back sentences of the corpus, denser in actors and deeds than news, in processor time of one core after a
warm-up. Prints sentences a second and the ratio to the mark of 3,000.
"""

from __future__ import annotations

import sys
import time

from tiltmeter.coder import Coder, load
from tiltmeter.coder.corpus import items
from tiltmeter.coder.tokens import sentences

MARK = 3_000
BLOCK = 128
WARM = 60


def seconds(coder: Coder, texts: list[str], language: str) -> float:
    """Processor time of reading some texts, the first ones read before."""
    coder.code_all([(text, language, None) for text in texts[:WARM]])
    start = time.process_time()
    for place in range(0, len(texts), BLOCK):
        coder.code_all([(text, language, None) for text in texts[place : place + BLOCK]])
    return time.process_time() - start


def main() -> None:
    """A line for each language."""
    start = time.process_time()
    coder = load()[0]
    print(f"loaded in {time.process_time() - start:.2f} s of processor time")
    for language in sys.argv[1:] or ["en", "de", "fr", "ru"]:
        texts = [item.text for item in items(language) if item.held_back]
        count = sum(1 for text in texts for _ in sentences(text))
        speed = count / seconds(coder, texts, language)
        print(f"{language} {speed:6,.0f} sentences a second, {speed / MARK:.2f} of the mark")


if __name__ == "__main__":
    main()
