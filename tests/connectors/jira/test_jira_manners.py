"""Comments among people: what they edit or delete is respected, customers do not read along, nobody is mailed twice."""

from __future__ import annotations

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from jira_site import START, Site, quick_client, settings_for

from bot.messages.formats.render import rendered, with_remark
from bot.messages.formats.size_limit import fitted
from bot.messages.i18n.speaker import Translator
from connectors.jira.comments import JiraComments
from domain.document import Bullets, Document, Panel, Run, Tone
from domain.ports.errors import Altered, Gone, Postponed, Refused
from domain.ports.messaging import Marker, Place, Posted
from sandbox.jira.fields import adf, adf_text
from sandbox.server import Fault, How, Server

MARK = Marker("jira:10010:comment", "d1", 1)
NEXT = Marker("jira:10010:comment", "d2", 2)


@pytest.fixture
def place(site):
    return Place(site.issues[site.change].id)


@pytest.fixture
def outlet(client, site):
    return JiraComments(client, now=site.time)


def comments(site, key=""):
    return site.issues[key or site.change].comments


def puts(server):
    return [a.query for a in server.writes() if a.method == "PUT"]


def test_what_a_person_edited_is_left_and_known(site, server, outlet, place):
    """Fact: an edit by somebody else shows only in `updateAuthor`; the author stays the bot."""
    remote_id = outlet.create(place, adf("eerste"), MARK)
    site.edit_comment(site.change, comments(site)[0], "verbeterd door An", site.an)
    with pytest.raises(Altered):
        outlet.update(place, remote_id, adf("tweede"), NEXT)
    assert puts(server) == []
    assert adf_text(comments(site)[0].body).strip() == "verbeterd door An"
    assert outlet.find(place, MARK, START) == [Posted(remote_id, "d1", START)]


def test_what_we_edited_ourselves_is_ours(site, outlet, place):
    remote_id = outlet.create(place, adf("eerste"), MARK)
    outlet.update(place, remote_id, adf("tweede"), NEXT)
    outlet.update(place, remote_id, adf("derde"), NEXT)
    assert outlet.find(place, MARK, START) == [Posted(remote_id, "d2")]


def test_an_edit_of_what_was_deleted_writes_nothing(site, server, outlet, place):
    remote_id = outlet.create(place, adf("eerste"), MARK)
    comments(site).clear()
    with pytest.raises(Gone):
        outlet.update(place, remote_id, adf("tweede"), NEXT)
    assert puts(server) == []


def test_a_comment_that_came_out_public_is_taken_away_and_none_follows(site, server, outlet, place):
    """Trap: the internal property is ignored for an account that is no agent; only `jsdPublic` tells."""
    site.agent = False
    for told in ("was taken away", "none is written", "none is written"):
        with pytest.raises(Refused, match=told) as refused:
            outlet.create(place, adf("intern"), MARK)
        assert "JIRA_PUBLIC_COMMENTS" in refused.value.fix
    assert comments(site) == []
    assert [a.method for a in server.writes()] == ["POST", "DELETE"]


def test_an_answer_that_is_behind_takes_nothing_away(site, server, outlet, place):
    shown = {"id": "1", "jsdPublic": True}
    headers = {"Content-Type": "application/json"}
    server.fail(Fault(How.ANSWER_AFTER, method="POST", status=201, headers=headers, body=json.dumps(shown)))
    server.fail(Fault(How.ANSWER, r"/comment/1$", "GET", 1, 200, headers, '{"id": "1", "jsdPublic": false}'))
    assert outlet.create(place, adf("intern"), MARK) == "1"
    assert len(comments(site)) == 1


def test_another_project_is_not_punished_for_it(site, outlet, place):
    other = site.add_issue("OPS", "Change", "Elders", by="Dirk Peeters")
    site.agent = False
    with pytest.raises(Refused):
        outlet.create(place, adf("intern"), MARK)
    site.agent = True
    outlet.create(Place(site.issues[other].id), adf("intern"), MARK)
    assert not comments(site, other)[0].public


def test_one_that_cannot_be_taken_away_is_told(site, outlet, place):
    site.agent = False
    site.deny("DELETE_OWN_COMMENTS", "CHG")
    with pytest.raises(Refused, match="remove it by hand"):
        outlet.create(place, adf("intern"), MARK)


def test_a_plain_project_has_no_customers(site, server, outlet):
    """There Jira calls every comment public, whatever property it carries."""
    key = site.add_issue("DEV", "Change", "Gewoon", by="Dirk Peeters", jsm=False)
    remote_id = outlet.create(Place(site.issues[key].id), adf("gewoon"), MARK)
    assert [c.id for c in comments(site, key)] == [remote_id]


def test_public_comments_are_not_looked_after(site, server, client, place):
    site.agent = False
    JiraComments(client, public=True).create(place, adf("voor iedereen"), MARK)
    assert [a.method for a in server.asked if "/issue/" in a.path] == ["POST"]


def test_where_silence_is_refused_an_edit_mails_at_most_once_a_day(site, server, outlet, place):
    remote_id = outlet.create(place, adf("eerste"), MARK)
    site.deny("ADMINISTER_PROJECTS", "CHG")
    with pytest.raises(Postponed, match="without mail") as put_off:
        outlet.update(place, remote_id, adf("tweede"), NEXT)
    assert put_off.value.until == START + timedelta(days=1)
    site.time.later(hours=24)
    outlet.update(place, remote_id, adf("tweede"), NEXT)
    assert puts(server) == ["notifyUsers=false", "notifyUsers=false", ""]
    with pytest.raises(Postponed):
        outlet.update(place, remote_id, adf("derde"), NEXT)
    assert len(puts(server)) == 3  # it is known by now that silence is refused: not even asked
    assert "tweede" in adf_text(comments(site)[0].body)


def test_a_missing_right_to_edit_is_not_taken_for_a_refused_silence(site, server, outlet, place):
    remote_id = outlet.create(place, adf("eerste"), MARK)
    site.deny("EDIT_OWN_COMMENTS", "CHG")
    site.time.later(hours=48)
    with pytest.raises(Refused, match="permission to edit"):
        outlet.update(place, remote_id, adf("tweede"), NEXT)
    assert puts(server) == ["notifyUsers=false"]


def test_a_refusal_in_words_counts_as_one(site, server, outlet, place):
    remote_id = outlet.create(place, adf("eerste"), MARK)
    site.time.later(hours=48)
    refusal = '{"errorMessages": ["You may not suppress notifications."]}'
    server.fail(
        Fault(
            How.ANSWER, method="PUT", status=400, body=refusal, headers={"Content-Type": "application/json"}
        )
    )
    outlet.update(place, remote_id, adf("tweede"), NEXT)
    assert puts(server) == ["notifyUsers=false", ""]


def long_document():
    points = tuple(((Run(f"punt {n}"),), (Run("x" * 600),)) for n in range(100))
    return Document((Panel(Tone.STOP, ((Run("Nog niet klaar"),),)), Bullets(points)))


@pytest.mark.parametrize("server_kind", ["cloud", "data center"])
def test_a_long_comment_is_shortened_before_jira_refuses_it(server_kind):
    """Fact: at 32,767 characters Jira refuses the comment as a whole."""
    site = Site(server=server_kind == "data center")
    with Server(site.app) as server:
        account = {"email": "", "api_token": "", "pat": "s3cret-token"} if site.server else {}
        outlet = JiraComments(quick_client(settings_for(server.url, **account)))
        place, form = Place(site.issues[site.change].id), outlet.format
        with pytest.raises(Refused, match="too long"):
            outlet.create(place, rendered(long_document(), form), MARK)
        short = fitted(long_document(), form, Translator("nl", ZoneInfo("Europe/Brussels")))
        outlet.create(place, with_remark(short, form, "Vervangt de opmerking van gisteren."), MARK)
    (comment,) = comments(site)
    shown = comment.body if site.server else adf_text(comment.body)
    assert "en nog" in shown and "Sluiswachter · ref" in shown and "Vervangt" in shown
