"""Who may record a waiver, and for how long."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from bot.policy.terms import Terms, split
from domain.people import Role


class WaiverTerms(Terms):
    """What this organisation allows: roles that may record a waiver, and the most days it may run."""

    waiver_roles: Annotated[tuple[Role, ...], NoDecode] = Field(
        (Role.CAB, Role.DPO, Role.CHANGE_MANAGER, Role.KETEN_CAB, Role.OWNER),
        description="Roles whose holders may record a waiver of the rules that name them (`waived_by` in the packs), "
        "with `sluis waive` or in Slack, by comma. Leaving one out narrows who may; naming one widens nothing.",
        examples=["cab,dpo"],
    )
    waiver_max_days: int = Field(90, ge=1, le=3650, description="Most days that a waiver may run.")

    @field_validator("waiver_roles", mode="before")
    @classmethod
    def _known(cls, value: object) -> object:
        names = split(value.lower()) if isinstance(value, str) else value
        known = [role.value for role in Role]
        if not isinstance(names, tuple) or not names or not set(names) <= set(known):
            raise ValueError(f"must name roles, by comma: {', '.join(known)}")
        return names
