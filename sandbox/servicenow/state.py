"""The sandbox instance's memory: records, journals, audit trail and what the integration account may see."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sandbox.servicenow.access import Access
from sandbox.servicenow.choices import CHOICES, OVER, PREFIX
from sandbox.servicenow.schema import SYSTEM, Table, tables

Row = dict[str, str]
Value = str | int | bool | datetime | list[str] | tuple[str, ...] | None

STAMP = "%Y-%m-%d %H:%M:%S"
_CLASSED = ("task", "cmdb_ci")


def stored(value: Value) -> str:
    """A Python value as the database column holds it; datetimes must be aware."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime(STAMP)
    if isinstance(value, list | tuple):
        return ",".join(value)
    return "" if value is None else str(value)


class State:
    """Tables in memory. Every public method may be called from any thread."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.tables: dict[str, Table] = tables()
        self.rows: dict[str, dict[str, Row]] = {name: {} for name in self.tables}
        self.access = Access()
        self.zone = ZoneInfo("Europe/Brussels")
        # Neither UTC nor ISO: a client that reads shown dates gets them wrong here as on a real instance.
        self.date_format = "%d/%m/%Y %H:%M:%S"
        self._made = 0
        self._labels: dict[tuple[str, str, str], str] = {}
        for (table, element), labels in CHOICES.items():
            for value, label in labels.items():
                self.insert("sys_choice", {"name": table, "element": element, "value": value, "label": label})

    # -- schema ---------------------------------------------------------------------------------------------

    def line(self, table: str) -> Iterator[str]:
        """The table and those it extends, nearest first."""
        while table:
            yield table
            table = self.tables[table].parent

    def kind(self, table: str, column: str) -> str:
        """The kind of a column, dot-walked if need be; empty when there is no such column."""
        head, _, rest = column.partition(".")
        kind = next(
            (self.tables[t].columns[head] for t in self.line(table) if head in self.tables[t].columns), ""
        )
        kind = kind or SYSTEM.get(head, "")
        if not rest:
            return kind
        # Through the declared table: columns that only a class below it has cannot be reached by a walk.
        return self.kind(kind[4:], rest) if kind.startswith("ref:") else ""

    def columns(self, table: str) -> list[str]:
        """Every column of a table, inherited ones included."""
        own = [c for t in self.line(table) for c in self.tables[t].columns]
        return [*SYSTEM, *own]

    def hidden(self, table: str, column: str) -> bool:
        """Whether the account may not see a column."""
        head, _, rest = column.partition(".")
        if any((t, head) in self.access.hidden_columns for t in self.line(table)):
            return True
        return bool(rest) and self.hidden(self.kind(table, head)[4:], rest)

    # -- reading --------------------------------------------------------------------------------------------

    def all(self, table: str) -> list[Row]:
        """Records of a table and of those that extend it, oldest first."""
        if table == "sys_dictionary":
            return self._dictionary()
        with self.lock:
            # Mostly one table is filled, and its rows stand in order already: ten thousand need not be sorted.
            filled = [self.rows[t] for t in self.tables if self.rows[t] and table in self.line(t)]
            if len(filled) == 1:
                return list(filled[0].values())
            found = [row for rows in filled for row in rows.values()]
            return sorted(found, key=lambda row: int(row["_made"]))

    def _dictionary(self) -> list[Row]:
        """A record for every column of every table, as they are at this moment."""
        pairs = [(t.name, c) for t in self.tables.values() for c in (*SYSTEM, *t.columns)]
        return [
            {
                "sys_id": hashlib.md5(f"{t}.{c}".encode(), usedforsecurity=False).hexdigest(),
                "name": t,
                "element": c,
            }
            for t, c in pairs
        ]

    def get(self, table: str, sys_id: str) -> Row | None:
        """One record of a table or of those that extend it."""
        with self.lock:
            names = (t for t in self.tables if table in self.line(t))
            return next((self.rows[t][sys_id] for t in names if sys_id in self.rows[t]), None)

    def table_of(self, row: Row) -> str:
        """The class a record is of."""
        return row["_table"]

    def raw(self, table: str, row: Row, column: str) -> str:
        """The stored value of a column, dot-walked through references as the declared class sees them."""
        head, _, rest = column.partition(".")
        # A journal has no stored value of its own: its entries are rows of sys_journal_field.
        value = "" if self.kind(table, head) == "journal" else row.get(head, "")
        if not rest:
            return value
        target = self.kind(table, head)[4:]
        other = self.get(target, value) if value else None
        return self.raw(target, other, rest) if other else ""

    def find(self, table: str, **columns: str) -> Row | None:
        """The first record whose columns hold these values."""
        rows = self.all(table)
        return next((r for r in rows if all(r.get(c, "") == v for c, v in columns.items())), None)

    # -- showing --------------------------------------------------------------------------------------------

    def shown(self, table: str, row: Row, column: str) -> str:
        """The display value of a column, in the account's time zone and date format."""
        *way, last = column.split(".")
        for head in way:
            target = self.kind(table, head)[4:]
            other = self.get(target, row.get(head, ""))
            if other is None:
                return ""
            table, row = target, other
        return self._shown(table, row, last)

    def _shown(self, table: str, row: Row, column: str) -> str:
        kind, value = self.kind(table, column), row.get(column, "")
        if kind == "journal":
            return self.journal(row["sys_id"], column)
        if kind == "time" and value:
            return self._local(value)
        if kind == "choice":
            return self.label(table, column, value)
        if kind.startswith(("ref:", "list:")):
            target = kind.partition(":")[2]
            return ", ".join(self.name(target, v) for v in value.split(",") if v)
        return value

    def _local(self, value: str) -> str:
        # A column of type date (glide_date) holds a day, which no zone moves.
        if len(value) == len("2026-01-31"):
            return datetime.strptime(value, "%Y-%m-%d").strftime(self.date_format.split(" ", 1)[0])  # noqa: DTZ007
        moment = datetime.strptime(value, STAMP).replace(tzinfo=UTC)
        # As the account sees it; only stored values are UTC:
        # https://support.servicenow.com/kb?id=kb_article_view&sysparm_article=KB0534905
        return moment.astimezone(self.zone).strftime(self.date_format)

    def name(self, table: str, sys_id: str) -> str:
        """What a referenced record is known by; the value itself when it points nowhere."""
        row = self.get(table, sys_id)
        return row.get(self.tables[self.table_of(row)].shown, "") or self._inherited(row) if row else sys_id

    def _inherited(self, row: Row) -> str:
        return next(
            (row[self.tables[t].shown] for t in self.line(self.table_of(row)) if self.tables[t].shown in row),
            "",
        )

    def label(self, table: str, column: str, value: str) -> str:
        """The label of a choice, from sys_choice of the table or of one it extends."""
        if not self._labels:
            self._labels = {
                (r["name"], r["element"], r["value"]): r["label"] for r in reversed(self.all("sys_choice"))
            }
        found = (self._labels.get((name, column, value)) for name in self.line(table))
        return next((label for label in found if label is not None), value)

    def journal(self, sys_id: str, column: str) -> str:
        """A journal column as the API shows it: newest entry first, local time, name of the writer."""
        entries = [
            r for r in self.all("sys_journal_field") if r["element_id"] == sys_id and r["element"] == column
        ]
        title = "Work notes" if column == "work_notes" else "Additional comments"
        return "".join(
            f"{self._local(e['sys_created_on'])} - {self.person(e['sys_created_by'])} ({title})\n{e['value']}\n\n"
            for e in reversed(entries)
        )

    def person(self, user_name: str) -> str:
        """Full name of a user name."""
        user = self.find("sys_user", user_name=user_name)
        return user["name"] if user else user_name

    # -- writing --------------------------------------------------------------------------------------------

    def insert(self, table: str, columns: dict[str, str], by: str = "admin") -> str:
        """Add a record; gives its sys_id. Journal columns become journal entries."""
        with self.lock:
            self._made += 1
            made, now = self._made, stored(self.clock())
            sys_id = (
                columns.get("sys_id")
                # 32 hexadecimal digits, and the same at every run: recordings and tests may name them.
                or hashlib.md5(f"{table}:{made}".encode(), usedforsecurity=False).hexdigest()
            )
            row = {"sys_id": sys_id, "sys_mod_count": "0", "_made": str(made), "_table": table}
            row |= {f"sys_{what}_on": now for what in ("created", "updated")}
            row |= {f"sys_{what}_by": by for what in ("created", "updated")}
            root = list(self.line(table))[-1]
            row |= {"sys_class_name": table} if root in _CLASSED else {}
            if root == "task":
                row |= {"number": f"{PREFIX.get(table, 'TASK')}{30000 + made:07d}", "active": "true"}
            self.rows[table][sys_id] = row
            # A label is looked up for every cell of a listing; only a change of the choices makes it be read anew.
            self._labels = {} if table == "sys_choice" else self._labels
            row |= {c: v for c, v in columns.items() if self.kind(table, c) != "journal"}
            self._journals(table, sys_id, columns, by)
            self._close(table, row)
            return sys_id

    def update(self, table: str, sys_id: str, columns: dict[str, str], by: str = "admin") -> Row | None:
        """Change a record as a form would: counter, stamp and audit trail move only when something changes."""
        with self.lock:
            row = self.get(table, sys_id)
            if row is None:
                return None
            own = self.table_of(row)
            changed = {
                c: v
                for c, v in columns.items()
                if self.kind(own, c) not in ("", "journal")
                and row.get(c, "") != v
                and not c.startswith("sys_")
            }
            noted = self._journals(own, sys_id, columns, by)
            for column, value in changed.items():
                self._audit(own, row, column, value, by)
            row |= changed
            self._labels = {} if own == "sys_choice" else self._labels
            # A write that changes nothing moves nothing.
            if changed or noted:
                # A note moves them too, although no column changed.
                row["sys_mod_count"] = str(int(row["sys_mod_count"]) + 1)
                row |= {"sys_updated_on": stored(self.clock()), "sys_updated_by": by}
            self._close(own, row)
            if own == "sysapproval_approver" and changed.get("state") in ("approved", "rejected"):
                self._settle(row)
            return row

    def delete(self, table: str, sys_id: str, by: str = "admin", *, audited: bool = True) -> None:
        """Take a record away. The log of deletions tells of it unless the table keeps none (or it was archived)."""
        with self.lock:
            row = self.get(table, sys_id)
            if row is None:
                return
            own = self.table_of(row)
            del self.rows[own][sys_id]
            self._labels = {} if own == "sys_choice" else self._labels
            # Archiving and table cleaners take records away without a word in this log.
            if audited:
                self.insert("sys_audit_delete", {"tablename": own, "documentkey": sys_id}, by)

    def _settle(self, decided: Row) -> None:
        """First response counts: the other members of the group need not answer any more."""
        group = decided.get("group", "")
        # No longer asked is no approval: a client that counts these takes silence for consent.
        for row in self.all("sysapproval_approver") if group else ():
            if row.get("group") == group and row["state"] == "requested":
                self.update("sysapproval_approver", row["sys_id"], {"state": "not_required"}, "system")
        self.update("sysapproval_group", group, {"approval": decided["state"]}, "system")

    def _journals(self, table: str, sys_id: str, columns: dict[str, str], by: str) -> bool:
        written = {c: v for c, v in columns.items() if v and self.kind(table, c) == "journal"}
        for column, text in written.items():
            self.insert(
                "sys_journal_field",
                {"element_id": sys_id, "element": column, "name": table, "value": text},
                by,
            )
        return bool(written)

    def _audit(self, table: str, row: Row, column: str, value: str, by: str) -> None:
        entry = {"tablename": table, "documentkey": row["sys_id"], "fieldname": column, "user": by}
        self.insert("sys_audit", entry | {"oldvalue": row.get(column, ""), "newvalue": value}, by)

    def _close(self, table: str, row: Row) -> None:
        if table in OVER and "state" in row:
            row["active"] = "false" if row["state"] in OVER[table] else "true"
