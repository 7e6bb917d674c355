"""`sluis demo` where the local systems are not installed, as in the image."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
WITHOUT = "import sys; sys.modules['sandbox'] = None; sys.argv = ['sluis', 'demo']; from bot.cli import main; main()"


def test_one_line_says_what_to_install(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = "sluis demo: the local systems are not installed here: pip install 'sluiswachter[demo]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
