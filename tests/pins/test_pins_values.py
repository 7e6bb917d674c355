"""Values that stand in journals, packs, settings, messages and outside: names in the program may change, these not."""

from __future__ import annotations

from enum import Enum

import pytest

from bot.journal.audit_causes import Cause
from bot.journal.outbox import DEFAULT_INSTALL
from bot.journal.outbox_row import GENERAL, IDLE, REFUSAL, WRITING, slot_key
from bot.policy.actions import Action, CommandKind, SnoozeChoice, encode
from bot.settings.load import Mode
from connectors.jira.settings import Deployment
from domain.asset import Dimension, Flag
from domain.facts import Trouble
from domain.fields import Kind
from domain.finding import Timing
from domain.lifecycle import Severity, State, Verdict
from domain.people import Role
from domain.ports.connector import Health
from domain.ports.interactions import InteractionKind
from domain.ports.messaging import Format
from domain.ports.source import Fate
from domain.schedule_conflicts import Checked, Clash
from domain.snooze import SnoozeKind
from domain.ticket import Decision, TicketKind
from rules.approval.membership_then import HeldThen
from rules.declarations import Standing
from rules.loading.schema import Counts, Item
from rules.outcome import Result


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (Verdict, "met pending missing violated late waived unknown"),
        (State, "draft assess authorize scheduled implement review closed canceled"),
        (Severity, "required advice"),
        (Role, "owner cab dpo change_manager operations keten_cab users process_owner"),
        (TicketKind, "change release incident problem"),
        (Decision, "requested approved rejected not_required automatic from_start"),
        (Dimension, "confidentiality integrity availability"),
        (Flag, "gdpr ksz nis2"),
        (Kind, "text bool choice users party moment keys list"),
        (Checked, "clear conflict not_run"),
        (Clash, "blackout window change other"),
        (SnoozeKind, "seen snoozed"),
        (InteractionKind, "press command form home"),
        (Action, "seen snooze explain waive received"),
        (SnoozeChoice, "2h 1d 2d 5d"),
        (CommandKind, "help mine ticket explain"),
        (Cause, "verdict write interaction waiver settings allowance gone exported erased pruned clock"),
        (Fate, "open over moved deleted absent hidden"),
        (Format, "adf wiki plain slack mail"),
        (Health, "ok warning failed"),
        (Mode, "observe act"),
        (Deployment, "auto cloud data_center"),
        (Item, "rule reserved attestation report"),
        (Counts, "before_rollout after_rollout"),
        (Timing, "in_time late afterwards unseen"),
        (Result, "met unmet violated unknown"),
        (HeldThen, "yes then not_yet unseen unsure never"),
    ],
)
def test_values(values: type[Enum], text: str) -> None:
    assert [one.value for one in values] == text.split()


def test_values_with_blanks() -> None:
    assert [one.value for one in Standing] == ["declared", "stale", "not declared"]
    assert [one.value for one in Trouble] == ["", "out_of_reach", "refused", "no_address", "observing"]


def test_words_of_a_slot() -> None:
    assert (IDLE, WRITING, REFUSAL) == ("idle", "writing", "refused: ")
    assert GENERAL == ("reminder", "escalation", "digest", "preread", "unseen", "vacant", "anchor")


@pytest.mark.parametrize(
    ("slot", "key"),
    [
        (("main", "jira", "jira:10001", "comment"), "086221f3f2c3afe6"),
        (("main", "slack", "escalation:cab", "escalation:3600ea4fa48a97c7:cab"), "16f6af04a69b03d8"),
    ],
)
def test_the_name_by_which_a_message_is_known_again_outside(
    slot: tuple[str, str, str, str], key: str
) -> None:
    assert slot_key(*slot) == key
    assert slot[0] == DEFAULT_INSTALL


def test_what_a_button_carries() -> None:
    assert encode("jira", "10001", ("ICR-02", "rollout"), "2h") == "jira:10001|2h|ICR-02,rollout"
