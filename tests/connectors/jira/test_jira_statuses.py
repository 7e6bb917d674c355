"""Statuses: by name, by category, in a history by their id; and what is told of those nobody named."""

from __future__ import annotations

import pytest

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
