"""The schema of a pack file, and how packs are loaded: refused early, with one line per problem."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from bot.model.asset import Dimension, Flag
from bot.model.lifecycle import Severity, State
from bot.model.ticket import TicketKind
from rules.checks import CHECKS
from rules.demand import Params
from rules.names import MaterialName, unknown

PACKS = files("rules") / "packs"

MATERIAL = (
    *("assets", "classification", "change_type", "release_size", "rollout_strategy", "pull_until"),
    *("planned_start", "planned_end", "package", "implementation_plan", "test_plan", "fallback_plan"),
)
"""What is approved, unless a pack says otherwise: scope, class, plan and planned dates."""


class PolicyError(Exception):
    """Packs cannot be used as they are. `problems` and `str()` hold one line per problem."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


Headline = Annotated[str, Field(min_length=1, max_length=80)]


class Title(_Part):
    """A short demand in each language of the product, usable as the headline of a message."""

    nl: Headline
    en: Headline


class Applies(_Part):
    """What makes a rule apply: a class from `from_class` upwards in any of `dimensions`, a flag, both of the
    same asset, or `any` asset at all; and of which kinds of tickets it is asked.
    """

    from_class: int | None = Field(default=None, ge=1, le=5)
    dimensions: tuple[Dimension, ...] = ()
    flag: Flag | None = None
    any: bool = False
    kinds: tuple[TicketKind, ...] = (TicketKind.CHANGE, TicketKind.RELEASE)

    @model_validator(mode="after")
    def _one_way(self) -> Applies:
        if (self.from_class is None) != (not self.dimensions):
            raise ValueError("from_class and dimensions belong together")
        if self.any == bool(self.dimensions or self.flag):
            raise ValueError("give either any: true, or classes and/or a flag")
        return self


class Rule(_Part):
    """One requirement: when it applies, the state that a ticket may not enter without it, and its check.

    line  rules that demand the same thing share a line; `rank` orders them, strictest highest
    """

    id: str = Field(pattern=r"^[A-Z0-9]+-[A-Z0-9]+$")
    title: Title
    section: str = ""
    applies: Applies
    gate: State
    severity: Severity = Severity.REQUIRED
    line: str = ""
    rank: int = 0
    reserved: bool = False
    check: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict, alias="with")

    @field_validator("check")
    @classmethod
    def _known_check(cls, name: str | None) -> str | None:
        if name is not None and name not in CHECKS:
            raise ValueError(unknown("check", name, CHECKS))
        return name

    @model_validator(mode="after")
    def _reserved_or_checked(self) -> Rule:
        if self.reserved == bool(self.check or self.parameters):
            raise ValueError("a rule has a check, unless it is reserved: then it has none")
        return self

    @cached_property
    def params(self) -> Params:
        """The parameters as the check takes them. Raises pydantic's ValidationError; settled at load."""
        return CHECKS[self.check].params.model_validate(self.parameters) if self.check else Params()


class Pack(_Part):
    """One norm document as data. `cite` is how it is cited: document and version. `material` are the fields whose
    change after an approval makes that approval stale: what is approved is what they say. A pack that does not name
    them takes the usual ones.
    """

    id: str
    version: str
    effective_from: date
    effective_until: date | None = None
    document: Title
    cite: str
    material: tuple[MaterialName, ...] = MATERIAL
    rules: tuple[Rule, ...] = Field(min_length=1)

    def effective(self, day: date) -> bool:
        """Whether the document is in force on a day; the last day is included."""
        return self.effective_from <= day and (self.effective_until is None or day <= self.effective_until)

    def cited(self, rule: Rule) -> str:
        """Document, version and section of a rule."""
        return f"{self.cite} {rule.section}".strip()


def load_packs(names: Sequence[str], folder: Traversable = PACKS) -> tuple[Pack, ...]:
    """The named packs, in the order given. Raises PolicyError with everything that is wrong in any of them."""
    problems: list[str] = []
    packs: list[Pack] = []
    for name in dict.fromkeys(names):
        try:
            packs.append(_load(name, folder))
        except PolicyError as error:
            problems.extend(error.problems)
    problems.extend(_twice(packs))
    if problems:
        raise PolicyError(problems)
    return tuple(packs)


def _load(name: str, folder: Traversable) -> Pack:
    known = [f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml")]
    if name not in known:
        raise PolicyError([unknown("pack", name, known)])
    file = folder / f"{name}.yaml"
    raw = _parse(file)
    try:
        pack = Pack.model_validate(raw)
    except ValidationError as error:
        raise PolicyError([f"{file.name}: {line}" for line in _lines(raw, error)]) from None
    problems = [f"{file.name}: {line}" for rule in pack.rules for line in _parameter_problems(rule)]
    if pack.id != name:
        problems.append(f'{file.name}: id: "{pack.id}" must be the name of the file, "{name}"')
    if problems:
        raise PolicyError(problems)
    return pack


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML that refuses a key written twice, instead of quietly taking the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value]
        for place, (key, _) in enumerate(node.value):
            if key.value in keys[:place]:
                raise yaml.MarkedYAMLError(problem=f'"{key.value}" twice', problem_mark=key.start_mark)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


def _parse(file: Traversable) -> Any:
    try:
        return yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506  a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" line {mark.line + 1}" if mark else ""
        raise PolicyError([f"{file.name}:{where} {error.problem}"]) from None


def _parameter_problems(rule: Rule) -> Iterator[str]:
    try:
        _ = rule.params
    except ValidationError as error:
        params = CHECKS[rule.check or ""].params
        for problem in _problems(error):
            where = ".".join([rule.id, "with", *map(str, problem["loc"])])
            yield f"{where}: {_told(problem, params.model_fields)}"


_KEYS = tuple(
    field.alias or name
    for model in (Pack, Rule, Applies, Title)
    for name, field in model.model_fields.items()
)


def _lines(raw: Any, error: ValidationError) -> Iterator[str]:
    for problem in _problems(error):
        yield f"{_where(raw, problem['loc'])}: {_told(problem, _KEYS)}"


def _problems(error: ValidationError) -> Iterator[ErrorDetails]:
    """What is wrong, without "too short" for a list whose items were themselves refused."""
    found = error.errors()
    for problem in found:
        depth = len(problem["loc"])
        inside = (other["loc"] for other in found if len(other["loc"]) > depth)
        if problem["type"] != "too_short" or problem["loc"] not in (loc[:depth] for loc in inside):
            yield problem


def _where(raw: Any, loc: tuple[int | str, ...]) -> str:
    """The place in the file, with a rule named by its id where it has one."""
    match loc:
        case ("rules", int(place), *rest):
            rule = raw["rules"][place]
            name = rule.get("id") if isinstance(rule, dict) else None
            return ".".join(map(str, (name or f"rules.{place + 1}", *rest)))
        case _:
            return ".".join(map(str, loc)) or "the file"


def _told(problem: ErrorDetails, keys: Iterable[str]) -> str:
    """What is wrong, in one line; a name that is not known comes with the nearest known one."""
    match problem["type"]:
        case "extra_forbidden":
            return unknown("key", str(problem["loc"][-1]), keys)
        case "enum" | "literal_error":
            known = re.findall(r"'([^']*)'", problem["ctx"]["expected"])
            return unknown("name", str(problem["input"]), known)
        case "missing":
            return "is missing"
        case _:
            return str(problem["msg"]).removeprefix("Value error, ")


def _twice(packs: Sequence[Pack]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for pack in packs:
        for rule in pack.rules:
            if rule.id in seen:
                yield f"{pack.id}.yaml: {rule.id}: the id is taken already in {seen[rule.id]}.yaml"
            seen.setdefault(rule.id, pack.id)
