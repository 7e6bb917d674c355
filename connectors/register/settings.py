"""Settings of the asset register file."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from connectors.shared.settings import EnvSettings


class RegisterSettings(EnvSettings):
    """Where the register file is."""

    model_config = SettingsConfigDict(env_prefix="REGISTER_")

    file: str = Field(
        "",
        description="Asset register as a CSV or YAML file, for sites that keep no classes in a CMDB. It is "
        "read again when it changes.",
        examples=["register.csv"],
    )
    relation_hops: int = Field(
        1,
        ge=0,
        le=5,
        description="How many steps of the column depends_on to follow from each asset touched to what depends on "
        "it: the classes of those assets count too. 0 follows none.",
        examples=["2"],
    )
