"""Who may ask for what: roles, invitations that are good for one registration, and what was asked (docs/service.md).

Maintainers keep: a code is held as a digest, for a quarter of an hour, and goes with its first use; too many wrong ones
close the door for a minute. What was asked is noted before it is answered; no argument's value but names is.
"""

import hashlib
import secrets
import threading
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from attrs import frozen

from siteproof.model.nouns.problem import Problem
from siteproof.reference.journal import Note
from siteproof.reference.service.certificates import Authority, Client

CODE_MS = 15 * 60_000
CLOSED_MS = 60_000
WRONG_MAX = 5
NAME_MAX = 64


class ClientRole(StrEnum):
    """What a client is."""

    READER = "reader"  # looks
    AGENT = "agent"  # looks, ships and asks for points
    OPERATOR = "operator"  # does everything that is offered over the network


READING = frozenset(
    {
        "appliance.metrics",
        "machine.list",
        "machine.show",
        "group.list",
        "plan.list",
        "plan.show",
        "point.list",
        "point.verify",
        "job.list",
        "event.list",
    }
)
ALLOWED: Mapping[ClientRole, frozenset[str]] = {
    ClientRole.READER: READING,
    ClientRole.AGENT: READING | {"machine.ship", "point.take"},
    ClientRole.OPERATOR: READING
    | {"machine.ship", "point.take", "machine.do", "machine.policy", "machine.protect", "machine.forget"}
    | {"machine.force_disable", "group.take", "group.do", "plan.save", "plan.run", "plan.answer"},
}
LOCAL = frozenset({"point.export"})  # it writes where its caller says: only for who owns the state directory


@frozen
class Invitation:
    """What a code is good for."""

    name: str
    role: ClientRole
    until_ms: int


class Access:
    """Registration and permission of one running service; several threads ask."""

    def __init__(self, authority: Authority, now_ms: Callable[[], int], note: Note) -> None:
        """Nobody is invited yet; whom the authority knows may go on."""
        self.authority = authority
        self._now_ms = now_ms
        self._note = note
        self._guard = threading.Lock()
        self._invited: dict[str, Invitation] = {}
        self._wrong = 0
        self._closed_until_ms = 0

    def invite(self, name: str, role: str) -> str:
        """A code for one registration under that name and role."""
        if role not in frozenset(ClientRole):
            raise Problem(f"there is no role {role!r}", f"there are {', '.join(ClientRole)}", "choose one")
        if not 0 < len(name) <= NAME_MAX or not name.isprintable():
            raise Problem(f"unusable name {name!r}", f"1 to {NAME_MAX} printable characters", "choose another one")
        code = secrets.token_urlsafe(18)
        with self._guard:
            self._invited[_digest(code)] = Invitation(name, ClientRole(role), self._now_ms() + CODE_MS)
        self._note("invite", name=name, role=role, time_ms=self._now_ms())
        return code

    def register(self, code: str, request_pem: str) -> dict[str, str]:
        """A certificate for whoever brings a code that was not used; Problem otherwise, the same for every reason."""
        with self._guard:
            now = self._now_ms()
            if now < self._closed_until_ms:
                raise TooMany
            found = self._invited.get(_digest(code))
            if found is None or found.until_ms < now:
                self._count_wrong(now)
                self._note("register", outcome="refused", time_ms=now)
                raise Problem("the code is not good", "wrong, used or older than 15 minutes", "ask for another one")
            certificate = self.authority.admit(request_pem, found.name, found.role.value)
            del self._invited[_digest(code)]
            self._wrong = 0
        self._note("register", outcome="admitted", name=found.name, role=found.role.value, time_ms=now)
        return {"certificate": certificate, "authority": self.authority.pem, "role": found.role.value}

    def revoke(self, name: str) -> int:
        """Nobody under that name may do anything any more; how many certificates that were."""
        with self._guard:
            gone = self.authority.revoke(name)
        self._note("revoke", name=name, certificates=gone, time_ms=self._now_ms())
        return gone

    def clients(self) -> list[Client]:
        """Who is registered."""
        return list(self.authority.clients.values())

    def _count_wrong(self, now: int) -> None:
        self._wrong += 1
        if self._wrong >= WRONG_MAX:
            self._wrong, self._closed_until_ms = 0, now + CLOSED_MS

    def may(self, fingerprint: str, verb: str, machine: str) -> bool:
        """Whether the holder of that certificate may ask for this; noted, whichever it is."""
        client = self.authority.clients.get(fingerprint)
        role = ClientRole(client.role) if client is not None else None
        allowed = role is not None and verb in ALLOWED[role]
        who: dict[str, Any] = {"name": client.name, "role": client.role} if client is not None else {"name": "nobody"}
        outcome = "allowed" if allowed else "forbidden"
        self._note("ask", verb=verb, machine=machine, outcome=outcome, time_ms=self._now_ms(), **who)
        return allowed


class TooMany(Exception):  # noqa: N818  (an answer)
    """The door is closed for a minute."""


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
