"""Settings of who holds which role. Part of `bot.settings.load`."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from bot.policy.terms import Names
from connectors.shared.settings import EnvSettings
from domain.people import Role


class RoleSettings(EnvSettings):
    """Who holds which role: names of groups in the source systems, or user ids there."""

    model_config = SettingsConfigDict(env_prefix="ROLES__")

    # The owner has no group here: who that is comes from the asset.
    cab: Names = Field((), description="The change advisory board.", examples=["Change Advisory Board"])
    dpo: Names = Field((), description="The data protection officers.", examples=["Data Protection"])
    change_manager: Names = Field((), description="The change managers.")
    operations: Names = Field((), description="The operations organisation that takes over.")
    keten_cab: Names = Field((), description="The CAB of the chain (Keten CAB).")
    users: Names = Field((), description="Those who sign off for the users.")
    process_owner: Names = Field((), description="Those to whom what nobody settles goes up at last.")

    def wanted(self) -> dict[Role, tuple[str, ...]]:
        """The names per role, for the roles that are configured."""
        return {Role(name): value for name in type(self).model_fields if (value := getattr(self, name))}
