"""Exceptions as people read them: the headline counts those that stand beneath it, and each says what it is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from build import AN, CI, complete, day, members
from test_golden import golden, speak  # noqa: F401 - `speak` is a fixture

from bot.messages import card
from bot.messages.blockkit.blocks import check_message
from bot.messages.comment import compose
from bot.messages.i18n.speaker import Translator
from bot.messages.waiver_notes import NotedWaiver
from bot.messages.waiver_notes import compose as note
from bot.messages.waivers import finding_waiver_json, waived
from bot.policy.ticket_summary import overview
from domain.document import Bullets, Document, Heading, Panel
from domain.facts import Facts
from domain.finding import Finding
from domain.lifecycle import State, Verdict
from domain.people import Person, Role
from domain.waiver import Waiver
from rules.engine import evaluate
from rules.grouping import group_findings
from rules.loading.loader import load_packs

PACKS = load_packs(["vo-icr"])
ENGLISH = Translator("en", ZoneInfo("Europe/Brussels"))
FAY = Person("fay", "Fay")
HELD = {Role.DPO: members(CI), Role.CHANGE_MANAGER: members(FAY)}


def by(person: Person, role: Role, *rules: str, since: int = 7, until: int = 20) -> Waiver:
    reason = f"Agreed with {role.value}"
    return Waiver("jira:1", rules, reason, person.name, role, day(since), day(until), person.id)


def given(*waivers: Waiver, **more: object) -> Facts:
    return replace(complete(**{"state": State.REVIEW, "roles": HELD} | more), waivers=waivers)


def shown(document: Document) -> int:
    """How many items stand under the heading of exceptions."""
    blocks = list(document.blocks)
    at = next((n for n, block in enumerate(blocks) if block == Heading("Waived")), None)
    if at is None:
        return 0
    listed = blocks[at + 1]
    assert isinstance(listed, Bullets)
    return len(listed.items)


DPOS = ("ICR-17", "ICR-18", "ICR-32", "ICR-35")


@pytest.mark.parametrize(
    ("facts", "count"),
    [
        # Four findings of one line, of which two and two have one name.
        (given(by(CI, Role.DPO, *DPOS), approvals=complete().ticket.approvals[:1]), 2),
        (given(by(FAY, Role.CHANGE_MANAGER, "ICR-09", since=9), post_verification=None, state=State.CLOSED), 1),
        (given(by(FAY, Role.CHANGE_MANAGER, "ICR-09", "ICR-13", since=9), post_verification=None, lessons_learned=None,
               state=State.CLOSED), 2),
        (given(by(AN, Role.OWNER, "ICR-16"), by(CI, Role.DPO, "ICR-16"), test_data="production"), 1),
        # One of the line is excepted; what else it asks cannot be seen.
        (given(by(CI, Role.DPO, "ICR-19", since=9), notices=(), state=State.CLOSED), None),
    ],
)  # fmt: skip
def test_the_headline_counts_what_stands_beneath_it(facts: Facts, count: int | None) -> None:
    view = overview(group_findings(evaluate(facts, PACKS)), facts.ticket.state)
    document = compose(facts, view, ENGLISH)
    [panel] = [block for block in document.blocks if isinstance(block, Panel)]
    told = re.search(r"(\d+) exceptions? (?:is|are) in force", panel.lines[0][0].text)
    said = card.compose(facts, view, ENGLISH)["text"]
    beneath = said.count("without it:") + sum(int(n) for n in re.findall(r"and (\d+) more exception", said))
    assert shown(document) == beneath
    if told:
        assert int(told[1]) == beneath == count
    else:
        assert count is None


FOUND = next(f for f in evaluate(given(test_data="production"), PACKS) if f.id == "ICR-16")
OWNER, DPO = by(AN, Role.OWNER, "ICR-16", since=9), by(CI, Role.DPO, "ICR-16", since=9)


def excepted(**more: object) -> Finding:
    base = {"verdict": Verdict.WAIVED, "under": Verdict.VIOLATED, "waiver": DPO}
    return replace(FOUND, **base | more)


@pytest.mark.parametrize(
    ("finding", "told", "machine"),
    [
        (FOUND, "", set()),
        (excepted(), "Waived until Fri 20 Mar 2026 by Ci (DPO): Agreed with dpo; without it: not allowed.", set()),
        (excepted(also=(OWNER,)),
         "Waived until Fri 20 Mar 2026 by Ci (DPO): Agreed with dpo; An (application owner): Agreed with owner; "
         "without it: not allowed.", {"also"}),
        (excepted(for_good=True),
         "Waived when the rollout began, by Ci (DPO): Agreed with dpo; without it: not allowed.", {"for_good"}),
        (excepted(begun=day(8)),
         "Waived until Fri 20 Mar 2026 by Ci (DPO): Agreed with dpo; without it: not allowed. "
         "Recorded 24 hours after the start.", {"hours_after_start"}),
        (excepted(begun=day(9) - timedelta(minutes=90)),
         "Waived until Fri 20 Mar 2026 by Ci (DPO): Agreed with dpo; without it: not allowed. "
         "Recorded 1 hour after the start.", {"hours_after_start"}),
        (excepted(begun=day(9) - timedelta(minutes=40)),
         "Waived until Fri 20 Mar 2026 by Ci (DPO): Agreed with dpo; without it: not allowed. "
         "Recorded less than an hour after the start.", {"hours_after_start"}),
    ],
)  # fmt: skip
def test_what_an_exception_says(finding: Finding, told: str, machine: set[str]) -> None:
    assert waived(finding, ENGLISH) == told
    plain = {"by", "role", "reason", "recorded_at", "until"}
    assert (finding_waiver_json(finding) or {}).keys() == (plain | machine if finding.waiver else set())


def test_what_is_told_before_it_lapses(speak: Translator) -> None:  # noqa: F811
    ticket = replace(given().ticket, url="https://jira.example/browse/CHG-1", summary="New portal")
    noted = (NotedWaiver(DPO, FOUND),)
    bodies = {
        f"{'ends' if ending else 'needless'}, {'recorder' if recorder else 'team'}": note(
            ticket, ending, noted, speak, recorder=recorder
        )
        for ending in (True, False)
        for recorder in (True, False)
    }
    for body in bodies.values():
        check_message(body)
    golden(
        f"waiver-notes-{speak.language}",
        "\n\n".join(f"== {name}\n{body['text']}" for name, body in bodies.items()),
    )
