"""The schema of a pack file, and how packs are loaded: refused early, with one line per problem."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from bot.model.asset import Dimension, Flag
from bot.model.lifecycle import Severity, State
from bot.model.ticket import TicketKind
from rules.checks import CHECKS
from rules.condition import Condition
from rules.demand import Params
from rules.files import PolicyError, at_place, parse, placed, problems, told
from rules.names import MaterialName, unknown

__all__ = [
    "KEYS",
    "PACKS",
    "Applies",
    "Pack",
    "PolicyError",
    "Rule",
    "Title",
    "in_force",
    "known_packs",
    "load_editions",
    "load_file",
    "load_packs",
    "overlaps",
    "parameter_problems",
    "read_pack",
    "taken_twice",
]

PACKS = files("rules") / "packs"

MATERIAL = (
    *("assets", "classification", "change_type", "release_size", "rollout_strategy", "pull_until"),
    *("planned_start", "planned_end", "package", "implementation_plan", "test_plan", "fallback_plan"),
)
"""What is approved, unless a pack says otherwise: scope, class, plan and planned dates."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _known_check(name: str) -> str:
    if name not in CHECKS:
        raise ValueError(unknown("check", name, CHECKS))
    return name


CheckName = Annotated[str, AfterValidator(_known_check)]
Headline = Annotated[str, Field(min_length=1, max_length=80)]


class Title(_Part):
    """A short demand in each language of the product, usable as the headline of a message."""

    nl: Headline
    en: Headline


class Applies(_Part):
    """What makes a rule apply: a class from `from_class` upwards in any of `dimensions`, a flag, both of the
    same asset, or `any` asset at all; of which kinds of tickets it is asked, and `when` a field of the ticket
    calls for it.
    """

    from_class: int | None = Field(default=None, ge=1, le=5)
    dimensions: tuple[Dimension, ...] = ()
    flag: Flag | None = None
    any: bool = False
    kinds: tuple[TicketKind, ...] = (TicketKind.CHANGE, TicketKind.RELEASE)
    when: Condition | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Applies:
        if (self.from_class is None) != (not self.dimensions):
            raise ValueError("from_class and dimensions belong together")
        if self.any == bool(self.dimensions or self.flag):
            raise ValueError("give either any: true, or classes and/or a flag")
        return self


class Item(StrEnum):
    """What an entry of a pack is: a rule asked of tickets; room the document reserves; something declared once
    for the organisation; or something that is only reported.
    """

    RULE = "rule"
    RESERVED = "reserved"
    ATTESTATION = "attestation"
    REPORT = "report"


class Later(_Part):
    """The part of a requirement that is asked only later: its own gate and check."""

    gate: State
    check: CheckName
    parameters: dict[str, Any] = Field(default_factory=dict, alias="with")


@dataclass(frozen=True, slots=True)
class Stage:
    """What of a rule is judged before one gate. `gate` is None where a clock runs instead."""

    gate: State | None
    check: str
    params: Params


class Rule(_Part):
    """One requirement: when it applies, the state that a ticket may not enter without it, and its check.

    gate  None, written "-": there is none, because a clock runs instead, or because no ticket is asked
    line  rules that demand the same thing share a line; `rank` orders them, strictest highest
    later  the part of it that a later state asks for; one finding tells of both
    waivable  the only condition under which the document lets it be waived; None where it says nothing of that
    preapproved_by  the type of change whose template counts as the decision asked for, where the source system
                    names that template
    """

    id: str = Field(pattern=r"^[A-Z0-9]+-[A-Z0-9]+$")
    title: Title
    section: str = ""
    applies: Applies
    gate: State | None
    severity: Severity = Severity.REQUIRED
    line: str = ""
    rank: int = 0
    item: Item = Item.RULE
    preapproved_by: Literal["standard"] | None = None
    check: CheckName | None = None
    parameters: dict[str, Any] = Field(default_factory=dict, alias="with")
    later: Later | None = None
    waivable: Condition | None = None

    @field_validator("gate", mode="before")
    @classmethod
    def _no_gate(cls, gate: object) -> object:
        return None if gate == "-" else gate

    @model_validator(mode="after")
    def _checked(self) -> Rule:
        if self.asked != bool(self.check) or (self.parameters and not self.check):
            raise ValueError("a rule has a check; what is reserved, attested or only reported has none")
        if self.later and (self.gate is None or self.gate.reached(self.later.gate)):
            raise ValueError("later: its gate must come after that of the rule")
        return self

    @property
    def asked(self) -> bool:
        """Whether tickets are judged by it."""
        return self.item is Item.RULE

    @property
    def reserved(self) -> bool:
        """Whether the document only keeps room for it."""
        return self.item is Item.RESERVED

    @cached_property
    def titles(self) -> tuple[tuple[str, str], ...]:
        """The title by language, as a finding carries it."""
        return (("nl", self.title.nl), ("en", self.title.en))

    @model_validator(mode="after")
    def _preapproved_for_the_cab(self) -> Rule:
        if self.preapproved_by and (
            self.check != "approved_by_role" or self.parameters != {"roles": ["cab"]}
        ):
            raise ValueError(
                "preapproved_by stands in for the CAB alone: check approved_by_role, roles [cab]"
            )
        return self

    @cached_property
    def params(self) -> Params:
        """The parameters as the check takes them. Raises pydantic's ValidationError; settled at load."""
        return CHECKS[self.check].params.model_validate(self.parameters) if self.check else Params()

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """What is judged, in the order of the gates; nothing where no check is run. Raises as `params` does."""
        if self.check is None:
            return ()
        first = Stage(self.gate, self.check, self.params)
        return (first, self._second(self.later)) if self.later else (first,)

    @staticmethod
    def _second(later: Later) -> Stage:
        return Stage(later.gate, later.check, CHECKS[later.check].params.model_validate(later.parameters))


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
    """All editions of the named packs, in the order given. Raises PolicyError with everything that is wrong."""
    found: list[str] = []
    packs: list[Pack] = []
    for name in dict.fromkeys(names):
        try:
            packs.extend(load_editions(name, folder))
        except PolicyError as error:
            found.extend(error.problems)
    found.extend(taken_twice(packs))
    if found:
        raise PolicyError(found)
    return tuple(packs)


def known_packs(folder: Traversable = PACKS) -> tuple[str, ...]:
    """Ids of the packs in a folder, in order; further editions (`id@version.yaml`) count under their id."""
    return tuple(dict.fromkeys(_pack_id(f.name) for f in _yaml_files(folder)))


def load_editions(name: str, folder: Traversable = PACKS) -> tuple[Pack, ...]:
    """Every edition of one pack, oldest first: `name.yaml` and `name@version.yaml`. Raises PolicyError."""
    if name not in known_packs(folder):
        raise PolicyError([unknown("pack", name, known_packs(folder))])
    found: list[str] = []
    editions: list[Pack] = []
    for file in (f for f in _yaml_files(folder) if _pack_id(f.name) == name):
        try:
            editions.append(load_file(file))
        except PolicyError as error:
            found.extend(error.problems)
    editions.sort(key=lambda pack: pack.effective_from)
    if found := found or list(overlaps(editions)):
        raise PolicyError(found)
    return tuple(editions)


def load_file(file: Traversable) -> Pack:
    """One edition of one pack. Raises PolicyError with a line per problem."""
    return read_pack(file.name, parse(file))


def read_pack(filename: str, raw: Any) -> Pack:
    """A pack from what its file holds. Raises PolicyError with a line per problem."""
    try:
        pack = Pack.model_validate(raw)
    except ValidationError as error:
        raise PolicyError(list(_lines(filename, raw, error))) from None
    found = [
        f"{at_place(filename, raw['rules'][place], line)}: {rule.id}.{line}"
        for place, rule in enumerate(pack.rules)
        for line in parameter_problems(rule)
    ]
    name, _, version = filename.removesuffix(".yaml").partition("@")
    if pack.id != name:
        found.append(
            f'{placed(filename, raw, ["id"])}: id: "{pack.id}" must be the name of the file, "{name}"'
        )
    if version and pack.version != version:
        where = placed(filename, raw, ["version"])
        found.append(f'{where}: version: "{pack.version}" must be the one in the file name, "{version}"')
    if found:
        raise PolicyError(found)
    return pack


def in_force(packs: Sequence[Pack], day: date) -> tuple[Pack, ...]:
    """The editions in force on a day: one of each pack at most."""
    return tuple(pack for pack in packs if pack.effective(day))


def _yaml_files(folder: Traversable) -> list[Traversable]:
    files_ = (f for f in folder.iterdir() if f.name.endswith(".yaml") and f.is_file())
    return sorted(files_, key=lambda f: f.name)


def _pack_id(filename: str) -> str:
    return filename.removesuffix(".yaml").partition("@")[0]


def overlaps(editions: Sequence[Pack]) -> Iterator[str]:
    """An edition must have ended before the next one begins, so that a day has one edition only."""
    for one, following in pairwise(editions):
        if one.effective(following.effective_from):
            yield (
                f"{one.id}: version {one.version} and version {following.version} are both in force on "
                f"{following.effective_from}; give the first an effective_until before that day"
            )


def parameter_problems(rule: Rule) -> Iterator[str]:
    """One line for everything that the rule's check does not take, by its place in the rule."""
    given = [("with", rule.check, rule.parameters)]
    if rule.later:
        given.append(("later.with", rule.later.check, rule.later.parameters))
    for place, check, parameters in given:
        params = CHECKS[check].params if check else Params
        try:
            params.model_validate(parameters)
        except ValidationError as error:
            for problem in problems(error):
                where = ".".join([place, *map(str, problem["loc"])])
                yield f"{where}: {told(problem, params.model_fields)}"


KEYS = tuple(
    field.alias or name
    for model in (Pack, Rule, Later, Applies, Condition, Title)
    for name, field in model.model_fields.items()
)
"""Every key that a pack file knows."""


def _lines(filename: str, raw: Any, error: ValidationError) -> Iterator[str]:
    for problem in problems(error):
        place = placed(filename, raw, problem["loc"])
        yield f"{place}: {_where(raw, problem['loc'])}: {told(problem, KEYS)}"


def _where(raw: Any, loc: tuple[int | str, ...]) -> str:
    """The place in the file, with a rule named by its id where it has one."""
    match loc:
        case ("rules", int(place), *rest):
            rule = raw["rules"][place]
            name = rule.get("id") if isinstance(rule, dict) else None
            return ".".join(map(str, (name or f"rules.{place + 1}", *rest)))
        case _:
            return ".".join(map(str, loc)) or "the file"


def taken_twice(packs: Sequence[Pack]) -> Iterator[str]:
    """One line per rule id that another pack has too; editions of one pack share their ids."""
    seen: dict[str, str] = {}
    for pack in packs:
        here: set[str] = set()
        for rule in pack.rules:
            if rule.id in here or seen.setdefault(rule.id, pack.id) != pack.id:
                yield f"{pack.id}.yaml: {rule.id}: the id is taken already in {seen[rule.id]}.yaml"
            here.add(rule.id)
