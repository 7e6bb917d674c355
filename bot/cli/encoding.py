"""Output that is not UTF-8: a pipe on Windows (cp1252), a job under cron (ASCII). No command dies of a character.

What cannot be shown is replaced by a stand-in that can be read; what machines read is written in ASCII then.
"""

from __future__ import annotations

import codecs
import io
import sys
import unicodedata

_HANDLER, _PLAIN = "sluis-stand-in", "sluis-ascii"
_STAND_INS = {
    **{"×": "x", "…": "...", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "·": "-"},
    **{
        "→": "->",
        "≥": ">=",
        "≤": "<=",
        "•": "*",
        "▌": "|",
        "✓": "+",
        "✗": "x",
        "⛔": "[stop]",
        "⏳": "[to do]",
    },
    **{"✅": "[ok]", "ℹ": "[i]", "€": "EUR", "§": "par. ", "\N{VARIATION SELECTOR-16}": "", "\xa0": " "},
    **{"│": "|", "├": "|", "└": "`", "─": "-", "━": "-", "┃": "|"},
}


def make_readable() -> None:
    """From here on, whatever is written to stdout and stderr can be written there."""
    codecs.register_error(_HANDLER, _stand_in)
    codecs.register(_as_ascii)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Under its own name Typer takes ASCII for a mistake, and writes UTF-8 to who asked for ASCII.
            ascii_ = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding=_PLAIN if ascii_ else stream.encoding, errors=_HANDLER)


def shows_unicode() -> bool:
    """Whether stdout takes every character."""
    return (sys.stdout.encoding or "utf-8").lower().startswith("utf")


def _as_ascii(name: str) -> codecs.CodecInfo | None:
    # Python looks for it with underscores in place of other marks.
    if name != _PLAIN.replace("-", "_") and name != _PLAIN:
        return None
    same = codecs.lookup("ascii")
    return codecs.CodecInfo(
        same.encode,
        same.decode,
        streamreader=same.streamreader,
        streamwriter=same.streamwriter,
        incrementalencoder=same.incrementalencoder,
        incrementaldecoder=same.incrementaldecoder,
        name=_PLAIN,
    )


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(character: str) -> str:
    """How a character is shown in ASCII: by a sign like it, without its accent, or by a question mark."""
    if character in _STAND_INS:
        return _STAND_INS[character]
    bare = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return bare or "?"
