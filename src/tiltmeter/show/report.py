"""The report: one HTML file that needs no network, with everything it shows inside."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.show import charts, fans, palette
from tiltmeter.show.basis import FEW
from tiltmeter.show.map import map_
from tiltmeter.show.marks import Spec
from tiltmeter.show.names import name, words
from tiltmeter.show.numbers import number, percent
from tiltmeter.show.pictures import pictures
from tiltmeter.show.shapes import ground

if TYPE_CHECKING:
    from jinja2 import Environment

    from tiltmeter.show.view import View

GAUGES: Final = ("tilt", "votes", "words", "deeds", "figures")
DEFINITIONS: Final = ("closeness", "cooperation", "relations", "security", "responsiveness")
PLAIN: Final = frozenset({"member_of", "base_in", "border_with", "office_held", "event_happened", "first_since"})
"""Kinds of claim answered from ties and events; the others are answered from curves."""
WIDE: Final = 26
"""Columns of votes at most in the table of roll calls."""
MOST: Final = 5_000_000
"""Bytes of a report at most: what a mail or a browser on a telephone still takes."""


def report(view: View, *, others: Mapping[str, str] | None = None, static: bool = True, live: bool = False) -> str:
    """
    The page as one HTML text.

    Nothing is loaded from anywhere: charts are drawn by the libraries of the installed
    vl-convert, written into the page. What documents say is shown as text, whatever it holds.

    Args:
        view: What to show, in the view's language.
        others: Addresses of the same page in other languages, by language.
        static: Whether pictures are put in for browsers without scripts.
        live: Whether the page is served: its scripts are then files of `live_files`, and its policy a header.
    """
    w = page_words(view.language)
    made = specs(view, w)
    drawn = pictures(view, made, w) if static else {}
    bundle, script = _bundle(), _text("page.js")
    data = _data(view, made, w)
    environment = _environment(view)
    text = environment.get_template("report.html.j2").render(
        v=view, w=w, words=words, name=functools.partial(name, language=view.language), others=others or {},
        policy=_policy(bundle, script), light=palette.css(0), dark=palette.css(1), css=_safe(_text("page.css")),
        bundle=_safe(bundle), script=_safe(script), data=_safe(data), sections=_sections(view, w),
        gauges=[gauge for gauge in GAUGES if any(gauge in basis["curves"] for basis in view.bases.values())],
        years=_years(view), powers=_powers(view), definitions=_definitions(view),
        voters=_voters(view),
        sentences=len({event["key"] for event in view.evidence["events"]}),
        numbered=[claim for claim in view.claims if claim["kind"] not in PLAIN],
        plain_claims=[claim for claim in view.claims if claim["kind"] in PLAIN],
        live=live, files=list(live_files()) if live else [],
        summary=_summary(view), pictures={key: _safe(text) for key, text in drawn.items()},
    )  # fmt: skip
    # pictures are the first to go: with scripts, as nearly everywhere, nobody sees them
    return report(view, others=others, static=False) if static and len(text.encode()) > MOST else text


def style() -> str:
    """The colours and styles of the page, for other pages of the live one."""
    light, dark = palette.css(0), palette.css(1)
    made: str = _safe(f":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{_text('page.css')}")
    return made


@functools.cache
def live_files() -> dict[str, tuple[str, str]]:
    """The live page's scripts, by names that hold their digest: text and media type each."""
    texts = {"vega": _bundle(), "page": _text("page.js"), "live": _text("live.js")}
    digests = {name: hashlib.sha256(text.encode()).hexdigest()[:12] for name, text in texts.items()}
    return {f"{name}-{digests[name]}.js": (text, "text/javascript") for name, text in texts.items()}


class _Words(dict[str, str]):
    """The page's words; a word that is not there is empty, so that a template can fall back."""

    def __missing__(self, key: str) -> str:
        return ""


def page_words(language: str) -> Mapping[str, str]:
    """The page's words; one that is not there is empty."""
    return _Words(words(language))


def _environment(view: View) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("tiltmeter.show"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    )  # fmt: skip
    values = _values(view)
    made.filters["fill"] = lambda text: _dated(text, values)
    made.filters["percent"] = lambda value: percent(value, view.language)
    made.filters["factor"] = lambda value: "–" if value is None else _factor(value, view.language)
    return made


def _values(view: View) -> dict[str, str]:
    head = view.head
    return {
        "a": head["poles"]["a"]["name"], "b": head["poles"]["b"]["name"], "before": "/".join(head["before"]),
        "since": head["after"][0], "reference": "/".join(head["reference"]),
    }  # fmt: skip


def _summary(view: View) -> dict[str, list[tuple[str, list[str]]]]:
    """The states by verdict, for each basis; empty where no verdicts were computed."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for which, basis in view.bases.items():
        lines: dict[str, list[str]] = {}
        for one in basis["answers"]:
            if one["verdict"] is not None:
                lines.setdefault(one["verdict"]["verdict"], []).append(one["name"])
        if lines:
            # of many states the number says more than the names
            found[which] = [(kind, names if len(names) <= FEW else [str(len(names))]) for kind, names in lines.items()]
    return found


def filled_words(view: View) -> dict[str, str]:
    """The page's words that have values in them, filled in."""
    values = _values(view)
    return {
        key: _fill(text, values)
        for key, text in words(view.language).items()
        if any(f"{{{k}}}" in text for k in values)
    }


def _fill(text: str, values: Mapping[str, str]) -> str:
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return text


def _dated(text: str, values: Mapping[str, str]) -> Any:
    """The text with values filled in, dates and intervals kept on one line."""
    from markupsafe import Markup, escape

    marked = escape(text)
    for key, value in values.items():
        whole = Markup("<time>{}</time>").format(value) if value[:4].isdigit() else escape(value)
        marked = marked.replace(f"{{{key}}}", whole)
    return marked


def _factor(value: float, language: str) -> str:
    if value < 0.1:
        return f"1/{round(1 / max(value, 1e-6)):d}"
    return number(value, language, places=1 if value < 10 else 0)


def specs(view: View, w: Mapping[str, str]) -> dict[str, Spec]:
    """Every chart's specification in the page's words."""
    poles = view.head["poles"]
    own = dict(w) | {
        "pole_a": poles["a"]["name"], "pole_b": poles["b"]["name"],
        **{key: _fill(w[key], _values(view)) for key in ("chance_toward", "move_axis")},
        "before": w["time_before"], "now": w["time_now"],
    }  # fmt: skip
    kinds = [gauge for gauge in GAUGES[1:] if any(gauge in basis["gauges"] for basis in view.bases.values())]
    count, limit = len(view.states), _limit(view)
    land = ground([state["code"] for state in view.states]) if view.places else None
    return ({"map": map_(own, land, poles=(poles["a"]["code"], poles["b"]["code"]))} if land else {}) | {
        "answer": charts.answer(own, states=count, limit=limit),
        "curve": charts.curve(own, limit=limit),
        "moves": charts.moves(own, kinds=kinds, states=count),
        "influence": charts.influence(own),
        "episode": charts.episode(own),
        "choices": charts.choices(own, rows=_options(view)),
        "fan": fans.fan(own),
        "weeks": fans.weeks(own),
        "rests": charts.rests(own),
    }


def _options(view: View) -> int:
    return len({(row["choice"], row["option"]) for row in view.sensitivity})


def _limit(view: View) -> float:
    """The end of the tilt's axis: a little beyond the widest answer, and beyond the poles."""
    answers = [one[time] for basis in view.bases.values() for one in basis["answers"] for time in ("before", "now")]
    ends = [abs(one[end]) for one in answers for end in ("lo", "hi") if one[end] is not None]
    widest: float = max(ends, default=1.0)
    return min(3.0, max(1.25, math.ceil(4 * 1.04 * widest) / 4))


def _data(view: View, specs: Mapping[str, Spec], w: Mapping[str, str]) -> str:
    """What the page's script reads, safe inside a script element."""
    codes = {code for event in view.evidence["events"] for code in (event["giver"], event["taker"])}
    codes |= {fact[side] for fact in view.evidence["facts"] for side in ("a", "b")}
    codes |= {state["code"] for state in view.states}
    names = {code: found for code in sorted(codes) if (found := name(code, view.language)) != code}
    table = {
        "view": view.to_json(), "specs": specs, "words": dict(w), "names": names, "locale": _locale(view.language),
    }  # fmt: skip
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # no text may end the element or begin a comment, and two line ends are none in older scripts
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def _locale(language: str) -> dict[str, Any]:
    import vl_convert

    place = charts.LOCALES.get(language, charts.LOCALES["en"])
    return {"number": vl_convert.get_format_locale(place), "time": vl_convert.get_time_format_locale(place)}


@functools.cache
def _bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, from the installed vl-convert."""
    import vl_convert

    made: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return made.replace("</script", "<\\/script").replace("<!--", "<\\!--")


@functools.cache
def _text(file: str) -> str:
    return (resources.files("tiltmeter.show") / "templates" / file).read_text("utf-8")


def _policy(*scripts: str) -> str:
    """The page's content security policy: its own scripts by their hash, nothing from any host."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _safe(text: str) -> Any:
    """Text of our own making that goes into the page as it is."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - scripts, styles and pictures made here; data is escaped in _data


def _sections(view: View, w: Mapping[str, str]) -> list[tuple[str, str]]:
    every = [
        ("answer", w["answer"], True), ("map", w["map_nav"], bool(view.places)),
        ("tilt", w["tilt_title"], True), ("moves", w["moves_title"], True),
        ("influence", w["influence_title"], True), ("claims", w["claims_title"], bool(view.claims)),
        ("episodes", w["episodes_title"], any(basis["episodes"] for basis in view.bases.values())),
        ("scenarios", w["scenarios_nav"], bool(view.scenarios)),
        ("forecasts", w["forecasts_nav"], bool(view.forecasts or view.no_forecast)),
        ("sensitivity", w["sensitivity_nav"], bool(view.sensitivity)),
        ("evidence", w["evidence_title"], True), ("method", w["method_title"], True),
    ]  # fmt: skip
    return [(where, title) for where, title, there in every if there]


def _voters(view: View) -> list[tuple[int, str]]:
    """Place among a roll call's choices and code of those whose votes are listed: of many states only the poles'."""
    poles = [view.head["poles"][side]["code"] for side in "ab"]
    codes = [*(state["code"] for state in view.states), *poles]
    return list(enumerate(codes)) if len(codes) <= WIDE else list(enumerate(codes))[-2:]


def _years(view: View) -> list[str]:
    starts: Sequence[str] = view.time["starts"]
    return sorted({day[:4] for day in starts[:-1]})[1:]


def _powers(view: View) -> list[str]:
    return list(dict.fromkeys(power for basis in view.bases.values() for power in basis["influence"]))


def _definitions(view: View) -> list[str]:
    there = {
        one for basis in view.bases.values() for own in basis["influence"].values() for one in own
    }  # fmt: skip
    return [one for one in DEFINITIONS if one in there] + sorted(there - set(DEFINITIONS))
