"""Servers that others made and that speak as Slack does, started on loopback from `.contract-slack`.

Both would listen to the whole network. Each is told otherwise from the inside, and a test fails when its server listens
anywhere else.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

INSTALLED = Path(__file__).parents[2] / ".contract-slack" / "node_modules"
WANTED = os.environ.get("SLUIS_CONTRACT") == "1"
PATIENCE = 30.0
"""Seconds that a server or a person waits at most."""

only_on_request = pytest.mark.skipif(not WANTED, reason="run it with `make contract-slack`")

_LOOPBACK_NODE = """
import net from "node:net";
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port) { return listen.call(this, port, "127.0.0.1"); };
"""
_LOOPBACK_BUN = """
const serve = Bun.serve;
Bun.serve = (options) => serve.call(Bun, { ...options, hostname: "127.0.0.1" });
"""


def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait until something is so, and give it."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return found


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def listening(port: int) -> set[str]:
    """The addresses, as Linux writes them, at which something listens on the port."""
    rows = [
        row.split() for name in ("tcp", "tcp6") for row in Path(f"/proc/net/{name}").read_text().splitlines()
    ]
    return {row[1].partition(":")[0] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")}


@dataclass
class Stranger:
    """One of the servers; `stop` and `start` are its going down and coming back at the same address."""

    command: list[str]
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        own = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "NO_COLOR": "1"}
        self.process = subprocess.Popen(
            self.command, cwd=self.folder, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(lambda: listening(self.port))
        assert listening(self.port) == {"0100007F"}, "it listens to more than this machine"

    def stop(self, number: int = signal.SIGKILL) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(PATIENCE)

    def get(self, path: str) -> Any:
        return requests.get(f"{self.url}{path}", timeout=PATIENCE).json()

    def post(self, path: str, sent: Mapping[str, Any], token: str = "") -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.post(f"{self.url}{path}", json=sent, headers=headers, timeout=PATIENCE).json()


@contextlib.contextmanager
def running(stranger: Stranger) -> Iterator[Stranger]:
    stranger.start()
    try:
        yield stranger
    finally:
        if stranger.process and stranger.process.poll() is None:
            stranger.stop()


def emulate(folder: Path, seed: Mapping[str, Any]) -> Stranger:
    """`emulate`, its Slack alone."""
    (folder / "loopback.mjs").write_text(_LOOPBACK_NODE, encoding="utf-8")
    (folder / "seed.json").write_text(json.dumps({"slack": seed}), encoding="utf-8")
    port = free_port()
    script = str(INSTALLED / "emulate" / "dist" / "index.js")
    inside = ["--import", (folder / "loopback.mjs").as_uri()]
    given = ["start", "--service", "slack", "--port", str(port), "--seed", str(folder / "seed.json")]
    return Stranger(["node", *inside, script, *given], folder, port)


def local_slack(folder: Path, config: Mapping[str, Any]) -> Stranger:
    """`local-slack`, one binary."""
    (folder / "loopback.js").write_text(_LOOPBACK_BUN, encoding="utf-8")
    (folder / "bunfig.toml").write_text('preload = ["./loopback.js"]\n', encoding="utf-8")
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    port = free_port()
    binary = str(INSTALLED / "local-slack-linux-x64" / "bin" / "local-slack")
    given = ["--config", "config.json", "--port", str(port), "--base-host", "127.0.0.1"]
    return Stranger([binary, *given, "--files-dir", str(folder / "files")], folder, port)
