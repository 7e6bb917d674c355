"""A small Jira site for the tests: people, fields, one change; a clock that moves only when told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connectors.jira.client import Client
from connectors.jira.settings import JiraSettings
from connectors.shared.http import Adapter, policy
from sandbox.jira.app import JiraSandbox

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Clock:
    """A clock that moves only when told."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


class Site(JiraSandbox):
    """The sandbox with the fields of a service project and a few people; everything is told at fixed times."""

    def __init__(self, *, server: bool = False) -> None:
        self.time = Clock()
        super().__init__(clock=self.time, server=server)
        self.bot = self.add_user("Sluiswachter", "acc-bot", email="bot@example.org", token="s3cret-token")
        self.dirk = self.add_user("Dirk Peeters")
        self.an = self.add_user("An Willems")
        self.add_group("CAB", self.an, self.dirk)
        for name, kind in (
            ("Rollout strategy", "select"),
            ("Test plan", "text"),
            ("Test validated by", "users"),
            ("CAB sign-off", "select"),
            ("Planned start", "moment"),
            ("Change start date", "moment"),
            ("Affected services", "services"),
            ("Responsible team", "group"),
            ("Environment path", "options"),
        ):
            self.add_field(name, kind)
        self.change = self.add_issue(
            "CHG",
            "Change",
            "Nieuwe versie van het loket",
            {"Rollout strategy": "Gefaseerd"},
            by="Dirk Peeters",
        )


def settings_for(url: str, **more: object) -> JiraSettings:
    given = {
        "url": url,
        "email": "bot@example.org",
        "api_token": "s3cret-token",
        "projects": ("CHG",),
        **more,
    }
    return JiraSettings(_env_file=None, **given)


def quick_client(settings: JiraSettings) -> Client:
    """The real client with short back-offs."""
    return Client(settings, Adapter("jira", policy("jira", total=3, backoff=0.01), timeout=(2.0, 2.0)))
