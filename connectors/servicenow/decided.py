"""When, and by whose hand, approvers' records got the state they are in, by the audit trail of that state.

A comment, a job or an import touches a record long after it was decided: its own stamp tells nothing of the decision.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from connectors.servicenow import encoded_query, values
from connectors.servicenow.client import Client, Row
from connectors.servicenow.history import STEP, Step, in_order, step_of
from connectors.shared.cache import Cache
from domain.ports.errors import Forbidden, NotFound

TABLE, COLUMN = "sysapproval_approver", "state"
KEPT = 600.0
"""Seconds for which it is remembered how a record, in one version of it, got its state."""

WHICH = encoded_query.every(encoded_query.equals("tablename", TABLE), f"fieldname={COLUMN}")
"""Rows of the audit trail that tell of decisions."""


class StateChanges:
    """Asks for many records at once. Safe between threads."""

    def __init__(self, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._kept = Cache[str, Step](KEPT, clock)

    def last(self, records: Sequence[Row], along: Iterable[Row]) -> dict[str, Step]:
        """By sys_id, the change that gave each record its present state; those of which nothing tells are left out.
        `along` are asked for in the same request, for when their turn comes.
        """
        wanted = {_version(row): row for row in records}
        others = {_version(row): row for row in along}

        def fetch(missing: set[str]) -> Mapping[str, Step]:
            more = [key for key in others if key not in wanted and key not in self._kept.known({key})]
            room = max(0, encoded_query.BATCH - len(missing))
            both = self._fetch({key: (wanted | others)[key] for key in (*sorted(missing), *more[:room])})
            if both is not None:
                self._kept.keep({key: both.get(key) for key in more[:room]})
                return both
            # Some are hidden; of these alone it may be none.
            return self._fetch({key: wanted[key] for key in missing}) or {}

        found = self._kept.ask_all(wanted, fetch)
        return {values.value(wanted[key], "sys_id"): step for key, step in found.items()}

    def _fetch(self, records: Mapping[str, Row]) -> dict[str, Step] | None:
        """By version; None where not all of the trail may be seen."""
        keys = {values.value(row, "sys_id"): key for key, row in records.items()}
        trails: dict[str, list[Step]] = {sys_id: [] for sys_id in keys}
        for batch in encoded_query.batches("documentkey", keys):
            try:
                query = encoded_query.every(WHICH, batch)
                rows = self._client.listing("sys_audit", query, ("documentkey", *STEP))
            except (Forbidden, NotFound):
                return None
            # A gap may hold the very change that counts.
            if not rows.complete:
                return None
            for row in rows:
                # Looked at again: an instance that drops a condition gives other columns and other records.
                if (sys_id := values.value(row, "documentkey")) in trails:
                    trails[sys_id] += [step for step in [step_of(row)] if step.column == COLUMN]
        last = {keys[sys_id]: in_order(steps)[-1] for sys_id, steps in trails.items() if steps}
        return {k: step for k, step in last.items() if step.after == values.value(records[k], COLUMN)}


def _version(row: Row) -> str:
    return f"{values.value(row, 'sys_id')} {values.value(row, 'sys_mod_count')} {values.value(row, COLUMN)}"
