"""Statuses: by name, by category, in a history by their id; and what is told of those nobody named."""

from __future__ import annotations

import pytest

from connectors.jira.source import JiraSource
from sandbox.server import Fault, How


def states(source, site):
    ticket = source.read(source.find(site.change))
    return [(c.before, c.after) for c in ticket.history if c.field == "state"]


def test_a_return_to_a_draft_that_nobody_named_is_seen_by_its_category(site, server, source):
    for status in ("Awaiting approval", "Intake"):
        site.time.later(hours=1)
        site.transition(site.change, status, site.an)
    assert states(source, site) == [("draft", "authorize"), ("authorize", "draft")]
    states(source, site)
    assert server.count("GET", "/status$") == 1, "asked once, and kept"


def test_statuses_that_are_known_by_name_are_not_asked_for(site, server, source):
    site.transition(site.change, "Awaiting approval", site.an)
    states(source, site)
    assert server.count("GET", "/status$") == 0


@pytest.mark.parametrize("status", [403, 404])
def test_where_the_statuses_may_not_be_read_a_strange_one_is_unknown(site, server, source, status):
    site.transition(site.change, "Intake", site.an)
    server.fail(Fault(How.ANSWER, path="/status$", status=status, times=9))
    assert states(source, site) == [("draft", "")]


@pytest.mark.parametrize(
    ("status", "state", "told"),
    [
        ("Awaiting approval", "authorize", ()),
        ("Wachtkamer", "implement", ("the status Wachtkamer is not known and taken for implement",)),
        ("Intake", "draft", ("the status Intake is not known and taken for draft",)),
    ],
)
def test_a_status_that_nobody_named_is_told_to_the_admin(site, source, status, state, told):
    site.transition(site.change, status, site.an)
    ticket = source.read(source.find(site.change))
    assert ticket.state == state
    assert [line.split(" by its category")[0] for line in ticket.remarks] == list(told)


def test_a_status_that_is_given_another_name_is_known_by_its_id(site, source):
    site.transition(site.change, "Awaiting approval", site.an)
    issue = source.client.api(f"issue/{site.change}")
    number = issue["fields"]["status"]["id"]
    source.read(source.find(site.change))
    assert source.learnt()[f"status:{number}"] == "Awaiting approval"
    later = JiraSource(source.client, source.settings)
    later.recall(source.learnt())
    seen = later.site.as_known({"id": number, "name": "Bij de poort", "statusCategory": {"key": "new"}})
    assert seen["name"] == "Awaiting approval"
    assert later.site.as_known({"id": "7", "name": "Bij de poort"})["name"] == "Bij de poort"
    assert later.site.as_known({"id": number, "name": "Implementing"})["name"] == "Implementing"


def test_a_project_that_is_given_another_key_is_known_by_its_id(site, source):
    source.read(source.find(site.change))
    number = source.client.api(f"issue/{site.change}")["fields"]["project"]["id"]
    later = JiraSource(source.client, source.settings.model_copy(update={"projects": ("OUD",)}))
    later.recall({**source.learnt(), f"project:{number}": "OUD"})
    assert later.find(site.change) is not None
    assert later.renamed() == (
        "the project OUD is called CHG now, and is known by its id — set JIRA_PROJECTS to the new key",
    )
