"""Where a plain instance keeps each field: column by field of the vocabulary. Data; settings override it.

`u_...` columns are suggestions. A site that has no such column leaves the field unmapped, hence unknown.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.fields import Kind
from domain.ticket import TicketKind

KINDS: Mapping[str, TicketKind] = {
    "change_request": TicketKind.CHANGE,
    "rm_release": TicketKind.RELEASE,
    "incident": TicketKind.INCIDENT,
    "problem": TicketKind.PROBLEM,
}

COLUMNS: Mapping[str, str] = {
    "change_type": "type",
    "description": "description",
    "requester": "requested_by",
    "implementer": "assigned_to",
    "responsible_group": "assignment_group",
    # Walked to the item: a change has no owner of its own, its application does.
    "application_owner": "cmdb_ci.owned_by",
    "planned_start": "start_date",
    "planned_end": "end_date",
    "actual_start": "work_start",
    "actual_end": "work_end",
    "package": "u_release_package",
    "test_plan": "test_plan",
    "fallback_plan": "backout_plan",
    "implementation_plan": "implementation_plan",
    "stakeholders": "watch_list",
    "result": "close_code",
    "risks": "risk_impact_analysis",
    # A plain instance has no such column; a category of that name is how sites say it.
    "patch": "category",
    "incident_priority": "priority",
    "reason": "reason",
} | {
    name: f"u_{name}"
    for name in (
        *("release_size", "builders", "testers", "classification", "rollout_strategy", "pull_until"),
        *("build_doc", "install_doc", "procedures", "scripts", "test_plan_fixed_at", "test_result"),
        *("test_validated_by", "test_validated_at", "acceptance_criteria", "acceptance_result"),
        *("environments_separated", "environments_like_production", "environment_path", "test_data"),
        *("tested_in_production", "compensating_measures", "procedure", "handed_over_to", "handed_over_at"),
        *("operational_at", "post_verification", "verified_by", "lessons_learned", "deployed_changes"),
        *("impacted", "target_group", "approval_line", "target_ready", "risks_mitigated", "interruptions"),
        *(
            "component_order",
            "pilot_scope",
            "pilot_results",
            "requirements_verified",
            "fixes_done",
            "feedback",
        ),
        *("reported_back", "known_errors", "incidents_followed_up", "impact_analysis", "parallel_run_needed"),
        *("parallel_run_result", "supplier", "finally_responsible", "born_from", "succeeded_by", "severity"),
        "dependencies",
        *("priority", "deadline", "tested_function", "tested_compatibility", "tested_performance"),
        *(
            "deviations",
            "users_informed",
            "vulnerability_gone",
            "stable_after",
            "chain_wide",
            "cmk_reference",
        ),
        *(
            "calendar_slot",
            "incident_severity",
            "security_incident",
            "data_breach",
            "detected_at",
            "reported_written",
        ),
        *("reported_phone", "tested_at", "accepted_at", "test_report", "quality_checked"),
        *("no_capacity_problems", "known_errors_agreed", "post_implementation_review", "review_needed"),
        *("reported_authority", "complaint", "persons_informed", "damage_repaired", "pentest_result"),
        *("misuse_chance", "expected_damage"),
    )
}

PREAPPROVAL = "preapproval"
"""Not of the vocabulary: the template from which a standard change was made."""

TEMPLATE = "std_change_producer_version"
"""Where a change made from the standard change catalogue keeps that template; its shown value is the name."""

RELATED = frozenset({"changes"})
"""Fields read from related records instead of a column, unless a column is configured."""

ANY = "any"
"""Instead of a type of task: all of them. Tasks of a release have no type."""

TASK_TYPES = ("planning", "implementation", "testing", "review", ANY)
TASK_KINDS = frozenset({Kind.USERS, Kind.PARTY, Kind.MOMENT, Kind.BOOL, Kind.TEXT})
"""Kinds of field that closed tasks can settle: by whom, when, whether, and their close notes."""

CI_COLUMNS: Mapping[str, str] = {
    "confidentiality": "u_confidentiality",
    "integrity": "u_integrity",
    "availability": "u_availability",
    "gdpr": "u_gdpr",
    "ksz": "u_ksz",
    "nis2": "u_nis2",
    "owner": "owned_by",
    "operations_group": "support_group",
    "service_hours": "u_service_hours",
    "stakeholders": "u_stakeholders",
    "maintenance_windows": "u_maintenance_windows",
    "supplier": "vendor",
    "chain_component": "u_chain_component",
    "internet_facing": "u_internet_facing",
}

CI_STANDARD: Mapping[str, str] = {"maintenance_windows": "maintenance_schedule"}
"""Columns that every instance has, looked at before those: what is planned by stands in them already."""


def column_of(field: str, overrides: Mapping[str, str]) -> str:
    """The column for a field of the vocabulary; a field without a default is looked for under `u_<field>`."""
    return overrides.get(field) or COLUMNS.get(field, f"u_{field}")
