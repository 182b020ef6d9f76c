"""report.html: one file that needs nothing else, from one recorded run.

Rule: nothing that came from a subject is ever markup. All of it travels in one JSON script tag and is shown as text;
style and script are named by their hash in a policy that allows nothing else, and pictures are data without scripts.
"""

import base64
import hashlib
import html
from importlib import resources

import msgspec

from siteproof.conformance.render.page_data import page_data
from siteproof.conformance.results import Recorded

# A script tag ends at the first `</`, whatever surrounds it, and two line ends of Unicode are none in older scripts.
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def page(record: Recorded) -> str:
    """The whole report as HTML text."""
    style, script, body = (_file(name) for name in ("report.css", "report.js", "report.html"))
    data = page_data(record)
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:"
    policy += "; base-uri 'none'; form-action 'none'"
    return "".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="color-scheme" content="light dark">\n<title>siteproof report</title>\n',
            f"<style>{style}</style>\n</head>\n<body>\n",
            f"<noscript><p>{html.escape(data.headline)}</p></noscript>\n{body}\n",
            f'<script id="data" type="application/json">{json_for_a_script(data)}</script>\n',
            f"<script>{script}</script>\n</body>\n</html>\n",
        ]
    )


def json_for_a_script(data: object) -> str:
    """JSON that cannot end its script tag, whatever texts are in it."""
    text = msgspec.json.encode(data).decode()
    return "".join(_ESCAPES.get(char, char) for char in text)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _file(name: str) -> str:
    return resources.files("siteproof.conformance.render").joinpath(name).read_text(encoding="utf-8")
