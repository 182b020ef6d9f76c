"""The chapters that stand beside the lifecycle and the data plane, each a small specification of its own.

Rule: a chapter is explored in seconds at its default bounds, and speaks of one mechanism only.
"""

from types import ModuleType

from siteproof.model.language import Bounds, Kind, Part, Spec, chapter
from siteproof.model.spec import (
    appliance,
    bitmap,
    capture,
    clock,
    frames,
    groups,
    pipeline,
    plans,
    resize,
    resync_protocol,
)
from siteproof.model.spec import (
    retention as retention_spec,
)
from siteproof.model.spec.lemmas import bitmap as bitmap_lemmas
from siteproof.model.spec.lemmas import capture as capture_lemmas
from siteproof.model.spec.lemmas import clock as clock_lemmas
from siteproof.model.spec.lemmas import frames as frame_lemmas
from siteproof.model.spec.lemmas import groups as group_lemmas
from siteproof.model.spec.lemmas import plans as plan_lemmas
from siteproof.model.spec.lemmas import resize as resize_lemmas
from siteproof.model.spec.lemmas import resync_protocol as resync_lemmas
from siteproof.model.spec.lemmas import retention as retention_lemmas
from siteproof.model.spec.promises import capture as capture_promises
from siteproof.model.spec.promises import frames as frame_promises
from siteproof.model.spec.promises import groups as group_promises
from siteproof.model.spec.promises import pipeline as pipeline_promises
from siteproof.model.spec.promises import plans as plan_promises
from siteproof.model.spec.promises import resync_protocol as resync_promises


def _spec(
    name: str, doc: str, module: ModuleType, parts: tuple[Part, ...], bounds: Bounds, *beside: ModuleType
) -> Spec:
    """The specification that a module's actions and properties are; those `beside` it hold its lemmas and promises."""
    actions, properties = chapter(module)
    _, others = chapter(*beside)
    promises = tuple(each for each in others if each.kind is Kind.EVENTUALLY)
    lemmas = tuple(each for each in others if each.kind is not Kind.EVENTUALLY)
    return Spec(name, doc, parts, actions, (*properties, *promises), bounds, lemmas)


RESYNC_PROTOCOL = _spec(
    "resync_protocol",
    "Two parties and a wire: START, hashes, mismatches, END, conclusion, completion, restarts and failures.",
    resync_protocol,
    (
        Part(resync_protocol.Sender, resync_protocol.Sender),
        Part(resync_protocol.Receiver, resync_protocol.Receiver),
        Part(resync_protocol.Wire, resync_protocol.Wire),
    ),
    {"blocks": 2, "versions": 2},
    resync_lemmas,
    resync_promises,
)

GROUPS = _spec(
    "groups",
    "Machines with shared points: hold, markers, delivery, time-outs, and the failover of the whole group.",
    groups,
    (Part(groups.Group, groups.Group),),
    {"members": 2, "writes": 2},
    group_lemmas,
    group_promises,
)

PLANS = _spec(
    "plans",
    "A recovery plan: shutdown, failover in parallel, boot groups in order, steps, prompts and what fails.",
    plans,
    (Part(plans.Plan, plans.Plan),),
    {"groups": 2, "machines": 2},
    plan_lemmas,
    plan_promises,
)

APPLIANCE = _spec(
    "appliance",
    "Appliances: the health of their parts, replication under pressure, and the move of a machine.",
    appliance,
    (Part(appliance.Estate, appliance.Estate),),
    {"appliances": 2, "parts": 2, "memory": 2, "cache": 1},
)

RETENTION = _spec(
    "retention",
    "Points in time: which ones stay when a point arrives, when none does, and while one is in use.",
    retention_spec,
    (Part(retention_spec.Store, retention_spec.Store),),
    {"instants": 8, "recent": 2, "bucket": 2, "retention": 6},
    retention_lemmas,
)

CAPTURE = _spec(
    "capture",
    "How exactly writes are captured: data, metadata and bitmap mode, disk by disk, and what a point of them needs.",
    capture,
    (Part(capture.Captured, capture.Captured),),
    {"disks": 2, "blocks": 2, "versions": 2},
    capture_lemmas,
    capture_promises,
)

DIRTY_BITMAP = _spec(
    "bitmap",
    "The dirty bitmap in memory and its persisted copy, over clean and forced shutdowns, crashes and restores.",
    bitmap,
    (Part(bitmap.Host, bitmap.Host), Part(bitmap.Copy, bitmap.Copy)),
    {"blocks": 2, "versions": 2, "runs": 3},
    bitmap_lemmas,
)

RESIZE = _spec(
    "resize",
    "A disk that grows or shrinks: its bitmap, its replica, what is on its way, and its points.",
    resize,
    (Part(resize.Resizable, resize.Resizable),),
    {"cells": 2, "versions": 2},
    resize_lemmas,
)

FRAMES = _spec(
    "frames",
    "Frames that are torn, repeated, lost, reordered or of an older generation, and what the receiver makes of them.",
    frames,
    (Part(frames.Stream, frames.Stream),),
    {"writes": 3, "blocks": 2, "wire": 2, "generations": 2},
    frame_lemmas,
    frame_promises,
)

PIPELINE = _spec(
    "pipeline",
    "The way of a change from the disk to a point: hops, caches, watermarks, dead hops, and crashes of every stage.",
    pipeline,
    (Part(pipeline.Agent, pipeline.Agent), Part(pipeline.Line, pipeline.Line), Part(pipeline.Target, pipeline.Target)),
    {"writes": 2},
    pipeline_promises,
)

CLOCK = _spec(
    "clock",
    "Points and a wall clock that jumps: their order, their age, and which one is the latest.",
    clock,
    (Part(clock.Clock, clock.Clock),),
    {"instants": 4, "retention": 2},
    clock_lemmas,
)

CHAPTERS: tuple[Spec, ...] = (
    RESYNC_PROTOCOL,
    GROUPS,
    PLANS,
    APPLIANCE,
    RETENTION,
    CAPTURE,
    DIRTY_BITMAP,
    RESIZE,
    FRAMES,
    PIPELINE,
    CLOCK,
)
