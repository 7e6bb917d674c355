"""The servers that others made are pinned: exact versions, a hash for each package, and no address of a registry."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[2] / "requirements" / "contract-slack"


def read(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


def test_every_package_is_pinned_by_version_and_hash() -> None:
    asked = read("package.json")["dependencies"]
    packages = read("package-lock.json")["packages"]
    assert packages.pop("")["dependencies"] == asked
    for name, version in asked.items():
        assert packages[f"node_modules/{name}"]["version"] == version
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert all(one["integrity"].startswith("sha512-") and "resolved" not in one for one in packages.values())
    assert not [name for name, one in packages.items() if one.get("hasInstallScript")]
