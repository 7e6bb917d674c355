"""The one comment and the people around it, over the whole path: deleted, edited, and too long."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.cli.adf_text import adf_text
from bot.report import Report
from sandbox.jira.records import Comment
from sandbox.town import Town

Sync = Callable[..., Report]


def ours(town: Town) -> list[Comment]:
    return [c for c in town.jira.issues[town.change].comments if c.author.name == "Sluiswachter"]


def writes(town: Town) -> int:
    return len([a for a in town.servers["jira"].writes() if "/comment" in a.path])


@pytest.mark.smoke
def test_a_comment_that_a_person_deleted_comes_back_only_when_something_changes(
    town: Town, sync: Sync
) -> None:
    sync()
    town.jira.issues[town.change].comments.clear()
    before = writes(town)
    sync()
    sync(full=True)
    assert (ours(town), writes(town)) == ([], before)
    town.replace_test_data()
    sync()
    (fresh,) = ours(town)
    assert "edited by hand" not in adf_text(fresh.body)


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "Takes the place of the comment of"), ("nl", "Vervangt de opmerking van")],
)
def test_a_comment_that_a_person_edited_is_left_and_replaced_only_when_something_changes(
    town: Town, sync: Sync, language: str, told: str
) -> None:
    sync(SLUIS_LANGUAGE=language)
    (first,) = ours(town)
    town.jira.edit_comment(town.change, first, "Settled by phone. Tom", "Tom Willems")
    before = writes(town)
    sync(SLUIS_LANGUAGE=language)
    sync(full=True, SLUIS_LANGUAGE=language)
    assert (len(ours(town)), writes(town)) == (1, before)
    town.replace_test_data()
    report = sync(SLUIS_LANGUAGE=language)
    theirs, fresh = ours(town)
    assert adf_text(theirs.body).strip() == "Settled by phone. Tom"
    assert told in adf_text(fresh.body)
    assert (report.delivered["altered"], report.exit_code) == (1, 0)
    town.dpo_signs()
    sync(SLUIS_LANGUAGE=language)
    assert len(ours(town)) == 2
    assert told in adf_text(ours(town)[1].body)
