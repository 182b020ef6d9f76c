"""How a size is written on the command line."""

import click
import pytest

from siteproof.cli.options import mebibytes


@pytest.mark.parametrize(("text", "mib"), [("64", 64), ("64M", 64), ("64MiB", 64), ("64mb", 64), ("1G", 1024)])
def test_a_size_with_its_unit_is_understood(text: str, mib: int) -> None:
    """MiB are meant where nothing is said."""
    assert mebibytes(16, 4096).convert(text, None, None) == mib


@pytest.mark.parametrize("text", ["64K", "8M", "5G", "M", "\uff16\uff14M", "6_4", "1.5G"])
def test_any_other_size_is_refused(text: str) -> None:
    """Out of bounds, of no such unit, or not in plain digits."""
    with pytest.raises(click.BadParameter):
        mebibytes(16, 4096).convert(text, None, None)
