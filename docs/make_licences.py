"""Writes docs/licences.md from what the installed packages say of themselves: `make licences`."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
HEAD = """# Licences of what tiltmeter needs

Made by `make licences` from what each package says of itself; do not edit it by hand. tiltmeter's own code and all
that it bundles is MIT-licensed (data: [README](../README.md#data-licences)). These packages are installed beside it
and are no part of it. *Direct* ones the program imports itself; the others are theirs. Extras (`cluster`,
`docs`, `pdf`, `transformers`, `xarray`) and tools for development are not listed.

| package | licence | |
|---|---|---|
"""
SHORT = 60
"""Characters up to which a licence field is a name; beyond, it is the text itself."""


def direct() -> list[str]:
    """Names of the packages that pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return sorted(plain(Requirement(line).name) for line in project["dependencies"])


def plain(name: str) -> str:
    """A package's name in the form in which names are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(names: list[str]) -> dict[str, Distribution]:
    """The packages and all they need on this machine, by name."""
    found: dict[str, Distribution] = {}
    waiting = list(names)
    while waiting:
        name = plain(waiting.pop())
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue  # for another system
        environment = default_environment() | {"extra": ""}
        for line in found[name].requires or []:
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate(environment):
                waiting.append(needed.name)
    return dict(sorted(found.items()))


def licence(package: Distribution) -> str:
    """What a package says its licence is: an expression, a name, or a classifier."""
    told = package.metadata
    kinds = [line.split("::")[-1].strip() for line in told.get_all("Classifier") or [] if line.startswith("License ::")]
    field = (told.get("License") or "").strip()
    named = field if field and len(field) <= SHORT and "\n" not in field else ""
    return told.get("License-Expression") or named or ", ".join(kinds) or "see the package"


def page() -> str:
    """The page as the installed packages would have it."""
    own = set(direct())
    rows = (
        f"| {name} | {licence(package)} | {'direct' if name in own else ''} |\n"
        for name, package in closure(sorted(own)).items()
    )
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
