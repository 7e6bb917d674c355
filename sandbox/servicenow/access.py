"""How a sandbox instance is configured, and what it keeps from the integration account."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Access:
    """What differs between instances, and what the account is kept from. Nothing is restricted at first."""

    hidden_rows: set[str] = field(default_factory=set)  # sys_ids
    # Three ways of keeping a table from an account, because instances differ and each needs another answer of ours.
    hidden_tables: set[str] = field(default_factory=set)  # answered with 200 and no rows
    forbidden_tables: set[str] = field(default_factory=set)  # answered with 403
    missing_tables: set[str] = field(default_factory=set)  # plugin not installed: 400
    hidden_columns: set[tuple[str, str]] = field(default_factory=set)  # simply absent from answers
    read_only: set[str] = field(default_factory=set)  # tables that refuse writes with 403
    # Writes to these are dropped in silence.
    ignored_columns: set[tuple[str, str]] = field(default_factory=set)
    data_policy: str = ""  # every write is refused with these words
    # Column: what a data policy says where it is empty.
    mandatory: dict[str, str] = field(default_factory=dict)
    strict_queries: bool = False  # unknown columns in a query: 403 instead of being dropped
    unqueryable: set[tuple[str, str]] = field(default_factory=set)  # conditions on them are dropped
    uncounted: bool = False  # no X-Total-Count
    # Off, as on an instance as it is delivered: the query then widens.
    no_rows_on_invalid: bool = False  # glide.invalid_query.returns_no_rows
    hibernating: bool = False  # every answer is a page of HTML with status 200
    anonymous_answers: bool = False  # bad credentials: 200 and no rows instead of 401
    strict_fields: bool = False  # unknown or hidden columns among the fields: 403 instead of being left out
    meta_rows: bool = False  # lists end in a pseudo-record that holds only __meta
