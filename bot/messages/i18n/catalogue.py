"""Keeping the catalogues: what is to be translated, gathered from the code. Used by `make catalogue`.

Message ids are the first argument of `say(...)` and the first two of `count(...)`; labels of fields
come from the vocabulary. A folder of a new language, empty, gets a catalogue in which all is still to be said.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.messages.i18n.languages import CATALOGUE, LOCALES
from domain.fields import FIELDS

ROOT = Path(__file__).parents[3]
FOLDER = Path(str(LOCALES))
_KEYWORDS = {"say": None, "count": (1, 2)}


def extracted() -> Catalog:
    """Every message id in the code."""
    catalogue = Catalog(project="sluiswachter")
    # `domain` says nothing but the labels of fields, which are added below.
    for folder in ("bot", "connectors", "rules"):
        for _, _, message, _, _ in extract_from_dir(ROOT / folder, keywords=_KEYWORDS):
            catalogue.add(message)
    for spec in FIELDS.values():
        catalogue.add(spec.label)
    return catalogue


def stored(language: str, folder: Path = FOLDER) -> Catalog:
    """The catalogue of a language as it is kept; one without sentences where there is none yet."""
    file = folder / language / CATALOGUE
    if not file.exists():
        return Catalog(locale=language, project="sluiswachter")
    with file.open("rb") as kept:
        return read_po(kept)


def untranslated(catalogue: Catalog) -> int:
    """How many sentences are said in English for want of a translation."""
    # The first entry is the header, whose id is empty.
    return sum(1 for message in catalogue if message.id and not all(_forms(message)))


def _forms(message: Message) -> tuple[str, ...]:
    forms = message.string or ""
    return (forms,) if isinstance(forms, str) else tuple(forms)


def main(folder: Path = FOLDER) -> None:
    """Add what is new to each catalogue, drop what is no longer said, and tell what is still to be translated."""
    for language in sorted(one.name for one in folder.iterdir() if one.is_dir()):
        catalogue = stored(language, folder)
        catalogue.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        with (folder / language / CATALOGUE).open("wb") as file:
            # Without places and wrapped lines, a change of code changes no line of a catalogue that says the same.
            write_po(file, catalogue, width=0, no_location=True, omit_header=False, sort_output=True)
        sys.stdout.write(f"{language}: {untranslated(catalogue)} sentences to be translated\n")


if __name__ == "__main__":
    main()
