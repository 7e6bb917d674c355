"""The schema of a pack file: what a norm document, a rule and its parts may say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from operator import not_
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    ValidationError,
    field_validator,
    model_validator,
)

from domain.asset import Dimension, Flag
from domain.finding import Addressees, heads_as_demand
from domain.lifecycle import Severity, State, Verdict
from domain.sentence import FALLBACK, in_language
from domain.ticket import TicketKind
from rules.check_api import Params
from rules.checks import CHECKS
from rules.condition import Condition
from rules.loading.names import MaterialName, unknown
from rules.waived_by import USUAL, WaivedBy

BESIDE = " + "
"""What stands between the section of a norm and the own pack that tightens its rule."""

NUMBERED = "§"
"""What a section that has a number begins with."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


Names = tuple[MaterialName, ...]
_TESTED = (
    *("package", "test_plan", "test_data", "environments_separated", "environments_like_production"),
    *("environment_path", "changes"),
)


class Material(_Part):
    """What each kind of evidence is of: fields whose change overtakes it, so that it does not count any more. A list
    in the place of these is that of the approvals, the others being the usual ones.
    """

    approvals: Names = (
        *(
            "assets",
            "class",
            "classification",
            "change_type",
            "release_size",
            "rollout_strategy",
            "pull_until",
        ),
        *("planned_start", "planned_end", "package", "implementation_plan", "test_plan", "fallback_plan"),
        *(
            "test_data",
            "environments_separated",
            "environments_like_production",
            "environment_path",
            "changes",
        ),
    )
    tests: Names = _TESTED
    validation: Names = _TESTED
    acceptance: Names = ("package", "acceptance_criteria", "changes")

    @model_validator(mode="before")
    @classmethod
    def _approvals_alone(cls, given: object) -> object:
        return {"approvals": given} if isinstance(given, list | tuple) else given

    @cached_property
    def by_kind(self) -> dict[str, frozenset[str]]:
        """The same as facts carry it."""
        return {name: frozenset(getattr(self, name)) for name in type(self).model_fields}


MATERIAL = Material()
"""What is approved, tested and accepted, unless a pack says otherwise."""


def _known_check(name: str) -> str:
    if name not in CHECKS:
        raise ValueError(unknown("check", name, CHECKS))
    return name


CheckName = Annotated[str, AfterValidator(_known_check)]
Headline = Annotated[str, Field(min_length=1, max_length=80)]
Language = Annotated[str, Field(pattern="^[a-z]{2,3}$")]
"""A language by its code, such as nl."""

Rows = Annotated[str, Field(pattern="^[1-5](-[1-5])?$")]
"""The classes that share a row of a table, such as 3 or 1-2."""


class Title(RootModel[dict[Language, Headline]]):
    """A short headline of a message, in as many languages as somebody wrote it in. English is always among them: it is
    what readers of any other language get.
    """

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _readable_by_all(self) -> Title:
        if FALLBACK not in self.root:
            raise ValueError(f"{FALLBACK} is missing: those who read another language get this one")
        return self


class Applies(_Part):
    """What makes a rule apply: a class from `from_class` upwards in any of `dimensions`, a flag, both of the
    same asset, or `any` asset at all; of which kinds of tickets it is asked, and `when` a field of the ticket
    calls for it, `unless` another takes it away.
    """

    from_class: int | None = Field(default=None, ge=1, le=5)
    dimensions: tuple[Dimension, ...] = ()
    flag: Flag | None = None
    any: bool = False
    kinds: tuple[TicketKind, ...] = (TicketKind.CHANGE, TicketKind.RELEASE)
    when: Condition | None = None
    unless: Condition | None = Field(default=None, exclude_if=not_)

    @model_validator(mode="after")
    def _one_way(self) -> Applies:
        # A class without a dimension would mean any of the three, silently: a pack has to say which.
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


class Counts(StrEnum):
    """When evidence must have come to count: before the rollout began, else it is late; or after it ended, else it does
    not count yet.
    """

    BEFORE_ROLLOUT = "before_rollout"
    AFTER_ROLLOUT = "after_rollout"


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
    evidence: Counts | None = None


class Rule(_Part):
    """One requirement: when it applies, the state that a ticket may not enter without it, and its check.

    title    the demand
    problem  what is wrong where it is not kept; left out, the demand heads that too
    unshown  what is wrong where the evidence is missing, if `problem` would then say more than was seen
    gate  None, written "-": there is none, because a clock runs instead, or because no ticket is asked
    waived_by  who may record an exception to it; None where it names nobody, and the usual ones may
    line  rules that demand the same thing share a line; `rank` orders them, strictest highest
    later  the part of it that a later state asks for; one finding tells of both
    waivable  the only condition under which the document lets it be waived; None where it says nothing of that
    preapproved_by  the type of change whose template counts as the decision asked for, where the source system
                    names that template
    alone  on its line, the strictest words it alone, because what it asks contains what the milder ones ask
    evidence  when what meets it must have come, of what its own gate asks; None where that makes no difference
    stays  what is forbidden when the rollout begins stays so: rewritten afterwards, it heals nothing
    irreparable  not even an emergency makes it good once the rollout began; so it is with what `stays`
    declared  what it is about is declared once for the organisation: tickets are asked only while that is current
    """

    id: str = Field(pattern=r"^[A-Z0-9]+-[A-Z0-9]+$")
    title: Title
    problem: Title | None = Field(default=None, exclude_if=not_)
    unshown: Title | None = Field(default=None, exclude_if=not_)
    section: str = ""
    applies: Applies
    gate: State | None
    # Left out where it says nothing, as `alone` is.
    waived_by: WaivedBy | None = Field(default=None, exclude_if=lambda given: given is None)
    severity: Severity = Severity.REQUIRED
    line: str = ""
    rank: int = 0
    item: Item = Item.RULE
    preapproved_by: Literal["standard"] | None = None
    check: CheckName | None = None
    parameters: dict[str, Any] = Field(default_factory=dict, alias="with")
    later: Later | None = None
    waivable: Condition | None = None
    # Left out where it says nothing, so that packs without it are on record under the hash they had before.
    alone: bool = Field(default=False, exclude_if=not_)
    evidence: Counts | None = Field(default=None, exclude_if=not_)
    stays: bool = Field(default=False, exclude_if=not_)
    irreparable: bool = Field(default=False, exclude_if=not_)
    declared: bool = Field(default=False, exclude_if=not_)

    @field_validator("gate", mode="before")
    @classmethod
    def _no_gate(cls, gate: object) -> object:
        return None if gate == "-" else gate

    @model_validator(mode="after")
    def _checked(self) -> Rule:
        if self.asked != bool(self.check) or (self.parameters and not self.check):
            raise ValueError("a rule has a check; what is reserved, attested or only reported has none")
        if self.waived_by and not self.asked:
            raise ValueError("waived_by: no ticket is asked this, so there is nothing to waive")
        if self.later and (self.gate is None or self.gate.reached(self.later.gate)):
            raise ValueError("later: its gate must come after that of the rule")
        return self

    @property
    def exempted_by(self) -> WaivedBy:
        """Who may record an exception to it."""
        return self.waived_by or USUAL

    @property
    def made_good(self) -> bool:
        """Whether an emergency can make good within its term what it skipped (requirements.md, section 8)."""
        return not (self.stays or self.irreparable)

    @property
    def asked(self) -> bool:
        """Whether tickets are judged by it."""
        return self.item is Item.RULE

    @property
    def for_the_organisation(self) -> bool:
        """Whether something has to be declared once for the organisation because of it."""
        return self.declared or self.item is Item.ATTESTATION

    @property
    def tightened(self) -> bool:
        """Whether an organisation's own pack changed it, which is then cited beside the norm."""
        return BESIDE in self.section

    @property
    def reserved(self) -> bool:
        """Whether the document only keeps room for it."""
        return self.item is Item.RESERVED

    @cached_property
    def titles(self) -> tuple[tuple[str, str], ...]:
        """The title by language, as a finding carries it."""
        return tuple(self.title.root.items())

    def titled(self, language: str) -> str:
        """The title in a language, or in English where there is none in that one."""
        return in_language(self.title.root, language)

    def problems(self, verdict: Verdict) -> tuple[tuple[str, str], ...]:
        """What is wrong by language, as far as it was seen; empty where the pack has no words for it."""
        words = (self.unshown if verdict is Verdict.MISSING else None) or self.problem
        return tuple(words.root.items()) if words else ()

    def headlines(self, verdict: Verdict) -> tuple[tuple[str, str], ...]:
        """By language what heads it with a verdict, as `Finding.headlines` does."""
        return self.titles if heads_as_demand(verdict) else self.problems(verdict) or self.titles

    @model_validator(mode="after")
    def _preapproved_for_the_cab(self) -> Rule:
        try:
            allowed = self.preapproved_by is None or self.params.preapprovable()
        except ValidationError:
            # Wrong parameters have a line of their own, told by their place (`parameter_problems`).
            return self
        if not allowed:
            raise ValueError(
                "preapproved_by stands in for the CAB alone: check approved_by_role, roles [cab]"
            )
        return self

    # A rule is asked of every ticket, its parameters are read once.
    @cached_property
    def params(self) -> Params:
        """The parameters as the check takes them. Raises pydantic's ValidationError; settled at load."""
        return CHECKS[self.check].params.model_validate(self.parameters) if self.check else Params()

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """What is judged, in the order of the gates; nothing where no check is run. Raises as `params` does."""
        if self.check is None:
            return ()
        first = Stage(self.gate, self.check, self.params, self.evidence)
        return (first, self._second(self.later)) if self.later else (first,)

    @cached_property
    def notifies(self) -> Addressees | None:
        """Whom it wants formally notified, by all its stages; None where none asks for it. Raises as `params` does."""
        asked = [found for stage in self.stages if (found := stage.params.notifies())]
        roles = tuple(dict.fromkeys(role for one in asked for role in one.roles))
        return Addressees(roles, any(one.stakeholders for one in asked)) if asked else None

    @staticmethod
    def _second(later: Later) -> Stage:
        return Stage(later.gate, later.check, CHECKS[later.check].params.model_validate(later.parameters))


class Pack(_Part):
    """One norm document as data. `cite` is how it is cited: document and version. `material` says of each kind of
    evidence what it is of: a change of that after it makes it stale. A pack that does not say it takes the usual.
    `rows` are those of the document's tables by class; empty where it has none.
    """

    id: str
    version: str
    effective_from: date
    effective_until: date | None = None
    document: Title
    cite: str
    material: Material = MATERIAL
    # Left out where there are none, as `alone` is.
    rows: dict[Dimension, tuple[Rows, ...]] = Field(default_factory=dict, exclude_if=not_)
    rules: tuple[Rule, ...] = Field(min_length=1)

    def effective(self, day: date) -> bool:
        """Whether the document is in force on a day; the last day is included."""
        return self.effective_from <= day and (self.effective_until is None or day <= self.effective_until)

    def cited(self, rule: Rule) -> str:
        """Document, version and section of a rule; a section without a number by its heading."""
        if not rule.section or rule.section.startswith(NUMBERED):
            return f"{self.cite} {rule.section}".strip()
        return f"{self.cite}, “{rule.section}”"
