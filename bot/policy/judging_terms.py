"""In what an organisation differs from the one the norms have in mind: a body it lacks, emergencies, people."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from pydantic import Field, field_validator

from bot.policy.same_person import one_person
from bot.policy.terms import Names, Terms
from domain.parsing import text
from domain.people import Role
from domain.waiver import Substitute


class JudgingTerms(Terms):
    """What is judged otherwise here, as an administrator declared it."""

    substitutes: dict[str, str] = Field(
        default_factory=dict,
        description="Who stands in for a body that a small organisation lacks: SLUIS_SUBSTITUTES__CAB=group|reason. "
        "ROLES__CAB, where set, then names the group of that body. Said in every finding it judges.",
        examples=["SLUIS_SUBSTITUTES__CAB=Management team|We have no CAB; the management team decides."],
    )
    emergency_days: int = Field(
        2, ge=0, le=30, description="Working days in which an emergency change makes good what it skipped."
    )
    same_person: Names = Field(
        (),
        description="Accounts of one and the same person, as pairs of ids (account id in Jira, sys_id in ServiceNow,"
        " member ID in Slack).",
        examples=["5b10a2844c20165700ede21g=5b10ac8d82e05b22cc7d4ef5"],
    )

    @field_validator("substitutes")
    @classmethod
    def _bodies(cls, value: dict[str, str]) -> dict[str, str]:
        for role, words in value.items():
            body, _, reason = words.partition("|")
            if role.lower() != Role.CAB.value:
                raise ValueError(f"for {role}: only the CAB can have a substitute: SLUIS_SUBSTITUTES__CAB")
            if not text(body).filled or not text(reason).filled:
                raise ValueError("must be like Management team|We have no CAB; the management team decides.")
        return value

    @field_validator("same_person")
    @classmethod
    def _pairs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        # Only to refuse what is no pair as the settings are read; the value stays as written (docs/decisions/024).
        one_person(value)
        return value

    @cached_property
    def stand_ins(self) -> tuple[Substitute, ...]:
        """The declared substitute bodies."""
        declared = ((Role(role.lower()), words.partition("|")) for role, words in self.substitutes.items())
        return tuple(Substitute(role, body.strip(), reason.strip()) for role, (body, _, reason) in declared)

    @cached_property
    def same_accounts(self) -> Mapping[str, str]:
        """Account ids to the one that stands for the person."""
        return one_person(self.same_person)
