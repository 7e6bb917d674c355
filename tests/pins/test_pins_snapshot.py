"""What a judgement was made from, as it is kept and hashed. Hashes and evidence rest on the names of its fields."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

from build import AN, BO, CAB, CI, DIRK, TEAM, day

from bot.journal import digest, open_journal, schema
from bot.settings.in_force import in_force
from bot.settings.load import load_settings
from domain.asset import Asset, Because, Dimension, Flag, Subject
from domain.facts import Child, Facts, Notice, Receipt, Trouble, Underway
from domain.fields import UNREADABLE, Field
from domain.finding import Finding, Part
from domain.hash_chain import canonical
from domain.lifecycle import Severity, State, Verdict
from domain.looks import Looks
from domain.people import Holder, Membership, Person, Role, RoleMembers
from domain.schedule_conflicts import Checked, Clash, Conflict, Planning
from domain.sentence import Either, Quote, say
from domain.snapshot import snapshot
from domain.ticket import Approval, AssetRef, Change, Decision, Ticket, TicketKind
from domain.waiver import Declaration, Substitute, Waiver
from rules.loading.loader import load_packs

SNAPSHOT = "f576656e9fceba791a0bf72df546f6c640deb5a45eacff41564020c11c06a9e6"
"""The hash of the facts below; as JSON they stand in `tests/golden/snapshot.json`."""
MEANING = "3f2d9e11b444732ae326f7e82b177f46ccfa25f59487e0a47fb8eafa45fe411e"

RITA = Person("acc-rita", "Rita “é” 🚦", active=False, email="rita@example.org")
ASSET = Asset(
    "jira",
    "site",
    "Website",
    confidentiality=Field(5, raw="C5", where="Class"),
    gdpr=Field(True),
    owner=Field((AN,), by=BO, at=day(1)),
    operations_group=Field((TEAM,)),
    service_hours=Field("24x7"),
    updated_at=day(2),
    accounts="jira",
)
TICKET = Ticket(
    source="jira",
    id="10001",
    key="CHG-1",
    url="https://jira.example.org/browse/CHG-1",
    kind=TicketKind.CHANGE,
    state=State.AUTHORIZE,
    status="Waiting",
    summary="New portal",
    created=day(1),
    updated=day(3),
    fields={
        "planned_start": Field(day(9)),
        "changes": Field(("CHG-2", "CHG-3")),
        "tested_in_production": Field(False),
        "responsible_group": Field((TEAM,)),
        "test_plan": UNREADABLE,
    },
    approvals=(Approval(AN, Decision.APPROVED, day(5), CAB, "CAB", BO, day(4)),),
    approvals_readable=False,
    assets=(AssetRef("jira", "site", "Website"),),
    history=(Change("state", "assess", "authorize", DIRK, day(3)),),
    history_readable=True,
    preapproval=Field("Template 7"),
    remarks=("a status was assumed",),
    planning=Planning(Checked.CONFLICT, day(2), (Conflict(Clash.BLACKOUT, "Year end", "Website"),)),
)
SUBJECT = Subject(
    "Website",
    5,
    4,
    3,
    gdpr=True,
    ksz=None,
    asset=ASSET,
    assumed=(Dimension.AVAILABILITY,),
    problems=(say("{asset} has no class", asset=Quote("Website")),),
    unseen=(say("{people} cannot be seen", people=Either((AN, BO))),),
    path=("Portal", "Website"),
)
FACTS = Facts(
    ticket=TICKET,
    subjects=(SUBJECT,),
    now=day(10),
    problems=(say("no asset is named"),),
    roles={
        Role.CAB: RoleMembers((RITA,), (CAB,), memberships=(Membership(RITA, "g-cab", day(1), True, day(2), day(3)),)),
        Role.DPO: RoleMembers(configured=False, readable=False),
    },
    notices=(Notice(1, day(8), ("Bo",), (Role.OPERATIONS,), Receipt("Bo", day(9)), by_mail=True),),
    underway=(Underway(2, ("Ci",), (Role.DPO,), Trouble.REFUSED, "Slack", day(9)),),
    service_hours={"Web team": "24x7"},
    children=(Child("CHG-2", None, (), day(2)),),
    children_readable=False,
    waivers=(Waiver("jira:10001", ("ICR-03",), "Later", "Ci", Role.CAB, day(1), day(20)),),
    declarations=(Declaration("ICR-40", "https://wiki.example.org", date(2026, 1, 5), "Website"),),
    substitutes=(Substitute(Role.CAB, "Management team", "We are twelve people"),),
    same_person={"acc-1": "acc-2"},
    settle_by=day(12),
    material={"approvals": frozenset({"test_plan"})},
    looks=Looks(day(2), (Change("integrity", "2", "4", None, day(4), day(3), "Website"),)),
)  # fmt: skip
FINDING = Finding(
    id="ICR-17",
    pack="vo-icr",
    title=(("nl", "Testdata"), ("en", "Test data")),
    cite="Vo-ICR R&D v2.1 §1.1",
    verdict=Verdict.MISSING,
    gate=State.IMPLEMENT,
    severity=Severity.REQUIRED,
    line="test-data",
    rank=3,
    because=(Because("Website", Dimension.CONFIDENTIALITY, 5, Flag.GDPR, path=("Portal", "Website")),),
    seen=say("{field} says {value}", field=Quote("Test data"), value=Either(("a", 1, day(3)))),
    wanted=say("the sign-off of {role}", role=Role.DPO),
    who=(CI, Holder(AN, Role.CAB), TEAM, Role.DPO),
    parts=(Part(say("the DPO"), None, say("nothing")),),
)


def test_the_snapshot_of_facts(golden: Callable[[str, str], None]) -> None:
    kept = snapshot(FACTS)
    golden("snapshot.json", json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    text = canonical(kept)
    assert hashlib.sha256(text.encode()).hexdigest() == SNAPSHOT
    assert digest(kept) == SNAPSHOT


def test_hashes_of_a_judgement_in_the_journal(tmp_path: Path) -> None:
    """What a finding means is hashed by how its values show themselves, the names of their classes among it."""
    journal = open_journal(f"sqlite:///{tmp_path / 'sluis.db'}")
    journal.store(TICKET, [FINDING], snapshot(FACTS), day(10))
    with journal.read() as connection:
        [finding] = connection.execute(schema.FINDING.select()).mappings()
        [ticket] = connection.execute(schema.TICKET.select()).mappings()
    journal.close()
    assert (ticket["snapshot_hash"], finding["digest"]) == (SNAPSHOT, MEANING)
    assert finding["who"] == [
        ["person", "ci", "Ci"],
        ["person:cab", "an", "An"],
        ["group", "g-web", "Web team"],
        ["role", "dpo", ""],
    ]


def test_declarations_in_force() -> None:
    """They are hashed as they show themselves: another form would put them on record as changed."""
    shown = in_force(load_settings(), (), FACTS.declarations)["declarations"]
    assert json.loads(shown or "") == [
        "Declaration(rule='ICR-40', reference='https://wiki.example.org', "
        "reviewed=datetime.date(2026, 1, 5), subject='Website')"
    ]


def test_packs_in_force() -> None:
    """They are hashed whole, the names of their parts among it."""
    [shown] = [
        v for k, v in in_force(load_settings(), load_packs(["patch"]), ()).items() if k.startswith("pack ")
    ]
    pack = json.loads(shown or "")
    rule = pack["rules"][0]
    assert " ".join(pack) == "id version effective_from effective_until document cite material rules"
    assert " ".join(rule) == (
        "id title problem section applies gate severity line rank item preapproved_by check with later waivable"
        " evidence"
    )
    assert " ".join(rule["applies"]) == "from_class dimensions flag any kinds when"
    assert " ".join(rule["applies"]["when"]) == "field asset any filled is not"
