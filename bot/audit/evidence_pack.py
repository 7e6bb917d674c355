"""Gathering and writing a pack: evidence.html to read, evidence.json to check, verify.py to check it with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.audit.page import page
from bot.journal import Journal, TicketRow
from bot.journal.audit import Excerpt
from bot.messages.i18n.speaker import Translator
from bot.messages.waivers import waiver_json
from domain import hash_chain
from rules.loading.loader import Pack

HTML, JSON, VERIFIER = "evidence.html", "evidence.json", "verify.py"


@dataclass(frozen=True, slots=True)
class Request:
    """What a pack is asked of: how people call the ticket or release, and when (UTC)."""

    called: str
    at: datetime


def gather(journal: Journal, packs: Sequence[Pack], request: Request) -> dict[str, Any] | None:
    """The content of evidence.json, but for the other files' hashes; None when nothing is known of the ticket."""
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
        "format": 1,
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


def write(found: Mapping[str, Any], folder: Path, speak: Translator) -> None:
    """Write the three files. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    html = page(found, speak).encode()
    # That module itself, which imports nothing of ours: auditors check with what the chain was made by.
    verifier = Path(hash_chain.__file__).read_bytes()
    (folder / HTML).write_bytes(html)
    (folder / VERIFIER).write_bytes(verifier)
    files = {HTML: html}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    # Last, because it holds the hash of the page.
    text = json.dumps({**found, "files": hashes}, ensure_ascii=False, indent=1)
    (folder / JSON).write_text(text + "\n", encoding="utf-8")


def _clauses(excerpt: Excerpt, packs: Sequence[Pack]) -> dict[str, dict[str, Any]]:
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
