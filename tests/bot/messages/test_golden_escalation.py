"""Digest, pre-read and every step of a ladder, whole, in both languages, as they stand in `tests/golden`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from test_golden import CASES, golden, lines, speak  # noqa: F401 - `speak` is a fixture

from bot.messages import digest, escalation
from bot.messages.digest import Digest, Entry, Preread
from bot.messages.escalation import EscalatedItem, EscalationMessage
from bot.messages.i18n.speaker import Translator
from bot.policy.audience import Team
from bot.policy.escalation_ladder import EscalationPolicy
from bot.policy.overdue import OverdueItem
from domain.lifecycle import Verdict
from domain.people import Role
from domain.requests import ActionRequest
from domain.sentence import say

LATE = CASES["too-late"]
NOW = LATE.now
WHEN = NOW - timedelta(days=3)
ASKED = (
    ActionRequest("jira:1", "x", "team:Web team", WHEN),
    ActionRequest("jira:1", "x", "change_manager", WHEN + timedelta(days=1), 0),
)
NL_EN = {"nl": "Release package opgebouwd", "en": "Release package built"}
TESTS = {"nl": "Getest en aanvaard", "en": "Tested and accepted"}
URL = "https://jira.example/browse/CHG-1"
ONE = Entry("CHG-1", "New address format", URL, "Web team", NOW, None, NOW, (NL_EN, TESTS), 0, WHEN)
PATCH = replace(ONE, key="CHG-2", summary="Patch of the portal", start=None, end=NOW + timedelta(hours=30))
LONG = replace(ONE, key="CHG-3", titles=(NL_EN,) * 5, missing=5)


def raised(audience: Team | Role, before: int, **more: object) -> EscalatedItem:
    line = next(line for line in lines(LATE) if line.verdict in (Verdict.MISSING, Verdict.VIOLATED))
    given = {"start": WHEN, "ladder": EscalationPolicy(()), "verdict": Verdict.MISSING} | more
    return EscalatedItem(audience, LATE, line, OverdueItem(line.line, **given), before, ASKED[:before])


STEPS = {
    "team-term": raised(Team("Web team"), 0, term=True, start=NOW + timedelta(hours=20)),
    "dpo-breach": raised(Role.DPO, 0, term=True, start=NOW + timedelta(hours=70)),
    "change-manager": raised(Role.CHANGE_MANAGER, 1),
    "cab": raised(Role.CAB, 2, verdict=Verdict.VIOLATED),
    "cab-term-over": raised(Role.CAB, 2, term=True, start=WHEN),
    "cab-ahead": replace(raised(Role.CAB, 2, verdict=Verdict.VIOLATED), facts=CASES["held"]),
    "process-owner": raised(Role.PROCESS_OWNER, 2),
}


@pytest.mark.parametrize("name", STEPS)
def test_steps_of_a_ladder(speak: Translator, name: str) -> None:  # noqa: F811
    up = EscalationMessage(STEPS[name].audience, (STEPS[name],))
    said = escalation.compose(up, speak)["text"]
    if isinstance(up.audience, Role):
        said += "\n\n--- in the thread\n" + escalation.in_thread(up, speak)["text"]
    golden(f"up-{name}-{speak.language}", said)


def test_digests(speak: Translator) -> None:  # noqa: F811
    full = Digest(("Web team",), NOW, (LONG,), (ONE,), (PATCH,), (replace(ONE, key="CHG-4"),), 17)
    golden(f"digest-{speak.language}", digest.compose(full, speak)["text"])
    golden(
        f"digest-two-teams-{speak.language}",
        digest.compose(replace(full, teams=("Web team", "")), speak)["text"],
    )
    quiet = Digest(("Web team",), NOW, (), (), (), (), 12)
    golden(f"digest-quiet-{speak.language}", digest.compose(quiet, speak)["text"])


def test_pre_reads(speak: Translator) -> None:  # noqa: F811
    found = (
        (say("not allowed"), ONE),
        (say("not in order in time"), LONG),
        (say("has a recorded exception"), PATCH),
    )
    golden(
        f"preread-{speak.language}",
        digest.preread(Preread(NOW, found, frozenset({"CHG-3"}), 40), speak)["text"],
    )
    golden(f"preread-none-{speak.language}", digest.preread(Preread(NOW, (), frozenset(), 40), speak)["text"])


def test_a_digest_of_hundreds_stays_within_what_slack_takes(speak: Translator) -> None:  # noqa: F811
    many = tuple(replace(ONE, key=f"CHG-{n}", summary="<!channel> " * 30) for n in range(300))
    full = digest.compose(Digest(("Web team",), NOW, many, many, many, many, 300), speak)
    week = digest.preread(
        Preread(NOW, tuple((say("has a recorded exception"), e) for e in many), frozenset(), 300), speak
    )
    for body in (full, week):
        assert "<!channel>" not in body["text"]
        assert len(body["blocks"]) <= 50
