"""Gathering, sealing and writing a pack: evidence.html to read, evidence.json to check, verify.py to check it with."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.audit.page import page
from bot.journal import Journal, TicketRow
from bot.journal.audit import Entry, Excerpt
from bot.journal.audit_causes import Cause
from bot.messages.i18n.speaker import Translator
from bot.messages.waivers import waiver_json
from domain import hash_chain
from rules.loading.loader import Pack as NormPack

HTML, JSON, VERIFIER = "evidence.html", "evidence.json", "verify.py"


@dataclass(frozen=True, slots=True)
class Request:
    """What a pack is asked of: how people call the ticket or release, when (UTC), and which account of the machine
    asks for it.
    """

    called: str
    at: datetime
    user: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it is given out: evidence.json as data, and the page; both sealed by a row of the audit trail."""

    content: Mapping[str, Any]
    page: bytes


def made(journal: Journal, packs: Sequence[NormPack], request: Request, speak: Translator) -> Pack | None:
    """A pack that is sealed on the audit trail; None when nothing is known of the ticket."""
    found = gather(journal, packs, request)
    if found is None:
        return None
    html, salt = page(found, speak).encode(), secrets.token_hex(16)
    facts = {
        "tickets": list(found["tickets"]),
        "verifier": verifier_hash(),
        "seals": hash_chain.seals(found, html, salt),
    }
    personal = {"user": request.user} if request.user else {}
    seq = journal.record(Entry(Cause.EXPORTED, "", facts, personal), request.at)
    # The chain may have grown between the look and the seal: what came then is proven, and not in the pack.
    row, links = journal.audit_up_to(found["head"]["seq"], seq)
    sealed = {
        **found,
        "links": [*found["links"], *links],
        "seal": {"row": row._asdict(), "salt": salt},
    }
    return Pack(sealed, html)


def verifier_hash() -> str:
    """SHA-256 of the file that stands in packs as verify.py."""
    return hashlib.sha256(_verifier()).hexdigest()


def _verifier() -> bytes:
    # That module itself, which imports nothing of ours: auditors check with what the chain was made by.
    return Path(hash_chain.__file__).read_bytes()


def gather(journal: Journal, packs: Sequence[NormPack], request: Request) -> dict[str, Any] | None:
    """The content of evidence.json, but for its seal; None when nothing is known of the ticket."""
    found = journal.called(request.called)
    tickets = list(dict.fromkeys([*found, *(child for row in found for child in journal.contained(row))]))
    # A ticket that was forgotten has no row any more, but its "source:id" stands in the chain.
    subjects = [row.subject for row in tickets] or [request.called]
    excerpt = journal.audit_excerpt(subjects)
    if excerpt is None:
        return None
    last = {row.ticket: row.seq for row in excerpt.rows if row.ticket in subjects}
    clauses = _clauses(excerpt, packs)
    return {
        "format": 2,
        "subject": request.called,
        "made_at": request.at.isoformat(),
        "tickets": last,
        "about": [_about(journal, row, clauses) for row in tickets],
        "clauses": clauses,
        "rows": [row._asdict() for row in excerpt.rows],
        "beside": [one._asdict() for one in excerpt.beside],
        "follows": excerpt.follows._asdict(),
        "links": excerpt.links,
        "head": excerpt.head._asdict(),
    }


def write(pack: Pack, folder: Path) -> None:
    """Write the three files. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / HTML).write_bytes(pack.page)
    (folder / VERIFIER).write_bytes(_verifier())
    text = json.dumps(pack.content, ensure_ascii=False, indent=1)
    (folder / JSON).write_text(text + "\n", encoding="utf-8")


def _clauses(excerpt: Excerpt, packs: Sequence[NormPack]) -> dict[str, dict[str, Any]]:
    """Each rule that was judged, with the clause that was cited when it was, and its title as it reads now."""
    titles = {rule.id: dict(rule.titles) for pack in packs for rule in pack.rules}
    cited: dict[str, dict[str, Any]] = {}
    for row in excerpt.rows:
        if row.cause == "verdict":
            # That a rule is asked no more is recorded without a clause: the one it was judged by stays.
            cited |= {
                one["rule"]: {name: one[name] for name in ("cite", "row") if name in one}
                for one in json.loads(row.facts)["changes"]
                if one["cite"] or one["rule"] not in cited
            }
    return {rule: {**clause, **titles.get(rule, {})} for rule, clause in sorted(cited.items())}


def _about(journal: Journal, row: TicketRow, clauses: Mapping[str, Any]) -> dict[str, Any]:
    since, came = journal.since(row.source, row.id), journal.came(row.source, row.id)
    subject = row.subject
    return {
        "ticket": subject,
        "key": row.key,
        "url": row.url,
        "summary": row.summary,
        "state": row.state.value,
        "first_seen": row.first_seen.isoformat(),
        "checked_at": row.checked_at.isoformat(),
        "verdicts": [
            {
                "rule": rule,
                "verdict": verdict.value,
                "since": since[rule].isoformat(),
                **({"moment": came[rule]} if rule in came else {}),
                **clauses.get(rule, {}),
            }
            for rule, verdict in sorted(journal.previous(row.source, row.id).items())
        ],
        "waivers": [{"rules": one.rules, **(waiver_json(one) or {})} for one in journal.waivers_of(subject)],
        "snapshot": journal.snapshot(row.source, row.id),
    }
