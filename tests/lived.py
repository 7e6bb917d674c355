"""Two weeks of a small office, always the same: every kind of message, of row and of name that a journal holds.

    PYTHONPATH=tests python -m tests.lived 0013     # writes tests/bot/journal/lived/0013.{sqlite,postgresql}.sql.gz

Such a dump is what stands in the journals of people who upgrade: made once for a revision, never written anew.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from build import AN, BO
from office import CARLA, Office
from organisation import DIGESTS, speaking

from bot.journal import Allowance, Decided, Journal
from bot.journal.receipts import ReceiptRow
from bot.policy.speaking_times import SpeakingTimes
from domain.asset import Asset
from domain.fields import Field
from domain.lifecycle import State
from domain.people import Group, Membership, Role, RoleMembers
from domain.ports.interactions import Interaction, InteractionKind
from domain.ports.source import ChangeHint
from domain.snooze import Snooze, SnoozeKind
from domain.ticket import Approval, AssetRef, Decision, TicketKind
from domain.waiver import Waiver
from tests.released import dumped, postgres

FOLDER = Path(__file__).parent / "bot" / "journal" / "lived"
WEB, OPS = Group("g-web", "Web team"), Group("g-ops", "Operations")
SITE, SHOP = AssetRef("jira", "site", "Website"), AssetRef("jira", "shop", "Shop — “é”")
CHANGE, ROLLED_OUT, RELEASE = "jira:chg-1", "jira:chg-2", "jira:rel-1"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment (UTC) in November 2026, of which the 16th is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def _asset(ref: AssetRef, level: int) -> Asset:
    off = dict.fromkeys(("gdpr", "ksz", "nis2"), Field(False))
    classes = {name: Field(level) for name in ("confidentiality", "integrity", "availability")}
    return Asset(
        "jira", ref.id, ref.name, owner=Field((AN,)), stakeholders=Field((BO, WEB)), **classes, **off
    )


Edit = tuple[datetime, str, Mapping[str, Any]]
EDITS: tuple[Edit, ...] = (
    (
        at(16, 8),
        "CHG-1",
        {
            "summary": "New portal — “é” 🚦",
            "state": State.AUTHORIZE,
            "assets": (SITE,),
            "responsible_group": (WEB,),
            "planned_start": at(27, 17),
        },
    ),
    (
        at(16, 8),
        "CHG-2",
        {
            "summary": "New checkout",
            "state": State.IMPLEMENT,
            "assets": (SHOP,),
            "responsible_group": (WEB,),
            "handed_over_to": (OPS,),
            "approvals": (Approval(AN, Decision.APPROVED, at(13, 9)),),
        },
    ),
    (
        at(16, 8),
        "REL-1",
        {
            "summary": "Winter release",
            "state": State.AUTHORIZE,
            "kind": TicketKind.RELEASE,
            "changes": ("CHG-1",),
            "responsible_group": (WEB,),
            "planned_start": at(27, 17),
        },
    ),
    (
        at(16, 8),
        "CHG-3",
        {
            "summary": "Certificate ran out",
            "change_type": "emergency",
            "state": State.REVIEW,
            "assets": (SITE,),
            "responsible_group": (WEB,),
            "actual_start": at(16, 6),
            "actual_end": at(16, 7),
            "result": "successful",
        },
    ),
    (at(17, 9), "CHG-1", {"package": "portal 4.2.0", "build_doc": "log 1184", "rollout_strategy": "phased"}),
    (
        at(17, 9),
        "CHG-2",
        {"state": State.REVIEW, "actual_start": at(17, 6), "actual_end": at(17, 8), "result": "successful"},
    ),
    (at(18, 9), "CHG-2", {"operational_at": at(18, 8)}),
)
"""What the tickets became, and when."""


def _press(journal: Journal, moment: datetime, action: str, **made: Any) -> None:
    """Carla did something in the message service, and was answered."""
    key = f"press:{moment:%d%H%M}:{action}"
    journal.keep(Interaction(key, InteractionKind.PRESS, "U1", action, f"{CHANGE}||ICR-02"), moment)
    deed = journal.next_interaction("desk", moment, 60)
    assert deed is not None
    done = Decided(**{"ticket": CHANGE, "account": CARLA.id, "person": CARLA.name} | made)
    assert journal.decide(deed, "desk", done, moment)
    journal.answered(deed, moment)


def _rests(journal: Journal, now: datetime) -> None:
    snoozed = Snooze(CHANGE, CARLA.id, CARLA.name, SnoozeKind.SNOOZED, now, at(17, 8), "D-carla")
    seen = Snooze(RELEASE, CARLA.id, CARLA.name, SnoozeKind.SEEN, now, at(26, 17))
    _press(journal, now, "snooze", outcome="snoozed", pause=snoozed)
    _press(journal, now, "seen", outcome="seen", ticket=RELEASE, pause=seen)


def _excepts(journal: Journal, now: datetime) -> None:
    waiver = Waiver(CHANGE, ("ICR-03",), "The masked copy comes later", CARLA.name, Role.CAB, now, at(30, 17))
    _press(journal, now, "waive", outcome="waived", waiver=waiver)
    journal.record_hint("jira", [ChangeHint("chg-1", "e1"), ChangeHint("chg-2", "e2")], now)
    journal.allow(Allowance(300, CARLA.name, "carla", at(20, 9)), now)
    journal.note_settings({"SLUIS_MODE": '"act"', "JIRA_API_TOKEN": None}, now)
    cab = Group("g-cab", "CAB")
    since = Membership(CARLA, cab.id, at(2, 8), told=True, seen=now)
    journal.watch("jira", {Role.CAB: RoleMembers((CARLA,), (cab,), memberships=(since,))}, now)


def _confirms(journal: Journal, now: datetime) -> None:
    receipt = ReceiptRow(ROLLED_OUT, "handover-1:operations", CARLA.id, CARLA.name, now)
    _press(journal, now, "received", outcome="received", ticket=ROLLED_OUT, receipt=receipt)


def _asks_later(journal: Journal, now: datetime) -> None:
    """What nobody came to yet."""
    journal.keep(Interaction("press:late", InteractionKind.PRESS, "U1", "explain", f"{CHANGE}||ICR-02"), now)


ACTS: Mapping[datetime, Callable[[Journal, datetime], None]] = {
    at(16, 10): _rests,
    at(17, 10): _excepts,
    at(18, 10): _confirms,
    at(24, 16): _asks_later,
}
"""What people did that the journal holds."""

RUNS = (
    *(
        at(16, 9),
        at(16, 12),
        at(17, 8),
        at(17, 9, 30),
        at(17, 11),
        at(18, 9),
        at(18, 11),
        at(19, 8),
        at(19, 9),
    ),
    *(at(20, 8), at(23, 8), at(24, 9), at(24, 17)),
)
"""When the bot runs."""


@dataclass
class Lived(Office):
    """The office of these weeks, where people can answer in the message service."""

    talk: SpeakingTimes = field(default_factory=lambda: speaking(**DIGESTS))
    channels: Mapping[str, str] = field(
        default_factory=lambda: {"cab": "cab", "change_manager": "cm", "operations": "ops", "Web team": "web"}
    )

    def start(self) -> None:
        """With a desk. Nothing is asked of it in these weeks: it is enough that there is one."""
        self.assets |= {ref.id: _asset(ref, level) for ref, level in ((SITE, 3), (SHOP, 5))}
        super().start()
        jira, slack = self.ctx.connectors
        desk: Any = self
        self.ctx = replace(self.ctx, connectors=(jira, replace(slack, interactions=desk)))

    def edit(self, until: datetime) -> None:
        """The tickets as they were made and edited until then."""
        for moment, key, given in EDITS:
            if (moment, key) not in self._edited and moment <= until:
                self._edited.add((moment, key))
                self.now = moment
                self.put(key, **given)
        self.now = until

    _edited: set[tuple[datetime, str]] = field(default_factory=set)

    def live(self) -> None:
        """Let it all happen."""
        for moment in sorted({*ACTS, *RUNS}):
            self.edit(moment)
            if moment in ACTS:
                ACTS[moment](self.ctx.journal, moment)
            if moment in RUNS:
                self.run()


def lived(url: str) -> Lived:
    """The office after these weeks, with its journal in a blank database."""
    office = Lived(url, RUNS[0])
    office.live()
    return office


def main() -> None:
    """Write the dumps of the present schema, under the name of its revision."""
    FOLDER.mkdir(exist_ok=True)
    for revision in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder, postgres() as server:
            for kind, url in (("sqlite", f"sqlite:///{folder}/x.db"), ("postgresql", server)):
                lived(url).ctx.journal.close()
                packed = gzip.compress(dumped(url).encode(), mtime=0)
                (FOLDER / f"{revision}.{kind}.sql.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
