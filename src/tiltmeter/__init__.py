"""tiltmeter: which way states lean between rival powers, since when, how surely, on what evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tiltmeter.calls import classify, code, find_actors, read
    from tiltmeter.errors import TiltmeterError
    from tiltmeter.model import FitSettings, Tilt, fit, panel, simulate_world
    from tiltmeter.settings import load_theatre
    from tiltmeter.workspace import Workspace

__version__ = "0.1.0"

__all__ = [
    "FitSettings",
    "Tilt",
    "TiltmeterError",
    "Workspace",
    "classify",
    "code",
    "find_actors",
    "fit",
    "load_theatre",
    "panel",
    "read",
    "simulate_world",
]

_HOMES = {
    "FitSettings": "model", "Tilt": "model", "TiltmeterError": "errors", "Workspace": "workspace",
    "classify": "calls", "code": "calls", "find_actors": "calls", "fit": "model", "load_theatre": "settings",
    "panel": "model", "read": "calls", "simulate_world": "model",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first used: the package alone loads in milliseconds."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
