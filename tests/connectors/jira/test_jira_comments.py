"""One living comment: created, found again, edited, removed; and what happens when the line fails."""

from __future__ import annotations

import json

import pytest
from jira_site import START

from connectors.jira.comment_markers import reference, signed
from connectors.jira.comments import JiraComments
from domain.ports.errors import Ambiguous, Gone, NotFound, Refused
from domain.ports.messaging import Format, Marker, Place, Posted
from sandbox.jira.fields import adf, adf_text
from sandbox.server import Fault, How

MARK = Marker("jira:10010:comment", "d1", 1)
NEXT = Marker("jira:10010:comment", "d2", 2)
OTHER = Marker("jira:10010:handover", "d9", 1)


@pytest.fixture
def place(site):
    return Place(site.issues[site.change].id)


def comments(site):
    return site.issues[site.change].comments


def test_create_carries_text_marker_and_reference_in_one_call(site, server, outlet, place):
    remote_id = outlet.create(place, adf("Nog te doen"), MARK)
    (comment,) = comments(site)
    assert comment.id == remote_id and comment.author is site.bot
    assert adf_text(comment.body) == f"Nog te doen\n{reference(MARK.slot)}\n"
    assert comment.properties == {
        "sluiswachter.slot": {"slot": MARK.slot, "digest": "d1", "revision": 1},
        "sd.public.comment": {"internal": True},
    }
    assert [(a.method, a.path) for a in server.writes()] == [
        ("POST", f"/rest/api/3/issue/{place.container}/comment")
    ]


def test_comments_are_public_only_when_the_admin_says_so(site, client, place):
    JiraComments(client, public=True).create(place, adf("Voor iedereen"), MARK)
    assert comments(site)[0].public


def test_create_leaves_the_callers_document_alone(outlet, place):
    document = adf("Nog te doen")
    outlet.create(place, document, MARK)
    assert document == adf("Nog te doen")


def test_find_tells_our_comment_from_all_others(site, outlet, place):
    site.add_comment(site.change, f"citaat: {reference(MARK.slot)}", site.an)
    mine = outlet.create(place, adf("eerste"), MARK)
    outlet.create(place, adf("overdracht"), OTHER)
    site.add_comment(site.change, "een los woord van de bot", site.bot)
    assert outlet.find(place, MARK, START) == [Posted(mine, "d1")]


def test_find_pages_through_everything(site, server, outlet, place):
    for number in range(120):
        site.add_comment(site.change, f"opmerking {number}", site.an)
    mine = outlet.create(place, adf("na honderdtwintig"), MARK)
    assert outlet.find(place, MARK, START) == [Posted(mine, "d1")]
    assert server.count("GET", r"issue/\d+/comment$") == 2


def test_find_falls_back_on_the_visible_reference(site, outlet, place):
    mine = outlet.create(place, adf("tekst"), MARK)
    del comments(site)[0].properties["sluiswachter.slot"]
    assert outlet.find(place, MARK, START) == [Posted(mine, "")]
    assert outlet.find(place, OTHER, START) == []


def test_update_replaces_text_and_marker_without_mail(site, server, outlet, place):
    remote_id = outlet.create(place, adf("eerste"), MARK)
    outlet.update(place, remote_id, adf("tweede"), NEXT)
    (comment,) = comments(site)
    assert "tweede" in adf_text(comment.body) and not comment.public
    assert outlet.find(place, MARK, START) == [Posted(remote_id, "d2")]
    assert [a.query for a in server.writes() if a.method == "PUT"] == ["notifyUsers=false"]


def test_remove(site, outlet, place):
    outlet.remove(place, outlet.create(place, adf("dubbel"), MARK))
    assert comments(site) == []


@pytest.mark.parametrize("what", ["update", "remove"])
def test_what_a_person_deleted_is_gone(site, outlet, place, what):
    remote_id = outlet.create(place, adf("weg"), MARK)
    comments(site).clear()
    with pytest.raises(Gone):
        outlet.update(place, remote_id, adf("x"), NEXT) if what == "update" else outlet.remove(
            place, remote_id
        )


@pytest.mark.parametrize(("how", "there"), [(How.DROP_BEFORE, 0), (How.DROP_AFTER, 1), (How.ANSWER_AFTER, 1)])
def test_an_ambiguous_create_is_settled_by_reading_back(site, server, outlet, place, how, there):
    server.fail(Fault(how, path="comment$", method="POST"))
    with pytest.raises(Ambiguous):
        outlet.create(place, adf("een keer"), MARK)
    assert len(outlet.find(place, MARK, START)) == there == len(comments(site))
    assert server.count("POST", "comment$") == 1


def test_an_edit_that_times_out_is_ambiguous(site, server, client, outlet, place):
    remote_id = outlet.create(place, adf("eerste"), MARK)
    client._adapter.timeout = (1.0, 0.05)
    server.fail(Fault(How.DELAY, method="PUT", seconds=0.15))
    with pytest.raises(Ambiguous, match="no answer within the time allowed"):
        outlet.update(place, remote_id, adf("tweede"), NEXT)


@pytest.mark.parametrize("permission", ["ADD_COMMENTS", "EDIT_OWN_COMMENTS"])
def test_a_missing_permission_is_a_refusal(site, outlet, place, permission):
    remote_id = outlet.create(place, adf("eerste"), MARK)
    site.deny(permission, "CHG")
    with pytest.raises(Refused, match="permission"):
        outlet.create(place, adf("x"), OTHER) if permission == "ADD_COMMENTS" else outlet.update(
            place, remote_id, adf("y"), NEXT
        )


@pytest.mark.parametrize("status", [400, 403, 413])
def test_refusals(server, outlet, place, status):
    server.fail(Fault(How.ANSWER, method="POST", status=status))
    with pytest.raises(Refused):
        outlet.create(place, adf("x"), MARK)


def test_too_long_is_refused_in_jiras_words(site, outlet, place):
    with pytest.raises(Refused, match="too long"):
        outlet.create(place, adf("x" * 32768), MARK)
    assert comments(site) == []


def test_a_hidden_issue_is_not_found(site, outlet, place):
    site.deny("BROWSE_PROJECTS", "CHG")
    with pytest.raises(NotFound):
        outlet.create(place, adf("x"), MARK)


def test_our_own_comment_moves_the_stamp_of_the_issue(site, outlet, place):
    site.time.later(minutes=5)
    outlet.create(place, adf("x"), MARK)
    assert site.issues[site.change].updated > START


def test_formats(outlet):
    assert outlet.format is Format.ADF and outlet.editable


def test_wiki_text_gets_the_reference_as_its_last_line():
    shown = signed("h3. Nog te doen\n", "slot")
    assert shown == f"h3. Nog te doen\n\n{{color:#97a0af}}{reference('slot')}{{color}}"


def test_the_reference_is_short_and_tells_nothing():
    assert reference("jira:10010:comment") == reference("jira:10010:comment")
    assert len(reference("x")) == len("Sluiswachter · ref ") + 12 and "10010" not in reference(MARK.slot)


def test_what_is_sent_is_only_what_the_api_knows(server, outlet, place):
    outlet.create(place, adf("x"), MARK)
    (sent,) = [json.loads(a.body) for a in server.writes()]
    assert sorted(sent) == ["body", "properties"]
    assert [sorted(p) for p in sent["properties"]] == [["key", "value"], ["key", "value"]]
