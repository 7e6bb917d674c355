"""What the organisation declared, from a file the admin keeps: read and checked once, at the start.

- rule: CH06-1
  reference: Policy for transfer to production, version 3
  reviewed: 2026-01-15
- rule: ICR-42
  subject: Website
  reference: https://wiki.example.org/procedures/website
  reviewed: 2026-02-01
- rule: CH06-9
  reference: Access to the environments, version 2
  reviewed: 2026-02-01
  same_person: allowed
  reason: a team of two, each release is read by the other
- rule: CH06-3
  reference: The way to production, version 4
  reviewed: 2026-02-01
  path: [D, T, A, P]
  approvals: [A, P]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from domain.ports.connector import Diagnosis, Health
from domain.sentence import FALLBACK
from domain.waiver import Declaration
from rules.declarations import Declared, Standing, standing
from rules.loading.loader import Pack, Rule
from rules.loading.names import nearest

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class DeclarationsError(Exception):
    """The file cannot be used as it is. `problems` holds one line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class _Entry(BaseModel):
    """One declaration as the file has it; without a subject it is for the whole organisation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Words
    reference: Words
    reviewed: date
    subject: str = Field(default="")
    same_person: Literal["allowed", "not allowed"] = "not allowed"
    reason: str = Field(default="")
    path: tuple[Literal["D", "T", "A", "P"], ...] = ()
    approvals: tuple[Literal["T", "A", "P"], ...] = ()

    @model_validator(mode="after")
    def _allowed_for_a_reason(self) -> _Entry:
        if (self.same_person == "allowed") != bool(self.reason.strip()):
            raise ValueError("same_person: allowed and a reason belong together")
        return self


_ENTRIES = TypeAdapter(tuple[_Entry, ...])


def load_declarations(path: str, packs: Sequence[Pack]) -> tuple[Declaration, ...]:
    """The declarations in the file; none when no file is named. Raises DeclarationsError."""
    if not path:
        return ()
    try:
        raw = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise DeclarationsError([f"{path}: {error.strerror}. Name a file that can be read."]) from None
    except UnicodeDecodeError:
        raise DeclarationsError([f"{path} is not UTF-8; save it as UTF-8"]) from None
    except (yaml.YAMLError, RecursionError):
        raise DeclarationsError([f"{path} is not YAML; write a list, one entry per declaration"]) from None
    # Of a date like 2024-13-40, which YAML takes for one, or of a number with thousands of digits.
    except ValueError:
        raise DeclarationsError([f"{path} holds a date or number that cannot be; correct it"]) from None
    try:
        # An empty file is a list with nothing in it yet, and no mistake.
        entries = _ENTRIES.validate_python(raw or ())
    except ValidationError as error:
        raise DeclarationsError(list(_lines(error))) from None
    if unknown := list(_unknown(entries, packs)):
        raise DeclarationsError(unknown)
    return tuple(map(_declared, entries))


def _declared(entry: _Entry) -> Declaration:
    return Declaration(
        entry.rule,
        entry.reference,
        entry.reviewed,
        entry.subject.strip(),
        same_person=entry.same_person == "allowed",
        reason=" ".join(entry.reason.split()),
        path=entry.path,
        approvals=entry.approvals,
    )


def attestations(
    packs: Sequence[Pack], declarations: Sequence[Declaration], today: date
) -> Iterator[tuple[Rule, Declared]]:
    """Everything the norms want declared for the organisation, and how that stands today."""
    for pack in packs:
        for rule in pack.rules:
            if rule.for_the_organisation and pack.effective(today):
                # What was declared for one service says nothing of the organisation.
                yield rule, standing((d for d in declarations if not d.subject), rule.id, today)


def examined(packs: Sequence[Pack], declarations: Sequence[Declaration], today: date) -> Iterator[Diagnosis]:
    """The doctor's look at what must be declared for the organisation."""
    fix = "record it in SLUIS_DECLARATIONS_FILE, with the day of its last review"
    for rule, found in attestations(packs, declarations, today):
        current = found.standing is Standing.CURRENT
        one = found.declaration
        detail = (
            f"{found.standing}: {one.reference}, reviewed {one.reviewed}" if one else found.standing.value
        )
        about = f"{rule.id} {rule.titled(FALLBACK)}"
        yield Diagnosis(Health.OK if current else Health.WARNING, about, detail, "" if current else fix)


def _lines(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False):
        match problem["loc"]:
            case (int(place), *rest):
                where = " ".join([f"entry {place + 1}", *map(str, rest)])
            case _:
                where = "the file"
        yield f"{where}: {problem['msg']}"


def _unknown(entries: Sequence[_Entry], packs: Sequence[Pack]) -> Iterator[str]:
    known = [rule.id for pack in packs for rule in pack.rules]
    duties = {rule.id for pack in packs for rule in pack.rules if rule.declared}
    for place, entry in enumerate(entries, start=1):
        if entry.rule not in known:
            close = nearest(entry.rule, known)
            hint = f'; did you mean "{close}"?' if close else ""
            yield f'entry {place}: "{entry.rule}" is no rule of the norms in use{hint}'
        elif entry.same_person == "allowed" and entry.rule not in duties:
            yield f"entry {place}: same_person: {entry.rule} is not about one person doing two things"
