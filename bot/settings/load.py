"""Typed settings from environment variables and `.env`; everything wrong is told at once, with the fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from bot.messages.i18n.languages import spoken
from bot.policy.same_person import one_person
from bot.settings.notifications import TalkSettings, dates
from bot.settings.reading import (
    Names,
    SettingsError,
    keep_secret,
    nearest,
    prefix,
    read,
    split,
    unknown,
    variables,
)
from bot.settings.roles import RoleSettings
from connectors.catalog import CONNECTORS
from connectors.shared.settings import EnvSettings
from domain.parsing import text
from domain.people import Role
from domain.waiver import Substitute
from domain.working_calendar import Calendar, fold

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
    packs: Names = Field(("vo-icr",), description="The norms that apply, by comma.")
    packs_dir: Path | None = Field(
        None,
        description="Folder with packs of your own, which add rules or tighten those of a norm (docs/packs.md).",
        examples=["/etc/sluiswachter/packs"],
    )

    _packs = field_validator("packs", mode="before")(split)


class BotSettings(TalkSettings, NormSettings):
    """The bot itself."""

    mode: Mode = Field(
        Mode.OBSERVE, description="observe: read all, write nothing outside; act: also comment and post."
    )
    database_url: str = Field(
        "sqlite:///sluis.db",
        description="Where the journal is kept: SQLite or PostgreSQL.",
        examples=["postgresql://sluis@db/sluis"],
    )
    timezone: str = Field("Europe/Brussels", description="Time zone of the office; dates are shown in it.")
    max_writes: int = Field(
        200,
        ge=0,
        description="Most messages one run writes unasked; of more, nothing is written until somebody allows it.",
    )
    max_share: int = Field(
        50,
        ge=1,
        le=100,
        description="Percent of the open tickets about which one run writes unasked (up to 20 messages always).",
    )
    since: date | None = Field(
        None,
        description="What was closed before this day, and was never looked at, is left alone whatever happens to it. "
        "Where a closed state counts as open in the system itself, it is not even listed.",
        examples=["2026-01-01"],
    )
    default_class: int = Field(3, ge=1, le=5, description="Class by which an unclassified asset is judged.")
    max_children: int = Field(
        100,
        ge=1,
        le=1000,
        description="Most changes of one release that are read; of more, the rest is unknown.",
    )
    sync_minutes: int = Field(5, ge=1, le=24 * 60, description="Minutes between two cycles of `sluis serve`.")
    census_at: time = Field(time(3, 30), description="Local time of the nightly look at all open tickets.")
    remind_days: Annotated[tuple[int, ...], NoDecode] = Field(
        (5, 2, 1), description="Working days before the planned start on which to remind."
    )
    office_hours: str = Field("08:00-18:00", description="Office hours on working days, for reminders.")
    holidays: Literal["BE", "NL"] = Field("BE", description="Country whose public holidays are days off.")
    service_hours: dict[str, str] = Field(
        default_factory=dict,
        description="Hours in which a team can do releases: 5x10 or 24x7, one variable per team.",
        examples=["SLUIS_SERVICE_HOURS__PAYMENTS=24x7"],
    )
    declarations_file: str = Field(
        "",
        description="YAML file with what the organisation declared once: rule, reference, reviewed, subject.",
        examples=["/etc/sluis/declarations.yaml"],
    )
    waiver_roles: Annotated[tuple[Role, ...], NoDecode] = Field(
        (Role.CAB, Role.DPO, Role.CHANGE_MANAGER),
        description="Roles whose holders may record a waiver, with `sluis waive` or in Slack, by comma.",
        examples=["cab,dpo"],
    )
    waiver_max_days: int = Field(90, ge=1, le=3650, description="Most days that a waiver may run.")
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
    retain_days: int | None = Field(
        None,
        ge=30,
        description="Days after which a closed ticket is forgotten, with all personal data about it; the audit chain "
        "stays. Not set: nothing is forgotten.",
        examples=["730"],
    )
    http_host: str = Field(
        "127.0.0.1", description="Address on which `sluis serve` answers health checks, and Slack over HTTP."
    )
    http_port: int = Field(8080, ge=0, le=65535, description="Port of the health checks.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="How much is logged (stderr)."
    )

    _lists = field_validator("same_person", mode="before")(split)

    @field_validator("same_person")
    @classmethod
    def _pairs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        one_person(value)
        return value

    @field_validator("waiver_roles", mode="before")
    @classmethod
    def _by_groups(cls, value: object) -> object:
        names = split(value.lower()) if isinstance(value, str) else value
        known = [role.value for role in Role if role is not Role.OWNER]
        if not isinstance(names, tuple) or not names or not set(names) <= set(known):
            raise ValueError(f"must name roles that groups hold, by comma: {', '.join(known)}")
        return names

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

    @field_validator("remind_days", mode="before")
    @classmethod
    def _days(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if not all(part.strip().isdigit() for part in value.split(",")):
            raise ValueError("must be whole numbers of days, such as 5,2,1")
        return tuple(sorted({int(part) for part in value.split(",")}, reverse=True))

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in available_timezones():
            close = nearest(value, available_timezones()) or "Europe/Brussels"
            raise ValueError(f"is not a time zone; did you mean {close}?")
        return value

    @field_validator("office_hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        opens, _, closes = value.partition("-")
        try:
            right = time.fromisoformat(opens) < time.fromisoformat(closes)
        except ValueError:
            right = False
        if not right:
            raise ValueError("must be like 08:00-18:00")
        return value

    @field_validator("service_hours")
    @classmethod
    def _service(cls, value: dict[str, str]) -> dict[str, str]:
        if wrong := [team for team, hours in value.items() if hours not in ("5x10", "24x7")]:
            raise ValueError(f"for {', '.join(wrong)} must be 5x10 or 24x7")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def since_moment(self) -> datetime | None:
        """When the first day of `since` begins in the office, in UTC."""
        return datetime.combine(self.since, time(), self.zone).astimezone(UTC) if self.since else None

    @property
    def stand_ins(self) -> tuple[Substitute, ...]:
        """The declared substitute bodies."""
        declared = ((Role(role.lower()), words.partition("|")) for role, words in self.substitutes.items())
        return tuple(Substitute(role, body.strip(), reason.strip()) for role, (body, _, reason) in declared)

    @property
    def calendar(self) -> Calendar:
        """The office's working days and hours."""
        return self._calendar(self.holidays)

    @property
    def calendars(self) -> dict[str, Calendar]:
        """Calendars of teams that keep other holidays, by `domain.working_calendar.fold` of the team."""
        return {fold(team): self._calendar(country) for team, country in self.team_holidays.items()}

    def _calendar(self, country: str) -> Calendar:
        opens, closes = map(time.fromisoformat, self.office_hours.split("-"))
        return Calendar(self.zone, country, opens, closes, dates(self.days_off), dates(self.days_worked))


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
