"""Lines of documents in, lines of answers out, by one process or several: the same bytes either way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from tiltmeter.coder import lines as contract
from tiltmeter.engines.engine import BUILTIN, Engine
from tiltmeter.engines.readers import reader, sharing
from tiltmeter.jobs import Crew


def events(
    lines: Iterable[str], *, engine: Engine = BUILTIN, crew: Crew | None = None, note: Callable[[str], None]
) -> Iterator[str]:
    """
    One answer, a JSON line, per line of documents, in their order; memory does not grow with them.

    Args:
        lines: See coder.lines.events.
        engine: What reads them, and with how many processes.
        crew: Who reads them in the place of these processes.
        note: Told of each malformed line.
    """
    for answers, notes in sharing(engine, crew)(partial(_answered, engine=engine), contract.blocks(lines)):
        for wrong in notes:
            note(wrong)
        yield from answers


def _answered(block: Sequence[tuple[int, str]], *, engine: Engine) -> tuple[list[str], list[str]]:
    answers, notes = contract.answered(block, reader(engine))
    return [json.dumps(one, ensure_ascii=False) + "\n" for one in answers], notes
