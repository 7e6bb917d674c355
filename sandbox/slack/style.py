"""The frame and the looks of the sandbox's Slack pages."""

from markupsafe import Markup

_STYLE = """
:root { --ink: #1d1c1d; --soft: #616061; --line: #e4e2e6; --accent: #27587a; --link: #1264a3; }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.46 system-ui, "Segoe UI", "Noto Sans", sans-serif; color: var(--ink);
  display: grid; grid-template-columns: 230px minmax(0, 1fr); min-height: 100vh; background: #fff; }
nav { background: #eef3f6; border-right: 1px solid var(--line); padding: 16px 10px; }
nav strong { display: block; padding: 0 10px 12px; font-size: 17px; }
nav a { display: block; padding: 4px 10px; border-radius: 6px; color: #3c4a54; text-decoration: none;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
nav a.here { background: var(--accent); color: #fff; }
main { max-width: 900px; padding: 0 0 40px; }
h1 { font-size: 17px; margin: 0 0 12px; padding: 14px 24px; border-bottom: 1px solid var(--line); }
article { display: flex; gap: 10px; padding: 8px 24px; }
article:hover { background: #f8f8f8; }
.avatar { flex: none; width: 36px; height: 36px; border-radius: 6px; color: #fff; font-weight: 700;
  display: grid; place-items: center; background: #7a6a53; }
.avatar.app { background: linear-gradient(160deg, #3d83ae, #1f4c6b); }
.content { min-width: 0; flex: 1; overflow-wrap: anywhere; }
.who b { font-weight: 800; }
.badge { margin-left: 6px; padding: 1px 4px; border-radius: 3px; font-size: 10px; font-weight: 700;
  background: #e8e8e8; color: var(--soft); vertical-align: 1px; }
time { margin-left: 8px; font-size: 12px; color: var(--soft); }
.edited { font-size: 12px; color: var(--soft); }
.content p { margin: 2px 0 6px; }
h2 { font-size: 18px; line-height: 1.3; margin: 4px 0 8px; }
a { color: var(--link); text-decoration: none; }
.section { display: flex; justify-content: space-between; gap: 16px; margin: 4px 0 8px; }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 16px; max-width: 620px; }
.context { display: flex; flex-wrap: wrap; gap: 2px 10px; margin: 4px 0 8px; font-size: 13px; color: var(--soft); }
hr { border: 0; border-top: 1px solid var(--line); margin: 10px 0; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0; }
.button { display: inline-block; align-self: start; padding: 3px 12px; border: 1px solid #bbb; border-radius: 6px;
  font-size: 13px; font-weight: 700; color: var(--ink); background: #fff; white-space: nowrap; }
.button.primary { background: #007a5a; border-color: #007a5a; color: #fff; }
.button.danger { background: #e01e5a; border-color: #e01e5a; color: #fff; }
.mention { background: #fdf2cf; color: #8a5a00; border-radius: 3px; padding: 0 2px; }
code { font-size: 12px; padding: 2px 3px; border: 1px solid var(--line); border-radius: 3px; background: #f8f8f8;
  color: #b3154b; }
pre { font-size: 12px; padding: 8px; border: 1px solid var(--line); border-radius: 4px; background: #f8f8f8;
  white-space: pre-wrap; }
blockquote, .quote { display: block; margin: 2px 0; padding-left: 12px; border-left: 4px solid #ddd; }
ul, ol { margin: 2px 0 6px; padding-left: 24px; }
.thread { margin: 0 24px 8px 60px; border-left: 2px solid var(--line); }
.thread article { padding: 6px 14px; }
.thread .avatar { width: 24px; height: 24px; font-size: 12px; border-radius: 4px; }
.unknown { color: var(--soft); border: 1px dashed #bbb; border-radius: 4px; padding: 4px 8px; }
.field { border: 1px solid #999; border-radius: 4px; padding: 6px 10px; white-space: pre-wrap; }
.empty { padding: 24px; color: var(--soft); }
@media (max-width: 640px) { body { grid-template-columns: 1fr; } nav { display: none; } }
"""

PAGE = Markup(  # noqa: S704  made of literals; `{}` places are escaped by format
    '<!doctype html><html lang="nl"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
    "<style>" + _STYLE.replace("{", "{{").replace("}", "}}") + "</style></head><body>"
    "<nav><strong>{team}</strong>{channels}</nav><main><h1>{title}</h1>{body}</main></body></html>"
)
"""The page: `title`, `team` (both escaped), `channels` and `body` (both finished HTML)."""
