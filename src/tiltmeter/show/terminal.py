"""What the terminal shows: findings, verdicts, the walk behind a number, counts of rows; made for 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.show.basis import OUTCOMES, WEAK
from tiltmeter.show.evidence import shown
from tiltmeter.show.names import language_name, name, pick, words
from tiltmeter.show.numbers import number, percent

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.table import Table
    from rich.text import Text

    from tiltmeter.questions.brief import Brief
    from tiltmeter.questions.finding import Answer, Finding
    from tiltmeter.questions.verdict import Opinion, Verdict
    from tiltmeter.questions.why import Step, Walk
    from tiltmeter.sources import Tally

STYLES: Final[Mapping[str, str]] = {
    "supported": "bold green", "contradicted": "bold magenta", "undecided": "yellow", "untestable": "dim",
    "emancipation": "bold green", "defiance": "bold magenta", "drift": "bold cyan", "no_change": "bold",
}  # fmt: skip
MARKS: Final[Mapping[str, str]] = {"supported": "✓", "contradicted": "✕", "undecided": "?", "untestable": "–"}
KINDS: Final = (("event", "sentences"), ("vote", "votes_of"), ("figure", "figures_of"), ("fact", "ties_of"))
"""Kinds of step in a walk, in their order, and the words for them."""
LONG: Final = 240
"""Code points of a quoted sentence at most."""
EACH: Final = 8
"""Steps of one kind that are shown."""


def findings(found: Sequence[Finding], *, language: str = "en") -> Group:
    """
    Findings on claims: a table of verdicts, and for one alone all that is behind it.

    >>> from rich.console import Console
    >>> from tiltmeter.questions.finding import Finding, untestable
    >>> answer = untestable("no such power")
    >>> one = Finding("x", "rise_since", {"en": "A rose."}, "untestable", None, {}, (), "", {}, answer.why, answer)
    >>> console = Console(width=60)
    >>> with console.capture() as printed:
    ...     console.print(findings([one]))
    >>> "untestable" in printed.get()
    True
    """
    from rich.console import Group

    w = words(language)
    table = _table(w["claim"], w["record"], w["all"])
    for one in found:
        text = _text(pick(one.text, language) or one.id)
        table.add_row(text, _verdict(one.record_only, language), _verdict(one, language))
    if len(found) != 1:
        return Group(table)
    one = found[0]
    parts: list[RenderableType] = [table]
    for title, answer in ((w["record"], one.record_only), (w["all"], one)):
        parts += [_heading(title), _definitions(answer, language), *_evidence(answer, language)]
    return Group(*parts)


def sensitivity(rows: Sequence[Mapping[str, Any]], *, language: str = "en") -> Group:
    """
    The specification curve in short: each state as fitted, and the choices that move it farthest either way.

    >>> row = {"choice": "base", "option": "as fitted", "state": "KAZ", "mean": 0.1, "data_share": 0.5}
    >>> row |= {"start": "2022-02-24", "end": "2023-12-31"}
    >>> sensitivity([row, row | {"choice": "data", "option": "without votes", "mean": 0.3}]).renderables[1].row_count
    1
    """
    from rich.console import Group

    w = words(language)
    table = _table(w["state"], w["as_fitted"], w["lowest"], w["highest"], right=(1,))
    fitted = [row for row in rows if row["mean"] is not None]
    for base in (row for row in fitted if row["choice"] == "base"):
        told = [row for row in fitted if row["state"] == base["state"] and row["choice"] != "base"]
        # where hardly any data are left, it is the prior that speaks
        own = [row for row in told if row["data_share"] >= min(WEAK, base["data_share"])]
        ends = [end(own, key=lambda row: float(row["mean"])) for end in (min, max)] if own else []
        cells = [f"{number(row['mean'], language)} {shown(row['choice'])} {shown(row['option'])}" for row in ends]
        table.add_row(name(base["state"], language), number(base["mean"], language), *map(_text, cells))
    span = f"{rows[0]['start']} – {rows[0]['end']}" if rows else ""
    return Group(_text(f"{w['sensitivity_title']} {span}", "bold"), table)


def verdicts(found: Sequence[Verdict], *, language: str = "en") -> Group:
    """
    Verdicts on words and deeds, a row per state, and what is compared.

    >>> verdicts([]).renderables[0].row_count
    0
    """
    from rich.console import Group

    w = words(language)
    table = _table(w["state"], w["record"], w["all"], w["data_share"])
    for one in found:
        share = one.record_only.rests_on.get("data_share")
        table.add_row(
            _text(name(one.state, language), "bold"), _opinion(one.record_only, language),
            _opinion(one.with_written, language), _text(percent(share, language)),
        )  # fmt: skip
    if not found:
        return Group(table)
    before, after = ("/".join(str(day) for day in days) for days in (found[0].before, found[0].after))
    return Group(table, _text(f"{w['time_before']}: {before}   {w['time_now']}: {after}", "dim"))


def walk(found: Walk, *, language: str = "en") -> Group:
    """
    From a number to the rows behind it: readings, then sentences, votes, sums and ties.

    >>> import datetime as dt
    >>> from tiltmeter.questions.why import Walk
    >>> len(walk(Walk("KAZ", dt.date(2022, 1, 1), dt.date(2022, 1, 31), (), {}, ())).renderables)
    2
    """
    from rich.console import Group

    w = words(language)
    parts: list[RenderableType] = [_text(f"{name(found.state, language)}, {found.first}/{found.last}", "bold")]
    readings = _table(w["gauge"], w["tilt"], w["data_share"], w["time_before"], right=(1, 2, 3))
    for one in found.readings:
        low, middle, high = (number(value, language) for value in (one.q05, one.mean, one.q95))
        earlier = "–" if one.before is None else number(one.before, language)
        share = percent(one.data_share, language)
        style = "dim" if one.data_share < 0.2 else ""
        cells = (w.get(f"gauge_{one.gauge}", one.gauge), f"{middle} ({low} … {high})", share, earlier)
        readings.add_row(*(_text(cell, style) for cell in cells))
    if found.readings:
        parts.append(readings)
    for kind, title in KINDS:
        steps = [step for step in found.steps if step.kind == kind]
        if steps:
            count = found.counts.get(kind, len(steps))
            parts += [_heading(f"{w[title]} ({count})"), *(_step(step, language) for step in steps[:EACH])]
            if count > EACH:
                parts.append(_text(f"  … {count - EACH}", "dim"))
    if not found.steps:
        parts.append(_text(w["nothing"], "dim"))
    return Group(*parts)


def brief(read: Brief, *, language: str = "en") -> Group:
    """
    The brief of one text: where it is from, who and what is in it, and its claims put to the test.

    >>> from tiltmeter.questions.brief import Brief
    >>> one = Brief("", "und", "no text", None, None, (), (), (), (), ())
    >>> brief(one).renderables[1].plain
    'no text'
    """
    from rich.console import Group

    w = words(language)
    head = [w["in_language"].replace("{language}", language_name(read.language, language))]
    head += [str(read.dateline)] if read.dateline else []
    parts: list[RenderableType] = [_text(" · ".join(head), "bold")]
    if read.abstained:
        return Group(*parts, _text(read.abstained, "yellow"))
    if read.source_line:
        likely = read.source_line.likely
        note = f" ({w['likely'].replace('{source}', likely)})" if likely and likely not in read.source_line.text else ""
        parts.append(_text(f"{read.source_line.text}{note}"))
    for title, rows in (
        ("who", _actors(read)), ("what", _told(read, language)), ("ties", _ties(read, language)),
        ("quotes", _quotes(read, language)), ("claims_title", _tested(read, language)),
    ):  # fmt: skip
        if rows:
            parts += [_heading(w[title]), *rows]
    return Group(*parts)


def tallies(found: Iterable[Tally], *, language: str = "en") -> Table:  # noqa: ARG001 - one form for all
    """
    What became of each file's rows.

    >>> from tiltmeter.sources import Tally
    >>> tallies([Tally("a.csv", "icews", 9, 5, 1, 2, 1)]).row_count
    1
    """
    table = _table("file", "format", "read", "stored", "duplicate", "outside", "rejected", right=(2, 3, 4, 5, 6))
    for one in found:
        counts = (one.read, one.stored, one.duplicate, one.outside)
        cells = [_text(f"{count:,}", "" if count else "dim") for count in counts]
        bad = _text(f"{one.rejected:,}", "bold magenta" if one.rejected else "dim")
        table.add_row(_text(one.path), _text(one.source, "dim"), *cells, bad)
    return table


def _actors(read: Brief) -> list[RenderableType]:
    lines: list[RenderableType] = []
    for kind in ("state", "organisation", "person", "group"):
        seen: dict[str, int] = {}
        for one in read.actors:
            if one.kind == kind:
                label = f"{one.name} ({one.code})" if one.code and one.code != one.name else one.name
                seen[label] = seen.get(label, 0) + len(one.spans)
        if seen:
            lines.append(
                _hanging(_text("•"), ", ".join(f"{label} ×{n}" if n > 1 else label for label, n in seen.items()))
            )
    return lines


def _told(read: Brief, language: str) -> list[RenderableType]:
    w, rows = words(language), []
    for one in sorted(read.events, key=lambda event: (event.background, str(event.start or "9999"))):
        when = str(one.start or "")
        if one.end and one.end != one.start:
            when = f"{one.start}/\n{one.end}"
        act = f"{name(one.giver, language)} {one.root} {name(one.taker, language)}"
        marks = [] if one.mode == "done" else [one.mode]
        marks += [w["spoken_by"].replace("{who}", one.attributed_to)] if one.attributed_to else []
        marks += [w["background_mark"]] if one.background else []
        marks += [f"[{one.span[0]}, {one.span[1]})", percent(one.confidence, language)]
        quote = read.text[slice(*one.sentence)].strip()
        rows.append(_hanging(_text(f"{when:10}"), f"{act}\n{_short(quote)}", " · ".join(marks), dim=one.background))
    return list(rows)


def _ties(read: Brief, language: str) -> list[RenderableType]:
    w = words(language)
    rows = []
    for one in read.ties:
        time = " ".join(f"{w[side]} {value}" for side, value in (("since", one.since), ("until", one.until)) if value)
        sides = f"{name(one.a, language)} – {name(one.b, language)} {time}".rstrip()
        rows.append(_hanging(_text("•"), f"{w.get(f'kind_{one.kind}', one.kind)}: {sides}"))
    return list(rows)


def _quotes(read: Brief, language: str) -> list[RenderableType]:
    rows = []
    for one in read.quotes:
        who = f"{one.speaker}, {one.affiliation}" if one.affiliation else one.speaker
        opening, closing = ("„", "“") if language == "de" else ("“", "”")
        rows.append(_hanging(_text("•"), f"{opening}{read.text[slice(*one.span)]}{closing}", f"{who} ({one.cue})"))
    return list(rows)


def _tested(read: Brief, language: str) -> list[RenderableType]:
    rows: list[RenderableType] = []
    for one in read.claims:
        said = _short(read.text[slice(*one.span)].strip())
        if one.finding is None:
            rows.append(_hanging(_text("–", "dim"), said, one.why, dim=True))
            continue
        rows.append(_beside(_verdict(one.finding, language), _text(said).append(f"\n{one.claim.form()}", style="dim")))
    return rows


def _beside(left: Text, right: Text) -> Table:
    from rich.table import Table

    made = Table.grid(padding=(0, 2))
    made.add_column(width=22, overflow="fold")
    made.add_column(overflow="fold")
    made.add_row(left, right)
    return made


def _short(text: str) -> str:
    """The text on one line, its middle left out where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= LONG else f"{line[: LONG // 2].rstrip()} … {line[-LONG // 2 :].lstrip()}"


def _table(*titles: str, right: Sequence[int] = ()) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    made = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold", expand=False)
    for at, title in enumerate(titles):
        made.add_column(title, justify="right" if at in right else "left", overflow="fold")
    return made


def _text(text: str, style: str = "") -> Text:
    """Text of the outside world as text: no markup in it is read, nothing in it moves the cursor."""
    from rich.text import Text

    return Text(shown(text), style=style)


def _heading(title: str) -> Text:
    return _text(f"\n{title}", "bold cyan")


def _named(verdict: str, language: str) -> Text:
    label = words(language).get(f"verdict_{verdict}", verdict)
    mark = MARKS.get(verdict)
    return _text(f"{mark} {label}" if mark else label, STYLES.get(verdict, ""))


def _verdict(answer: Answer | Finding, language: str) -> Text:
    """The verdict with its probability, or with each definition's where there is none for all."""
    made = _named(answer.verdict, language)
    if answer.probability is not None:
        made.append(f" {percent(answer.probability, language)}", style="")
        if choices := getattr(answer, "choices", None):
            low, high = (percent(end(choices.values()), language) for end in (min, max))
            made.append(f"\n{words(language)['otherwise']} {low} … {high}", style="dim")
        return made
    for which, one in answer.by_definition.items():
        if one.probability is not None:
            made.append(f"\n{which} {percent(one.probability, language)}", style="dim")
    return made


def _opinion(opinion: Opinion, language: str) -> Text:
    made = _named(OUTCOMES.get(opinion.outcome, opinion.outcome), language)
    if opinion.probabilities is None:
        return made.append(f"\n{words(language)['not_measured']}", style="dim")
    w = words(language)
    for which, chance in opinion.probabilities.items():
        label = w[f"chance_{OUTCOMES[which]}"] if which in OUTCOMES else which
        made.append(f"\n{label} {percent(chance, language)}", style="dim")
    return made


def _definitions(answer: Answer | Finding, language: str) -> Group:
    from rich.console import Group

    w = words(language)
    table = _table(
        w["definition"], w["verdict"], w["probability"], w["prior"], w["factor"], w["data_share"], right=(2, 3, 4, 5)
    )
    for at, width in ((0, 14), (1, 14), (2, 11)):
        table.columns[at].min_width = width
    table.columns[3].max_width, table.columns[4].max_width = 8, 7  # their titles break into two lines
    notes = []
    for which, one in answer.by_definition.items():
        factor = "–" if one.bayes_factor is None else f"{one.bayes_factor:.2g}"
        shares = (percent(one.probability, language), percent(one.prior, language), factor)
        cells = (*shares, percent(one.data_share, language))
        table.add_row(_text(which), _named(one.verdict, language), *(_text(cell) for cell in cells))
        if one.why and one.probability is None:
            notes.append(_text(f"{which}: {one.why}", "dim"))
    return Group(table, *notes)


def _evidence(answer: Answer | Finding, language: str) -> list[RenderableType]:
    w = words(language)
    parts: list[RenderableType] = []
    for row in answer.evidence[:EACH]:
        side = w["speaks_for"] if row.speaks_for else w["speaks_against"]
        line = _text(f"{side:>8} ", "green" if row.speaks_for else "magenta")
        parts.append(_hanging(line, row.text, f"{row.source} {row.key}"))
    if len(answer.evidence) > EACH:
        parts.append(_text(f"         … {len(answer.evidence) - EACH}", "dim"))
    if answer.what_would_change:
        parts.append(_text(f"{w['would_change']}: {answer.what_would_change}", "dim"))
    return parts


def _step(step: Step, language: str) -> Table:
    w = words(language)
    lead = _text(f"{step.date[:10]:>10} ", "" if step.counts else "dim")
    marks = [step.symbol, step.title, step.outlet]
    if step.span is not None:
        marks.append(f"[{step.span[0]}, {step.span[1]})")
    if step.confidence is not None:
        marks.append(percent(step.confidence, language))
    if step.toward:
        marks.append(f"→ {name(step.toward, language)}")
    if step.written:
        marks.append(w["written_mark"])
    if step.background:
        marks.append(w["background_mark"])
    marks.append(f"{step.source} {step.key}")
    return _hanging(lead, step.text, " · ".join(mark for mark in marks if mark), dim=not step.counts)


def _hanging(lead: Text, text: str, small: str = "", *, dim: bool = False) -> Table:
    """A line with a lead, the text beside it, and small print under the text."""
    from rich.table import Table

    made = Table.grid(padding=(0, 1))
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    body = _text(text, "dim" if dim else "")
    made.add_row(lead, body.append(f"\n{shown(small)}", style="dim") if small else body)
    return made
