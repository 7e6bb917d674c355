"""Addresses that stand in tickets are never asked: every connection of a whole run is counted at the interpreter."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import clock
import pytest
from flask import Flask

from sandbox.server import Server
from sandbox.town import Town

ROOT = Path(__file__).parents[2]
EAR = """
import os, sys
def hear(event, args):
    if event in ("socket.connect", "socket.getaddrinfo"):
        where = args[1] if event == "socket.connect" else args[:2]
        with open(os.environ["HEARD"], "a") as file:
            file.write(f"{event} {where!r}\\n")
sys.addaudithook(hear)
"""
FIELDS = (
    *("Release package", "Build documentation", "Backout plan", "Test plan", "Procedures", "Scripts"),
    *("Acceptance criteria", "Implementation plan", "summary"),
)


@pytest.fixture
def trap() -> Iterator[Server]:
    app = Flask("trap")
    app.add_url_rule("/<path:wanted>", view_func=lambda wanted: "caught")
    with Server(app) as server:
        yield server


def baits(url: str) -> str:
    """The ways in which a text may ask to be fetched."""
    image, page, host = f"{url}/image.png", f"{url}/page", urlsplit(url).netloc
    return (
        f"{page} [link|{page}] !{image}! ![x]({image}) <{page}|x> <img src='{image}'> [code]<a href='{page}'>x</a>"
        f"[/code] {{html}}<iframe src='{page}'/>{{html}} file:///etc/passwd //{host}/x "
        f"<!DOCTYPE x [<!ENTITY e SYSTEM '{page}'>]>&e; ${{jndi:ldap://{host}/a}}"
    )


def test_no_address_from_a_ticket_is_ever_asked(town: Town, trap: Server, tmp_path: Path) -> None:
    text = baits(trap.url)
    for key in (town.change, town.part, town.release):
        for name in FIELDS:
            town.jira.set_field(key, name, text, "Tom Willems")
    said = {"short_description": text[:160], "description": text, "backout_plan": text, "test_plan": text}
    town.servicenow.set("change_request", town.payment, **said)
    (tmp_path / "ear").mkdir()
    (tmp_path / "ear" / "sitecustomize.py").write_text(EAR)
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | town.env()
    env |= {"PYTHONPATH": f"{tmp_path / 'ear'}:{ROOT}", "HEARD": str(tmp_path / "heard"), "SLUIS_MODE": "act"}
    command = clock.sluis("sync", "--full")
    done = subprocess.run(command, check=False, env=env, cwd=tmp_path, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    heard = set((tmp_path / "heard").read_text().splitlines())
    ours = {urlsplit(server.url).port for server in town.servers.values()}
    connected = {f"socket.connect ('127.0.0.1', {port})" for port in ours}
    resolved = {f"socket.getaddrinfo ('127.0.0.1', {port})" for port in ours}
    assert connected <= heard <= connected | resolved
    assert trap.asked == []
    assert len(town.jira.issues[town.change].comments) == 1, "it was read and judged"
