"""The README's pictures: the demo's own pages, cut down to the comment and the card, through headless Chromium.

make pictures        # writes docs/comment-{en,nl}.png, docs/card-{en,nl}.png and the others
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
_QUIET = (
    "--headless --disable-gpu --disable-quic --no-first-run --disable-background-networking --hide-scrollbars "
    "--disable-component-update --disable-sync --no-sandbox --force-device-scale-factor=1.5"
)
_ONLY_COMMENT = """
header, .crumbs, h1, .lozenge.indeterminate { display: none !important }
.columns > :not(:first-child), .columns > * > :not(.comment) { display: none !important }
body, .columns, .columns > * { display: block !important; margin: 0 !important; padding: 0 !important }
.comment { margin: -32px 12px 12px 0 !important }
"""
_ONLY_FIRST = """
nav, main > h1 { display: none !important }
main > :not(article:first-of-type):not(article:first-of-type + .thread) { display: none !important }
body, main { display: block !important; margin: 0 !important; padding: 6px !important }
"""


class Picture(NamedTuple):
    """A page of the demo, the style that leaves only what matters, and the size of the window."""

    name: str
    page: str
    style: str
    width: int
    height: int


PICTURES = (
    Picture("comment", "jira-1-held", _ONLY_COMMENT, 820, 555),
    Picture("card", "slack-team-citizens-1", _ONLY_FIRST, 720, 425),
    Picture("card-ready", "slack-team-citizens-3", _ONLY_FIRST, 720, 480),
    Picture("handover", "slack-operations-5", _ONLY_FIRST, 720, 390),
)


def main() -> int:
    """Run the demo in both languages and take every picture."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        sys.stderr.write("Chromium is needed for pictures: install the package chromium.\n")
        return 2
    for language in ("en", "nl"):
        with tempfile.TemporaryDirectory() as folder:
            demo = [sys.executable, "-m", "bot", "demo", "--language", language, "--pages", folder]
            subprocess.run(demo, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            for picture in PICTURES:
                _take(browser, Path(folder), picture, ROOT / "docs" / f"{picture.name}-{language}.png")
    return 0


def _take(browser: str, folder: Path, picture: Picture, to: Path) -> None:
    page = folder / f"{picture.page}.html"
    text = page.read_text(encoding="utf-8").replace("</head>", f"<style>{picture.style}</style></head>", 1)
    cut = folder / f"cut-{picture.name}.html"
    cut.write_text(text, encoding="utf-8")
    size = f"--window-size={picture.width},{picture.height}"
    profile = f"--user-data-dir={folder / 'profile'}"
    command = [browser, *_QUIET.split(), profile, size, f"--screenshot={to}", cut.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


if __name__ == "__main__":
    sys.exit(main())
