"""Typed settings from environment variables and `.env`; everything wrong is told at once, with the fix."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from bot.accounts import one_person
from bot.calendar import Calendar, fold
from bot.model.people import Role
from bot.model.reading import text
from bot.model.waiver import Substitute
from bot.redact import learn
from bot.settings_talk import TalkSettings, dates
from connectors.catalog import CONNECTORS
from connectors.settings import EnvSettings

Names = Annotated[tuple[str, ...], NoDecode]
"""A list written with commas."""


class Mode(StrEnum):
    """Observe reads everything and writes nothing outside; act also speaks. Act is an admin's decision."""

    OBSERVE = "observe"
    ACT = "act"


class SettingsError(Exception):
    """One or more settings are wrong, missing or misspelt. `problems` holds one line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def _split(value: object) -> object:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


class NormSettings(EnvSettings):
    """What is enough to show the norms: which, and in which language. Read without any other setting."""

    model_config = SettingsConfigDict(env_prefix="SLUIS_")

    language: Literal["nl", "en"] = Field("nl", description="Language of comments and messages.")
    packs: Names = Field(("vo-icr",), description="The norms that apply, by comma.")
    packs_dir: Path | None = Field(
        None,
        description="Folder with packs of your own, which add rules or tighten those of a norm (docs/packs.md).",
        examples=["/etc/sluiswachter/packs"],
    )

    _packs = field_validator("packs", mode="before")(_split)


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

    _lists = field_validator("same_person", mode="before")(_split)

    @field_validator("same_person")
    @classmethod
    def _pairs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        one_person(value)
        return value

    @field_validator("waiver_roles", mode="before")
    @classmethod
    def _by_groups(cls, value: object) -> object:
        names = _split(value.lower()) if isinstance(value, str) else value
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
            raise ValueError(
                f"is not a time zone; did you mean {_nearest(value, available_timezones()) or 'Europe/Brussels'}?"
            )
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
        """Calendars of teams that do not keep the organisation's holidays, by `bot.calendar.fold` of the team."""
        return {fold(team): self._calendar(country) for team, country in self.team_holidays.items()}

    def _calendar(self, country: str) -> Calendar:
        opens, closes = map(time.fromisoformat, self.office_hours.split("-"))
        return Calendar(self.zone, country, opens, closes, dates(self.days_off), dates(self.days_worked))


class RoleSettings(EnvSettings):
    """Who holds which role: names of groups in the source systems, or user ids there."""

    model_config = SettingsConfigDict(env_prefix="ROLES__")

    cab: Names = Field((), description="The change advisory board.", examples=["Change Advisory Board"])
    dpo: Names = Field((), description="The data protection officers.", examples=["Data Protection"])
    change_manager: Names = Field((), description="The change managers.")
    operations: Names = Field((), description="The operations organisation that takes over.")
    keten_cab: Names = Field((), description="The CAB of the chain (Keten CAB).")
    users: Names = Field((), description="Those who sign off for the users.")
    process_owner: Names = Field((), description="Those to whom what nobody settles goes up at last.")

    _lists = field_validator("*", mode="before")(_split)

    def wanted(self) -> dict[Role, tuple[str, ...]]:
        """The names per role, for the roles that are configured."""
        return {Role(name): value for name in type(self).model_fields if (value := getattr(self, name))}


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


def load() -> Settings:
    """Read all settings. Raises SettingsError with one line per problem."""
    problems = list(_unknown())
    read: dict[str, EnvSettings] = {}
    for name, group in GROUPS.items():
        try:
            read[name] = group()
        except ValidationError as error:
            problems += _explained(group, error)
        except OSError as error:
            problems.append(_unread(group, error))
    _keep_secret(read.values())
    if problems:
        raise SettingsError(problems)
    bot, roles = read.pop("bot"), read.pop("roles")
    assert isinstance(bot, BotSettings)
    assert isinstance(roles, RoleSettings)
    return Settings(bot, roles, read)


def _keep_secret(groups: Iterable[EnvSettings]) -> None:
    """From here on no secret of these settings comes out of this process."""
    values = [(name, value) for group in groups for name, value in group]
    users = [value for name, value in values if name in _ACCOUNTS and isinstance(value, str)]
    secrets = [value.get_secret_value() for _, value in values if isinstance(value, SecretStr)]
    databases = [_password(value) for name, value in values if name == "database_url"]
    learn([*secrets, *databases], users)


_ACCOUNTS = ("email", "user", "client_id")
"""What goes with a password in Basic authentication."""


def _password(url: str) -> str:
    try:
        return unquote(urlsplit(url).password or "")
    except ValueError:
        return ""


def norms() -> NormSettings:
    """What is set of the norms, when nothing else need be. Raises SettingsError with one line per problem."""
    try:
        return NormSettings()
    except ValidationError as error:
        raise SettingsError(list(_explained(NormSettings, error))) from None
    except OSError as error:
        raise SettingsError([_unread(NormSettings, error)]) from None


def prefix(group: type[EnvSettings]) -> str:
    """The prefix of the group's variables, such as "JIRA_"."""
    return group.model_config.get("env_prefix", "")


def variables(group: type[EnvSettings]) -> Iterator[tuple[str, Any]]:
    """The group's variables with their field definitions."""
    for name, field in group.model_fields.items():
        yield f"{prefix(group)}{name}".upper(), field


def _unread(group: type[EnvSettings], error: OSError) -> str:
    return f"{prefix(group)}*_FILE: {error.strerror}: {error.filename}. Name a file that can be read."


def _explained(group: type[EnvSettings], error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False):
        where = "__".join(str(part) for part in problem["loc"])
        variable = f"{prefix(group)}{where}".upper() if where else f"{prefix(group)}*"
        yield f"{variable}: {problem['msg'].removeprefix('Value error, ')}"


def _unknown() -> Iterator[str]:
    """Variables with one of our prefixes that mean nothing: most often a typing error."""
    known = {name for group in GROUPS.values() for name, _ in variables(group)}
    open_ended = {
        name for group in GROUPS.values() for name, f in variables(group) if "dict" in str(f.annotation)
    }
    prefixes = tuple(prefix(group) for group in GROUPS.values())
    present = {**dotenv_values(".env"), **os.environ}
    for name in sorted(present):
        plain = name.upper().removesuffix("_FILE") if name.upper() not in known else name.upper()
        stem = plain.rpartition("__")[0] if not plain.startswith("ROLES__") else ""
        if not plain.startswith(prefixes) or plain in known or stem in open_ended:
            continue
        close = _nearest(plain, known)
        yield f"{name}: no such setting" + (
            f"; did you mean {close}?" if close else ". See .env.example for all settings."
        )


def _nearest(word: str, known: Sequence[str] | set[str]) -> str | None:
    return next(iter(difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)), None)
