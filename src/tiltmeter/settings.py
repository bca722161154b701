"""What people write by hand: theatres, their moments and claims, and a workspace's settings, all in TOML."""

from __future__ import annotations

import datetime as dt
import difflib
import tomllib
from collections.abc import Mapping
from functools import partial
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NoReturn, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from tiltmeter._codes import countries, members, nearest
from tiltmeter.errors import SettingsError
from tiltmeter.nouns import ORGANISATIONS, ROOTS
from tiltmeter.scenarios import Scenario

CLAIM_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "peak_in_window": ("power", "window"), "higher_in_than": ("power", "window", "other"),
    "rise_since": ("power", "since"), "fall_since": ("power", "since"),
    "leans_in_window": ("pole", "window"), "balances_in_window": ("window",),
    "moved_apart": ("a", "b", "since"), "moved_together": ("a", "b", "since"),
    "ranking": ("power", "ranking", "window"), "first_since": ("root", "giver", "taker", "since"),
    "member_of": ("a", "b"), "base_in": ("a", "b"), "border_with": ("a", "b"), "office_held": ("a", "b"),
    "event_happened": ("giver", "taker", "window"),
}  # fmt: skip
"""Kinds of claim, and what each must state to be testable."""

_ABOUT_STATES: Final = {
    "peak_in_window", "rise_since", "fall_since", "leans_in_window",
    "balances_in_window", "higher_in_than", "ranking",
}  # fmt: skip


def _fault(what: str, mend: str) -> PydanticCustomError:
    return PydanticCustomError("tiltmeter", "{what}", {"what": what, "mend": mend})


def _known(code: str, *, what: str, organisations: bool) -> str:
    if code in countries() or (organisations and code in ORGANISATIONS):
        return code
    near = nearest(code)
    mend = f"did you mean {near} ({countries().get(near, near)})?" if near else "use an ISO 3166 alpha-3 code"
    raise _fault(f"no such {what}: {code}", mend)


def _side(code: str) -> str:
    """A side of an event: a state or organisation, or a state's civilians or rebels (`KAZ-CIV`)."""
    stem, dash, group = code.partition("-")
    if not dash:
        return _known(stem, what="side", organisations=True)
    if group not in {"CIV", "REB", "TAL"}:
        raise _fault(f"no such group: {code}", f"write {stem}-CIV, {stem}-REB or AFG-TAL")
    return _known(stem, what="side", organisations=False) + dash + group


def _all_states(value: Any) -> Any:
    return members() if value == "all" else value


def _interval(value: Any) -> Any:
    return value.split("/") if isinstance(value, str) and "/" in value else value


def _ordered(value: tuple[dt.date, dt.date]) -> tuple[dt.date, dt.date]:
    if value[0] > value[1]:
        raise _fault(f"the interval {value[0]}/{value[1]} ends before it begins", "write the earlier date first")
    return value


State = Annotated[str, AfterValidator(partial(_known, what="state", organisations=False))]
Power = Annotated[str, AfterValidator(partial(_known, what="power", organisations=True))]
Side = Annotated[str, AfterValidator(_side)]
States = Annotated[tuple[State, ...], BeforeValidator(_all_states)]
Interval = Annotated[tuple[dt.date, dt.date], BeforeValidator(_interval), AfterValidator(_ordered)]
Labels = dict[str, str]
Model = TypeVar("Model", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Moment(_Strict):
    """A dated point or stretch the charts mark; `kind` is free (`war`, `unrest`, `pact`, `vote` …)."""

    date: dt.date
    until: dt.date | None = None
    label: Labels
    kind: str = "event"
    states: tuple[Side, ...] = ()


class Poles(_Strict):
    """The two rival powers that fix the axis: pole A at -1, pole B at +1."""

    a: Power
    b: Power

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.a == self.b:
            raise _fault(f"both poles are {self.a}", "name two different powers")
        return self


_INTERVALS: Final = frozenset({"window", "other", "span"})


class Claim(_Strict):
    """
    One sentence that somebody printed, in a form that can be tested.

    `kind` says which fields count (CLAIM_KINDS); `region` is a theatre's name and
    stands for all its states; `definition` None means every definition of the
    measure. `pole` is the pole leant to; for rise_since and fall_since `measure`
    says whether the power's influence or the tilt to it is meant. Intervals are
    closed. `a` and `b` are as in the kinds of tie.
    """

    id: str
    kind: str
    text: Labels = Field(default_factory=dict)
    power: Power | None = None
    states: tuple[State, ...] = ()
    region: str = ""
    measure: Literal["tilt", "influence"] = "tilt"
    gauge: Literal["votes", "words", "deeds"] | None = None
    definition: str | None = None
    window: Interval | None = None
    other: Interval | None = None
    span: Interval | None = None
    since: dt.date | None = None
    pole: Literal["a", "b"] | None = None
    ranking: tuple[State, ...] = ()
    a: str | None = None
    b: str | None = None
    root: str | None = None
    giver: Side | None = None
    taker: Side | None = None
    at: dt.date | None = None
    said_by: str = ""
    source: str = ""

    @model_validator(mode="after")
    def _testable(self) -> Self:
        if self.kind not in CLAIM_KINDS:
            raise _fault(f"no such kind of claim: {self.kind}", _meant(self.kind, list(CLAIM_KINDS)))
        if self.root is not None and self.root not in ROOTS:
            raise _fault(f"no such root: {self.root}", _meant(self.root, list(ROOTS)))
        missing = [name for name in CLAIM_KINDS[self.kind] if getattr(self, name) in (None, ())]
        if self.kind in _ABOUT_STATES and not (self.states or self.region or self.ranking):
            missing.append("states")
        if self.kind not in {"office_held", "first_since", "event_happened"}:
            for code in (self.a, self.b):
                _ = code is None or _side(code)
        if missing:
            raise _fault(f"a claim of kind {self.kind} needs {', '.join(missing)}", f"add {missing[0]} = …")
        return self

    def form(self) -> str:
        """
        The claim by its fields, on one line: what a sentence was understood as.

        >>> Claim(id="x", kind="member_of", a="KAZ", b="CSTO").form()
        'member_of · a KAZ · b CSTO'
        """
        told = self.model_dump(mode="json", exclude_defaults=True, exclude={"id", "kind", "text", "said_by", "source"})
        parts = (
            f"{name} {'/'.join(value) if name in _INTERVALS else ' '.join(value)}"
            if isinstance(value, list | tuple)
            else f"{name} {value}"
            for name, value in told.items()
        )
        return " · ".join([self.kind, *parts])


class Theatre(_Strict):
    """
    A system of states between two rival powers: the whole of what makes one measurement special.

    `reference` is the window whose mean positions of the poles are -1 and +1;
    `grid` the length of a period; `neighbours` are sides outside the theatre whose
    events matter to it; `votes` is `all` roll calls or only those `listed` with
    the theatre's sample; `facts` names the bundled tables of ties it uses. `states`
    may be the word `all`, for every present and former member of the UN.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Labels
    question: Labels
    states: States = Field(min_length=1)
    poles: Poles
    powers: tuple[Power, ...] = ()
    neighbours: tuple[Side, ...] = ()
    span: Interval
    reference: Interval
    grid: Literal["week", "month", "session"] = "week"
    votes: Literal["all", "listed"] = "all"
    facts: tuple[str, ...] = ()
    moments: tuple[Moment, ...] = ()
    claims: tuple[Claim, ...] = ()
    scenarios: tuple[Scenario, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        listed = [*self.states]
        for code in listed:
            if listed.count(code) > 1:
                raise _fault(f"{code} is listed twice among the states", "leave one of the two out")
        # among all states of the world the poles are states too
        if self.grid != "session" and (inside := {self.poles.a, self.poles.b} & set(listed)):
            raise _fault(f"{min(inside)} is both a pole and a state", "take it out of states")
        ids = [claim.id for claim in self.claims]
        if doubled := {name for name in ids if ids.count(name) > 1}:
            raise _fault(f"two claims are called {min(doubled)}", "give each its own id")
        for claim in self.claims:
            if claim.region not in ("", self.name):
                raise _fault(f"claim {claim.id} is about {claim.region}", f'write region = "{self.name}"')
        for one in self.scenarios:
            if one.state not in listed:
                raise _fault(f"scenario {one.id} is about {one.state}", f"name one of {', '.join(listed[:8])}")
        return self

    def about(self, claim: Claim) -> tuple[str, ...]:
        """
        The states a claim of this theatre is about.

        >>> theatre = load_theatre("central_asia")
        >>> theatre.about(next(claim for claim in theatre.claims if claim.region))
        ('KAZ', 'KGZ', 'TJK', 'TKM', 'UZB')
        """
        return self.states if claim.region else claim.states or claim.ranking

    def sides(self) -> frozenset[str]:
        """
        Every code whose events the theatre has a use for: states, poles, powers, neighbours, organisations.

        >>> {"KAZ", "RUS", "CSTO"} <= load_theatre("central_asia").sides()
        True
        """
        named = {*self.states, self.poles.a, self.poles.b, *self.powers, *self.neighbours}
        return frozenset(named | set(ORGANISATIONS))


class Settings(_Strict):
    """
    What a workspace remembers, in its `workspace.toml`.

    `theatre` is a bundled theatre's name or the path of a file; `confidence` the
    least at which a coded event enters the panel; `placebo` how many times a fit is
    made once more with shuffled dates, to count false alarms.
    """

    theatre: str
    seed: int = 0
    chains: int = Field(default=4, ge=1, le=64)
    draws: int = Field(default=500, ge=10, le=100_000)
    confidence: float = Field(default=0.5, ge=0, le=1)
    placebo: int = Field(default=20, ge=0, le=10_000)


_NAMES = sorted({name for model in (Theatre, Claim, Moment, Poles, Scenario, Settings) for name in model.model_fields})


def claim(fields: Mapping[str, Any], *, where: str = "") -> Claim:
    """
    A claim from its fields.

    Raises:
        SettingsError: A field is unknown, missing or at fault.

    >>> claim({"id": "x", "kind": "member_of", "a": "KAZ", "b": "CSTO"}).b
    'CSTO'
    """
    return _build(Claim, fields, where=where)


def load_claims(path: Path) -> list[Claim]:
    r"""
    The claims of a TOML file, each a `[[claims]]` table.

    Raises:
        SettingsError: The file is missing, no TOML, holds no claims, or one is at fault.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "c.toml"
    >>> _ = file.write_text('[[claims]]\nid = "x"\nkind = "member_of"\na = "KAZ"\nb = "CSTO"')
    >>> load_claims(file)[0].id
    'x'
    """
    tables = _toml(_bytes(path), where=str(path)).get("claims")
    if not isinstance(tables, list) or not tables:
        raise SettingsError(
            "no [[claims]] tables in it", mend="write each claim as a [[claims]] table", where=str(path)
        )
    return [claim(fields, where=str(path)) for fields in tables]


def theatre_names() -> list[str]:
    """
    Names of the theatres on the shelf, our own and those of installed outside packages, sorted.

    An outside package adds one by an entry point of the group `tiltmeter.theatres`
    named like it, whose value is the package that holds `<name>.toml`.

    >>> "central_asia" in theatre_names()
    True
    """
    own = {item.name[:-5] for item in files("tiltmeter.theatres").iterdir() if item.name.endswith(".toml")}
    return sorted(own | {point.name for point in entry_points(group="tiltmeter.theatres")})


def load_theatre(name_or_path: str | Path) -> Theatre:
    """
    A theatre of the shelf by its name, or one from a TOML file by its path.

    Raises:
        SettingsError: There is none, or something in it is at fault.

    >>> load_theatre("central_asia").poles.a
    'RUS'
    """
    text = str(name_or_path)
    if text.endswith(".toml") or "/" in text or "\\" in text:
        return _build(Theatre, _toml(_bytes(Path(text)), where=text), where=text)
    if text not in theatre_names():
        known = theatre_names()
        near = difflib.get_close_matches(text, known, n=1)
        mend = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}; or give the path of a TOML file"
        raise SettingsError(f"no theatre called {text}", mend=mend)
    shelf = files("tiltmeter.theatres")
    for point in entry_points(group="tiltmeter.theatres", name=text):
        shelf = files(point.load())
    return _build(Theatre, _toml(shelf.joinpath(f"{text}.toml").read_bytes(), where=text), where=text)


def load_settings(path: Path) -> Settings:
    """
    A workspace's settings from its `workspace.toml`.

    Raises:
        SettingsError: The file is missing, no TOML, or something in it is at fault.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "workspace.toml"
    >>> _ = file.write_text(settings_toml(Settings(theatre="unga", seed=3)))
    >>> load_settings(file).seed
    3
    """
    return _build(Settings, _toml(_bytes(path), where=str(path)), where=str(path))


def settings_toml(settings: Settings) -> str:
    """
    Settings as the text of a `workspace.toml`.

    >>> print(settings_toml(Settings(theatre="unga")).splitlines()[0])
    theatre = "unga"
    """
    import json

    # a JSON string or number is a TOML one as well
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.model_dump().items())


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:  # a path with a null character is a ValueError
        reason = (getattr(error, "strerror", "") or "cannot be read").lower()
        raise SettingsError(reason, mend="check the path and its permissions", where=str(path)) from error


def _toml(raw: bytes, *, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SettingsError("not UTF-8 text", mend="save the file as UTF-8", where=where) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"not TOML: {error}", mend="mend the line it names", where=where) from error


def _build(model: type[Model], fields: Mapping[str, Any], *, where: str) -> Model:
    try:
        return model.model_validate(dict(fields))
    except ValidationError as error:
        _refuse(error, fields, where=where)


def _refuse(error: ValidationError, fields: Mapping[str, Any], *, where: str) -> NoReturn:
    # a misspelt name shows up twice, as an unknown setting and as a missing one: name the former
    first = min(error.errors(), key=lambda item: item["type"] != "extra_forbidden")
    place = _place(first["loc"], fields)
    context = first.get("ctx", {})
    if first["type"] == "tiltmeter":
        what, mend = context["what"], context["mend"]
    elif first["type"] == "extra_forbidden":
        name = str(first["loc"][-1])
        what, mend = f"no such setting: {name}", _meant(name, _NAMES)
        place = _place(first["loc"][:-1], fields)
    elif first["type"] == "missing":
        what, mend = f"{first['loc'][-1]} is missing", f"add {first['loc'][-1]} = …"
        place = _place(first["loc"][:-1], fields)
    else:
        what, mend = first["msg"], f"mend the value {first['input']!r:.60}"
    raise SettingsError(_line(f"{place}: {what}" if place else what), mend=_line(mend), where=where) from error


def _line(text: str) -> str:
    """The text on one line: names in a file may hold line breaks."""
    return " ".join(text.split())[:300]


def _place(loc: tuple[str | int, ...], fields: Mapping[str, Any]) -> str:
    """Where in the file, in words: list entries by their id where they have one."""
    words: list[str] = []
    here: Any = fields
    for step in loc:
        try:
            here = here[step]
        except (LookupError, TypeError):
            here = None
        named = here.get("id") if isinstance(here, dict) and isinstance(step, int) else None
        words.append(str(named or (step + 1 if isinstance(step, int) else step)))
    return " ".join(words)


def _meant(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1) or difflib.get_close_matches(word.upper(), known, n=1)
    return f"did you mean {near[0]}?" if near else f"one of {', '.join(dict.fromkeys(known))}"
