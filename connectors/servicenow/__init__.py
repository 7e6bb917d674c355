"""ServiceNow: change requests and releases, work notes, approvals, the CMDB, users and groups.

Belongs here: everything said to an instance and read from it. Not: configuration items (`connectors.servicenow.cmdb`),
words of a work note.
"""

from __future__ import annotations

from connectors.servicenow.client import NAME, Client
from connectors.servicenow.cmdb.prefetch import CmdbPrefetch
from connectors.servicenow.cmdb.register import Cmdb
from connectors.servicenow.cmdb.relations import ServiceNowRelations
from connectors.servicenow.directory import Directory
from connectors.servicenow.doctor import ServiceNowExaminer
from connectors.servicenow.settings import ServiceNowSettings
from connectors.servicenow.source import ServiceNowSource
from connectors.servicenow.webhook import ServiceNowInbound
from connectors.servicenow.work_notes import WorkNotes
from domain.ports.connector import Connector

SETTINGS = ServiceNowSettings


def build(settings: ServiceNowSettings) -> Connector | None:
    """The connector, or None when no address is set. Asks nothing of the instance yet."""
    if not settings.url:
        return None
    client = Client(settings)
    directory = Directory(client)
    book = Cmdb(client, directory, settings)
    # The doctor is given the book itself: what it looks at must not come out of what was read along.
    ahead = CmdbPrefetch(book)
    source = ServiceNowSource(client, directory, settings, ahead.expect)
    outlet = WorkNotes(client, settings, source.own)
    hops = settings.relation_hops
    relations = ServiceNowRelations(client, settings.relations, hops, settings.follows) if hops else None
    examiner = ServiceNowExaminer(source, book)
    inbound = ServiceNowInbound(settings) if settings.webhook_secret.get_secret_value() else None
    return Connector(
        NAME,
        examiner,
        source=source,
        book=ahead,
        channel=outlet,
        relations=relations,
        inbound=inbound,
        circuit=client.circuit,
        title="ServiceNow",
    )
