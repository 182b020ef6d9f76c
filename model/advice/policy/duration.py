"""Durations with units, as people write them: "24h", "1d12h", "15m".

One grammar for files and flags; what is printed can be read back.
"""

import re

from siteproof.model.nouns.policy import DAY_MINUTES, HOUR_MINUTES

UNIT_MINUTES = {"d": DAY_MINUTES, "h": HOUR_MINUTES, "m": 1}
_PART = re.compile(r"([0-9]+)\s*([a-zA-Z]+)")
_WHOLE = re.compile(r"\s*(?:[0-9]+\s*[a-zA-Z]+\s*)+")
_DIGITS_MAX = 9  # a longer number is no duration of anything here


class NearMissError(ValueError):
    """A value cannot be read; the message says why, `nearest` is what may have been meant, or empty."""

    def __init__(self, why: str, nearest: str = "") -> None:
        """Keep the reason and the nearest readable spelling."""
        self.nearest = nearest
        super().__init__(why)


class BadDurationError(NearMissError):
    """The text is not a duration."""


def parse_minutes(text: str) -> int:
    """Whole minutes of a duration; BadDurationError says what is wrong with any other text."""
    stripped = text.strip()
    if stripped == "0":
        return 0
    if not _WHOLE.fullmatch(stripped):
        raise _unreadable(stripped)
    return sum(_part_minutes(number, unit, stripped) for number, unit in _PART.findall(stripped))


def spell(minutes: int) -> str:
    """The duration in the units of policy files, largest first: 2880 is "2d", 721 is "12h1m"."""
    sign, rest = ("-", -minutes) if minutes < 0 else ("", minutes)
    hours, left = divmod(rest, HOUR_MINUTES)
    days, extra = divmod(hours, 24) if rest % DAY_MINUTES == 0 and rest > DAY_MINUTES else (0, hours)
    parts = [f"{days}d" if days else "", f"{extra}h" if extra else "", f"{left}m" if left else ""]
    return sign + ("".join(parts) or "0")


def speak(minutes: int) -> str:
    """The duration for a sentence: 720 is "12 h", 721 is "12 h 1 min", 0 is "0 min"."""
    hours, left = divmod(minutes, HOUR_MINUTES)
    parts = [f"{hours} h" if hours else "", f"{left} min" if left or not hours else ""]
    return " ".join(part for part in parts if part)


def _part_minutes(number: str, unit: str, text: str) -> int:
    if len(number) > _DIGITS_MAX:
        raise BadDurationError(f"{_short(text)} is too large to be a duration")
    if unit not in UNIT_MINUTES:
        raise BadDurationError(f"{unit!r} is not a unit; the units are d, h and m", _mended(text))
    return int(number) * UNIT_MINUTES[unit]


def _unreadable(text: str) -> BadDurationError:
    if text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX:
        return BadDurationError("the unit is missing; the units are d, h and m", f"{text}h")
    if not text.isascii():
        return BadDurationError("digits and units are plain ones: 0 to 9, d, h and m")
    if text.startswith("-"):
        return BadDurationError("a duration is not negative")
    return BadDurationError('a duration is a whole number and a unit (d, h or m), for example "24h" or "1d12h"')


def _mended(text: str) -> str:
    mended = "".join(number + unit[0].lower() for number, unit in _PART.findall(text))
    return mended if all(unit in UNIT_MINUTES for _, unit in _PART.findall(mended)) else ""


def _short(text: str) -> str:
    return repr(text if len(text) <= 24 else text[:24] + "…")
