"""Settings of the Jira connector: environment variables that begin with JIRA_."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from connectors.shared.addresses import web_address
from connectors.shared.settings import EnvSettings, Sent, Token
from domain.asset import TRAITS, Dimension, Flag
from domain.fields import FIELDS
from domain.lifecycle import State
from domain.people import Role
from domain.ticket import TicketKind

Names = Annotated[tuple[str, ...], NoDecode]
"""A comma-separated list."""

DEFAULT_TYPES = {
    "Change": TicketKind.CHANGE,
    "[System] Change": TicketKind.CHANGE,
    "Wijziging": TicketKind.CHANGE,
    "Release": TicketKind.RELEASE,
}
_SECRET_LENGTH = 16
MAPPABLE = frozenset({*FIELDS, "assets", "preapproval"})
ASSET_FIELDS = (
    *Dimension,
    *Flag,
    *("owner", "operations_group", "service_hours", "stakeholders", "maintenance_windows", "supplier"),
    *TRAITS,
)


def split(words: str) -> tuple[str, ...]:
    """The parts of a comma-separated list, trimmed, without empty ones."""
    return tuple(filter(None, (part.strip() for part in words.split(","))))


class Deployment(StrEnum):
    """Which Jira it is. Auto believes what the server says of itself."""

    AUTO = "auto"
    CLOUD = "cloud"
    DATA_CENTER = "data_center"


class JiraSettings(EnvSettings):
    """How to reach Jira, which tickets to watch, and where this site keeps each field."""

    model_config = SettingsConfigDict(env_prefix="JIRA_")

    url: str = Field(
        "",
        description="Address of the Jira site; empty switches Jira off. A scoped token or service account "
        "needs the gateway address instead.",
        examples=["https://your-site.atlassian.net", "https://api.atlassian.com/ex/jira/<cloud id>"],
    )
    email: Sent = Field(
        "", description="Jira Cloud: e-mail address of the bot's account.", examples=["bot@example.org"]
    )
    api_token: Token = Field(
        SecretStr(""),
        description="Jira Cloud: API token of the bot's account (expires within a year).",
        examples=["<api token>"],
    )
    pat: Token = Field(
        SecretStr(""),
        description="Jira Data Center: personal access token; or a bearer token for the Cloud gateway.",
        examples=["<personal access token>"],
    )
    token_expires: date | None = Field(
        None,
        description="Last day of the API token or PAT, as Jira showed it when it was made. The doctor, the report and "
        "the log warn from 30 days before.",
        examples=["2027-03-01"],
    )
    deployment: Deployment = Field(
        Deployment.AUTO,
        description="cloud or data_center, where the server does not say or says it wrongly; auto asks it.",
        examples=["data_center"],
    )
    approvals_minutes: int = Field(
        60,
        ge=0,
        le=24 * 60,
        description="How often to look for answers to service approvals, which change no ticket's time stamp; "
        "0: only in the nightly look at all tickets.",
        examples=["60"],
    )
    projects: Names = Field(
        (),
        description="Keys of the projects to watch; empty watches every project the account can see.",
        examples=["CHG,REL"],
    )
    issue_types: Names = Field(
        (),
        description="Issue types to watch, each with =change, =release, =incident or =problem where its "
        "name does not tell. Default: " + ", ".join(DEFAULT_TYPES) + ".",
        examples=["Change,Rollout=release"],
    )
    fields: dict[str, str] = Field(
        default_factory=dict,
        description="JIRA_FIELDS__<FIELD>: id or exact name of the Jira field that holds it.",
        examples=["JIRA_FIELDS__TEST_DATA=customfield_10042"],
    )
    statuses: dict[str, str] = Field(
        default_factory=dict,
        description="JIRA_STATUSES__<STATE>: further names of statuses that mean this state, separated by "
        "commas. States: " + ", ".join(State) + ".",
        examples=["JIRA_STATUSES__SCHEDULED=Ready to deploy,Klaar voor uitrol"],
    )
    sign_off_fields: dict[str, str] = Field(
        default_factory=dict,
        description="JIRA_SIGN_OFF_FIELDS__<ROLE>: select fields (Approved, Rejected) in which this role "
        "signs off, separated by commas, by id or exact name.",
        examples=["JIRA_SIGN_OFF_FIELDS__CAB=CAB decision"],
    )
    asset_fields: dict[str, str] = Field(
        default_factory=dict,
        description="JIRA_ASSET_FIELDS__<FIELD>: name of the attribute of Assets objects that holds it. Fields: "
        + ", ".join(ASSET_FIELDS)
        + ".",
        examples=["JIRA_ASSET_FIELDS__CONFIDENTIALITY=Confidentiality"],
    )
    assets_url: str = Field(
        "",
        description="Jira Cloud: where Assets is reached. Default: Atlassian's own host, or the gateway when JIRA_URL "
        "is one.",
        examples=["https://api.atlassian.com"],
    )
    assets_cache_minutes: int = Field(
        10,
        ge=1,
        le=24 * 60,
        description="For how many minutes what was read of an Assets object is kept.",
        examples=["10"],
    )
    relation_hops: int = Field(
        1,
        ge=0,
        le=5,
        description="How many references in Assets to follow from each object touched to what depends on it: the "
        "classes of those objects count too. 0 follows none. Where references may not be read, that is a doubt about "
        "the classes only when this is set.",
        examples=["2"],
    )
    relation_attributes: Names = Field(
        ("Depends on", "Hangt af van"),
        description="Names of the attributes in which an Assets object refers to what it depends on.",
        examples=["Depends on,Runs on"],
    )
    overlap_minutes: int = Field(
        15,
        ge=1,
        le=24 * 60,
        description="How far each run looks back beyond the last one, because Jira's search lags.",
        examples=["15"],
    )
    public_comments: bool = Field(
        False,
        description="Let customers see the comments in the service portal. Off: comments are internal.",
        examples=["false"],
    )

    webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret of the webhook in Jira, at least 16 characters; with it `sluis serve` listens at "
        "/hooks/jira and looks at once at what changed. Empty: no webhooks, everything is found by polling.",
        examples=["<the same secret as in Jira>"],
    )

    @field_validator("webhook_secret")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        # On Data Center the secret stands in an address that anybody may try (docs/jira-facts.md, Webhooks).
        if 0 < len(value.get_secret_value()) < _SECRET_LENGTH:
            raise ValueError(
                f"must be at least {_SECRET_LENGTH} characters, such as the output of `openssl rand -hex 32`"
            )
        return value

    @field_validator("projects", "issue_types", "relation_attributes", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return split(value) if isinstance(value, str) else value

    @field_validator("url", "assets_url")
    @classmethod
    def _address(cls, value: str) -> str:
        # Addresses are put together with "/": a doubled one is another path to some proxies.
        return web_address(value)

    @field_validator("token_expires", mode="before")
    @classmethod
    def _day(cls, value: Any) -> Any:
        try:
            return date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            raise ValueError(f"{value} is no date; write it as 2027-03-01") from None

    @field_validator("issue_types")
    @classmethod
    def _known_kinds(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            name, _, kind = part.rpartition("=")
            if name:
                _one_of(kind, tuple(TicketKind), "kind", f" for issue type {name}")
        return value

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, value: dict[str, str]) -> dict[str, str]:
        return _keys_among(value, MAPPABLE, "field")

    @field_validator("asset_fields")
    @classmethod
    def _known_asset_fields(cls, value: dict[str, str]) -> dict[str, str]:
        return _keys_among(value, ASSET_FIELDS, "field of an asset")

    @field_validator("statuses")
    @classmethod
    def _known_states(cls, value: dict[str, str]) -> dict[str, str]:
        return _keys_among(value, tuple(State), "state")

    @field_validator("sign_off_fields")
    @classmethod
    def _known_roles(cls, value: dict[str, str]) -> dict[str, str]:
        return _keys_among(value, tuple(Role), "role")

    @model_validator(mode="after")
    def _credentials(self) -> JiraSettings:
        token, pat = self.api_token.get_secret_value(), self.pat.get_secret_value()
        if self.url and not pat and not (self.email and token):
            raise ValueError(
                "JIRA_URL needs JIRA_EMAIL with JIRA_API_TOKEN (Cloud), or JIRA_PAT (Data Center)"
            )
        # Else one of the two would win in silence, and its rights with it.
        if token and pat:
            raise ValueError("give JIRA_API_TOKEN (Cloud) or JIRA_PAT (Data Center), not both")
        return self

    @property
    def follows(self) -> bool:
        """Whether an admin asked for references to be followed, so that what cannot be read of them matters."""
        return "relation_hops" in self.model_fields_set

    @property
    def kinds(self) -> dict[str, TicketKind]:
        """Issue type name to kind of ticket."""
        return dict(_kind(part) for part in self.issue_types) if self.issue_types else dict(DEFAULT_TYPES)


def _kind(part: str) -> tuple[str, TicketKind]:
    name, _, kind = part.rpartition("=")
    if name:
        return name.strip(), TicketKind(kind.strip().lower())
    words = part.lower()
    # "Emergency change" or "Major release" say it themselves; what an admin lists without a hint is a change.
    guess = next((k for k in TicketKind if k.value in words), TicketKind.CHANGE)
    return part, DEFAULT_TYPES.get(part, guess)


def _keys_among(value: dict[str, str], known: Collection[str], what: str) -> dict[str, str]:
    for key in value:
        _one_of(key, known, what)
    return value


def _one_of(word: str, known: Collection[str], what: str, where: str = "") -> None:
    if word.strip().lower() in known:
        return
    near = difflib.get_close_matches(word.lower(), known, 1)
    hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(sorted(known))}"
    raise ValueError(f"unknown {what} {word}{where}{hint}")
