"""The frame tap: what leaves for the other side as it travels, and bytes that somebody else sends in its place.

Rule: a frame is shown as it is on the wire; what the tap adds is the name of its key and its nonce, never a secret.
"""

from typing import Protocol, runtime_checkable

from attrs import frozen


@frozen
class TappedFrame:
    """One message that left: its sealed bytes, which key and nonce they are sealed under (both empty: none is).

    `key` names a key without telling anything about it: two keys never share a name, and one never has two.
    """

    disk: str
    sealed: bytes
    key: str = ""
    nonce: bytes = b""


@runtime_checkable
class Tapping(Protocol):
    """An optional part of the contract: a subject that declares `frame_tap` has these calls as well."""

    def tap(self, machine: str) -> tuple[TappedFrame, ...]:
        """Everything of the machine that left since the last call, oldest first; the first call begins to listen."""
        ...

    def inject(self, machine: str, disk: str, sealed: bytes) -> bool:
        """Hand those bytes to the receiving side as if they came from the sender; whether it took them."""
        ...
