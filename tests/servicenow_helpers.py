"""The instance of the tests, and the connector's parts wired as `build` wires them, with impatient retries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.servicenow.client import Client
from connectors.servicenow.cmdb.register import Cmdb
from connectors.servicenow.directory import Directory
from connectors.servicenow.doctor import ServiceNowExaminer
from connectors.servicenow.settings import ServiceNowSettings
from connectors.servicenow.source import ServiceNowSource
from connectors.servicenow.work_notes import WorkNotes
from connectors.shared.http import policy
from domain.ports.messaging import Marker, Place
from domain.ticket import Ticket
from sandbox.servicenow.app import INTEGRATION_PASSWORD, INTEGRATION_USER, ServiceNowSandbox

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MARKER = Marker("slot1", "ab" * 32, 1)


class Instance(ServiceNowSandbox):
    """Dirk's change on the Kassa service; the CAB is An and Jan. Everything is told at fixed times."""

    def __init__(self) -> None:
        self.now = START
        super().__init__(clock=lambda: self.now)
        self.dirk = self.add_user("Dirk Peeters")
        self.an = self.add_user("An Willems", password="an-only")
        self.jan = self.add_user("Jan Maes")
        self.cab = self.add_group("CAB", [self.an, self.jan])
        self.team = self.add_group("Applicatiebeheer", [self.dirk])
        self.kassa = self.add_ci(
            name="Kassa",
            u_confidentiality=4,
            u_integrity=3,
            u_availability="2 - kantooruren",
            u_gdpr=True,
            u_ksz=False,
            owned_by=self.jan,
            support_group=self.team,
        )
        self.change = self.add_change(
            short_description="Nieuwe versie van de kassa",
            requested_by=self.dirk,
            assignment_group=self.team,
            cmdb_ci=self.kassa,
            start_date=START + timedelta(days=10),
            u_rollout_strategy="phased",
        )

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    @property
    def number(self) -> str:
        return self.row("change_request", self.change)["number"]

    @property
    def place(self) -> Place:
        return Place(f"change_request:{self.change}")


class Nobody(Directory):
    """A directory that knows nobody."""

    def __init__(self) -> None:
        pass

    def people(self, ids: Any) -> dict[str, Any]:
        return {}


class Tools:
    """The connector's parts on one client."""

    def __init__(
        self, settings: ServiceNowSettings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.client = Client(settings, policy("servicenow", total=2, backoff=0.0), clock)
        self.directory = Directory(self.client)
        self.source = ServiceNowSource(self.client, self.directory, settings)
        self.book = Cmdb(self.client, self.directory, settings)
        self.outlet = WorkNotes(self.client, settings, self.source.own)
        self.examiner = ServiceNowExaminer(self.source, self.book)

    def read(self, number: str) -> Ticket:
        ref = self.source.find(number)
        assert ref is not None
        return self.source.read(ref)


def settings_for(url: str, **more: Any) -> ServiceNowSettings:
    values: dict[str, Any] = {"url": url, "user": INTEGRATION_USER, "password": INTEGRATION_PASSWORD}
    return ServiceNowSettings(_env_file=None, **(values | more))  # type: ignore[call-arg]
