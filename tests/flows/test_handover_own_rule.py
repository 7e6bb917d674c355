"""An organisation's own rule about a notification, over the whole path: who is named gets it and confirms it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from build import english
from test_handover import press, verdicts
from test_slack_interactions import World, mode, world  # noqa: F401 - fixtures
from test_story import Sync

from bot.context import Context
from bot.cycle.cycle import cycle
from bot.intake.facts import FactsBuilder
from domain.finding import Finding
from rules.engine import evaluate
from sandbox.mail import MailSandbox
from sandbox.town import Town

PACK = """\
id: our-city
version: "1"
effective_from: 2020-01-01
document: {{en: Decision of the board}}
cite: Board
rules:
  - id: CITY-1
    title: {{en: "Told after the rollout"}}
    applies: {{from_class: 3, dimensions: [confidentiality]}}
    gate: closed
    check: notified
    with: {{roles: [{role}]}}
"""
ROLE = "users"


def env_of(folder: Path, role: str = ROLE) -> dict[str, str]:
    """Settings with the pack alone: nothing of the norms asks for a notification."""
    packs = folder / "own-packs"
    packs.mkdir(exist_ok=True)
    (packs / "our-city.yaml").write_text(PACK.format(role=role), encoding="utf-8")
    return {
        "SLUIS_PACKS": "processes",
        "SLUIS_PACKS_DIR": str(packs),
        "SLUIS_OFFICE_HOURS": "00:00-23:59",
        "ROLES__USERS": "Data Protection",
    }


@pytest.fixture
def extra(town: Town) -> dict[str, str]:
    return env_of(town.folder) | {"SLACK_CHANNELS__USERS": town.channels["privacy"]}


@pytest.fixture
def letters() -> Iterator[MailSandbox]:
    made = MailSandbox()
    yield made
    made.stop()


def own(ctx: Context, town: Town) -> Finding:
    source, ref = next((s, ref) for s in ctx.sources if (ref := s.find(town.release)))
    found = evaluate(FactsBuilder(ctx).facts(source, ref), ctx.policy.packs)
    return next(finding for finding in found if finding.id == "CITY-1")


@pytest.mark.parametrize("mode", ["http"], indirect=True)
def test_it_is_sent_reminded_receipted_and_met(world: World) -> None:  # noqa: F811
    place = world.town.channels["privacy"]
    world.town.roll_out()
    cycle(world.ctx)
    (sent,) = [m for m in world.town.slack.messages(place) if m.text.startswith("Available in production")]
    assert world.town.slack.messages(world.town.channels["operations"]) == [], "nobody that no rule names"
    assert "Sent to 'Dina Peeters' on" in english(own(world.ctx, world.town).seen)
    later = world.ctx.policy.calendar.working_days_after(datetime.now(UTC), 1) + timedelta(minutes=5)
    cycle(replace(world.ctx, clock=lambda: later))
    (reminder,) = world.town.slack.thread(place, sent.ts)
    assert reminder.text.startswith("The formal notification of ")
    assert "Noted on" in press(world, "Dina Peeters", place, sent)
    said = own(world.ctx, world.town)
    assert (said.verdict, "'Dina Peeters' confirmed receipt on" in english(said.seen)) == ("met", True)


@pytest.mark.parametrize("role", ["dpo", "cab", "change_manager", "process_owner"])
def test_any_role_is_reached_by_mail(town: Town, sync: Sync, letters: MailSandbox, role: str) -> None:
    env = env_of(town.folder, role) | {name: "" for name in town.env() if name.startswith("SLACK_")}
    env |= {
        "MAIL_HOST": "127.0.0.1",
        "MAIL_PORT": str(letters.start()),
        "MAIL_SECURITY": "none",
        "MAIL_FROM_ADDRESS": "sluis@example.org",
        f"MAIL_ADDRESSES__{role.upper()}": "role@example.org",
    }
    town.roll_out()
    sync(**env)
    assert [letter.recipient for letter in letters.letters] == ["role@example.org"]
    assert verdicts(town)["CITY-1"] == "met"
