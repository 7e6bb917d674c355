"""Who may waive a rule: any one of some roles, several that must each record an exception, or nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from domain.people import Role
from rules.loading.names import unknown

NOBODY = "nobody"


def _known_role(name: object) -> object:
    if isinstance(name, str) and name not in list(Role):
        raise ValueError(unknown("role", name, [*Role, NOBODY]))
    return name


RoleName = Annotated[Role, BeforeValidator(_known_role)]
Demand = frozenset[Role]
"""Roles of which any one must record an exception; of no role at all where nobody may."""


class WaivedBy(BaseModel):
    """Either `any` one of some roles, written as a list; or `each` of several, and the roles of `gdpr` besides where an
    asset that causes the finding holds personal data, or that cannot be seen; or nobody, written as that word.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    any: tuple[RoleName, ...] = ()
    each: tuple[RoleName, ...] = ()
    gdpr: tuple[RoleName, ...] = ()
    nobody: bool = False

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, given: object) -> object:
        if given == NOBODY:
            return {NOBODY: True}
        if isinstance(given, str):
            return {"any": [given]}
        return {"any": given} if isinstance(given, list | tuple) else given

    @model_validator(mode="after")
    def _one_way(self) -> WaivedBy:
        if [bool(self.any), bool(self.each), self.nobody].count(True) != 1 or (self.gdpr and not self.each):
            raise ValueError("give a list of roles, each: with or without gdpr:, or nobody")
        return self

    def demands(self, personal_data: bool) -> tuple[Demand, ...]:
        """What must be recorded, each by somebody in one of the roles. `personal_data`: whether an asset that causes
        the finding holds any, or that cannot be seen.
        """
        if self.nobody:
            return (frozenset(),)
        if self.any:
            return (frozenset(self.any),)
        return tuple(
            frozenset({role}) for role in dict.fromkeys(self.each + (self.gdpr if personal_data else ()))
        )


USUAL = WaivedBy(any=(Role.CHANGE_MANAGER, Role.CAB))
"""Who may waive a rule that names nobody."""


def widened(norm: WaivedBy, own: WaivedBy) -> Iterator[str]:
    """One line for each way in which the own version lets somebody waive who may not by the norm, or asks fewer."""
    if own.nobody or own == norm:
        return
    if norm.nobody:
        yield "nobody may waive this by the norm"
        return
    lacking = {
        demand: None
        for personal_data in (False, True)
        for demand in norm.demands(personal_data)
        if not any(asked <= demand for asked in own.demands(personal_data))
    }
    yield from (f"no exception of {' or '.join(sorted(demand))} is asked any more" for demand in lacking)
