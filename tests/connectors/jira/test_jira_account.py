"""Whose account shows an e-mail address: the one, or nobody."""

from __future__ import annotations

import pytest
from jira_site import Site, settings_for

from sandbox.server import Fault, How

DIRK = "dirk.peeters@example.org"


@pytest.mark.parametrize("server_site", [False, True], ids=["cloud", "data-center"])
@pytest.mark.parametrize(
    ("asked", "change", "found"),
    [
        (DIRK, lambda site: None, True),
        ("Dirk.Peeters@Example.org", lambda site: None, True),
        (DIRK, lambda site: setattr(site.dirk, "email_visible", False), False),
        (DIRK, lambda site: setattr(site.dirk, "active", False), False),
        ("dirk.peeters@example", lambda site: None, False),  # Jira searches by prefix
        ("dirk", lambda site: None, False),  # and by name
        (DIRK, lambda site: setattr(site.add_user("Dirk Two", email=DIRK), "email_visible", True), False),
        ("nobody@example.org", lambda site: None, False),
    ],
)
def test_the_one_account_that_shows_the_address(site, source, asked, change, found) -> None:
    site.dirk.email_visible = True
    change(site)
    person = source.account(asked)
    assert (person and person.name) == ("Dirk Peeters" if found else None)


@pytest.fixture
def site(server_site):
    return Site(server=server_site)


@pytest.fixture
def settings(server, server_site):
    own = {"email": "", "api_token": "", "pat": "s3cret-token"} if server_site else {}
    return settings_for(server.url, **own)


@pytest.mark.parametrize("server_site", [False])
def test_without_the_permission_nobody_is_found(source, server) -> None:
    server.fail(Fault(How.ANSWER, "/user/search", status=403, times=9, body="{}"))
    assert source.account(DIRK) is None
