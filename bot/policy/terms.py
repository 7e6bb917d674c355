"""What every group of settings is, as services take it: frozen, and the one place where a setting is declared.

The group stands where its service is. `bot.settings` reads it by inheriting it: the variable is SLUIS_ and the name of
the field, its words and its default go to `.env.example`, and the values come back as the group alone.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator
from pydantic_settings import NoDecode


class Terms(BaseModel, frozen=True, extra="forbid"):
    """A frozen group of settings. Raises ValidationError for a value, or a name, that no setting of it has."""


def split(value: object) -> object:
    """The parts of a list written with commas; what is no text as it is."""
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


# Not decoded: an administrator writes commas, and no JSON.
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)]
"""A list written with commas."""
