"""Whatever Jira, an app on it or an odd field gives: a ticket comes out, or one of our own errors."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from jira_site import settings_for

from connectors.jira.fields import SYSTEM, SiteField, resolve
from connectors.jira.mapping import Raw, Site, ticket
from domain.fields import FIELDS
from domain.ports.errors import SourceError
from domain.ticket import TicketKind

NAMED = [SiteField(f"cf_{n}", spec.label) for n, spec in FIELDS.items() if n not in SYSTEM]
FIELDS_HERE = [*NAMED, SiteField("cf_assets", "Affected services"), SiteField("cf_cab", "CAB sign-off")]
SITE = Site(
    "https://jira.example",
    resolve(FIELDS_HERE, settings_for("https://jira.example")),
    {"change": TicketKind.CHANGE},
    {},
)
KEYS = st.sampled_from(
    [
        "accountId",
        "displayName",
        "value",
        "name",
        "id",
        "key",
        "type",
        "content",
        "text",
        "errorMessage",
        "objectId",
        "active",
        "title",
        "child",
        "attrs",
        "author",
        "created",
        "items",
        "fieldId",
        "field",
        "fromString",
        "toString",
        "outwardIssue",
        "inwardIssue",
        "approver",
        "approvers",
        "approverDecision",
        "completedDate",
        "createdDate",
        "iso8601",
        "epochMillis",
        "statusCategory",
        "finalDecision",
    ]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-9, 10**14),
    st.floats(allow_nan=False),
    st.text(max_size=12),
    st.sampled_from(
        ["doc", "text", "paragraph", "2026-03-02T09:00:00.000+0000", "Approved", "approved", "contains"]
    ),
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=8
)
BASE = {
    "summary": "s",
    "status": {"name": "Open"},
    "issuetype": {"name": "Change"},
    "created": "2026-03-02T09:00:00.000+0000",
    "updated": "2026-03-02T09:00:00.000+0000",
}
NAMES = st.sampled_from(
    [f.id for f in FIELDS_HERE]
    + [*BASE, *SYSTEM.values(), "issuelinks", "subtasks", "fixVersions", "creator"]
)


@given(
    st.dictionaries(NAMES, JSON, max_size=6),
    st.lists(st.dictionaries(KEYS, JSON, max_size=4), max_size=3),
    st.none() | st.lists(st.dictionaries(KEYS, JSON, max_size=4), max_size=3),
)
@settings(max_examples=200, deadline=None, database=None)
def test_rubbish_never_crashes(fields, changes, approvals):
    try:
        made = ticket(Raw({"id": "1", "key": "CHG-1", "fields": BASE | fields}, changes, approvals), SITE)
    except SourceError:
        return
    assert set(made.fields) == set(FIELDS)
