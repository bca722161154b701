"""The reader that an engine stands for, loaded once in each process."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tiltmeter.engines.engine import BUILTIN, Engine
from tiltmeter.errors import SettingsError
from tiltmeter.jobs import Answer, Crew, Work, ordered

if TYPE_CHECKING:
    from tiltmeter.coder.lines import Reader


@functools.cache
def reader(engine: Engine = BUILTIN) -> Reader:
    """
    The reader of an engine; the coder is trained if it is needed and not there yet.

    Raises:
        CoderError: The engine cannot be used here.
    """
    if engine.kind == "openai":
        from tiltmeter.engines.endpoint import Endpoint, default_cache
        from tiltmeter.engines.kept import Kept

        return Endpoint(engine, Kept(default_cache()))
    from tiltmeter.coder import load

    coder = load()[0]
    if engine.kind == "transformers":
        from tiltmeter.engines.local import Local

        return Local(coder, Path(engine.what))
    return coder


def make_ready(engine: Engine, *, progress: Callable[[float], None] | None = None) -> None:
    """
    Train the coder if an engine needs it and it is not there yet, before several processes would each do so.

    Args:
        progress: Told the share of the training that is done; not called when there is none to do.
    """
    from tiltmeter.coder import trained

    if engine.kind != "openai" and not trained.place().exists():
        trained.train(trained.place(), progress=progress)


def sharing(
    engine: Engine, crew: Crew | None = None
) -> Callable[[Callable[[Work], Answer], Iterable[Work]], Iterator[Answer]]:
    """
    The `ordered` that shares out texts: to a crew or, without one, to the engine's processes.

    Raises:
        SettingsError: The engine is an endpoint, and there is a crew.
    """
    if crew and engine.kind == "openai":
        mend = "leave out --cluster; with --jobs N so many requests wait for an answer at once"
        raise SettingsError("an endpoint is asked from one machine", mend=mend)
    if crew or engine.processes > 1:
        make_ready(engine)
    return crew.ordered if crew else partial(ordered, jobs=engine.processes)


def notes(engine: Engine) -> list[str]:
    """What an engine has to say after its work: what it spent, what it refused."""
    if engine.kind != "openai":
        return []
    from tiltmeter.engines.endpoint import Endpoint

    told = reader(engine)
    return told.notes() if isinstance(told, Endpoint) else []
