"""Wrong designs, each one action away from the right one, kept because they must fail (checks.toml)."""

from siteproof.model.exhibits import handshake, trusted_bitmap, unfenced, window, write_order
from siteproof.model.exhibits.exhibit import Exhibit

EXHIBITS: tuple[Exhibit, ...] = (
    handshake.EXHIBIT,
    window.EXHIBIT,
    unfenced.EXHIBIT,
    trusted_bitmap.EXHIBIT,
    write_order.EXHIBIT,
)
