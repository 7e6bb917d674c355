"""Finding fields by name, by id, by type; doubts instead of guesses."""

from __future__ import annotations

import pytest
from jira_site import settings_for

from connectors.jira.fields import ALWAYS, SiteField, resolve, site_fields

PLAIN = [
    SiteField("description", "Description"),
    SiteField("reporter", "Reporter"),
    SiteField("assignee", "Assignee"),
    SiteField("resolution", "Resolution"),
]
A, B = SiteField("customfield_1", "Test plan"), SiteField("customfield_2", "TEST PLAN ")
PLANNED, CHANGE_START = (
    SiteField("customfield_3", "Planned start"),
    SiteField("customfield_4", "Change start date"),
)
OBJECT = SiteField("customfield_5", "Server", "com.atlassian.jira.plugins.cmdb:cmdb-object-cftype")
SERVICES = SiteField("customfield_6", "Affected services")
PRIORITY = SiteField("priority", "Priority")
CAB = SiteField("customfield_7", "CAB sign-off")


def site(*fields, **settings):
    return resolve([*PLAIN, *fields], settings_for("https://jira.example", **settings))


@pytest.mark.parametrize(
    ("name", "fields", "settings", "found"),
    [
        ("test_plan", [A], {}, (A,)),
        ("test_plan", [B], {}, (B,)),
        ("test_plan", [A, B], {}, ()),
        ("test_plan", [A, B], {"fields": {"test_plan": "customfield_2"}}, (B,)),
        ("test_plan", [A, CAB], {"fields": {"test_plan": "cab sign-off"}}, (CAB,)),
        ("test_plan", [A], {"fields": {"test_plan": "Testplan"}}, ()),
        ("test_plan", [], {}, ()),
        ("requester", [], {}, (PLAIN[1],)),
        ("planned_start", [PLANNED, CHANGE_START], {}, (PLANNED, CHANGE_START)),
        ("planned_start", [CHANGE_START], {}, (CHANGE_START,)),
        ("assets", [OBJECT, SERVICES], {}, (SERVICES, OBJECT)),
        ("assets", [OBJECT], {}, (OBJECT,)),
        ("test_validated_at", [A], {}, ()),
        ("incident_priority", [PRIORITY], {}, (PRIORITY,)),
        ("incident_priority", [], {}, ()),
    ],
)
def test_found(name, fields, settings, found):
    assert site(*fields, **settings).found[name] == found


SERVICE = SiteField(
    "cf_8", "Getroffen diensten", "com.atlassian.jira.plugins.service-entity:service-entity-field-cftype"
)
INSIGHT = SiteField("cf_9", "Toestel", "com.riadalabs.jira.plugins.insight:rlabs-customfield-default-object")
APPROVALS = SiteField("cf_10", "Goedkeuringen", "com.atlassian.servicedesk.approvals-plugin:sd-approvals")
DUTCH = SiteField("cf_11", "Testplan", original="Test plan")


@pytest.mark.parametrize(
    ("name", "fields", "found"),
    [
        ("assets", [SERVICE], (SERVICE,)),
        ("assets", [INSIGHT, SERVICES], (SERVICES, INSIGHT)),
        ("test_plan", [DUTCH], (DUTCH,)),
        ("test_plan", [DUTCH, A], ()),
    ],
)
def test_fields_whose_names_are_translated_are_found_by_type_or_by_their_first_name(name, fields, found):
    assert site(*fields).found[name] == found


def test_a_name_and_a_first_name_that_are_the_same_word_are_rivals():
    assert site(DUTCH, A).doubt("test_plan") == "2 fields are named Test plan: cf_11, customfield_1"


def test_approvals_are_known_by_their_type_and_asked_for():
    found = site(APPROVALS)
    assert (found.approvals, "cf_10" in found.ids()) == ((APPROVALS,), True)
    assert not [d for d in found.doubts if "sign-off" in d.about]
    named = site(APPROVALS, sign_off_fields={"cab": "Nergens"})
    assert [str(d) for d in named.doubts if "sign-off" in d.about] == ["no field named Nergens"]


@pytest.mark.parametrize(
    ("name", "fields", "settings", "doubt"),
    [
        ("test_plan", [A, B], {}, "2 fields are named Test plan: customfield_1, customfield_2"),
        ("test_plan", [], {}, "no field named Test plan"),
        ("test_plan", [A], {"fields": {"test_plan": "Testplan"}}, "no field named Testplan"),
        ("planned_start", [], {}, "no field named Planned start"),
        ("test_plan", [A], {}, "not mapped"),
        ("test_validated_at", [], {}, "not mapped"),
    ],
)
def test_doubts(name, fields, settings, doubt):
    assert site(*fields, **settings).doubt(name) == doubt


def test_a_rival_pair_is_reported_even_when_a_second_choice_was_found():
    rival = SiteField("customfield_9", "Planned start")
    fields = site(PLANNED, rival, CHANGE_START)
    assert fields.found["planned_start"] == (CHANGE_START,)
    assert fields.doubt("planned_start") == "2 fields are named Planned start: customfield_3, customfield_9"


def test_sign_off_fields_per_role():
    own = SiteField("customfield_8", "Advies CAB")
    assert site(CAB).sign_offs["cab"] == (CAB,)
    settings = {"sign_off_fields": {"cab": "Advies CAB, CAB sign-off", "keten_cab": "customfield_8"}}
    assert site(CAB, own, **settings).sign_offs["cab"] == (own, CAB)
    assert site(CAB, own, **settings).sign_offs["keten_cab"] == (own,)


def test_only_mapped_fields_are_asked_for_in_a_stable_order():
    asked = site(A, CAB).ids()
    assert asked == sorted(asked) and {*ALWAYS, "customfield_1", "customfield_7", "fixVersions"} <= set(asked)
    assert "customfield_2" not in asked


def test_the_sites_list_may_lack_schema():
    listed = [
        {"id": "thumbnail", "name": "Images"},
        {"name": "no id"},
        {"id": "cf_1", "name": "Testplan", "untranslatedName": "Test plan", "schema": None},
    ]
    assert site_fields(listed) == [
        SiteField("thumbnail", "Images"),
        SiteField("cf_1", "Testplan", original="Test plan"),
    ]
