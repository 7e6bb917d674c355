"""What became of a ticket that the census does not list any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from servicenow_helpers import Instance

from domain.ports.errors import SourceError
from domain.ports.source import Fate
from sandbox.server import Fault, How, Server


def close(i: Instance) -> None:
    i.set("change_request", i.change, state=3)


def move(i: Instance) -> None:
    i.set("change_request", i.change, category="Network")


def delete(i: Instance) -> None:
    i.delete("change_request", i.change)


def archive(i: Instance) -> None:
    i.delete("change_request", i.change, audited=False)


def hide(i: Instance) -> None:
    i.access.hidden_rows.add(i.change)


def delete_unseen(i: Instance) -> None:
    delete(i)
    i.access.forbidden_tables.add("sys_audit_delete")


def delete_another(i: Instance) -> None:
    hide(i)
    i.delete("change_request", i.add_change())


@pytest.mark.parametrize(
    ("happens", "fate", "found"),
    [
        (lambda _: None, Fate.OPEN, True),
        (close, Fate.OVER, True),
        (move, Fate.MOVED, True),
        (delete, Fate.DELETED, False),
        (archive, Fate.HIDDEN, False),
        (hide, Fate.HIDDEN, False),
        (delete_unseen, Fate.HIDDEN, False),
        (delete_another, Fate.HIDDEN, False),
    ],
)
def test_fates(
    instance: Instance, configured: Any, happens: Callable[[Instance], None], fate: Fate, found: bool
) -> None:
    source = configured(query="category!=Network").source
    ref = source.find(instance.number)
    assert ref
    happens(instance)
    told, now = source.fate(ref)
    assert (told, now is not None) == (fate, found)
    if now:
        assert (now.id, now.key) == (ref.id, ref.key)


def test_a_table_that_is_not_watched_any_more(instance: Instance, configured: Any) -> None:
    ref = configured().source.find(instance.number)
    told, _ = configured(tables="rm_release").source.fate(ref)
    assert told is Fate.MOVED


def test_a_failure_concludes_nothing(instance: Instance, configured: Any, server: Server) -> None:
    source = configured().source
    ref = source.find(instance.number)
    server.fail(Fault(How.ANSWER, f"change_request/{instance.change}", status=500, times=9))
    with pytest.raises(SourceError):
        source.fate(ref)
