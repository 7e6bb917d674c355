"""How many different people must approve for each of several roles, as a parameter of a pack says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from domain.people import Role
from rules.check_api import Params

Count = Annotated[int, Field(ge=1)]


class HowMany(Params):
    """Roles, and `at_least` how many different people of each must approve: one number for all, or a table by role."""

    roles: tuple[Role, ...]
    at_least: Count | dict[Role, Count] = 1

    @model_validator(mode="after")
    def _of_these_roles(self) -> HowMany:
        if Role.OWNER in self.roles and self.of(Role.OWNER) > 1:
            raise ValueError("at_least: one owner of each asset is asked, not several; name another role")
        if isinstance(self.at_least, Mapping):
            for role in self.at_least:
                if role not in self.roles:
                    raise ValueError(f'at_least: "{role}" is none of the roles that are asked')
        return self

    def of(self, role: Role) -> int:
        """How many different people of a role must approve."""
        if isinstance(self.at_least, int):
            return 1 if role is Role.OWNER else self.at_least
        return self.at_least.get(role, 1)

    def counts(self) -> Mapping[Role, int]:
        """The same for every role."""
        return {role: self.of(role) for role in self.roles}
