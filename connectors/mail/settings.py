"""Settings of the mail server, from MAIL_... variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from connectors.shared.addresses import is_loopback
from connectors.shared.settings import EnvSettings
from domain.mailbox import mailbox

Plain = Annotated[str, AfterValidator(mailbox)]


def _named_today(value: object) -> object:
    return "smtps" if value == "tls" else value


Security = Annotated[Literal["starttls", "smtps", "none"], BeforeValidator(_named_today)]
"""How a connection is kept private; `tls`, as smtps was called before, is understood as it."""


class MailSettings(EnvSettings):
    """The mail server by which formal handover notifications go that Slack does not take. Without a host it is off."""

    model_config = SettingsConfigDict(env_prefix="MAIL_")

    host: str | None = Field(
        None,
        description="SMTP server for formal notifications that Slack does not take. Without it none goes by e-mail.",
        examples=["smtp.example.org"],
    )
    port: int = Field(587, ge=1, le=65535, description="Port of the SMTP server.")
    security: Security = Field(
        "starttls",
        description="How the connection is kept private: starttls, or smtps: TLS from the first byte on; none is for a"
        " relay on this machine alone.",
    )
    user: str | None = Field(None, description="Account on the SMTP server, where it asks for one.")
    password: SecretStr | None = Field(
        None, description="Its password.", examples=["from a file: MAIL_PASSWORD_FILE"]
    )
    from_address: Plain | None = Field(
        None, description="Address the notifications come from.", examples=["sluis@example.org"]
    )
    addresses: dict[str, Plain] = Field(
        default_factory=dict,
        description="Address of a team or role (OPERATIONS, DPO) as MAIL_ADDRESSES__<TEAM>; people are written to at"
        " the address that the ticket system shows.",
        examples=[{"OPERATIONS": "operations@example.org"}],
    )

    @field_validator("host")
    @classmethod
    def _one_name(cls, value: str | None) -> str | None:
        if value and (not value.isprintable() or any(mark in value for mark in " @/\\")):
            raise ValueError("must be the name or number of a server alone, such as smtp.example.org")
        return value

    @field_validator("addresses", mode="after")
    @classmethod
    def _folded(cls, addresses: Mapping[str, str]) -> dict[str, str]:
        # No blank may stand in the name of a variable: MAIL_ADDRESSES__TEAM_WEB has to fit "Team Web".
        return {fold(team): address for team, address in addresses.items()}

    @model_validator(mode="after")
    def _whole(self) -> MailSettings:
        if self.host and not self.from_address:
            raise ValueError(
                "MAIL_FROM_ADDRESS must be set beside MAIL_HOST: where the notifications come from"
            )
        # One without the other would send without a login, and be told as the server's refusal.
        if self.host and bool(self.user) != bool(self.password):
            raise ValueError("MAIL_USER and MAIL_PASSWORD go together; set both, or neither")
        if not f"{self.user or ''}{self.password.get_secret_value() if self.password else ''}".isascii():
            raise ValueError(
                "MAIL_USER and MAIL_PASSWORD must be ASCII; mail servers' login takes no other letters"
            )
        # Names, tickets and addresses go by it, whether there is a password or not.
        if self.host and self.security == "none" and not is_loopback(self.host):
            raise ValueError(
                f"MAIL_SECURITY=none would send everything to {self.host} in the open; use starttls or smtps"
            )
        return self

    def address_of(self, name: str) -> str | None:
        """The address set for a team or role, if any."""
        return self.addresses.get(fold(name))


def fold(name: str) -> str:
    """The form in which names are compared: "Team Web", TEAM_WEB and team-web agree."""
    return "_".join(name.replace("-", " ").replace("_", " ").split()).casefold()
