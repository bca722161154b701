"""The lists of files that GDELT keeps, read into offers."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final
from urllib.parse import urljoin

from tiltmeter.sources._source import Offer, Remote

HOST: Final = "data.gdeltproject.org"


def quarters(ending: str) -> Remote:
    """The 15-minute files of GDELT 2.0 with an ending; the list tells size, MD5 and address of each."""

    def parse(raw: bytes, index: str) -> list[Offer]:
        rows = (line.split() for line in raw.decode("utf-8", "replace").splitlines())
        return sorted(
            (
                Offer(urljoin(index, row[2]), name, _moment(name), int(row[0]), row[1].lower())
                for row in rows
                if len(row) == 3 and row[0].isdigit() and (name := row[2].rpartition("/")[2]).endswith(ending)
            ),
            key=lambda offer: offer.name,
        )

    return Remote(
        index=f"http://{HOST}/gdeltv2/masterfilelist.txt", latest=f"http://{HOST}/gdeltv2/lastupdate.txt", parse=parse,
        hosts=frozenset({HOST}), step=dt.timedelta(minutes=15),
    )  # fmt: skip


def days(ending: str) -> Remote:
    """The daily files of GDELT 1.0 with an ending; the list tells MD5 and name of each."""

    def parse(raw: bytes, index: str) -> list[Offer]:
        rows = re.findall(r"^([0-9a-fA-F]{32}) +\\*?(\S+)$", raw.decode("utf-8", "replace"), re.MULTILINE)
        named = [(md5, name) for md5, name in rows if name.endswith(ending)]
        return sorted(
            (Offer(urljoin(index, name), name, _moment(name), None, md5.lower()) for md5, name in named),
            key=lambda offer: offer.name,
        )

    return Remote(
        index=f"http://{HOST}/events/md5sums", parse=parse, hosts=frozenset({HOST}), step=dt.timedelta(days=1)
    )


def _moment(name: str) -> dt.datetime | None:
    """The time in a file's name: 20220302 or 20220302101500."""
    found = re.match(r"(\d{14}|\d{8})\b", name)
    try:
        return dt.datetime.strptime(found[1], "%Y%m%d%H%M%S" if len(found[1]) == 14 else "%Y%m%d") if found else None
    except ValueError:
        return None
