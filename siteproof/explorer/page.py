"""The page as one HTML text: markup, style, interpreter, view and the data that it shows; it loads nothing.

Rule: what may run is named by its hash in the page's own policy, and data is a JSON element, which never runs. Only a
page that is served may ask, and only its own server.
"""

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

STYLE, BODY = "page.css", "page.html"
SCRIPTS = ("machine.js", "view.js", "page.js")


def explorer_page(data: Mapping[str, Any], *, live: bool) -> str:
    """The page of these data: `walk` are the tables of a system; `record` and `names` may stand beside them."""
    style, scripts = _file(STYLE), [_file(name) for name in SCRIPTS]
    title = html.escape(f"{data['walk']['name']} · siteproof explorer")
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy(live=live)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{title}</title>\n<style>{style}</style>\n</head>",
            _file(BODY).removesuffix("</body>\n</html>\n"),
            f'<script type="application/json" id="data">{as_element(data)}</script>',
            *(f"<script>{script}</script>" for script in scripts),
            "</body>\n</html>\n",
        ]
    )


def policy(*, live: bool) -> str:
    """What the browser lets the page do: its own style and scripts, and, when it is served, questions to its server."""
    scripts = " ".join(_hash(_file(name)) for name in SCRIPTS)
    allowed = ["default-src 'none'", f"style-src {_hash(_file(STYLE))}", f"script-src {scripts}"]
    allowed += ["connect-src 'self'"] if live else []
    return "; ".join((*allowed, "base-uri 'none'", "form-action 'none'"))


def as_element(data: Mapping[str, Any]) -> str:
    """JSON that no parser of HTML can take for markup."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _file(name: str) -> str:
    return resources.files("siteproof.explorer").joinpath(name).read_text(encoding="utf-8")
