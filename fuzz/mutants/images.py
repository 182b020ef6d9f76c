"""Images as bytes: a harm can take hold of bytes, and a stale answer must not follow the file that it named."""

from pathlib import Path
from typing import Any

from siteproof.model.nouns.subject import Image, ImageKind


def inline(answer: Any) -> Any:
    """The answer with every image that names a file carrying the bytes of it."""
    if isinstance(answer, Image):
        return _inline(answer)
    if isinstance(answer, tuple) and any(isinstance(each, Image) for each in answer):
        return tuple(inline(each) for each in answer)
    return answer


def _inline(image: Image) -> Image:
    if image.kind is not ImageKind.PATH:
        return image
    return Image(image.disk, ImageKind.INLINE, data=Path(image.location).read_bytes())
