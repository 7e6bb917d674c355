"""What holds of every document: nothing stands in it twice, nothing breaks off, no link leads nowhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from documents import CODE, DOCUMENTS, ROOT, TEXTS, prose

GENERATED = re.compile(r"<!-- (\w+): generated -->.*?<!-- end of \1 -->", re.DOTALL)
TABLE = re.compile(r"(?:^\|.*\n?)+", re.MULTILINE)
_MARK = r" *(?:[-*]|\d+\.) "
ITEM = re.compile(rf"^{_MARK}.*(?:\n(?!{_MARK}) +\S.*)*", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)

# With these no sentence ends; with "of", "in" and "that" it may well.
BREAKS_OFF = re.compile(
    r"\s(?:the|a|an|and|or|but|nor|whose|its|their|than|because)$|, (?:what|who|which|where|when)$"
)
# A merge that takes half of two sentences goes on in lower case after a full stop.
HALF_LEFT_OVER = re.compile(r"[.!?]\n *[a-z]+ ")


def tables(text: str) -> list[list[list[str]]]:
    """The cells of each table by row: its head, its rule, and what it tells."""
    return [
        [[cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip())[1:-1]] for row in table.splitlines()]
        for table in TABLE.findall(prose(text))
    ]


def lists(text: str) -> Iterator[list[str]]:
    """The items of each list."""
    end, items = 0, list[str]()
    for item in ITEM.finditer(prose(text)):
        if item.start() > end + 1:
            yield items
            items = []
        items.append(" ".join(item[0].split()))
        end = item.end()
    yield items


def passages(text: str) -> Iterator[str]:
    """Paragraphs, items and cells, as they stand."""
    for block in re.split(r"\n\s*\n", TABLE.sub("\n", prose(text))):
        yield from (item[0] for item in ITEM.finditer(block))
        yield from (part for part in ITEM.sub("\n\n", block).split("\n\n") if part.strip())
    yield from (cell for table in tables(text) for row in table[2:] for cell in row)


def several(things: list[str]) -> list[str]:
    return [thing for thing, times in Counter(things).items() if thing and times > 1]


def doubled_rows(text: str) -> list[str]:
    """Rows of one table about the same thing. A row that a merge kept twice is seldom the same to its end."""
    return [name for table in tables(text) for name in several([row[0] for row in table[2:] if row])]


def ragged_rows(text: str) -> list[str]:
    """Rows with more or fewer cells than their table's head."""
    return [" | ".join(row) for table in tables(text) for row in table if len(row) != len(table[0])]


def doubled_items(text: str) -> list[str]:
    """Items of one list that begin alike."""
    return [start for items in lists(text) for start in several([" ".join(i.split()[1:6]) for i in items])]


def repeated(text: str, length: int = 10) -> list[str]:
    """So many words in a row that a document says twice."""
    runs: list[str] = []
    for passage in passages(GENERATED.sub("", text)):
        words = re.findall(r"[^\W\d][\w'-]*", passage)
        runs += {" ".join(words[i : i + length]) for i in range(len(words) - length + 1)}
    return several(runs)


def broken_off(text: str) -> list[str]:
    """Passages that end before their sentence does, or that hold half a sentence more."""

    def open_ended(passage: str) -> bool:
        bare = CODE.sub("", passage)
        return bool("`" in bare or bare.count("**") % 2 or bare.count("(") != bare.count(")"))

    return [
        passage
        for passage in passages(text)
        if BREAKS_OFF.search(passage.strip()) or HALF_LEFT_OVER.search(passage) or open_ended(passage)
    ]


def left_by_generators(text: str) -> list[str]:
    """What a generator tells of its own insides."""
    return re.findall(r"pydantic ?undefined|<object object|<factory>", text, re.IGNORECASE)


FAULTS: tuple[Callable[[str], list[str]], ...] = (
    doubled_rows,
    ragged_rows,
    doubled_items,
    repeated,
    broken_off,
    left_by_generators,
)
HEAD = "| command | what |\n|---|---|\n"


def faults(text: str) -> dict[str, list[str]]:
    """All that is found, by the name of the fault."""
    return {fault.__name__: found for fault in FAULTS if (found := fault(text))}


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_has_no_fault(path: str) -> None:
    assert faults(TEXTS[path]) == {}


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (doubled_rows, HEAD + "| `serve` | runs |\n| `allow` | once |\n| `serve` | runs |\n"),
        (doubled_rows, HEAD + "| `serve` | runs |\n| `serve` | runs, and listens |\n"),
        (ragged_rows, HEAD + "| `serve` | ends at `|` |\n"),
        (ragged_rows, HEAD + "| `serve` |\n"),
        (doubled_items, "- one\n- a live site was not tried: yet\n- two\n- a live site was not tried: so far\n"),
        (doubled_items, "1. what is said when,\n   and to whom\n2. what is said when, and to whom\n"),
        (repeated, "One and the same sentence of a document stands here twice.\n\n" * 2),
        (broken_off, "- these systems, what\n- these systems, and what they do\n"),
        (broken_off, "What is asked of the\n\n## Next\n"),
        (broken_off, "- It goes by its label.\n  columns of the change, and more.\n"),
        (broken_off, "It is off (unless it is on.\n"),
        (broken_off, "It is **off.\n"),
        (broken_off, "It is `off.\n"),
        (left_by_generators, "- `hours`: a table; otherwise pydanticundefined\n"),
    ],
)  # fmt: skip
def test_each_fault_is_found_where_it_was_planted(fault: Callable[[str], list[str]], text: str) -> None:
    assert fault(text) != []


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "| `serve` | runs `a\\|b` |\n| | and listens |\n| | at its port |\n",
        HEAD + "| `serve` | runs |\n\n" + HEAD + "| `serve` | runs |\n",
        "- `roles`: a list\n\n## Another\n\n- `roles`: a list\n",
        "- reads tickets,\n- writes comments\n",
        "Ends in code:\n\n```\nif (a **b or\n```\n",
    ],
)
def test_what_is_in_order_has_none(text: str) -> None:
    assert faults(text) == {}


def anchors(text: str) -> set[str]:
    """The headings of a document as addresses within it, as GitHub makes them."""
    return {
        re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in HEADING.findall(prose(text))
    }


def dead_links(text: str, folder: Path) -> list[str]:
    """Links of a text in `folder` that lead to no file of the project, or to no heading of it."""

    def leads(link: str) -> bool:
        name, _, anchor = link.partition("#")
        to = folder / name
        there = text if not name else to.read_text(encoding="utf-8") if anchor and to.is_file() else ""
        return to.exists() and (not anchor or anchor in anchors(there))

    relative = [link for link in LINK.findall(prose(text)) if not re.match(r"\w+:", link)]
    return [link for link in relative if not leads(link)]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_no_link_leads_nowhere(path: str) -> None:
    assert dead_links(TEXTS[path], (ROOT / path).parent) == []


def test_a_link_that_leads_nowhere_is_found() -> None:
    text = "# Here\n[a](README.md#two-commands) [b](#here) ![c](c.png) [d](README.md#three) [e](#there) [f](https://x.y)"
    assert dead_links(text, ROOT) == ["c.png", "README.md#three", "#there"]
