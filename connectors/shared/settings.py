"""How settings are read: environment variables, `.env`, and `X_FILE` variables that name a file with a secret."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, SecretStr
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict


class FileRefused(Exception):
    """A file that a variable names cannot be used. `str()` is one line with the variable, the file and the fix."""


class _FileSource(EnvSettingsSource):
    """`JIRA_API_TOKEN_FILE=/run/secrets/jira` gives JIRA_API_TOKEN from the file (one trailing newline dropped)."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        prefix = self.env_prefix.lower()
        paths = {
            key[: -len("_file")]: path
            for key, path in super()._load_env_vars().items()
            if key.endswith("_file")
        }
        # Only of our own fields: REGISTER_FILE is a setting itself and no twin of REGISTER.
        fields = {prefix + name for name in self.settings_cls.model_fields}
        return {
            key: _content(f"{key}_file".upper(), path)
            for key, path in paths.items()
            if key in fields and path
        }


def _content(variable: str, path: str) -> str:
    try:
        # Some editors begin with a byte order mark, which is no part of a secret.
        return Path(path).read_text(encoding="utf-8-sig").removesuffix("\n")
    except OSError as error:
        raise FileRefused(f"{variable}: {error.strerror}: {path}. Name a file that can be read.") from None
    except UnicodeDecodeError:
        raise FileRefused(f"{variable}: not UTF-8: {path}. Save it as UTF-8.") from None


def _sendable(value: str) -> str:
    line = value.strip("\r\n")
    if line.isascii() and line.isprintable():
        return line
    raise ValueError("must be one line of ASCII; copy it again")


Sent = Annotated[str, AfterValidator(_sendable)]
"""What travels in a header of HTTP, which takes no other characters."""

Token = Annotated[SecretStr, AfterValidator(lambda value: SecretStr(_sendable(value.get_secret_value())))]
"""A secret that travels so."""


class EnvSettings(BaseSettings):
    """Base of every group of settings: immutable, from the environment, values never echoed in errors."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_nested_delimiter="__",
        # One `.env` serves all groups of settings, so each finds the variables of the others in it.
        extra="ignore",
        frozen=True,
        # A mistake in a token would otherwise print the token.
        hide_input_in_errors=True,
        # Containers and `.env` files say "not set" with an empty variable; it must not fail as a value.
        env_ignore_empty=True,
    )

    @property
    def asked_languages(self) -> Mapping[str, str]:
        """Languages that are asked for, by variable. Whether they are there is known where sentences are spoken."""
        return {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """A variable wins over its `_FILE` twin, which wins over `.env`."""
        return init_settings, env_settings, _FileSource(settings_cls), dotenv_settings, file_secret_settings


def variable(name: str) -> str:
    """A team or role as it stands in the name of a variable of the environment."""
    return name.upper().replace(" ", "_")
