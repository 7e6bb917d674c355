"""One issue on which Jira itself breaks, in bulk and singly: the others are judged all the same."""

from __future__ import annotations

from collections.abc import Callable

from bot.report import Report
from sandbox.server import Fault, How
from sandbox.town import Town


def test_an_issue_that_answers_500_for_ever_keeps_no_other_from_being_judged(
    town: Town, sync: Callable[..., Report]
) -> None:
    for number in range(8):
        town.jira.add_issue("CHG", "[System] Change", f"Change {number}", by="Tom Willems")
    broken = town.jira.issues[town.part]
    for path in (rf"/issue/({broken.id}|{broken.key})(/|$)", "bulkfetch"):
        town.servers["jira"].fail(Fault(How.ANSWER, path=path, status=500, body="{}", times=10**6))
    for _ in range(2):
        report = sync(SLUIS_MAX_SHARE="100")
        (line,) = report.problems
        assert line.startswith(f"{broken.key}: jira: answered 500, for this ticket alone")
        assert report.sources["jira"].failed == 1
    assert all(
        issue.comments for issue in town.jira.issues.values() if issue.key in (town.change, town.release)
    )
