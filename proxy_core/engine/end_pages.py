"""The page that a browser shows once Google has sent it back: what became of the sign-in.

One self-contained document: it loads nothing, runs no script, and tells no other site where it
was, for its address held the code. Pure; who serves it is `loopback` and the front door.
"""

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from proxy_core.commands import ProjectView, SignInStatus, SignInView

_STYLE = """
:root{color-scheme:light dark;--back:#f6f2ec;--card:#fffdf9;--edge:#e6dccf;--text:#2b211a;
--soft:#6f6155;--accent:#b45309;--glow:#fbe3c4}
@media(prefers-color-scheme:dark){:root{--back:#17110d;--card:#221913;--edge:#3b2d23;
--text:#f5ece2;--soft:#b9a898;--accent:#f0a04b;--glow:#3a2614}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;
background:radial-gradient(60rem 36rem at 50% -8rem,var(--glow),transparent 70%),var(--back);
color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:31rem;background:var(--card);border:1px solid var(--edge);
border-radius:20px;padding:40px 36px 32px;text-align:center;
box-shadow:0 1px 2px rgba(60,30,10,.06),0 18px 50px rgba(60,30,10,.10)}
svg{width:84px;height:84px;display:block;margin:0 auto 20px}
h1{margin:0 0 10px;font-size:1.45rem;line-height:1.25;letter-spacing:-.01em}
p{margin:0 0 10px;overflow-wrap:anywhere}
.next{color:var(--soft)}
a{color:var(--accent)}
ul{list-style:none;margin:18px 0 8px;padding:0;text-align:left}
li{border:1px solid var(--edge);border-radius:10px;padding:9px 14px;margin:0 0 8px;
overflow-wrap:anywhere}
li span{color:var(--soft);font-size:.88rem;display:block}
footer{margin-top:22px;padding-top:16px;border-top:1px solid var(--edge);color:var(--soft);
font-size:.88rem}
"""

_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Mapping[str, str] = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_STAR = """<svg viewBox="0 0 256 256" aria-hidden="true"><defs>
<radialGradient id="star" cx=".38" cy=".34" r=".75"><stop offset="0" stop-color="#fff1cf"/>
<stop offset=".35" stop-color="#ffc45c"/><stop offset=".75" stop-color="#f08a24"/>
<stop offset="1" stop-color="#c85a12"/></radialGradient>
<radialGradient id="glow"><stop offset=".55" stop-color="#ffb347" stop-opacity=".55"/>
<stop offset="1" stop-color="#ffb347" stop-opacity="0"/></radialGradient></defs>
<rect x="8" y="8" width="240" height="240" rx="56" fill="#241a14"/>
<circle cx="128" cy="134" r="104" fill="url(#glow)"/>
<circle cx="128" cy="134" r="66" fill="url(#star)"/>%s
<circle cx="52" cy="64" r="4" fill="#ffc45c"/><circle cx="214" cy="200" r="3" fill="#ffc45c"/>
</svg>"""
_MARKS: Mapping[str, str] = {
    "tick": "M98 136l22 22 40-46",
    "cross": "M106 112l44 44m0-44l-44 44",
    "dots": "M100 134h1m27 0h1m27 0h1",
}
"Strokes on the star: the outcome is told by shape, too."

_LINK = re.compile(
    r"https://(?:console\.cloud|aistudio|myaccount)\.google\.com/[\w\-.~/?=%]*[\w\-~/=%]"
)
"Owners' pages that our own sentences name. Nothing else becomes a link, whoever wrote it."

_TITLES: Mapping[SignInStatus, tuple[str, str]] = {
    SignInStatus.WAITING: ("Not there yet", "dots"),
    SignInStatus.EXCHANGING: ("One moment", "dots"),
    SignInStatus.CHOOSING_PROJECT: ("Signed in: one step is left", "dots"),
    SignInStatus.DONE: ("Signed in", "tick"),
    SignInStatus.FAILED: ("The sign-in did not work", "cross"),
    SignInStatus.CANCELLED: ("The sign-in was cancelled", "cross"),
    SignInStatus.EXPIRED: ("The sign-in took too long", "cross"),
}
_CLOSE = "You can close this tab."
_CHOOSE = "Go back to Pollux to choose the project; you can close this tab."
_BACK = "Go back to Pollux; you can close this tab."


@dataclass(frozen=True, slots=True)
class EndPage:
    """A page, ready to be sent."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: _HEADERS)


def page_of(view: SignInView) -> EndPage:
    """Tells the browser how a sign-in stands."""
    title, mark = _TITLES[view.status]
    parts = [_paragraph(view.sentence)]
    match view.status:
        case SignInStatus.CHOOSING_PROJECT:
            parts.append(_projects(view.projects))
            footer = _CHOOSE
        case SignInStatus.DONE:
            footer = _CLOSE
        case _:
            footer = _BACK
    if view.next_step:
        parts.append(_paragraph(view.next_step, "next"))
    return EndPage(200, _document(title, mark, "".join(parts), footer))


def stray_page() -> EndPage:
    """For a redirect that belongs to no sign-in: an old tab, or a forged address."""
    text = _paragraph(
        "Pollux is not waiting for this answer of Google: the sign-in that it "
        "belongs to has ended, or was begun elsewhere."
    )
    return EndPage(400, _document("Unknown sign-in", "cross", text, "Begin again in Pollux."))


def _projects(projects: tuple[ProjectView, ...]) -> str:
    states = {"on": "Gemini API on", "off": "Gemini API off", "unknown": "Gemini API not checked"}
    items = "".join(
        f"<li>{_text(project.name)}<span>{_text(project.id)} · {states[project.api]}</span></li>"
        for project in projects[:12]
    )
    return f"<ul>{items}</ul>" if items else ""


def _paragraph(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{_linked(text)}</p>' if text else ""


def _linked(text: str) -> str:
    parts, end = [], 0
    for match in _LINK.finditer(text):
        address = _text(match[0])
        parts.append(_text(text[end : match.start()]))
        parts.append(f'<a href="{address}" rel="noopener noreferrer">{address}</a>')
        end = match.end()
    return "".join(parts) + _text(text[end:])


def _text(text: str) -> str:
    return html.escape(text)


def _document(title: str, mark: str, content: str, footer: str) -> bytes:
    stroke = (
        f'<path d="{_MARKS[mark]}" fill="none" stroke="#5a2506" stroke-width="17" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title} · Pollux</title><style>{_STYLE}</style></head><body><main>"
        f"{_STAR % stroke}<h1>{title}</h1>{content}<footer>{footer}</footer>"
        "</main></body></html>"
    ).encode()
