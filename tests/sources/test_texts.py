"""Texts in every form that files have: what is found in them, and what is refused."""

import datetime as dt
import io
import shutil
import zipfile
from pathlib import Path

import pytest

from tiltmeter import sources
from tiltmeter.errors import SourceError
from tiltmeter.sources import Input
from tiltmeter.sources.texts import all_of, docx, feed, form_of, pdf

from .conftest import SAMPLES, Rows, Take

D = dt.date
REPORTS = SAMPLES / "reports"


def test_every_form_has_a_sample() -> None:
    found = {form.name for file in REPORTS.iterdir() if (form := form_of(Input(file)))}
    assert found == {form.name for form in all_of()} - {"docx"}  # made in test_formats


@pytest.mark.parametrize(
    ("name", "stored", "outside", "rejected"),
    [("article.pdf", 1, 0, 0), ("letters.mbox", 2, 0, 1), ("mail.eml", 1, 0, 0), ("news.rss", 2, 0, 0),
     ("news.atom", 1, 0, 0), ("pages.warc", 1, 2, 1)],
)  # fmt: skip
def test_each_text_of_a_file_is_counted(take: Take, name: str, stored: int, outside: int, rejected: int) -> None:
    (tally,) = take("auto", REPORTS / name)
    assert (tally.source, tally.stored, tally.outside, tally.rejected) == ("reports", stored, outside, rejected)
    assert tally.read == stored + outside + rejected


def test_a_pdf_gives_flowing_text_with_title_author_and_day() -> None:
    told = sources.document(REPORTS / "article.pdf")
    assert told.text == (
        "Turkmenistan has signed an agreement with Ukraine on grain. The talks took place in Ashgabat.\n\n"
        "Russia was not part of them."
    )
    assert (told.title, told.author, told.date) == ("Grain talks", "Ada Example", D(2022, 3, 2))


def test_entries_of_a_feed_carry_their_address_day_and_outlet(take: Take, rows: Rows) -> None:
    take("reports", REPORTS / "news.rss")
    first = rows("documents")[0]
    assert (first["key"], first["url"], first["date"]) == (*["https://news.example/1"] * 2, D(2022, 3, 1))
    assert (first["outlet"], first["language"]) == ("Steppe Courier (made up)", "en")
    assert first["text"].endswith("They end on Friday & are small.")


def test_a_page_of_an_archive_is_read_in_its_own_encoding(take: Take, rows: Rows) -> None:
    take("reports", REPORTS / "pages.warc")
    (page,) = rows("documents")
    assert (page["text"], page["date"]) == ("Узбекистан направил помощь Украине.", D(2022, 3, 4))


def test_a_letter_that_cannot_be_used_is_told_with_its_line(take: Take, rows: Rows) -> None:
    take("reports", REPORTS / "letters.mbox")
    (told,) = rows("rejects")
    assert (told["line"], told["reason"]) == (25, "an e-mail without text")


def test_a_zip_of_documents_is_taken_member_by_member(take: Take, tmp_path: Path) -> None:
    names = ("article.pdf", "letters.mbox", "mail.eml", "news.rss", "page.html", "several.txt")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        for name in names:
            packed.write(REPORTS / name, name)
    tallies = take("reports", tmp_path / "a.zip")
    assert [Path(tally.path).name for tally in tallies] == [f"a.zip!{name}" for name in names]
    assert all(tally.stored for tally in tallies)


@pytest.mark.parametrize("name", ["article.pdf", "mail.eml", "news.rss", "page.html", "article.txt"])
def test_standard_input_is_recognised_by_how_it_begins(take: Take, name: str) -> None:
    with sources.spooled(io.BytesIO((REPORTS / name).read_bytes())) as file:
        (tally,) = take("auto", file)
    assert (tally.path, tally.source) == ("-", "reports")
    assert tally.stored


def test_a_zip_on_standard_input_is_unpacked(take: Take) -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as packed:
        packed.write(REPORTS / "mail.eml", "mail.eml")
    with sources.spooled(io.BytesIO(raw.getvalue())) as file:
        (tally,) = take("auto", file)
    assert (tally.path, tally.stored) == ("-!mail.eml", 1)


def test_a_plain_text_that_begins_like_an_email_stays_as_it_is(tmp_path: Path) -> None:
    shutil.copy(REPORTS / "mail.eml", tmp_path / "a.txt")
    assert sources.document(tmp_path / "a.txt").text == (REPORTS / "mail.eml").read_text()


def test_a_file_of_several_texts_is_no_single_article() -> None:
    with pytest.raises(SourceError, match="several texts"):
        sources.document(REPORTS / "news.rss")


def _refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        list(sources.read("reports", path, today=D(2024, 6, 1)))
    return caught.value.what


def test_a_feed_that_declares_entities_is_refused(tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><rss version="2.0"><channel/></rss>'
    assert _refused(tmp_path / "a.rss", bomb) == "the feed declares entities"


def test_a_feed_that_breaks_off_keeps_its_whole_entries_and_says_so(take: Take, rows: Rows, tmp_path: Path) -> None:
    whole = (REPORTS / "news.rss").read_bytes()
    (tmp_path / "a.rss").write_bytes(whole[: whole.index(b"</channel>")])
    (tally,) = take("auto", tmp_path / "a.rss")
    assert (tally.stored, tally.rejected) == (2, 1)
    assert "breaks off" in rows("rejects")[0]["reason"]


def test_a_word_file_that_unpacks_too_far_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx, "MAX_XML", 1 << 20)
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b" " * (2 << 20))
    assert "would unpack" in _refused(tmp_path / "a.docx", raw.getvalue())


def test_an_email_nested_too_deep_is_refused(tmp_path: Path) -> None:
    head = b"From: a@b.example\nDate: Wed, 02 Mar 2022 10:00:00 +0500\n"
    deep = head + b"Content-Type: message/rfc822\n\n" * 1_000 + b"text"
    assert "parts" in _refused(tmp_path / "a.eml", deep)


@pytest.mark.parametrize("name", ["article.pdf", "letters.mbox", "mail.eml", "news.rss", "pages.warc"])
def test_a_file_cut_anywhere_ends_in_texts_rejects_or_two_lines(take: Take, tmp_path: Path, name: str) -> None:
    whole = (REPORTS / name).read_bytes()
    for part in range(1, 12):
        path = tmp_path / f"{part}{Path(name).suffix}"
        path.write_bytes(whole[: len(whole) * part // 12])
        told, tallies = "two\nlines", []
        try:
            tallies = take("reports", path)
        except SourceError as error:
            told = str(error)
        assert len(told.splitlines()) == 2, told
        for tally in tallies:
            assert tally.read == tally.stored + tally.duplicate + tally.outside + tally.rejected


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGES", 1)
    with pytest.raises(SourceError, match="2 pages, the most is 1"):
        sources.document(REPORTS / "article.pdf")


def test_a_feed_may_not_be_larger_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MAX_FEED", 100)
    with pytest.raises(SourceError, match="larger than"):
        list(sources.read("reports", REPORTS / "news.rss", today=D(2024, 6, 1)))
