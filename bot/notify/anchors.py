"""The head of the audit trail leaves the machine once a day, by mail, to a web address, or both.

Who can write the whole database can write the chain anew: only a head that somebody else keeps tells
(docs/decisions/020).
"""

from __future__ import annotations

from bot.context import Context
from bot.journal.outbox import MAIL
from bot.messages.audit_head import compose
from bot.messages.intent import digest_of
from bot.report import Planned, Report
from domain.outgoing import OutgoingMessage
from domain.people import Person
from domain.requests import OnceKey
from domain.sentence import say

ANCHOR = "anchor"
"""What the web address is called, and all that is kept of where a head went."""
REASON = say("once a day the head of the audit trail is left with somebody else")


def leave_head(ctx: Context, report: Report) -> None:
    """Enqueue the head as it is now, unless it was today. Observe mode tells that it would be."""
    today, head = ctx.policy.calendar.local_day(ctx.clock()), ctx.journal.audit_head()
    for target, container in _places(ctx).items():
        claim = OnceKey(f"{ANCHOR}:{target}", today)
        if not head.seq or ctx.journal.sent_once([claim]):
            continue
        if not ctx.policy.act:
            report.planned.append(Planned(ANCHOR, target, ANCHOR, REASON.msgid))
            continue
        body = compose(f"{head.seq}:{head.hash}", ctx.clock(), ctx.journal.install, ctx.speak)
        wish = OutgoingMessage(
            target,
            f"{ANCHOR}:{target}",
            f"{ANCHOR}:{today}",
            container,
            digest_of(body),
            body,
            REASON,
            once=True,
        )
        ctx.journal.enqueue_once([claim], [wish], ctx.clock())


def _places(ctx: Context) -> dict[str, str]:
    """Where it goes: the container by the name of the channel."""
    found = {ANCHOR: ANCHOR} if ANCHOR in ctx.channels else {}
    address = ctx.policy.anchoring.anchor_mail
    if address and ctx.mail_recipients:
        # As a person's address is: kept in this process alone, so that none stands in the journal.
        known = ctx.mail_recipients.person(Person(ANCHOR, ANCHOR, email=address))
        found |= {MAIL: known} if known else {}
    return found
