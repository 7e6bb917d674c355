"""The ticket's vocabulary: every field a rule may ask for, its kind, and the words people know it by.

One table for all sources. A connector says where each field is found on its system; the rules say which
fields they need; messages take the label from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.people import Group, Person
from domain.sentence import Say


class Kind(StrEnum):
    """What a field's value is. In Python: TEXT str, BOOL bool, CHOICE str (a code of the field's choices),
    USERS tuple of Person, PARTY tuple of Person or Group, MOMENT aware datetime in UTC, KEYS and LIST tuple
    of str.
    """

    TEXT = "text"
    BOOL = "bool"
    CHOICE = "choice"
    USERS = "users"
    PARTY = "party"
    MOMENT = "moment"
    KEYS = "keys"
    LIST = "list"


Value = str | bool | int | datetime | tuple[str, ...] | tuple[Person | Group, ...] | None


@dataclass(frozen=True, slots=True)
class Field:
    """What was seen of one field.

    value     the typed value; None when the field is empty or holds only words that say nothing
    readable  False when the field is not mapped, not returned or holds an error: then nothing is known
    raw       what stood there when it could not be understood, shortened, as the source shows it
    where     the name under which people find the field in their system
    by, at    who set the present value, and when (UTC), where the source's history tells
    doubt     why the rules leave out of account what stood there; a source never gives one
    day_ends  of a day that is given without a time its end (UTC): the moment was somewhere between
    """

    value: Value = None
    readable: bool = True
    raw: str = ""
    where: str = ""
    by: Person | None = None
    at: datetime | None = None
    doubt: Say | None = None
    day_ends: datetime | None = None

    @property
    def filled(self) -> bool:
        """True when a meaningful value was seen."""
        # An empty list is a value to Python and says nothing to people.
        return self.readable and self.value is not None and self.value != ()

    @property
    def moment(self) -> datetime | None:
        """The moment in it (UTC); None where it holds anything else, or nothing."""
        return self.value if isinstance(self.value, datetime) else None

    @property
    def people(self) -> tuple[Person, ...]:
        """The persons in it; none where it holds groups, words, or nothing."""
        return tuple(v for v in self.value if isinstance(v, Person)) if isinstance(self.value, tuple) else ()


UNREADABLE = Field(readable=False)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One entry of the vocabulary. `choices` maps a code to the words that mean it (lower case)."""

    name: str
    kind: Kind
    label: str
    choices: Mapping[str, tuple[str, ...]]


def _spec(name: str, kind: Kind, label: str, **choices: str) -> FieldSpec:
    words = {code: (code, *filter(None, text.split("|"))) for code, text in choices.items()}
    return FieldSpec(name, kind, label, words)


_T, _B, _C, _U, _P, _M = Kind.TEXT, Kind.BOOL, Kind.CHOICE, Kind.USERS, Kind.PARTY, Kind.MOMENT
_K, _L = Kind.KEYS, Kind.LIST
_LEVELS = {
    "critical": "kritiek|critisch|1 critical|1|p1",
    "high": "hoog|2 high|2|p2",
    "medium": "gemiddeld|middel|moderate|3 moderate|3|p3",
    "low": "laag|4 low|4|p4",
}
_THREE = {"high": "hoog|groot", "medium": "gemiddeld|middel|midden", "low": "laag|klein"}

_SPECS = (
    _spec(
        "change_type",
        _C,
        "Change type",
        standard="standaard",
        normal="normaal",
        emergency="spoed|noodwijziging|urgent",
    ),
    _spec("release_size", _C, "Release size", major="groot|large", minor="klein|small", sprint=""),
    _spec("description", _T, "Description"),
    _spec("requester", _U, "Requester"),
    _spec("implementer", _U, "Implementer"),
    _spec("builders", _U, "Builders"),
    _spec("testers", _U, "Testers"),
    _spec("responsible_group", _P, "Responsible team"),
    _spec("application_owner", _U, "Application owner"),
    _spec("classification", _T, "Classification"),
    _spec("planned_start", _M, "Planned start"),
    _spec("planned_end", _M, "Planned end"),
    _spec("actual_start", _M, "Actual start"),
    _spec("actual_end", _M, "Actual end"),
    _spec(
        "rollout_strategy",
        _C,
        "Rollout strategy",
        big_bang="big bang|bigbang|big-bang",
        phased="gefaseerd|gefaseerde aanpak|phased rollout|phased approach",
        limited_pull="limited pull|gelimiteerde pull|beperkte pull",
        pull="",
    ),
    _spec("pull_until", _M, "Pull until"),
    _spec("package", _T, "Release package"),
    _spec("build_doc", _T, "Build documentation"),
    _spec("install_doc", _T, "Installation documentation"),
    _spec("procedures", _T, "Procedures"),
    _spec("scripts", _T, "Scripts"),
    _spec("test_plan", _T, "Test plan"),
    _spec("fallback_plan", _T, "Fall-back plan"),
    _spec("implementation_plan", _T, "Implementation plan"),
    _spec("test_plan_fixed_at", _M, "Test plan fixed at"),
    _spec(
        "test_result",
        _C,
        "Test result",
        passed="geslaagd|pass|ok|succesvol|successful",
        failed="mislukt|fail|gefaald|niet geslaagd",
    ),
    _spec("tested_at", _M, "Tested at"),
    _spec("test_report", _T, "Test report"),
    _spec("test_validated_by", _U, "Test validated by"),
    _spec("test_validated_at", _M, "Test validated at"),
    _spec("acceptance_criteria", _T, "Acceptance criteria"),
    _spec(
        "acceptance_result",
        _C,
        "Acceptance result",
        accepted="geaccepteerd|aanvaard|accept",
        rejected="afgewezen|verworpen|geweigerd",
    ),
    _spec("accepted_at", _M, "Accepted at"),
    _spec("environments_separated", _B, "Environments separated"),
    _spec("environments_like_production", _B, "Environments like production"),
    _spec("environment_path", _L, "Environment path"),
    _spec(
        "test_data",
        _C,
        "Test data",
        synthetic="synthetisch|fictief|fictitious",
        anonymised="anonymized|geanonimiseerd|anoniem",
        pseudonymised="pseudonymized|gepseudonimiseerd",
        production="productie|productiedata|productiegegevens|production data",
        # Here "none" is an answer: no data at all. What it is in a text, says `words.yaml`.
        none="geen|no test data",
    ),
    _spec("tested_in_production", _B, "Tested in production"),
    _spec("compensating_measures", _T, "Compensating measures"),
    _spec("procedure", _T, "Procedure"),
    _spec("handed_over_to", _P, "Handed over to"),
    _spec("handed_over_at", _M, "Handed over at"),
    _spec("operational_at", _M, "Operational at"),
    _spec("stakeholders", _P, "Stakeholders"),
    _spec("post_verification", _T, "Post-verification"),
    _spec("verified_by", _U, "Verified by"),
    _spec("lessons_learned", _T, "Lessons learned"),
    _spec(
        "result",
        _C,
        "Result",
        successful="succesvol|success|geslaagd|done|fixed|gereed|klaar|completed",
        with_issues="successful_issues|successful with issues|succesvol met problemen|with issues|met problemen",
        failed="unsuccessful|mislukt|failed|gefaald|niet succesvol",
        rolled_back="rolled back|teruggedraaid|rollback|backed out",
    ),
    _spec("changes", _K, "Changes"),
    _spec("deployed_changes", _K, "Deployed changes"),
    _spec("impacted", _T, "Impacted"),
    _spec("risks", _T, "Risks"),
    _spec("target_group", _T, "Target group"),
    _spec("approval_line", _T, "Approval line"),
    _spec("target_ready", _T, "Target ready"),
    _spec("risks_mitigated", _T, "Risks mitigated"),
    _spec("interruptions", _T, "Interruptions"),
    _spec("component_order", _T, "Component order"),
    _spec("pilot_scope", _T, "Pilot scope"),
    _spec("pilot_results", _T, "Pilot results"),
    _spec("requirements_verified", _T, "Requirements verified"),
    _spec("fixes_done", _T, "Fixes done"),
    _spec("feedback", _T, "Feedback"),
    _spec("reported_back", _T, "Reported back"),
    _spec("known_errors", _T, "Known errors"),
    _spec("known_errors_agreed", _T, "Known errors agreed"),
    _spec("incidents_followed_up", _T, "Incidents followed up"),
    _spec("quality_checked", _T, "Quality checked"),
    _spec("no_capacity_problems", _T, "No capacity problems"),
    _spec("review_needed", _B, "Review needed"),
    _spec("post_implementation_review", _T, "Post-implementation review"),
    _spec("impact_analysis", _T, "Impact analysis"),
    _spec("parallel_run_needed", _B, "Parallel run needed"),
    _spec("parallel_run_result", _T, "Parallel run result"),
    _spec("supplier", _T, "Supplier"),
    _spec("finally_responsible", _U, "Finally responsible"),
    _spec("born_from", _K, "Born from"),
    _spec("succeeded_by", _K, "Succeeded by"),
    _spec(
        "reason",
        _C,
        "Change reason",
        incident="incidenten|storing|verstoring",
        problem="probleem|problem resolution",
        corrective="correctief|correctie|correction|repair|herstel|fix|bug fix|bugfix|break fix|break/fix",
        preventive="preventief|preventie|prevention",
        improvement="verbetering|enhancement|new functionality|nieuwe functionaliteit|upgrade",
        upkeep="onderhoud|maintenance|beheer",
    ),
    _spec("patch", _B, "Patch"),
    _spec("severity", _C, "Severity", **_LEVELS),
    _spec("dependencies", _T, "Dependencies"),
    _spec("priority", _C, "Patch priority", **_LEVELS),
    _spec("deadline", _M, "Deadline"),
    _spec("tested_function", _B, "Tested function"),
    _spec("tested_compatibility", _B, "Tested compatibility"),
    _spec("tested_performance", _B, "Tested performance"),
    _spec("deviations", _T, "Deviations"),
    _spec("users_informed", _B, "Users informed"),
    _spec("vulnerability_gone", _B, "Vulnerability gone"),
    _spec("stable_after", _B, "Stable after"),
    _spec("chain_wide", _B, "Chain-wide"),
    _spec("cmk_reference", _T, "CMK reference"),
    _spec("calendar_slot", _T, "Release calendar"),
    _spec(
        "incident_severity",
        _C,
        "Incident severity",
        light="licht|low|laag",
        high="hoog",
        very_high="zeer hoog|very high|calamity|calamiteit|zeer hoog = calamiteit",
    ),
    _spec("security_incident", _B, "Security incident"),
    # 1 is the highest: ServiceNow's numbers and labels, Jira's present and older schemes, in both languages.
    _spec(
        "incident_priority",
        _C,
        "Priority",
        highest="1|p1|prio 1|prio1|1 critical|1 - critical|1 - kritiek|critical|kritiek|hoogste|blocker",
        high="2|p2|prio 2|prio2|2 high|2 - high|2 - hoog|hoog",
        medium="3|p3|prio 3|prio3|3 moderate|3 - moderate|3 - gemiddeld|moderate|gemiddeld|normaal|normal|major",
        low="4|p4|prio 4|prio4|4 low|4 - low|4 - laag|laag|minor",
        lowest="5|p5|prio 5|prio5|5 planning|5 - planning|planning|laagste|trivial",
    ),
    _spec(
        "data_breach",
        _C,
        "Data breach",
        yes="ja|true|1|y|j|on|waar|confirmed|bevestigd",
        suspected="suspicion|vermoeden|vermoedelijk|vermoed|mogelijk|possible|possibly",
        no="nee|neen|false|0|n|off|onwaar|geen|none|withdrawn|ingetrokken",
    ),
    _spec("detected_at", _M, "Detected at"),
    _spec("reported_written", _M, "Reported written"),
    _spec("reported_phone", _M, "Reported phone"),
    # A moment, or that it is not needed and why: kept as text, so that who wrote the reason is known.
    _spec("reported_authority", _T, "Reported to the authority"),
    _spec("complaint", _B, "Complaint"),
    _spec("persons_informed", _T, "Persons informed"),
    _spec("damage_repaired", _T, "Damage repaired"),
    _spec(
        "pentest_result",
        _C,
        "Penetration test",
        passed="geslaagd|pass|ok|no findings|geen bevindingen",
        medium_findings="medium|medium risk|middel|gemiddeld|middelgrote bevindingen",
        high_open="high findings open|high open|high|hoog|hoge bevindingen open",
        high_mitigated="high findings mitigated|high mitigated|hoge bevindingen gemitigeerd|hoog gemitigeerd",
    ),
    _spec("misuse_chance", _C, "Misuse chance", **_THREE),
    _spec("expected_damage", _C, "Expected damage", **_THREE),
)

FIELDS: Mapping[str, FieldSpec] = {spec.name: spec for spec in _SPECS}

UNDONE = frozenset({"rolled_back", "failed"})
"""Results that leave nothing in production."""
