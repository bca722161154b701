"""Scenarios as people write them by hand: events to put into the future."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Scenario(BaseModel):
    """
    An event to put into the future, as people write it in TOML (`[[scenarios]]`).

    `state` is where it happens; `power` the helper or owner, by default pole A; `start` the day, by
    default the Monday after the data; `size` the reports it brings in its first week, by default those of past crises.

    >>> Scenario(kind="unrest", state="KGZ").weeks
    26
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = "asked"
    kind: Literal["unrest", "attack", "helper_at_war", "base_closes", "vote"]
    state: str
    power: str = ""
    start: dt.date | None = None
    weeks: int = Field(default=26, ge=1, le=104)
    size: float | None = Field(default=None, ge=0, le=10_000)
    text: dict[str, str] = Field(default_factory=dict)
