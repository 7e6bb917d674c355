"""The sandbox instance's tables: which columns there are, and of which kind.

A column kind is "string", "bool", "time", "choice", "journal", "ref:<table>" or "list:<table>".
"""

from __future__ import annotations

from dataclasses import dataclass, field

SYSTEM = {
    "sys_id": "string",
    "sys_created_on": "time",
    "sys_created_by": "string",
    "sys_updated_on": "time",
    "sys_updated_by": "string",
    "sys_mod_count": "string",
    "sys_tags": "string",
}


@dataclass(slots=True)
class Table:
    """A table: the one it extends, its own columns, and the column its records are known by."""

    name: str
    parent: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    shown: str = "name"


def _columns(**by_kind: str) -> dict[str, str]:
    """`string="a b"` gives {"a": "string", "b": "string"}; references come as `ref__table` and `list__table`."""
    pairs = [(name, kind.replace("__", ":", 1)) for kind, names in by_kind.items() for name in names.split()]
    columns = dict(pairs)
    assert len(columns) == len(pairs), "a column is named twice, and the second would hide the first"
    return columns


_TASK = _columns(
    string="number short_description description sys_class_name correlation_id close_notes priority",
    bool="active",
    time="due_date closed_at approval_set",
    choice="state approval",
    journal="work_notes comments",
    ref__sys_user="assigned_to opened_by closed_by",
    ref__sys_user_group="assignment_group",
    ref__cmdb_ci="cmdb_ci",
    ref__cmdb_ci_service="business_service",
    ref__task="parent",
    list__sys_user="watch_list",
)

_CHANGE_LIKE = _columns(
    string="u_release_package u_build_doc u_install_doc u_procedures u_scripts u_acceptance_criteria u_classification"
    " u_environment_path u_compensating_measures u_procedure u_post_verification u_lessons_learned"
    " u_deployed_changes u_impacted u_target_group u_approval_line u_target_ready u_risks_mitigated"
    " u_interruptions u_component_order u_pilot_scope u_pilot_results u_requirements_verified u_fixes_done"
    " u_feedback u_reported_back u_known_errors u_incidents_followed_up u_impact_analysis u_parallel_run_result"
    " u_supplier u_born_from u_succeeded_by u_dependencies u_deviations u_cmk_reference u_calendar_slot"
    " u_test_report u_quality_checked u_no_capacity_problems u_known_errors_agreed u_post_implementation_review"
    " u_reported_authority u_persons_informed u_damage_repaired"
    " u_compliance_status u_compliance_findings"
    " test_plan backout_plan implementation_plan justification risk_impact_analysis",
    bool="u_environments_separated u_environments_like_production u_tested_in_production u_parallel_run_needed"
    " u_tested_function u_tested_compatibility u_tested_performance u_users_informed u_vulnerability_gone"
    " u_stable_after u_chain_wide u_security_incident u_review_needed u_complaint",
    time="u_tested_at u_accepted_at u_deadline u_detected_at u_reported_written u_reported_phone"
    " start_date end_date work_start work_end"
    " u_pull_until u_test_plan_fixed_at u_test_validated_at"
    " u_handed_over_at u_operational_at",
    choice="u_release_size u_rollout_strategy u_test_result u_acceptance_result u_test_data close_code"
    " u_severity u_priority u_incident_severity u_data_breach u_pentest_result u_misuse_chance u_expected_damage",
    ref__sys_user="requested_by u_finally_responsible u_test_validated_by u_verified_by",
    ref__sys_user_group="u_handed_over_to",
    list__sys_user="u_builders u_testers",
)

_INCIDENT = _columns(
    string="u_incident_severity u_reported_authority u_persons_informed u_damage_repaired",
    choice="u_data_breach",
    bool="u_security_incident u_complaint",
    time="u_detected_at u_reported_written u_reported_phone",
)

# Not on releases: rm_release has neither a type nor a check for conflicts.
_CHANGE = _columns(
    choice="type risk category reason on_hold_reason",
    bool="cab_required on_hold",
    string="conflict_status",
    time="conflict_last_run",
    ref__std_change_producer_version="std_change_producer_version",
    ref__chg_model="chg_model",
)

_CHANGE_TASK = _columns(
    choice="change_task_type",
    time="planned_start_date planned_end_date",
    ref__change_request="change_request",
)

_CI = _columns(
    string="name sys_class_name u_service_hours u_maintenance_windows u_confidentiality u_integrity u_availability",
    bool="u_gdpr u_ksz u_nis2 u_chain_component u_internet_facing",
    ref__sys_user="owned_by managed_by",
    ref__sys_user_group="support_group",
    ref__core_company="vendor",
    ref__cmn_schedule="maintenance_schedule",
    list__sys_user="u_stakeholders",
)

_SPAN = _columns(
    string="name start_date_time end_date_time repeat_type repeat_count repeat_until days_of_week",
    bool="all_day",
    ref__cmn_schedule="schedule",
)

_CONFLICT = _columns(
    choice="type",
    time="last_checked",
    ref__change_request="change conflicting_change",
    ref__cmdb_ci="configuration_item",
    ref__cmn_schedule="schedule",
)

_APPROVER = _columns(
    choice="state",
    string="source_table document_id comments",
    time="due_date",
    ref__sys_user="approver",
    ref__task="sysapproval",
    ref__sysapproval_group="group",
)

_TABLES = (
    Table("task", "", _TASK, "number"),
    Table("change_request", "task", _CHANGE | _CHANGE_LIKE, "number"),
    Table("rm_release", "task", dict(_CHANGE_LIKE), "number"),
    Table("incident", "task", _columns(ref__change_request="rfc") | _INCIDENT, "number"),
    Table("problem", "task", dict(_INCIDENT) | _columns(ref__change_request="rfc"), "number"),
    Table("change_task", "task", _CHANGE_TASK, "number"),
    Table("rm_task", "task", {}, "number"),
    Table("chg_model", "", _columns(string="name", bool="active")),
    Table("std_change_producer_version", "", _columns(string="name version", bool="active")),
    Table("sysapproval_group", "task", _columns(choice="wait_for"), "number"),
    Table("sysapproval_approver", "", _APPROVER, "state"),
    Table(
        "sys_user",
        "",
        _columns(string="user_name name first_name last_name email time_zone", bool="active"),
    ),
    Table("sys_user_group", "", _columns(string="name description", bool="active", ref__sys_user="manager")),
    Table("sys_user_grmember", "", _columns(ref__sys_user="user", ref__sys_user_group="group")),
    Table("cmdb_ci", "", _CI),
    # The vendor's own spelling.
    Table("cmdb_ci_service", "cmdb_ci", _columns(choice="busines_criticality")),
    # On this class alone: a client that asks the base table does not get to see it.
    Table("cmdb_ci_business_app", "cmdb_ci", _columns(string="data_classification")),
    Table("cmdb_ci_appl", "cmdb_ci", {}),
    Table("cmdb_ci_server", "cmdb_ci", {}),
    Table("core_company", "", _columns(string="name")),
    Table("cmn_schedule", "", _columns(string="name type time_zone")),
    Table("cmn_schedule_span", "", _SPAN),
    Table("sys_dictionary", "", _columns(string="name element")),
    Table("sys_user_role", "", _columns(string="name")),
    Table("sys_user_has_role", "", _columns(ref__sys_user="user", ref__sys_user_role="role"), "role"),
    Table("conflict", "", _CONFLICT, "type"),
    Table("cmdb_rel_type", "", _columns(string="name")),
    Table("cmdb_rel_ci", "", _columns(ref__cmdb_ci="parent child", ref__cmdb_rel_type="type")),
    Table("task_ci", "", _columns(ref__task="task", ref__cmdb_ci="ci_item")),
    Table("task_cmdb_ci_service", "", _columns(ref__task="task", ref__cmdb_ci_service="cmdb_ci_service")),
    Table(
        "sys_choice",
        "",
        _columns(string="name element value label language sequence", bool="inactive"),
        "label",
    ),
    Table("sys_journal_field", "", _columns(string="element_id element name value")),
    Table("sys_audit_delete", "", _columns(string="tablename documentkey display_value")),
    Table("sys_audit", "", _columns(string="tablename documentkey fieldname oldvalue newvalue user reason")),
)


def tables() -> dict[str, Table]:
    """A fresh copy of the schema, so that one sandbox may add or drop columns without touching another."""
    copies = {t.name: Table(t.name, t.parent, dict(t.columns), t.shown) for t in _TABLES}
    assert len(copies) == len(_TABLES), "a table is named twice, and the second would hide the first"
    return copies
