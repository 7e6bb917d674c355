"""One ticket in a thousand cannot be digested: the others are served, and the exit code says that one was not."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from sandbox.server import Fault, How
from tests.exams.process import Bot
from tests.exams.scene import Scene
from tests.exams.troubles import ALWAYS

NAME = "one poison ticket in a thousand"
TICKETS = 1000


def one_in_a_thousand() -> tuple[list[str], int]:
    """What was not as it should be, and how often the bot ran."""
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder))
        off = {
            name: "" for name in scene.env() if name.startswith("SLACK_")
        }  # a message a second, on Slack's wish
        env = scene.env() | off | {"SLUIS_MAX_WRITES": "5000", "SLUIS_MAX_SHARE": "100"}
        try:
            return _held(scene, env)
        finally:
            scene.stop()


def _held(scene: Scene, env: dict[str, str]) -> tuple[list[str], int]:
    jira = scene.jira
    fields = {"Planned start": scene.start, "Responsible team": scene.words["team"]}
    more: dict[str, Any] = {"by": "Tom Willems", "status": "Awaiting approval"}  # of a draft nothing is said
    made = [
        jira.add_issue("CHG", "[System] Change", f"Renew certificate {number}", fields, **more)
        for number in range(TICKETS - len(jira.issues))
    ]
    poison = jira.issues[made[len(made) // 2]]
    for path in (f"/issue/{poison.id}$", "/issue/bulkfetch$"):  # together with others it cannot be had at all
        scene.servers["jira"].fail(Fault(How.ANSWER, path, times=ALWAYS, status=200, body='{"fields": {"sum'))
    first, found = Bot(env), []
    if first.wait(600) != 1 or poison.key not in first.output:
        found.append(f"the first run ended with {first.wait(0)} and said: {first.output[-600:]}")
    found += _served(scene, poison.key)
    scene.servers["jira"].faults.clear()
    second = Bot(env)
    if second.wait(600) != 0:
        found.append(f"healed, the run ended with {second.wait(0)} and said: {second.output[-600:]}")
    return found + _served(scene, ""), 2


def _served(scene: Scene, but: str) -> list[str]:
    """Who has no comment of the bot, or more than one."""
    counts = {
        key: sum(c.author.name == "Sluiswachter" for c in issue.comments)
        for key, issue in scene.jira.issues.items()
    }
    wrong = [key for key, count in counts.items() if count != (key != but)]
    return [f"{len(wrong)} of {len(counts)} tickets do not have one comment: {wrong[:5]}"] if wrong else []
