"""The sandbox instance's choice lists, the states in which a record is over, and how records are numbered."""

from __future__ import annotations

from collections.abc import Mapping

_STATES = {
    "-5": "New",
    "-4": "Assess",
    "-3": "Authorize",
    "-2": "Scheduled",
    "-1": "Implement",
    "0": "Review",
    "3": "Closed",
    "4": "Canceled",
}
_TASK_STATES = {
    "-5": "Pending",
    "1": "Open",
    "2": "In Progress",
    "3": "Closed Complete",
    "4": "Closed Incomplete",
    "7": "Closed Skipped",
}
_INCIDENT_STATES = {
    "1": "New",
    "2": "In Progress",
    "3": "On Hold",
    "6": "Resolved",
    "7": "Closed",
    "8": "Canceled",
}
_PROBLEM_STATES = {
    "101": "New",
    "102": "Assess",
    "103": "Root Cause Analysis",
    "104": "Fix in Progress",
    "106": "Resolved",
    "107": "Closed",
}
_APPROVALS = {
    "not requested": "Not Yet Requested",
    "requested": "Requested",
    "approved": "Approved",
    "rejected": "Rejected",
    "cancelled": "Cancelled",
    "not_required": "No Longer Required",
    "skipped": "Skipped",
    "duplicate": "Duplicate",
}
_SIZES = {"major": "Major", "minor": "Minor", "sprint": "Sprint"}
_STRATEGIES = {
    "big_bang": "Big bang",
    "phased": "Phased",
    "limited_pull": "Limited pull",
    "pull": "Pull",
}
_TEST_DATA = {
    "synthetic": "Synthetic",
    "anonymised": "Anonymised",
    "pseudonymised": "Pseudonymised",
    "production": "Production data",
    "none": "None",
}
_BOTH = {
    "u_release_size": _SIZES,
    "u_rollout_strategy": _STRATEGIES,
    "u_test_result": {"passed": "Passed", "failed": "Failed"},
    "u_acceptance_result": {"accepted": "Accepted", "rejected": "Rejected"},
    "u_test_data": _TEST_DATA,
    "close_code": {
        "successful": "Successful",
        "successful_issues": "Successful with issues",
        "unsuccessful": "Unsuccessful",
    },
}

CHOICES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("change_request", "state"): _STATES,
    ("change_request", "type"): {"normal": "Normal", "standard": "Standard", "emergency": "Emergency"},
    # As recorded changes have it; by the API's documentation 1 would be high.
    ("change_request", "risk"): {"2": "High", "3": "Moderate", "4": "Low"},
    ("rm_release", "state"): {
        "-5": "Pending",
        "1": "Open",
        "2": "Work in Progress",
        "3": "Closed Complete",
        "4": "Closed Incomplete",
        "7": "Closed Skipped",
    },
    ("change_task", "state"): _TASK_STATES,
    ("change_task", "change_task_type"): {
        "planning": "Planning",
        "implementation": "Implementation",
        "testing": "Testing",
        "review": "Review",
    },
    ("rm_task", "state"): _TASK_STATES,
    ("incident", "state"): _INCIDENT_STATES,
    ("problem", "state"): _PROBLEM_STATES,
    ("task", "approval"): _APPROVALS,
    ("conflict", "type"): {
        "blackout": "Blackout",
        "not_in_maintenance_window": "Not in Maintenance Window",
        "ci_already_scheduled": "CI Already Scheduled",
        "assigned_to_already_scheduled": "Assigned To Already Scheduled",
    },
    ("sysapproval_approver", "state"): _APPROVALS,
} | {
    (table, column): labels for table in ("change_request", "rm_release") for column, labels in _BOTH.items()
}

# Incidents that are resolved are still active: they may be opened again.
OVER = {
    "change_request": ("3", "4"),
    "rm_release": ("3", "4", "7"),
    "change_task": ("3", "4", "7"),
    "rm_task": ("3", "4", "7"),
    "incident": ("7", "8"),
    "problem": ("107",),
}
"""States in which a record is no longer active."""

PREFIX = {
    "change_request": "CHG",
    "rm_release": "RLSE",
    "incident": "INC",
    "problem": "PRB",
    "change_task": "CTASK",
    "rm_task": "RTSK",
    "sysapproval_group": "GAPRV",
}
