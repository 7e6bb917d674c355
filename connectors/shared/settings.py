"""How settings are read: environment variables, `.env`, and `X_FILE` variables that name a file with a secret."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict


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
        return {key: _content(path) for key, path in paths.items() if key in fields and path}


def _content(path: str) -> str:
    return Path(path).read_text(encoding="utf-8").removesuffix("\n")


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
