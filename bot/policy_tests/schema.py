"""What a file with cases may say. Times without a zone are UTC; people are known by their names."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from domain.asset import Flag
from domain.fields import FIELDS
from domain.lifecycle import State, Verdict
from domain.parsing import moment
from domain.people import Role
from domain.ticket import Decision, TicketKind
from rules.loading.names import unknown

NOT_APPLICABLE = "not applicable"
UNSEEN = ("approvals", "assets", "changes in it", "history")
"""What of a ticket can be out of sight, beside its fields."""


def _moment(value: object) -> object:
    # YAML makes a date of 2026-03-10 by itself.
    if isinstance(value, date):
        value = value.isoformat()
    found = moment(value).value
    if not isinstance(found, datetime):
        raise ValueError('must be a moment such as "2026-03-10 09:00"')
    return found


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Names = Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AssetPart(_Part):
    """An asset: its class as "C3 I2 A1", or each dimension as a register has it, rubbish included. `unsure` flags
    and `hidden` attributes cannot be read; an asset that is not `known` is in no register.
    """

    name: str
    classes: str = Field("", alias="class")
    confidentiality: Any = None
    integrity: Any = None
    availability: Any = None
    flags: tuple[Flag, ...] = ()
    unsure: tuple[Flag, ...] = ()
    hidden: tuple[str, ...] = ()
    owner: Names = ()
    stakeholders: Names = ()
    operations_group: str = ""
    service_hours: str = ""
    maintenance_windows: str = ""
    supplier: str = ""
    chain_component: bool | None = None
    internet_facing: bool | None = None
    updated_at: Moment | None = None
    known: bool = True
    unread: bool = False


class ApprovalPart(_Part):
    """An approval record: of a person, who is asked in a role or through a group."""

    person: str | None = None
    role: Role | None = None
    group: str | None = None
    decision: Decision = Decision.APPROVED
    at: Moment | None = None
    step: str = ""
    on_behalf_of: str | None = None


class ChangePart(_Part):
    """One line of a ticket's history."""

    field: str
    before: str = ""
    after: str = ""
    by: str | None = None
    at: Moment


class LookPart(ChangePart):
    """What one look of the bot showed otherwise than the look before, at `since`. With `of` it is the class, a flag or
    the owner of that asset.
    """

    of: str = ""
    since: Moment | None = None


class LooksPart(_Part):
    """The bot's own looks: when it first looked, and what it saw change since."""

    first: Moment | None = None
    changes: tuple[LookPart, ...] = ()


class MembershipPart(_Part):
    """Since when a person holds a role, as the source tells, and until when who left was seen to hold it."""

    role: Role
    person: str
    since: Moment
    until: Moment | None = None


class NoticePart(_Part):
    """A handover notification that was delivered."""

    stage: int = 1
    at: Moment
    recipients: Names = ()
    roles: tuple[Role, ...] = ()


class WaiverPart(_Part):
    """A recorded exception."""

    rules: Names
    reason: str
    by: str
    role: Role = Role.CHANGE_MANAGER
    recorded_at: Moment
    until: Moment


class DeclarationPart(_Part):
    """Something declared for the organisation, or for one service."""

    rule: str
    reference: str
    reviewed: date
    subject: str = ""
    same_person: bool = False
    reason: str = ""
    path: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()


class SubstitutePart(_Part):
    """The body that stands in for a role."""

    role: Role
    body: str
    reason: str


class TicketPart(BaseModel):
    """The ticket: its kind and state, and beside these every field of the vocabulary by its name. `hidden` names
    what cannot be read; a field that is not given is empty.
    """

    # Every field of the vocabulary may stand here by its own name; `_known_fields` refuses what is none.
    model_config = ConfigDict(frozen=True, extra="allow")

    kind: TicketKind = TicketKind.CHANGE
    state: State = State.IMPLEMENT
    summary: str = ""
    created: Moment | None = None
    hidden: Names = ()
    preapproval: str = ""

    @model_validator(mode="after")
    def _known_fields(self) -> TicketPart:
        known = {*FIELDS, *type(self).model_fields}
        for name in self.model_extra or {}:
            if name not in known:
                raise ValueError(unknown("field", name, known))
        for name in self.hidden:
            if name not in {*FIELDS, *UNSEEN, "preapproval"}:
                raise ValueError(unknown("field", name, {*FIELDS, *UNSEEN}))
        return self

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the vocabulary that the case gives."""
        return dict(self.model_extra or {})


class ChildPart(_Part):
    """A change that a release contains; without a ticket it cannot be read."""

    key: str
    ticket: TicketPart | None = None
    approvals: tuple[ApprovalPart, ...] = ()
    assets: tuple[AssetPart, ...] = ()
    added_at: Moment | None = None


class SuccessorPart(_Part):
    """A later patch ticket that takes the place of one that was undone; without a moment it cannot be read."""

    key: str
    made: Moment | None = None


class Expected(StrEnum):
    """What a requirement can come to."""

    MET = "met"
    PENDING = "pending"
    MISSING = "missing"
    VIOLATED = "violated"
    LATE = "late"
    WAIVED = "waived"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = NOT_APPLICABLE

    @classmethod
    def of(cls, verdict: Verdict | None) -> Expected:
        """The same as a verdict; none means that the requirement is not asked."""
        return cls.NOT_APPLICABLE if verdict is None else cls(verdict.value)


class Case(_Part):
    """A ticket, what surrounds it, and what is expected of it. With `exactly` every other finding is a failure.

    roles      who holds a role, by name; "hidden" for one whose members cannot be read; absent is not set up
    looks      what the bot itself saw change; it matters where the ticket hides its history, and for its assets
    settle_by  until when an emergency change may make good what it skipped
    """

    name: str = Field(min_length=1)
    # A fixed moment, so that a case comes out the same on any day.
    now: Moment = datetime.fromisoformat("2026-03-10T09:00+00:00")
    ticket: TicketPart = TicketPart()
    assets: tuple[AssetPart, ...] = ()
    approvals: tuple[ApprovalPart, ...] = ()
    history: tuple[ChangePart, ...] = ()
    looks: LooksPart = LooksPart()
    settle_by: Moment | None = None
    roles: dict[Role, Names] = Field(default_factory=dict)
    memberships: tuple[MembershipPart, ...] = ()
    notices: tuple[NoticePart, ...] = ()
    service_hours: dict[str, str] = Field(default_factory=dict)
    changes: tuple[ChildPart, ...] = ()
    successors: tuple[SuccessorPart, ...] = ()
    waivers: tuple[WaiverPart, ...] = ()
    declarations: tuple[DeclarationPart, ...] = ()
    substitutes: tuple[SubstitutePart, ...] = ()
    same_person: dict[str, str] = Field(default_factory=dict)
    default_class: int = Field(3, ge=1, le=5)
    expect: dict[str, Expected]
    exactly: bool = False


class CaseFile(_Part):
    """Cases that belong together. `common` is what they share: each case is put over it."""

    about: str = ""
    packs: Names = ()
    common: dict[str, Any] = Field(default_factory=dict)
    cases: tuple[dict[str, Any], ...] = Field(min_length=1)

    @field_validator("common")
    @classmethod
    def _no_expectations(cls, common: dict[str, Any]) -> dict[str, Any]:
        if named := sorted({"name", "expect", "exactly"} & common.keys()):
            raise ValueError(f"{', '.join(named)} belongs to each case by itself")
        return common


KEYS = tuple(
    field.alias or name
    for model in (
        *(CaseFile, Case, AssetPart, ApprovalPart, ChangePart, MembershipPart, NoticePart, ChildPart),
        *(LookPart, LooksPart, WaiverPart),
    )
    for name, field in model.model_fields.items()
)
"""Every key that a file with cases knows."""
