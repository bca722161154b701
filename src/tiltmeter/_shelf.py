"""Finds the entries of a shelf: a folder in which each file is one entry, named for it."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from importlib import resources
from importlib.metadata import EntryPoint, entry_points
from importlib.resources.abc import Traversable
from typing import Any


def names(package: str, *, folders: bool = True) -> list[str]:
    """
    Names of a shelf's entries, our own and those of installed outside packages, sorted.

    Outside packages add one by an entry point of the group named like the package
    (`tiltmeter.sources`), whose value is the module. A folder is an entry too, unless `folders` is false.

    >>> "unga" in names("tiltmeter.sources")
    True
    """
    folder = importlib.import_module(package)
    items = [item for item in pkgutil.iter_modules(folder.__path__) if folders or not item.ispkg]
    own = {item.name for item in items if not item.name.startswith("_")}
    return sorted(own | set(outside(package)))


def outside(package: str) -> list[str]:
    """Names of the entries that installed outside packages add, sorted."""
    return sorted(point.name for point in _outside(package))


@functools.cache
def _outside(package: str) -> tuple[EntryPoint, ...]:
    """Entries of outside packages; asking what is installed takes longer than reading a small file."""
    return tuple(entry_points(group=package))


def load(package: str, name: str, wanted: str) -> Any:
    """
    The object called `wanted` of the shelf entry `name`, or None if the module does not define it.

    Raises:
        ModuleNotFoundError: There is no such entry.
    """
    for point in _outside(package):
        if point.name == name:
            return getattr(point.load(), wanted, None)
    return getattr(importlib.import_module(f"{package}.{name}"), wanted, None)


def folder(package: str, name: str) -> Traversable:
    """
    The folder of the shelf entry `name`, for an entry that is a folder with files; it need not exist.

    >>> (folder("tiltmeter.coder.languages", "de") / "deeds.txt").is_file()
    True
    """
    for point in entry_points(group=package, name=name):
        return resources.files(point.load())
    return resources.files(package) / name
