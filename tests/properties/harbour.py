"""A harbour to steer through: tickets, a board of comments and a message service in memory, and the real bot before it.

Everything between the ports is the product's own: pipeline, rules, decisions, delivery, journal in a file. What people
do is done to the tickets; what goes wrong is arranged beforehand and happens during the next run.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import build
from organisation import CALENDAR, organisation
from sqlalchemy import func, select
from waters import CHANNEL, REF, START, Board, Channels, Counter, Silent, Site

from bot.context import Context
from bot.interactions.worker import InteractionWorker
from bot.journal import Journal, connect, open_journal
from bot.journal.audit_causes import Cause
from bot.journal.schema import AUDIT
from bot.messages.i18n.speaker import Translator
from bot.policy.actions import Action
from bot.policy.working_hours import WorkingHours
from domain.fields import UNREADABLE, Field
from domain.lifecycle import State
from domain.people import Role
from domain.ports.connector import Connector
from domain.ports.interactions import Interaction, InteractionKind
from domain.ports.messaging import Format
from domain.ticket import Approval, Change, Decision
from rules.loading.loader import load_packs

PACKS = load_packs(("vo-icr",))
MOST = 200
STEPS = (5, 2, 1)
PEOPLE = {"the owner": build.AN, "a CAB member": build.BO, "the DPO": build.CI}
WORDS: Mapping[str, Mapping[str, Field]] = {
    "test_data": {"synthetic": Field("synthetic"), "production": Field("production"), "nothing": Field()},
    "rollout_strategy": {"phased": Field("phased"), "pull": Field("pull"), "nothing": Field()},
    "fallback_plan": {"a plan": Field("Restore the backup."), "nothing": Field()},
    "test_result": {"passed": Field("passed"), "failed": Field("failed"), "nothing": Field()},
    "planned_start": {
        "tomorrow": Field(START + timedelta(days=1)),
        "next week": Field(START + timedelta(days=7)),
    },
    "change_type": {"normal": Field("normal"), "emergency": Field("emergency")},
    "operational_at": {"in three days": Field(START + timedelta(days=3)), "nothing": Field()},
}
"""What people write into fields, by the words of the story."""


class Harbour:
    """Two tickets, what the bot says about them, and the bot with its journal."""

    def __init__(self, template: Path, journal: type[Journal] = Journal) -> None:
        fast = Path("/dev/shm")  # in memory where there is such a place: every step commits
        self.folder = Path(tempfile.mkdtemp(prefix="harbour-", dir=fast if fast.is_dir() else None))
        shutil.copy(template, self.folder / "sluis.db")
        self.kind, self.now = journal, START
        self.site = Site(lambda: self.now)
        self.comments = Board("jira", Format.ADF, lambda: self.now, self.is_there, self.site.touch)
        self.slack = Board("slack", Format.SLACK, lambda: self.now, endless=True)
        self.counter: Any = Counter()
        self.journal = self._opened()
        self.presses = 0
        for number in ("1", "2"):
            self._ticket(number)

    def is_there(self, ticket_id: str) -> bool:
        return ticket_id in self.site.tickets and ticket_id not in self.site.gone

    def close(self) -> None:
        self.journal.close()
        shutil.rmtree(self.folder)

    def restart(self) -> None:
        """The process is gone; another one opens its journal."""
        self.journal.close()
        self.journal = self._opened()

    def context(self, *, act: bool = True) -> Context:
        policy = organisation(
            act=act,
            max_writes=MOST,
            roles={Role.CAB: ("CAB",), Role.DPO: ("Privacy",)},
            hours=WorkingHours(CALENDAR, {}, {build.TEAM.name: "24x7"}),
            remind_days=STEPS,
            same_person=tuple(f"U-{person.id}={person.id}" for person in PEOPLE.values()),
        )
        jira = Connector("jira", Silent(), source=self.site, book=self.site, channel=self.comments)
        slack = Connector(
            "slack", Silent(), channel=self.slack, recipients=Channels(), interactions=self.counter
        )
        speak = Translator("en", ZoneInfo("Europe/Brussels"))
        return Context((jira, slack), self.journal, policy, speak, lambda: self.now)

    def decided(self, number: str, who: str, decision: Decision) -> None:
        """A person decides in the ticket, as they would."""
        made = Approval(PEOPLE[who], decision, self.now, build.CAB if who == "a CAB member" else None)
        self.site.touch(number, approvals=(*self.site.tickets[number].approvals, made))

    def wrote(self, number: str, name: str, value: Field) -> None:
        """A person fills in or empties a field."""
        ticket = self.site.tickets[number]
        before, after = (str(one.value or "") for one in (ticket.field(name), value))
        told = Change(name, before, after, build.ELS, self.now)
        self.site.touch(number, fields={**ticket.fields, name: value}, history=(*ticket.history, told))

    def rolled_out(self, number: str, operational_in: int | None = None) -> None:
        """It is in production, and on record; and will be operational in so many hours, where that is known."""
        fields = {
            "actual_start": Field(self.now - timedelta(hours=2)),
            "actual_end": Field(self.now - timedelta(hours=1)),
            "result": Field("successful"),
            "handed_over_to": Field((build.TEAM,)),
            "handed_over_at": Field(self.now),
        }
        if operational_in is not None:
            fields["operational_at"] = Field(self.now + timedelta(hours=operational_in))
        self.site.touch(number, state=State.REVIEW, fields=self.site.tickets[number].fields | fields)

    def pressed(self, who: str, action: Action, value: str) -> str:
        """A person presses a button, and the bot works it off; gives what came of it."""
        self.presses += 1
        user = f"U-{PEOPLE[who].id}"
        done: list[str] = []
        made = Interaction(
            f"press-{self.presses}", InteractionKind.PRESS, user, action.value, value, place=CHANNEL
        )
        reception = InteractionWorker(self.context(), self.counter, on_done=done.append)
        reception.take(made)
        reception.work_off()
        return done[-1]

    def presses_on_record(self) -> int:
        """How many presses the audit trail holds."""
        told = select(func.count()).select_from(AUDIT).where(AUDIT.c.cause == Cause.INTERACTION.value)
        with self.journal.read() as connection:
            return int(connection.execute(told).scalar_one())

    def hid(self, number: str, name: str) -> None:
        """An admin of the ticket system hides a field from the bot."""
        self.site.touch(number, fields={**self.site.tickets[number].fields, name: UNREADABLE})

    def _opened(self) -> Journal:
        url = f"sqlite:///{self.folder / 'sluis.db'}"
        if self.kind is Journal:
            return open_journal(url)
        journal = self.kind(connect(url, exclusive=True))
        journal.free_leases()
        return journal

    def _ticket(self, number: str) -> None:
        names = ("actual_start", "actual_end", "result", "handed_over_to", "handed_over_at", "operational_at")
        ahead = dict.fromkeys(names, Field()) | {"change_type": Field("normal")}
        moments = {
            "planned_start": START + timedelta(days=3),
            "planned_end": START + timedelta(days=3, hours=2),
        }
        told = {"stakeholders": Field((build.BO,))}
        base = build.complete(state=State.AUTHORIZE, **ahead | told | moments).ticket
        self.site.versions[number] = 0
        self.site.tickets[number] = replace(
            base,
            source="jira",
            id=number,
            key=f"CHG-{number}",
            summary="New address format",
            updated=self.now,
            approvals=(),
            assets=(REF,),
        )
