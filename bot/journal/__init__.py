"""The store: what was seen, what was found, and what was said where.

Belongs here: tables, transactions, what is asked of them. Not: what follows from a row (`bot.policy`), and no words.

    journal = open_journal("sqlite:///sluis.db")    # or postgresql://...

One schema for SQLite and PostgreSQL, every moment in UTC:

meta               name, value                `install`: which installation the messages outside belong to;
                                              `allowance`: a person's word that much may be written; `halted`: why
                                              nothing is
cursor             source                     `at`: read up to here without a gap; `success_at`: last complete run
coverage           source, scope              since when a project or table is followed: its first whole run
ticket             ticket                     a ticket as last stored: source, key, url, stamp and version, state,
                                              team, planned start, summary, the snapshot the findings were made from
                                              with its hash, when and in which state it was first seen, when it was
                                              last looked at; `not_found_at`: when it was found to be gone;
                                              `settle_by`: until when an emergency is to make good what it skipped;
                                              `recheck_at`: when its findings change although nobody touches it;
                                              `notify_any_hour`: whether people may be told of it outside office hours
closed_unseen      ticket                     a ticket that was found closed at the first look, though it was closed
                                              after the bot came, and is told of: when it was closed, and when found
finding            ticket, rule_id            the last verdict of a rule, since when it stands, hash of its meaning,
                                              and when a clock of the rule's own runs out; `who` can settle it, as
                                              ["person" | "role" | "group", id, name]; `moment`: when what meets it
                                              came, against the start of the rollout
release_change     ticket, child_key          a change that a release contained when it was last stored
look               ticket                     what the bot saw of a ticket: `first`, when it first looked; `began` and
                                              `looked_at`, from when to when the last look was read, what that showed
                                              (`seen`, with its hash `digest`: texts shortened) and since when what it
                                              did not show was not seen; `changes`: what differed between two looks
group_observation  source, group_id           when the members of a group that holds a role were last read completely
membership         id                         a time in which a person was seen in such a group: since when, whether
                                              that is `stated_by_source`, first seen, and last seen once they had left
outbox             target, ticket, kind       one message outside. `desired_*`: how it should be (hash of the meaning,
                   (unique)                   body, number); `applied_*` and `remote_id`: how it is, as far as is
                                              known; `at_container`, `at_thread`: where it was put; `write_state`
                                              "writing": a write began and its end is not known; `attempts`,
                                              `next_attempt_at`, `last_error`: back-off; `lease_*`: who works on it
                                              now; `closed`: no longer wanted, not written any more; `replaces`: when
                                              the message was posted that a person edited and that this one replaces;
                                              `blocked_reason`, `failing_since`: why it cannot be delivered, and since
                                              when; an empty `channel_or_ticket`: where it goes is not known yet
receipt            ticket, kind (unique)      who confirmed to have received a formal notification, and when
waiver             id                         an exception for a rule of a ticket: reason, who in which role, until
                                              when, and when and by whom it was ended before that
change_hint        id                         word from outside that a ticket may have changed: event tells a repeated
                                              delivery, `deleted` that it was said to be deleted, `done_at` when it was
                                              looked at; what is not done is looked at after a restart
interaction        id, key (unique)           what somebody did in the message service, kept before it is acknowledged;
                                              who they are in the ticket's system, and what came of it
snooze             id                         who is not reminded of which ticket, and until when
audit              seq                        the audit trail, a chain of hashes, never changed: `bot.journal.audit`
audit_personal     seq, part                  personal data that rows of the chain hold seals of, each with its salt
audit_head         one row                    where the chain ends
sent_once          once_key, day              what goes out once a day, and did
action_request     id                         whom (a role, or "team:<name>") a line of a ticket was asked of, and when;
                                              `step` of the ladder, none for a reminder; `settled_at`: when it was
                                              settled
run                id                         start, end, mode, report, exit code; no end means it was killed

A column `ticket` holds "source:id" (`domain.ticket.TicketSubject`), in every table; in `outbox` it may be the subject
of a message about several tickets.

A ticket, its findings and what should be said about them are stored in one transaction (`Journal.store`), so
that a crash loses all of it or nothing. What should be said is then brought outside by `bot.outbox.dispatcher`: the
row says that a write begins before it does, and how it ended after it; an end that is not known is settled
by looking outside. Nothing here holds a transaction while an outside system is asked.

No e-mail address of a profile and no secret is stored, but for what allows answering an interaction, until it is
answered; free text is stored as it was written. Names of people stand in snapshots, interactions, snoozes, waivers and
handover evidence, and can be erased (`bot.journal.privacy`, `bot.journal.retention`).

Who adds a table: its words are searched when a person is erased, and rows with a column `ticket` are forgotten with
that ticket. Who adds a fact worth proving calls `bot.journal.audit.append` in its transaction.
"""

from bot.journal.audit import Entry, append
from bot.journal.audit_causes import Cause
from bot.journal.engine import JournalError, JournalGone, connect
from bot.journal.interactions import Decided, InteractionRow
from bot.journal.journal import Journal, open_journal
from bot.journal.migrate import upgrade
from bot.journal.outbox_row import Due, OutboxRow, Unsent
from bot.journal.tickets import Reading, TicketRow
from bot.journal.transactions import digest
from bot.journal.waivers import RunningWaiver
from bot.journal.webhook_events import PendingHint
from bot.journal.write_allowance import Allowance

__all__ = [
    "Allowance",
    "Cause",
    "Decided",
    "Due",
    "Entry",
    "InteractionRow",
    "Journal",
    "JournalError",
    "JournalGone",
    "OutboxRow",
    "PendingHint",
    "Reading",
    "RunningWaiver",
    "TicketRow",
    "Unsent",
    "append",
    "connect",
    "digest",
    "open_journal",
    "upgrade",
]
