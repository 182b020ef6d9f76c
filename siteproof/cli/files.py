"""Files that a user names on the command line; what cannot be written is a Problem that names the file."""

from pathlib import Path

from siteproof.model.nouns.problem import Problem


def write_text(file: str, text: str) -> None:
    """Write UTF-8 text; Problem when it cannot be written."""
    try:
        Path(file).write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Problem(f"cannot write {file!r}", reason, "name a file in a folder of yours") from None
