"""Typed settings from environment variables and `.env`; everything wrong is told at once, with the fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, Field, model_validator
from pydantic_settings import SettingsConfigDict

from bot.messages.i18n.languages import spoken
from bot.messages.i18n.terms import USUAL
from bot.policy.anchoring import Anchoring
from bot.policy.intake_terms import IntakeTerms
from bot.policy.judging_terms import JudgingTerms
from bot.policy.reminder_steps import ReminderSteps
from bot.policy.retention import Retention
from bot.policy.speaking_times import SpeakingTimes
from bot.policy.terms import Names, Terms
from bot.policy.waiver_terms import WaiverTerms
from bot.policy.write_limits import WriteLimits
from bot.settings.escalations import EscalationSettings
from bot.settings.reading import SettingsError, keep_secret, prefix, read, unknown, variables
from bot.settings.roles import RoleSettings
from bot.settings.working_hours import DaysOff, OfficeHours, WorkingHoursSettings, Zone
from connectors.catalog import CONNECTORS
from connectors.shared import trust
from connectors.shared.addresses import web_address
from connectors.shared.settings import EnvSettings
from domain.people import Role

__all__ = [
    "GROUPS",
    "BotSettings",
    "Mode",
    "NormSettings",
    "RoleSettings",
    "Settings",
    "SettingsError",
    "load_settings",
    "norms",
    "prefix",
    "variables",
]

Group = TypeVar("Group", bound=Terms)


class Mode(StrEnum):
    """Observe reads everything and writes nothing outside; act also speaks. Act is an admin's decision."""

    OBSERVE = "observe"
    ACT = "act"


class NormSettings(EnvSettings):
    """What is enough to show the norms: which, and in which language. Read without any other setting."""

    model_config = SettingsConfigDict(env_prefix="SLUIS_")

    language: Annotated[str, AfterValidator(spoken)] = Field(
        "nl", description="Language of comments and messages."
    )
    terms: Literal["DPO", "FG"] = Field(
        USUAL,
        description="Words of Dutch texts: DPO and overhandiging as in Flanders, or FG (functionaris"
        " gegevensbescherming) and overdracht as in the Netherlands.",
    )
    packs: Names = Field(("vo-icr",), description="The norms that apply, by comma.")
    packs_dir: Path | None = Field(
        None,
        description="Folder with packs of your own, which add rules or tighten those of a norm (docs/packs.md).",
        examples=["/etc/sluiswachter/packs"],
    )


class ProcessSettings(BaseModel):
    """What the process does, and where it keeps what it knows."""

    mode: Mode = Field(
        Mode.OBSERVE, description="observe: read all, write nothing outside; act: also comment and post."
    )
    database_url: str = Field(
        "sqlite:///sluis.db",
        description="Where the journal is kept: SQLite or PostgreSQL.",
        examples=["postgresql://sluis@db/sluis"],
    )


class ScheduleSettings(BaseModel):
    """When `sluis serve` looks."""

    sync_minutes: int = Field(5, ge=1, le=24 * 60, description="Minutes between two cycles of `sluis serve`.")
    census_at: time = Field(time(3, 30), description="Local time of the nightly look at all open tickets.")


class DeclarationSettings(BaseModel):
    """Where it stands what the organisation declared; `bot.settings.declarations` reads it."""

    declarations_file: str = Field(
        "",
        description="YAML file with what the organisation declared once: rule, reference, reviewed, subject.",
        examples=["/etc/sluis/declarations.yaml"],
    )


class ServerSettings(BaseModel):
    """Where `sluis serve` is found, and what it tells of itself."""

    # This machine alone, until an administrator opens it to others.
    http_host: str = Field(
        "127.0.0.1", description="Address on which `sluis serve` answers health checks and shows its metrics."
    )
    http_port: int = Field(8080, ge=0, le=65535, description="Port of the health checks and the metrics.")
    events_host: str = Field(
        "127.0.0.1",
        description="Address on which `sluis serve` takes webhooks, and Slack over HTTP. Plain http: put the site's"
        " proxy, with TLS, before it (docs/operations.md).",
    )
    events_port: int = Field(
        8081, ge=0, le=65535, description="Its port; opened only when a webhook or signing secret is set."
    )

    @model_validator(mode="after")
    def _apart(self) -> ServerSettings:
        if self.http_port and self.http_port == self.events_port:
            raise ValueError("SLUIS_EVENTS_PORT must be another port than SLUIS_HTTP_PORT")
        return self

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="How much is logged (stderr)."
    )


class AnchorSettings(BaseModel):
    """Where the head of the audit trail is posted; whom it is mailed to is among what the organisation wants."""

    anchor_url: Annotated[str, AfterValidator(web_address)] = Field(
        "",
        description="Address to which the head of the audit trail is posted once a day, as JSON: head, at,"
        " installation.",
        examples=["https://archive.example.org/sluiswachter"],
    )


class BotSettings(  # from the last to the first, as pydantic lists them and `.env.example` shows them
    ServerSettings,
    AnchorSettings,
    Anchoring,
    Retention,
    JudgingTerms,
    WaiverTerms,
    DeclarationSettings,
    WorkingHoursSettings,
    OfficeHours,
    ReminderSteps,
    ScheduleSettings,
    IntakeTerms,
    WriteLimits,
    Zone,
    ProcessSettings,
    EscalationSettings,
    DaysOff,
    SpeakingTimes,
    NormSettings,
):
    """The bot itself."""

    def group(self, terms: type[Group]) -> Group:
        """One of the groups that it consists of, as a service takes it."""
        # Not by `model_validate(self)`, which hands back the whole, for the whole is one too.
        return terms(**{name: getattr(self, name) for name in terms.model_fields})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings together; `connectors` by name."""

    bot: BotSettings
    roles: RoleSettings
    connectors: Mapping[str, EnvSettings]

    @property
    def wanted_roles(self) -> dict[Role, tuple[str, ...]]:
        """The names per role; a body that stands in for one is found under its own name unless told otherwise."""
        return {one.role: (one.body,) for one in self.bot.stand_ins} | self.roles.wanted()


GROUPS: Mapping[str, type[EnvSettings]] = {
    "bot": BotSettings,
    "roles": RoleSettings,
    **{connector.name: connector.settings for connector in CONNECTORS},
}


def load_settings() -> Settings:
    """Read all settings. Raises SettingsError with one line per problem."""
    problems = list(unknown(GROUPS.values()))
    found: dict[str, EnvSettings] = {}
    for name, group in GROUPS.items():
        try:
            found[name] = read(group)
        except SettingsError as error:
            problems += error.problems
    problems += [line for group in found.values() for line in _untranslated(group)]
    problems += filter(None, [trust.problem()])
    # Before anything is told: what is wrong may stand beside what is secret.
    keep_secret(found.values())
    if problems:
        raise SettingsError(problems)
    bot, roles = found.pop("bot"), found.pop("roles")
    assert isinstance(bot, BotSettings)
    assert isinstance(roles, RoleSettings)
    return Settings(bot, roles, found)


def _untranslated(group: EnvSettings) -> Iterator[str]:
    for name, code in group.asked_languages.items():
        try:
            spoken(code)
        except ValueError as error:
            yield f"{name.upper()}: {error}"


def norms() -> NormSettings:
    """What is set of the norms, when nothing else need be. Raises SettingsError with one line per problem."""
    return read(NormSettings)
