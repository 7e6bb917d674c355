"""How groups of settings are read: everything wrong is told in one line each, everything secret is kept secret."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError

from connectors.shared.settings import EnvSettings, FileRefused
from domain.redaction import learn

Group = TypeVar("Group", bound=EnvSettings)

_ACCOUNTS = ("email", "user", "client_id")
"""What goes with a password in Basic authentication."""


class SettingsError(Exception):
    """One or more settings are wrong, missing or misspelt. `problems` holds one line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def read(group: type[Group]) -> Group:
    """One group of settings. Raises SettingsError with one line per problem, without the values that were given."""
    try:
        return group()
    except ValidationError as error:
        raise SettingsError(list(_explained(group, error))) from None
    except FileRefused as error:
        raise SettingsError([str(error)]) from None


def prefix(group: type[EnvSettings]) -> str:
    """The prefix of the group's variables, such as "JIRA_"."""
    return group.model_config.get("env_prefix", "")


def variables(group: type[EnvSettings]) -> Iterator[tuple[str, Any]]:
    """The group's variables with their field definitions."""
    for name, field in group.model_fields.items():
        yield f"{prefix(group)}{name}".upper(), field


def unknown(groups: Collection[type[EnvSettings]]) -> Iterator[str]:
    """Variables with one of our prefixes that mean nothing: most often a typing error."""
    fields = {name: field for group in groups for name, field in variables(group)}
    prefixes = tuple(prefix(group) for group in groups)
    for name in sorted({**dotenv_values(".env"), **os.environ}):
        # The name of a setting may itself end in _FILE, as that of SLUIS_DECLARATIONS_FILE does.
        plain = name.upper() if name.upper() in fields else name.upper().removesuffix("_FILE")
        if plain.startswith(prefixes) and plain not in fields and not _open_ended(plain, fields):
            close = nearest(plain, fields)
            # Refused and not ignored: a misspelt SLUIS_MODE would leave a bot that only observes, or one that acts.
            fix = f"; did you mean {close}?" if close else ". See .env.example for all settings."
            yield f"{name}: no such setting{fix}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The name that was most likely meant; None when none is like it."""
    return next(iter(difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)), None)


def keep_secret(groups: Iterable[EnvSettings]) -> None:
    """From here on no secret of these settings comes out of this process."""
    values = [(name, value) for group in groups for name, value in group]
    users = [value for name, value in values if name in _ACCOUNTS and isinstance(value, str)]
    secrets = [value.get_secret_value() for _, value in values if isinstance(value, SecretStr)]
    # The address of a database is no secret as a whole, but the password in it is.
    databases = [_password(value) for name, value in values if name == "database_url"]
    learn([*secrets, *databases], users)


def _password(url: str) -> str:
    try:
        # In an address a password is percent-encoded; in other texts it stands as it is.
        return unquote(urlsplit(url).password or "")
    except ValueError:
        return ""


def _explained(group: type[EnvSettings], error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False):
        where = "__".join(str(part) for part in problem["loc"])
        variable = f"{prefix(group)}{where}".upper() if where else f"{prefix(group)}*"
        yield f"{variable}: {problem['msg'].removeprefix('Value error, ')}"


def _open_ended(name: str, fields: Mapping[str, Any]) -> bool:
    """Whether it is one of a setting's many, such as SLACK_CHANNELS__PAYMENTS. The roles are a closed list, although
    their prefix ends in the same mark.
    """
    stem = name.rpartition("__")[0]
    return not name.startswith("ROLES__") and stem in fields and "dict" in str(fields[stem].annotation)
