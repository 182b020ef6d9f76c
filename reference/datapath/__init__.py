"""The bytes of the appliance: capture, seal, log, apply, recovery points, resynchronisation (docs/data-path.md).

Maintainers keep: only the executors touch the target store; nothing from outside is used before length, range and tag
are checked; damage is named, never repaired silently.

**A tour in the order in which a block travels** (every module says more):

    store  = FolderExecutor(root)                                   # folder.py: real files below one folder
    source = SourceDisk.open(site, "web/sda.raw", "web/sda.bitmap") # tracker.py: a raw disk whose writes are captured
    source.write(block, data) -> lsn ; source.discard(block, blocks) -> lsn ; source.flush()
    source.read(block, blocks) -> bytes ; source.dirty.count ; source.written ; source.trusted
    source.start_capture() ; source.stop_capture() ; source.resize(blocks)

    kek     = KeyEncryptionKey.generate() | KeyEncryptionKey.from_file(path)          # keys.py
    replica = Replica.create(store, "web-sda", blocks, kek, disk="web/sda")           # replica.py, target side
    replica = Replica.open(store, "web-sda", kek, acknowledged=lsn)                   # recovers after a crash
    sealer  = Sealer(replica.keys, replica.invite())     # sealer.py: one stream of frames; fresh after a break

    cut = source.take_all()          # everything as of now: the initial copy;  source.take() = what is dirty
    for frame in sealer.seal(cut):   # bytes for the wire; the cut stays what it was while the workload writes on
        replica.receive(frame)       # checked, sealed anew into the cache log
    replica.commit(cut.lsn)          # group commit = consistent cut, then Acknowledge -> cached LSN
    cut.done()                       # or cut.failed(): its blocks become dirty again;  replica.abandon() on the target
    replica.apply()                  # undo synced -> seed written -> seed synced -> applied record; -> applied LSN

    point = replica.create_point("cp-000017", consistency, taken_at_ms, shared)       # one marker and one sync
    replica.points() ; replica.drop_point(name) ; replica.watermarks
    with replica.open_point(name) as view:               # points.py; stays right while replication goes on
        view.read(block, blocks) ; view.materialise(store, "restored.raw")
    replica.promote(name | None, store, "machine.raw")   # a machine disk from a point (None: the newest applied state)
    replica.revert(name)                                 # the seed becomes the point's image, as a logged batch
    replica.drop_points() ; replica.close() ; replica.destroy()

    cut = source.take_all()                              # resync.py: two sans-I/O parties compare and send differences
    left, right = ResyncSource(cut, source.blocks, sealer, replica.keys), ResyncTarget(replica)
    for message in exchange(left, right): ...            # each is yielded before it is delivered: count it, or raise
    left.completed ; left.report                         # then cut.done(); otherwise cut.failed()

**Errors**: `Problem` (model nouns) for what a user mends (missing or wrong key, no such replica); `CorruptLog`
(corruption.py: segment, offset, reason) for damaged, replayed or missing records -> the caller marks a
resynchronisation; `Refused(RecoveryPointUnavailable)` for a point that is not there; `Crashed` (crashes.py) when a
simulated crash has taken the store away.

**Sequence numbers**: an LSN is the sequence of a disk's write (1, 2, ...). A commit carries the LSN of its cut: the
target holds exactly the writes up to it. Watermarks: written >= sent >= cached >= applied >= pointed.
"""
