"""Adding a thing from outside: an installed package with a source, a language and a theatre is found and used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parent / "example_package"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as an installer leaves it: the package, and beside it what it told of itself."""
    folder = tmp_path_factory.mktemp("site")
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]
    told = folder / f"tiltmeter_example-{project['version']}.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = (
        "\n".join([f"[{group}]", *(f"{name} = {value}" for name, value in points.items())])
        for group, points in project["entry-points"].items()
    )
    (told / "entry_points.txt").write_text("\n\n".join(groups) + "\n")
    (folder / "tiltmeter_example").symlink_to(EXAMPLE / "tiltmeter_example")
    return folder


def python(site: Path, source: str, **environment: str) -> str:
    """What a fresh Python that has the package prints."""
    path = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-c", source], env=os.environ | {"PYTHONPATH": path} | environment,
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


USE = """
import datetime as dt, json, pathlib
from tiltmeter import Workspace, load_theatre, sources
from tiltmeter.coder import corpus, trained
from tiltmeter.coder.language import language, languages
from tiltmeter import _shelf

folder = pathlib.Path("north-workspace")
workspace = Workspace.create(folder, theatre="north", now=lambda: dt.datetime(2024, 3, 1))
table = pathlib.Path("moves.csv")
table.write_text(
    "id,date,sender,host,change\\n1,2022-05-12,Finland,Russia,closed\\n2,2022-07-05,FIN,Norway,opened\\n"
    "3,2022-07-05,Brazil,Chile,opened\\n4,2022-07-05,Sweden,Russia,moved\\n"
)
(tally,) = workspace.add("auto", [table])
kept = workspace.table("events").to_pylist()
found, faults = corpus.read("nl")
told = {
    "sources": "embassies" in sources.names(), "recognised": tally.source,
    "counts": [tally.read, tally.stored, tally.outside, tally.rejected],
    "events": [[row["giver"], row["root"], row["taker"]] for row in kept],
    "theatre": load_theatre("north").title["en"], "languages": list(languages()),
    "deeds": "beschuldigen" in language("nl").deeds, "faults": [fault.what for fault in faults],
    "sentences": len(found), "digest": trained.digest(),
}
trained.digest.cache_clear()
_shelf.outside = lambda _: []
print(json.dumps(told | {"trained anew": told["digest"] != trained.digest()}))
"""


def test_an_installed_package_adds_a_source_a_language_and_a_theatre(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = json.loads(python(site, USE))
    assert told["sources"]
    assert told["recognised"] == "embassies"
    assert told["counts"] == [4, 2, 1, 1]
    assert told["events"] == [["FIN", "SANCTION", "RUS"], ["FIN", "COOPERATE", "NOR"]]
    assert told["theatre"] == "The north between Moscow and Washington"
    assert {"en", "nl"} <= set(told["languages"])
    assert told["deeds"]
    assert told["faults"] == []
    assert told["sentences"] == 12
    assert told["trained anew"]


def test_without_the_package_none_of_it_is_there() -> None:
    from tiltmeter import sources
    from tiltmeter.coder.language import languages
    from tiltmeter.settings import theatre_names

    assert "embassies" not in sources.names()
    assert "nl" not in languages()
    assert "north" not in theatre_names()


@pytest.mark.parametrize("name", ["embassies.py", "north.toml", "nl/__init__.py", "nl/deeds.txt", "nl/cues.toml"])
def test_the_page_shows_the_example_as_it_stands(name: str) -> None:
    page = (EXAMPLE.parents[1] / "docs" / "extend.md").read_text("utf-8")
    assert (EXAMPLE / "tiltmeter_example" / name).read_text("utf-8") in page


@pytest.mark.slow
def test_a_language_from_outside_is_read_after_training(site: Path, tmp_path: Path) -> None:
    source = """
from tiltmeter import code
told = code("Rusland beschuldigde Kazachstan van leugens.", language="nl")
print([(event.giver, event.root, event.taker) for event in told.events])
"""
    assert python(site, source, TILTMETER_CACHE=str(tmp_path)).strip() == "[('RUS', 'ACCUSE', 'KAZ')]"
