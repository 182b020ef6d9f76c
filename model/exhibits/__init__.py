"""Wrong designs, each one action away from the right one, kept because they must fail (checks.toml)."""

from siteproof.model.exhibits import (
    double_failure,
    drill_writes_through,
    half_applied,
    handshake,
    point_in_use,
    trusted_bitmap,
    unfenced,
    untracked_window,
    window,
    write_order,
)
from siteproof.model.exhibits.exhibit import Exhibit

EXHIBITS: tuple[Exhibit, ...] = (
    untracked_window.EXHIBIT,
    handshake.EXHIBIT,
    double_failure.EXHIBIT,
    trusted_bitmap.EXHIBIT,
    unfenced.EXHIBIT,
    window.EXHIBIT,
    write_order.EXHIBIT,
    half_applied.EXHIBIT,
    point_in_use.EXHIBIT,
    drill_writes_through.EXHIBIT,
)
