"""What the organisation declared, from a file the admin keeps: read and checked once, at the start.

- rule: CH06-1
  reference: Policy for transfer to production, version 3
  reviewed: 2026-01-15
- rule: ICR-42
  subject: Website
  reference: https://wiki.example.org/procedures/website
  reviewed: 2026-02-01
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from domain.ports.connector import Diagnosis, Health
from domain.sentence import FALLBACK
from domain.waiver import Declaration
from rules.declarations import Declared, Standing, standing
from rules.loading.loader import Item, Pack, Rule
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


_ENTRIES = TypeAdapter(tuple[_Entry, ...])


def load_declarations(path: str, packs: Sequence[Pack]) -> tuple[Declaration, ...]:
    """The declarations in the file; none when no file is named. Raises DeclarationsError."""
    if not path:
        return ()
    try:
        raw = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise DeclarationsError([f"{path}: {error.strerror}. Name a file that can be read."]) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise DeclarationsError([f"{path} is not YAML; write a list, one entry per declaration"]) from None
    try:
        # An empty file is a list with nothing in it yet, and no mistake.
        entries = _ENTRIES.validate_python(raw or ())
    except ValidationError as error:
        raise DeclarationsError(list(_lines(error))) from None
    if unknown := list(_unknown(entries, packs)):
        raise DeclarationsError(unknown)
    return tuple(Declaration(e.rule, e.reference, e.reviewed, e.subject.strip()) for e in entries)


def attestations(
    packs: Sequence[Pack], declarations: Sequence[Declaration], today: date
) -> Iterator[tuple[Rule, Declared]]:
    """Everything the norms want declared for the organisation, and how that stands today."""
    for pack in packs:
        for rule in pack.rules:
            if rule.item is Item.ATTESTATION and pack.effective(today):
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
    for place, entry in enumerate(entries, start=1):
        if entry.rule not in known:
            close = nearest(entry.rule, known)
            hint = f'; did you mean "{close}"?' if close else ""
            yield f'entry {place}: "{entry.rule}" is no rule of the norms in use{hint}'
