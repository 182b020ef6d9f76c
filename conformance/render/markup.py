"""HTML made of values: text becomes text, whatever is in it, and only this module writes a tag.

Rule: a string is always escaped; nothing turns one into markup but the names of tags and attributes, which are ours.
"""

import html

from attrs import frozen

VOID = frozenset({"br", "img", "input", "meta"})


@frozen
class Markup:
    """Text that is HTML already, because `tag` made it."""

    text: str


Child = str | Markup | None
Attribute = str | float | bool | None


def tag(name: str, *children: Child, **attributes: Attribute) -> Markup:
    """An element; `class_` is its class, `data_x` is data-x, True stands alone, None and False are left out."""
    shown = "".join(_attribute(key, value) for key, value in attributes.items() if value not in (None, False))
    head = f"<{name}{shown}>"
    return Markup(head if name in VOID else f"{head}{joined(*children).text}</{name}>")


def joined(*children: Child) -> Markup:
    """Children one behind the other."""
    return Markup("".join(_text(child) for child in children))


def scrolled(said: str, *children: Child, kind: str = "") -> Markup:
    """What may be wider than the page, in a region that a keyboard can reach and scroll; `said` names it."""
    return tag("div", *children, class_=f"wide {kind}".strip(), role="region", aria_label=said, tabindex="0")


def _text(child: Child) -> str:
    if child is None:
        return ""
    return child.text if isinstance(child, Markup) else html.escape(_printable(child), quote=False)


def _attribute(key: str, value: Attribute) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(_printable(str(value)))}"'


def _printable(text: str) -> str:
    """HTML has no way to write most control characters, and a text that turns its neighbours around lies."""
    return "".join(char if char.isprintable() or char in "\n\t" else f"\\x{ord(char):02x}" for char in text)
