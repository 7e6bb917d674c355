"""What the account may do beyond what the bot needs: said, with the fix, and no failure."""

from __future__ import annotations

import pytest
from jira_site import Site, quick_client, settings_for

from connectors.jira.client import Client
from connectors.jira.doctor import JiraExaminer
from connectors.jira.permissions import beyond
from connectors.jira.source import JiraSource
from domain.ports.connector import Diagnosis, Health
from sandbox.server import Fault, How, Server

NONE = (Health.OK, "none of those that administer, change or delete")


def told(source: JiraSource) -> list[Diagnosis]:
    return [d for d in JiraExaminer(source).examine({}) if d.about == "rights beyond need"]


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ((), [NONE]),
        (("ADMINISTER",), [(Health.WARNING, "the account may administer Jira (ADMINISTER)")]),
        (
            ("SYSTEM_ADMIN", "ADMINISTER", "DELETE_ISSUES"),
            [
                (
                    Health.WARNING,
                    "the account may administer the whole system (SYSTEM_ADMIN), administer Jira (ADMINISTER)",
                ),
                (Health.WARNING, "in CHG the account may delete tickets (DELETE_ISSUES)"),
            ],
        ),
        (
            ("ADMINISTER_PROJECTS", "EDIT_ISSUES"),
            [
                (
                    Health.WARNING,
                    "in CHG the account may administer the project (ADMINISTER_PROJECTS), change fields (EDIT_ISSUES); "
                    "on Cloud the bot uses ADMINISTER_PROJECTS to edit its comment without mail, and does without",
                )
            ],
        ),
        (
            ("TRANSITION_ISSUES", "EDIT_ALL_COMMENTS", "DELETE_ALL_COMMENTS"),
            [
                (
                    Health.WARNING,
                    "in CHG the account may move tickets on (TRANSITION_ISSUES), change what others wrote "
                    "(EDIT_ALL_COMMENTS), delete what others wrote (DELETE_ALL_COMMENTS)",
                )
            ],
        ),
    ],
)
def test_rights_beyond_need(site: Site, server: Server, source: JiraSource, given, seen) -> None:
    site.deny("ADMINISTER_PROJECTS", "CHG")
    site.grant(*given)
    site.denied -= {(name, "CHG") for name in given}
    found = told(source)
    assert [(d.health, d.detail) for d in found] == seen
    assert all(bool(d.fix) is (d.health is Health.WARNING) for d in found)
    assert server.writes() == []


def test_projects_with_the_same_rights_share_a_line(site: Site, server: Server) -> None:
    site.add_issue("REL", "Change", "Another project", by=site.an)
    site.add_issue("HR", "Change", "A third", by=site.an)
    for project in ("CHG", "REL", "HR"):
        site.deny("ADMINISTER_PROJECTS", project)
    site.grant("DELETE_ISSUES")
    site.deny("DELETE_ISSUES", "HR")
    settings = settings_for(server.url, projects=("CHG", "HR", "REL"))
    found = told(JiraSource(quick_client(settings), settings))
    assert [d.detail for d in found] == ["in CHG, REL the account may delete tickets (DELETE_ISSUES)"]


def test_without_named_projects_it_is_asked_of_any(site: Site, server: Server) -> None:
    settings = settings_for(server.url, projects=())
    (found,) = told(JiraSource(quick_client(settings), settings))
    assert found.detail.startswith("in some project the account may administer the project")


@pytest.mark.parametrize("status", [400, 403, 500])
def test_where_it_cannot_be_asked_it_is_not_known(server: Server, client: Client, status: int) -> None:
    server.fail(Fault(How.ANSWER, path="mypermissions", status=status, times=9))
    (found,) = beyond(client, ("CHG",))
    assert (found.health, found.detail.partition(":")[0]) == (Health.WARNING, "could not be asked")
