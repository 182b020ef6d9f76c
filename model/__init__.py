"""The promise: what the standard says, proofs about it, and the pages that are made from it.

A stranger reads it in this order, and needs no other file on the way:

1. `spec/lifecycle/table.py` — which command is allowed where, and where it leads. Tables, in the words of the field.
2. `spec/data_plane/machine.py`, then `replication.py` — the blocks of a disk: what is tracked, sent, applied.
3. `spec/data_plane/recovery_points.py`, `failover.py`, `drill.py` — what points, failovers and drills do to them.
4. `spec/data_plane/properties.py` — what must always hold, and what must be possible so that it means something.
5. Any other chapter of `spec/`: each is one file that needs no other chapter, at most the words of
   `data_plane/machine.py`. Only `spec/administration/` is a folder: tables like the lifecycle's, which it builds on.
   `spec/registry/specs.py` lists all of them, `spec/wrong_designs/` holds designs that must fail, `spec/lemmas/` what
   only proofs need, `spec/refinement.py` which machine of a chapter refines which.

An action reads `given(guard).then(effects)`: all effects happen at once and speak of the state before; `&`, `|`, `~`
are and, or, not, and `c.then(a, b)` is a where c holds and b elsewhere. `seed: …` and `domain §…` name what a sentence
comes from (docs/sources.md).

`nouns/` are the words that the standard, the appliance and the judge share: look one up when you meet it.
`language/` is how a chapter is written; its `__init__` lists what an author imports.
Skip at first: `engines/` (explore, prove, tours, formats, crosscheck: they carry any specification out and know none),
`theorems/` (policies over time), `book/` and `drawing/` (pages of docs/spec), `advice/` (`siteproof policy`, `plan`).

Empty on purpose beside this, so that the nouns can be imported alone.
"""
