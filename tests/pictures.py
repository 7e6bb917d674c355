"""The pictures of docs/pictures: pages of the sandbox, cut down to one message, through headless Chromium.

make pictures        # writes docs/pictures/<what>-{en,nl}.png
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.picture_story import Page, Story

ROOT = Path(__file__).parents[1]
WIDTH, SCALE = 720, 1.25
"""Of a picture, in CSS pixels; and how many real ones go into one of these."""
LOWEST = 170
"""Height of a window below which Chromium paints nothing."""

_CHAPTERS = ("1-held", "3-still-held", "4-let-through", "5-late")
_QUIET = (
    "--headless --disable-gpu --disable-quic --no-first-run --disable-background-networking --hide-scrollbars "
    "--disable-component-update --disable-sync --no-sandbox --allow-file-access-from-files "
    f"--force-device-scale-factor={SCALE}"
)
_STYLE = """
nav, header, aside, .crumbs, .lozenge.indeterminate { display: none !important }
html, body, main, .columns { display: block !important; margin: 0 !important; padding: 0 !important }
body { padding: 8px !important; min-height: 0 !important }
"""
_ALONE = """
main > h1 { display: none !important }
main > article:not(ONLY), main > .thread:not(ONLY + .thread), section > :not(ONLY) { display: none !important }
"""
_MEASURE = (
    "<script>addEventListener('load', () => document.title = 'tall ' + document.body.offsetHeight)</script>"
)


def main() -> int:
    """Tell the story in both languages and take every picture."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        sys.stderr.write("Chromium is needed for pictures: install the package chromium.\n")
        return 2
    for language in ("en", "nl"):
        with tempfile.TemporaryDirectory() as folder:
            story = Story(Path(folder), language)
            with story.running():
                for page in (*story.tell(), *_demo(Path(folder) / "demo", language)):
                    _take(browser, Path(folder), page, ROOT / f"docs/pictures/{page.name}-{language}.png")
    return 0


def _demo(folder: Path, language: str) -> Iterator[Page]:
    """The comments of the demo, chapter by chapter."""
    told = [sys.executable, "-m", "bot", "demo", "--language", language, "--pages", str(folder)]
    subprocess.run(told, check=True, capture_output=True)
    for name in _CHAPTERS:
        yield Page(f"story-{name}", (folder / f"jira-{name}.html").read_text("utf-8"), "article.comment")


def _take(browser: str, folder: Path, page: Page, to: Path) -> None:
    style = _STYLE + (_ALONE.replace("ONLY", page.only) if page.only else "")
    cut = folder / "picture.html"
    cut.write_text(page.html.replace("</head>", f"<style>{style}</style>{_MEASURE}</head>", 1), "utf-8")
    shoot = [browser, *_QUIET.split(), f"--user-data-dir={folder / 'profile'}"]
    measured = _run([*shoot, f"--window-size={WIDTH},400", "--dump-dom", cut.as_uri()])
    tall = re.search(r"<title>tall (\d+)", measured)
    if tall is None:
        raise SystemExit(f"{page.name}: nothing was shown")
    to.parent.mkdir(exist_ok=True)
    _run([*shoot, f"--window-size={WIDTH},{max(int(tall[1]), LOWEST)}", f"--screenshot={to}", cut.as_uri()])


def _run(command: list[str]) -> str:
    done = subprocess.run(command, check=True, capture_output=True, timeout=60, text=True)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
