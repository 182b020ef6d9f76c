"""Wrong designs, each one action away from the right one, kept because they must fail (checks.toml)."""

from siteproof.model.exhibits import (
    armed_and_waiting,
    completes_alone,
    double_failure,
    drill_writes_through,
    early_conclusion,
    end_forgotten,
    half_applied,
    handshake,
    incomplete_point,
    lone_failover,
    marker_without_hold,
    older_over_newer,
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
    older_over_newer.EXHIBIT,
    completes_alone.EXHIBIT,
    end_forgotten.EXHIBIT,
    armed_and_waiting.EXHIBIT,
    early_conclusion.EXHIBIT,
    marker_without_hold.EXHIBIT,
    incomplete_point.EXHIBIT,
    lone_failover.EXHIBIT,
)
