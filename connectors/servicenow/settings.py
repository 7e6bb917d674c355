"""Settings of the ServiceNow connector: environment variables that begin with SERVICENOW_."""

from __future__ import annotations

import re
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from connectors.servicenow.cmdb.columns import COUNTED_DOWN, FLAGS, LEVELS, meanings, parsed
from connectors.servicenow.columns import CI_COLUMNS, KINDS, PREAPPROVAL, TASK_KINDS, TASK_TYPES
from connectors.servicenow.setting_names import columns_of, one_of
from connectors.shared.addresses import web_address
from connectors.shared.settings import EnvSettings, Token
from domain.fields import FIELDS
from domain.lifecycle import State
from domain.ticket import Decision

Names = Annotated[tuple[str, ...], NoDecode]
"""A comma-separated list."""

_MEANINGS = (
    {str(level): tuple("12345") for level in LEVELS}
    | {str(flag): ("yes", "no") for flag in FLAGS}
    | {"service_hours": ("5x10", "24x7")}
)
"""What the values of a column may be said to mean, by field of an item."""


_DECISIONS = tuple(decision.value for decision in Decision if decision is not Decision.AUTOMATIC)


class ServiceNowSettings(EnvSettings):
    """How to reach the instance, which records to watch, and in which columns this site keeps each field."""

    model_config = SettingsConfigDict(env_prefix="SERVICENOW_")

    url: str = Field(
        "",
        description="Address of the instance; empty switches ServiceNow off.",
        examples=["https://your-instance.service-now.com"],
    )
    user: str = Field(
        "",
        description="User name of the bot's account. With OAuth it may stay empty.",
        examples=["sluis.integration"],
    )
    password: SecretStr = Field(
        SecretStr(""),
        description="Password of the bot's account (basic authentication).",
        examples=["<password>"],
    )
    client_id: str = Field(
        "",
        description="OAuth client id (client credentials), instead of a password.",
        examples=["<client id>"],
    )
    client_secret: SecretStr = Field(
        SecretStr(""), description="OAuth client secret.", examples=["<client secret>"]
    )
    api_key: Token = Field(
        SecretStr(""),
        description="API key of the bot's account (header x-sn-apikey), instead of a password.",
        examples=["<api key>"],
    )
    tables: Names = Field(
        ("change_request", "rm_release"),
        description="Tables to watch: "
        + ", ".join(KINDS)
        + ". One that the instance does not have is skipped.",
        examples=["change_request,rm_release"],
    )
    query: str = Field(
        "",
        description="Encoded query that narrows what is watched, as the list view copies it.",
        examples=["assignment_group.name=Applicatiebeheer^category!=Network"],
    )
    fields: dict[str, str] = Field(
        default_factory=dict,
        description="SERVICENOW_FIELDS__<FIELD>: column that holds it, dot-walked if need be.",
        examples=["SERVICENOW_FIELDS__TEST_DATA=u_test_data"],
    )
    task_fields: dict[str, str] = Field(
        default_factory=dict,
        description="SERVICENOW_TASK_FIELDS__<FIELD>: type of change task that settles it once every such task is "
        "closed as complete: by whom, when, or whether. Types: "
        + ", ".join(TASK_TYPES)
        + " (of a release: any).",
        examples=["SERVICENOW_TASK_FIELDS__TEST_VALIDATED_BY=testing"],
    )
    ci_fields: dict[str, str] = Field(
        default_factory=dict,
        description="SERVICENOW_CI_FIELDS__<FIELD>: column of the configuration item that holds it, or class.column "
        "for one that only that class has; several with commas, of which the first that is filled counts. "
        "Fields: " + ", ".join(CI_COLUMNS) + ".",
        examples=[
            "SERVICENOW_CI_FIELDS__CONFIDENTIALITY=cmdb_ci_business_app.data_classification,cmdb_ci_service.u_class"
        ],
    )
    ci_classes: Names = Field(
        (),
        description="Classes of the CMDB, those below them included, that are asked for columns which not every item "
        "has; empty asks the class of each item.",
        examples=["cmdb_ci_business_app,cmdb_ci_service"],
    )
    ci_values: dict[str, str] = Field(
        default_factory=dict,
        description="SERVICENOW_CI_VALUES__<FIELD>: what the values or labels of its column mean: a class from 1 to 5, "
        "yes or no, or service hours (5x10, 24x7). A value that is not named is shown, and counts as none.",
        examples=["SERVICENOW_CI_VALUES__CONFIDENTIALITY=Public=1,Internal=2,Confidential=4,Restricted=5"],
    )
    states: dict[str, str] = Field(
        default_factory=dict,
        description="SERVICENOW_STATES__<STATE>: further labels of the State column that mean this state, "
        "separated by commas. States: " + ", ".join(State) + ".",
        examples=["SERVICENOW_STATES__SCHEDULED=Ready to deploy,Klaar voor uitrol"],
    )
    approval_states: dict[str, str] = Field(
        default_factory=dict,
        description="SERVICENOW_APPROVAL_STATES__<DECISION>: further stored states of an approver's record that mean "
        "this decision, separated by commas. Decisions: " + ", ".join(_DECISIONS) + ".",
        examples=["SERVICENOW_APPROVAL_STATES__NOT_REQUIRED=no_longer_needed"],
    )
    status_column: str = Field(
        "",
        description="Column that the bot may overwrite with a one-line status; empty writes none.",
        examples=["u_compliance_status"],
    )
    findings_column: str = Field(
        "",
        description="Column that the bot may overwrite with the open findings; empty writes none.",
        examples=["u_compliance_findings"],
    )
    relation_hops: int = Field(
        1,
        ge=0,
        le=5,
        description="How many relations of the CMDB to follow from each item touched to what depends on it: the "
        "classes of those items count too. 0 follows none. Where relations may not be read, that is a doubt about the "
        "classes only when this is set.",
        examples=["2"],
    )
    relation_types: Names = Field(
        ("Depends on::Used by", "Runs on::Runs"),
        description="Relation types that are followed, from the child to the parent, which depends on it; with "
        "=child for a type that is followed from the parent to the child.",
        examples=["Depends on::Used by,Runs on::Runs,Contains::Contained by=child"],
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret with which the instance's business rule signs its hints, at least 24 characters; empty "
        "takes no hints. The connector's README has the rule.",
        examples=["<secret>"],
    )
    timezone: str = Field(
        "Europe/Brussels",
        description="Time zone in which a day begins and ends, for columns that hold a date without a time.",
        examples=["Europe/Amsterdam"],
    )
    # Pages of 200 to 1000 keep below the instance's 60 seconds; pysnow's own default is 10,000.
    page_size: int = Field(200, ge=1, le=1000, description="Records asked for at a time.", examples=["200"])
    overlap_minutes: int = Field(
        5,
        ge=1,
        le=24 * 60,
        description="How far each run looks back beyond the last one: stamps have seconds, and records are "
        "committed after they are stamped.",
        examples=["5"],
    )

    @field_validator("tables", "relation_types", "ci_classes", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("tables")
    @classmethod
    def _known_tables(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for table in value:
            one_of(table, tuple(KINDS), "table")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"unknown time zone {value}; write it as Europe/Brussels")
        return value

    @field_validator("relation_types")
    @classmethod
    def _known_ends(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            name, _, end = part.partition("=")
            if "::" not in name or re.search(r"[\^\r\n]", name):
                raise ValueError(f"{part!r} is no relation type; write it as Depends on::Used by")
            if end:
                one_of(end, ("parent", "child"), f"end of {name}")
        return value

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        # pysnow takes a host and builds the address itself: a path would be lost in silence.
        return web_address(value, path=False)

    @field_validator("query")
    @classmethod
    def _narrowing(cls, value: str) -> str:
        # What we add at the end of a query would hold for its last alternative alone, or come after another order.
        if re.search(r"\^NQ|ORDERBY|GROUPBY|javascript:", value):
            raise ValueError(
                "may not hold ^NQ, ORDERBY, GROUPBY or javascript:; use ^OR or IN for alternatives"
            )
        return value.strip().strip("^")

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, value: dict[str, str]) -> dict[str, str]:
        return columns_of(value, (*FIELDS, PREAPPROVAL), "field")

    @field_validator("task_fields")
    @classmethod
    def _known_tasks(cls, value: dict[str, str]) -> dict[str, str]:
        for key, kind in value.items():
            one_of(key, [name for name, spec in FIELDS.items() if spec.kind in TASK_KINDS], "field")
            one_of(kind, TASK_TYPES, "type of task")
        return {key.lower(): kind.lower() for key, kind in value.items()}

    @field_validator("ci_fields")
    @classmethod
    def _known_ci_fields(cls, value: dict[str, str]) -> dict[str, str]:
        for key, words in value.items():
            for column in words.split(","):
                columns_of({key: column.strip()}, CI_COLUMNS, "field")
        return {key.lower(): words for key, words in value.items()}

    @field_validator("ci_classes")
    @classmethod
    def _class_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if strange := [name for name in value if not re.fullmatch(r"[a-z][a-z0-9_]*", name)]:
            raise ValueError(f"{strange[0]!r} is no table name; use the name of the class, not its label")
        return value

    @field_validator("ci_values")
    @classmethod
    def _known_ci_values(cls, value: dict[str, str]) -> dict[str, str]:
        for key, words in value.items():
            one_of(key, tuple(_MEANINGS), "field with values")
            allowed = _MEANINGS[key.lower()]
            if wrong := [m for m in meanings(words).values() if m not in allowed]:
                raise ValueError(f"{key}: {wrong[0]!r} is none of {', '.join(allowed)}")
        return {key.lower(): words for key, words in value.items()}

    @field_validator("states")
    @classmethod
    def _known_states(cls, value: dict[str, str]) -> dict[str, str]:
        for key in value:
            one_of(key, tuple(State), "state")
        return {key.lower(): words for key, words in value.items()}

    @field_validator("approval_states")
    @classmethod
    def _known_decisions(cls, value: dict[str, str]) -> dict[str, str]:
        for key in value:
            one_of(key, _DECISIONS, "decision")
        return {key.lower(): words for key, words in value.items()}

    @field_validator("webhook_secret")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and len(value.get_secret_value()) < 24:
            raise ValueError("must be at least 24 characters, made at random")
        return value

    @field_validator("status_column", "findings_column")
    @classmethod
    def _own_column(cls, value: str) -> str:
        if value and not re.fullmatch(r"u_[a-z0-9_]+|x_[a-z0-9_]+", value):
            raise ValueError("must be a column of your own (u_... or x_...), because it is overwritten")
        return value

    @model_validator(mode="after")
    def _criticality(self) -> ServiceNowSettings:
        for name, words in self.ci_fields.items():
            # Read as a class, the most critical services would be taken for the least.
            down = [c.name for c in parsed(words, self.ci_classes) if c.name in COUNTED_DOWN]
            if name in LEVELS and down and name not in self.ci_values:
                raise ValueError(
                    f"{down[0]} counts down from 1, the most critical; say what its values mean in "
                    f"SERVICENOW_CI_VALUES__{name.upper()}, such as 1 - most critical=5"
                )
        return self

    @model_validator(mode="after")
    def _credentials(self) -> ServiceNowSettings:
        ways = {
            "SERVICENOW_USER with SERVICENOW_PASSWORD": self.password,
            "SERVICENOW_CLIENT_ID with SERVICENOW_CLIENT_SECRET": self.client_secret,
            "SERVICENOW_API_KEY": self.api_key,
        }
        given = [way for way, secret in ways.items() if secret.get_secret_value()]
        if len(given) > 1:
            raise ValueError(f"give one of these, not both: {'; '.join(given)}")
        whole = (self.user or not self.password.get_secret_value()) and (
            self.client_id or not self.client_secret.get_secret_value()
        )
        if self.url and not (given and whole):
            raise ValueError(f"SERVICENOW_URL needs {', or '.join(ways)}")
        return self

    @property
    def follows(self) -> bool:
        """Whether an admin asked for relations to be followed, so that what cannot be read of them matters."""
        return "relation_hops" in self.model_fields_set

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of days without a time."""
        return ZoneInfo(self.timezone)

    @property
    def ci_meanings(self) -> dict[str, dict[str, str]]:
        """By field of an item: value or label, in lower case, to what it means."""
        return {name: meanings(words) for name, words in self.ci_values.items()}

    @property
    def relations(self) -> dict[str, str]:
        """Relation type to the end it is followed to: "parent" or "child"."""
        parts = (part.partition("=") for part in self.relation_types)
        return {name.strip(): end.strip().lower() or "parent" for name, _, end in parts}
