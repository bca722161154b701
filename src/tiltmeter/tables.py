"""Tables out: CSV, Parquet, JSON lines, and events in the layout of ICEWS."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.errors import ShowError

if TYPE_CHECKING:
    import pyarrow as pa

KINDS: Final = {
    ".csv": "csv",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".tsv": "icews",
    ".tab": "icews",
}
"""Kind of table by the ending of a file's name."""

_CAMEO: Final = {
    "AGREE": "030", "CONSULT": "040", "SUPPORT": "050", "COOPERATE": "060", "AID": "070", "YIELD": "080",
    "REQUEST": "020", "ACCUSE": "110", "REJECT": "120", "THREATEN": "130", "PROTEST": "140", "SANCTION": "160",
    "MOBILIZE": "150", "COERCE": "170", "ASSAULT": "190",
}  # fmt: skip
"""CAMEO root code that stands for each of our roots in the layout of ICEWS."""


def kind_of(out: Path | None) -> str:
    """
    Kind of table a file's name asks for; CSV when it does not say.

    >>> kind_of(Path("a.parquet")), kind_of(None)
    ('parquet', 'csv')
    """
    return KINDS.get(out.suffix.lower(), "csv") if out else "csv"


def write(table: pa.Table, out: Path | None, *, kind: str) -> None:
    """
    Write a table to a file or, without one, to standard output.

    Raises:
        ShowError: The kind is unknown, or the file cannot be written.
    """
    if kind not in ("csv", "parquet", "jsonl", "icews"):
        raise ShowError(f"no such kind of table: {kind}", mend="use csv, parquet, jsonl or icews")
    if kind == "icews" and "giver" not in table.column_names:
        raise ShowError("only events have the layout of ICEWS", mend="export events, or use csv, parquet or jsonl")
    if kind == "parquet" and out is None:
        raise ShowError("Parquet is no text to print", mend="name a file with --out")
    try:
        if kind == "parquet":
            import pyarrow.parquet as pq

            pq.write_table(table, out)
            return
        text = {"csv": _csv, "jsonl": _lines, "icews": _icews}[kind](table)
        if out is None:
            sys.stdout.write(text)
        else:
            out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ShowError(f"cannot be written: {error.strerror}", mend="check the folder", where=str(out)) from error


def _csv(table: pa.Table) -> str:
    import csv
    import io

    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(table.column_names)
    for batch in table.to_batches():
        rows.writerows(zip(*(map(_cell, column.to_pylist()) for column in batch.columns), strict=True))
    return file.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value).lower() if isinstance(value, bool) else value


def _lines(table: pa.Table) -> str:
    return "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in table.to_pylist())


def _icews(table: pa.Table) -> str:
    head = [
        "Event ID",
        "Event Date",
        "Source Name",
        "Source Country",
        "Event Text",
        "CAMEO Code",
        "Target Name",
        "Target Country",
    ]
    lines = ["\t".join(head)]
    for row in table.to_pylist():
        day: dt.date | None = row["start"] or row["reported"]
        cells = [
            row["key"], day.isoformat() if day else "", row["giver_name"] or row["giver"], row["giver"], row["root"],
            row["cameo"] or _CAMEO[row["root"]], row["taker_name"] or row["taker"], row["taker"],
        ]  # fmt: skip
        lines.append("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in cells))
    return "\n".join(lines) + "\n"
