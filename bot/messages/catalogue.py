"""Keeping the Dutch catalogue: what is to be translated, gathered from the code. Used by `make catalogue`.

Message ids are the first argument of `say(...)` and the first two of `count(...)`; labels of fields
come from the vocabulary.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.model.fields import FIELDS

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).parent / "locale" / "nl" / "sluis.po"
_KEYWORDS = {"say": None, "count": (1, 2)}


def extracted() -> Catalog:
    """Every message id in the code."""
    catalogue = Catalog(project="sluiswachter")
    for folder in ("bot", "rules"):
        for _, _, message, _, _ in extract_from_dir(ROOT / folder, keywords=_KEYWORDS):
            catalogue.add(message)
    for spec in FIELDS.values():
        catalogue.add(spec.label)
    return catalogue


def stored() -> Catalog:
    """The Dutch catalogue as it is kept."""
    with FILE.open("rb") as file:
        return read_po(file, locale="nl")


def main() -> None:
    """Add what is new to the Dutch catalogue, and drop what is no longer said."""
    catalogue = stored() if FILE.exists() else Catalog(locale="nl", project="sluiswachter")
    catalogue.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    with FILE.open("wb") as file:
        write_po(file, catalogue, width=0, no_location=True, omit_header=False, sort_output=True)


if __name__ == "__main__":
    main()
