"""Tables, columns, keys, indexes and revisions of the journal: a migration changes them here, in one place."""

from __future__ import annotations

from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import UniqueConstraint

from bot.journal import connect
from bot.journal.migrate import alembic_config
from bot.journal.schema import METADATA

COLUMNS = {
    "action_request": "id ticket line audience step at settled_at",
    "audit": "seq at cause ticket before facts snapshot personal previous hash",
    "audit_head": "seq hash",
    "audit_personal": "seq part salt body",
    "change_hint": "id ticket event deleted received_at done_at",
    "closed_unseen": "ticket closed_at found_at",
    "coverage": "source scope since",
    "cursor": "source at success_at",
    "finding": "ticket rule_id verdict since digest deadline who moment",
    "group_observation": "source group_id looked_at",
    "interaction": "id key kind user action state payload answer received_at decided_at done_at ticket account person"
    " outcome attempts next_attempt_at lease_owner lease_until",
    "look": "ticket first began looked_at digest seen changes",
    "membership": "id source group_id person_id name since stated_by_source seen until",
    "meta": "name value",
    "outbox": "id target ticket kind channel_or_ticket thread_kind once reason recipients roles desired_hash"
    " desired_body desired_rev applied_hash applied_rev remote_id at_container at_thread write_state attempts"
    " next_attempt_at last_error first_attempt_at lease_token lease_owner lease_until created_at applied_at closed"
    " replaces blocked_reason failing_since doubt_until",
    "receipt": "id ticket kind account person at",
    "release_change": "ticket child_key",
    "run": "id started ended mode report exit_code",
    "sent_once": "once_key day at",
    "snooze": "id ticket account person kind conversation at until",
    "ticket": "ticket source key url version_seen updated state team planned_start summary snapshot snapshot_hash"
    " first_seen first_state checked_at not_found_at hidden_at settle_by recheck_at notify_any_hour",
    "waiver": "id ticket rule_id reason by_id by_name role recorded_at until ended_at ended_by",
}
KEYS = {
    "action_request": "id",
    "audit": "seq",
    "audit_head": "seq",
    "audit_personal": "seq part",
    "change_hint": "id",
    "closed_unseen": "ticket",
    "coverage": "source scope",
    "cursor": "source",
    "finding": "ticket rule_id",
    "group_observation": "source group_id",
    "interaction": "id",
    "look": "ticket",
    "membership": "id",
    "meta": "name",
    "outbox": "id",
    "receipt": "id",
    "release_change": "ticket child_key",
    "run": "id",
    "sent_once": "once_key day",
    "snooze": "id",
    "ticket": "ticket",
    "waiver": "id",
}
INDEXES = {
    *("ix_action_request_ticket", "ix_audit_ticket", "ix_change_hint_done_at", "ix_interaction_state"),
    *("ix_interaction_ticket", "ix_membership_source_group_id", "ix_outbox_ticket", "ix_snooze_ticket"),
    *("ix_ticket_source_key", "ix_waiver_ticket"),
}
UNIQUE = {
    "uq_change_hint_ticket_event",
    "uq_interaction_key",
    "uq_outbox_target_ticket_kind",
    "uq_receipt_ticket_kind",
}
REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
)
"""What `alembic_version` may hold: what was released is never renamed. A new one is added here."""

TABLES = METADATA.sorted_tables


def test_tables_and_columns() -> None:
    assert {table.name: " ".join(column.name for column in table.columns) for table in TABLES} == COLUMNS


def test_primary_keys() -> None:
    assert {table.name: " ".join(column.name for column in table.primary_key) for table in TABLES} == KEYS


def test_names_of_indexes_and_constraints() -> None:
    assert {index.name for table in TABLES for index in table.indexes} == INDEXES
    constraints = [one for table in TABLES for one in table.constraints]
    assert {one.name for one in constraints if isinstance(one, UniqueConstraint)} == UNIQUE
    assert {(one.name, one.ondelete) for table in TABLES for one in table.foreign_key_constraints} == {
        ("fk_release_change_ticket", "CASCADE"),
        ("fk_finding_ticket", "CASCADE"),
        ("fk_look_ticket", "CASCADE"),
    }


def test_revisions(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'x.db'}")
    with engine.begin() as connection:
        scripts = ScriptDirectory.from_config(alembic_config(connection))
        found = [script.revision for script in scripts.walk_revisions()]
    engine.dispose()
    assert tuple(reversed(found)) == REVISIONS
