"""Jira Data Center: version 2 of the API, offsets, wiki text, personal access tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from jira_site import START, Site, quick_client, settings_for

from connectors.jira.comment_markers import reference
from connectors.jira.comments import JiraComments
from connectors.jira.source import JiraSource
from domain.people import Role
from domain.ports.errors import AuthRefused
from domain.ports.messaging import Format, Marker, Place
from sandbox.server import Server

MARK = Marker("slot", "d1", 1)


@pytest.fixture
def site():
    return Site(server=True)


@pytest.fixture
def settings(server):
    return settings_for(server.url, email="", api_token="", pat="s3cret-token")


def test_listing_goes_by_offset_and_minutes_in_the_accounts_zone(site, server, source):
    for number in range(150):
        site.add_issue("CHG", "Change", f"Wijziging {number}", by=site.an)
    assert len(list(source.changed(START))) == 151
    assert server.count(path=r"/rest/api/2/search$") == 2
    asked = next(a for a in server.asked if a.path.endswith("/search"))
    assert "updated+%3E%3D+%222026-03-02+08%3A45%22" in asked.query  # 08:00 UTC less 15 minutes, in Brussels
    site.time.later(hours=1)
    assert list(source.changed(START + timedelta(hours=1))) == []


def test_people_are_known_by_key(source):
    me = source.identify()
    assert me.id.startswith("JIRAUSER")
    (cab,) = source.roles({Role.CAB: ["CAB"]}).values()
    assert [p.name for p in cab.people] == ["An Willems", "Dirk Peeters"]


def test_text_and_comments_are_wiki(site, client, source):
    site.set_field(site.change, "Test plan", "Stap 1", site.an)
    (ref,) = source.census()
    assert source.read(ref).field("test_plan").value == "Stap 1"
    outlet, place = JiraComments(client), Place(ref.id)
    assert outlet.format is Format.WIKI
    remote_id = outlet.create(place, "h3. Nog te doen", MARK)
    outlet.update(place, remote_id, "h3. Niets meer", Marker("slot", "d2", 2))
    (comment,) = site.issues[site.change].comments
    assert comment.body.startswith("h3. Niets meer") and reference("slot") in comment.body
    assert [p.digest for p in outlet.find(place, MARK, START)] == ["d2"]


def test_editing_asks_nothing_that_data_center_does_not_know(site, server, client):
    outlet, place = JiraComments(client), Place(site.issues[site.change].id)
    outlet.update(place, outlet.create(place, "a", MARK), "b", MARK)
    assert [a.query for a in server.writes()] == ["", ""]


def test_a_wrong_token(server):
    settings = settings_for(server.url, email="", api_token="", pat="wrong")
    with pytest.raises(AuthRefused):
        JiraSource(quick_client(settings), settings).identify()


def test_a_bearer_token_on_a_cloud_site_is_refused_as_recorded():
    with Server(Site().app) as cloud:
        client = quick_client(settings_for(cloud.url, email="", api_token="", pat="s3cret-token"))
        with pytest.raises(AuthRefused) as caught:
            client.identify()
        assert "https://api.atlassian.com/ex/jira/<cloud id>" in caught.value.fix
