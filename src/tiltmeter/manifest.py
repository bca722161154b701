"""What an answer rests on, to be printed with it and recomputed: versions, settings, inputs, rows, and digests."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tiltmeter import __version__
from tiltmeter.errors import StoreError
from tiltmeter.store import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

    from tiltmeter.model import Tilt
    from tiltmeter.settings import Theatre
    from tiltmeter.store import Store

LIBRARIES: Final = ("duckdb", "numba", "numpy", "pyarrow", "scipy")
"""Whose versions can move a last digit."""

# A sum of digests does not depend on the order of rows, so nothing has to be sorted; the run that stored a row is
# no part of what the row says.
_ROWS: Final = """
SELECT count(*) AS rows, coalesce(sum(md5_number_lower(told::VARCHAR)::HUGEINT), 0)::VARCHAR AS digest
FROM (SELECT * EXCLUDE (run) FROM {table}) AS told
"""


def manifest(
    store: Store, *, theatre: Theatre, settings: Mapping[str, Any], tilts: Mapping[str, Tilt],
    placebo: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """
    What the fits of a theatre rest on.

    Returns:
        `tiltmeter` and `libraries` (versions), `theatre` and `theatre_sha256`, `settings`, `inputs` (name, path,
        SHA-256 of each file taken in), `rows` (rows and digest of each table of the store), and `answers`: SHA-256 of
        the table of positions and of the table of tilts of each fit, as CSV. `placebo`: false alarms with shuffled
        dates, empty where none were counted.
    """
    runs = store.query("SELECT inputs FROM runs ORDER BY started, id").to_pylist()
    inputs = {entry["sha256"]: entry["path"] for row in runs for entry in json.loads(row["inputs"])}
    return {
        "tiltmeter": __version__,
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
        "theatre": theatre.name,
        "theatre_sha256": hashlib.sha256(theatre.model_dump_json().encode()).hexdigest(),
        "settings": dict(settings),
        "inputs": sorted(
            ({"name": Path(path).name, "path": path, "sha256": digest} for digest, path in inputs.items()),
            key=lambda one: (one["name"], one["sha256"]),
        ),
        "rows": rows(store),
        "answers": {kind: answers(tilt) for kind, tilt in tilts.items()},
        "placebo": dict(placebo or {}),
    }


def write(told: Mapping[str, Any], path: Path) -> None:
    """Write a manifest, whole or not at all."""
    scratch = path.with_suffix(".part")
    scratch.write_text(json.dumps(told, indent=1), "utf-8")
    scratch.replace(path)


def read(path: Path) -> dict[str, Any]:
    """
    A manifest.

    Raises:
        StoreError: There is none, or the file is none.
    """
    mend = "name the fit/manifest.json that `tiltmeter fit` wrote"
    try:
        told = json.loads(path.read_text("utf-8"))
        if not {"tiltmeter", "libraries", "settings", "inputs", "rows", "answers"} <= set(told):
            raise StoreError(
                "no manifest of this version",
                mend=mend,
                where=str(path),
            )
    except (OSError, ValueError) as error:
        raise StoreError(
            "no manifest can be read here",
            mend=mend,
            where=str(path),
        ) from error
    return dict(told)


def rows(store: Store) -> dict[str, dict[str, Any]]:
    """Number and digest of each table's rows, whatever their order and the runs that stored them."""
    return {table: store.query(_ROWS.format(table=table)).to_pylist()[0] for table in TABLES.values()}


def answers(tilt: Tilt) -> dict[str, str]:
    """SHA-256 of a fit's tables, each as CSV."""
    return {"positions": _sha256(tilt.positions_arrow()), "tilt": _sha256(tilt.to_arrow())}


def _sha256(table: pa.Table) -> str:
    import pyarrow.csv as pcsv

    into = io.BytesIO()
    pcsv.write_csv(table, into)
    return hashlib.sha256(into.getvalue()).hexdigest()
