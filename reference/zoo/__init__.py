"""The zoo: wrong appliances of every bug class of domain §7, lying adapters, and honest ones that differ.

Each exhibit is the reference with as small as possible a change, and its module says what it does wrong and where that
happened. A suite that passes a wrong one, or accuses an honest one, is at fault.
"""

from siteproof.reference.zoo.table import Exhibit, Unshown

__all__ = ["UNSHOWN", "ZOO", "Exhibit", "Unshown"]


def _wrong(title: str, happened_in: str, *breaks: str) -> tuple[str, str, tuple[str, ...]]:
    return title, happened_in, breaks


# fmt: off
_WRONG = {
    "B1":  _wrong("a write during the digest exchange is lost", "DRBD 9.0.26", "SP-RES-25", "SP-RES-14"),
    "B2":  _wrong("the reconnect handshake clears a bitmap", "DRBD #145", "SP-RES-24", "SP-RES-14"),
    "B3":  _wrong("a double failure forgets blocks to resynchronise", "Linux 6719fb036c", "SP-RES-20", "SP-REP-18"),
    "B4":  _wrong("a comparison overwrites newer data", "LINBIT design note", "SP-RES-16", "SP-RES-25"),
    "B5":  _wrong("an epoch mixes replicated and local writes", "Linux 2681f7f6ce", "SP-PT-3", "SP-REP-13"),
    "B6":  _wrong("a comparison is armed and never starts", "linstor-server #190", "SP-RES-26", "SP-RES-31"),
    "B7":  _wrong("the replica is smaller than the source", "linstor-server #259", "SP-REP-19", "SP-REP-2"),
    "B8":  _wrong("tracking is wrong behind the old end", "VMware KB 2090639", "SP-RES-30", "SP-REP-13"),
    "B9":  _wrong("changes are lost while points are merged", "Broadcom KB 317933", "SP-RET-16", "SP-REP-18"),
    "B10": _wrong("a bitmap is trusted after a crash", "QEMU bitmap docs", "SP-RES-22", "SP-RES-33"),
    "B11": _wrong("retention prunes a point in use", "ceph #39155", "SP-RET-11", "SP-DRL-6"),
    "B12": _wrong("zeroes are not transmitted in increments", "OpenZFS #4050, #4809, #4996", "SP-REP-16"),
    "B13": _wrong("thinning takes data of older points", "ceph #55892", "SP-PT-28", "SP-RET-16"),
    "B14": _wrong("a point shows a wrong time under load", "ceph #52109", "SP-PT-27"),
    "B15": _wrong("a forced failover hides a split brain", "ceph #17979", "SP-FO-15"),
    "B16": _wrong("the disks of a point are of two instants", "ceph #68019, #71031", "SP-PT-3", "SP-PT-13"),
    "B17": _wrong("half a comparison is offered as a state", "ceph #71553", "SP-RES-18", "SP-PT-26"),
    "B18": _wrong("a failed-over disk is read-only", "ceph #11090", "SP-FO-13"),
    "B19": _wrong("increments of the way back are corrupt", "OpenZFS #16351", "SP-FB-9", "SP-FB-19"),
    "B20": _wrong("a rolled-back source destroys history", "sanoid #216", "SP-REP-24", "SP-PT-32"),
    "B21": _wrong("a target-only point is deleted", "sanoid #1036, #60", "SP-RET-3", "SP-RET-1"),
    "B22": _wrong("a journal limit shortens the history", "Zerto journal limit", "SP-RET-17", "SP-RET-3"),
    "B23": _wrong("a crash in a merge corrupts older points", "Arcserve UDP notes", "SP-RET-16", "SP-PT-28"),
    "B24": _wrong("a restore succeeds with wrong data", "longhorn #12830", "SP-FO-1", "SP-FO-20", "SP-DRL-2"),
    "B25": _wrong("a leftover drill breaks the failover", "ASR docs", "SP-DRL-7", "SP-FO-1"),
    "B26": _wrong("a listed point cannot be restored", "ASR BookmarkNotFound", "SP-PT-14", "SP-PT-28"),
    "B27": _wrong("an edit of a plan loses its steps", "azure-powershell #12837", "SP-PLN-14"),
    "B28": _wrong("a cancel leaves the machine unprotected", "ASR docs", "SP-FB-13"),
    "B29": _wrong("both sides run after the site is back", "SRM split brain", "SP-FO-16", "SP-FB-21"),
    "B30": _wrong("gaps after overload are offered as points", "Veeam CDP", "SP-RES-27", "SP-PT-18"),
    "B31": _wrong("a guard falls through after a failed commit", "-", "SP-LC-1", "SP-LC-18"),
    "B32": _wrong("a clock jump prunes points", "agent time-jump events", "SP-PT-32", "SP-PT-40"),
    "B33": _wrong("a clone replicates into another's replica", "ASR docs", "SP-LC-29"),
    "B34": _wrong("keep-newest by age collapses history", "simulation", "SP-RET-12", "SP-RET-4"),
    "B35": _wrong("acknowledged blocks die with the target", "QEMU 7.2 mirror", "SP-REP-14", "SP-REP-18"),
    "B36": _wrong("a mirror in block order breaks its points", "QEMU 7.2 mirror", "SP-PT-3", "SP-PT-6"),
    "B37": _wrong("half an increment is taken for a point", "QEMU incremental backup", "SP-RES-27", "SP-PT-26"),
    "B38": _wrong("an outage ends with no point left", "borg --keep-within", "SP-RET-9", "SP-RET-10"),
    "B39": _wrong("a drill writes into its point", "Azurite Copy Blob", "SP-DRL-4", "SP-DRL-3"),
    "B40": _wrong("a drill pauses replication", "RamenDR #2521", "SP-DRL-5", "SP-DRL-3"),
    "B41": _wrong("a nonce is used again after a break", "-", "SP-SEC-2"),
    "B42": _wrong("a false split brain discards data", "ceph-csi #3209", "SP-RES-32", "SP-FB-24"),
}
# fmt: on

ZOO: dict[str, Exhibit] = {
    name: Exhibit(title, source, f"siteproof.reference.zoo.{name.lower()}:make_subject", breaks)
    for name, (title, source, breaks) in _WRONG.items()
}

UNSHOWN: dict[str, Unshown] = {}
"""Classes that no call of the contract can show."""
