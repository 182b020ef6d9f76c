"""What a monitoring system reads: the state of every machine in Prometheus' text format (seed: monitoring the health).

Maintainers keep: a metric is what `machine show` shows, never another opinion; names end in their unit. Looking changes
nothing.
"""

from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.vocabulary import Health
from siteproof.reference.appliance import Appliance
from siteproof.reference.machine import Machine
from siteproof.reference.observer import observe
from siteproof.reference.policy_watch import threshold_ms

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
RANK = {Health.NORMAL: 0, Health.WARNING: 1, Health.CRITICAL: 2}
STAGES = ("written", "sent", "cached", "applied", "pointed")


@frozen
class Metric:
    """One sample; `labels` beside the machine's name."""

    name: str
    value: float
    labels: Mapping[str, str]


HELP = {
    "siteproof_machines": ("gauge", "Machines that the appliance knows."),
    "siteproof_machine_state": ("gauge", "1 for the state that a machine is in."),
    "siteproof_machine_health": ("gauge", "0 normal, 1 warning, 2 critical."),
    "siteproof_machine_rpo_seconds": ("gauge", "Age of what a failover to the latest state would lose back to."),
    "siteproof_machine_rpo_threshold_seconds": ("gauge", "The policy's limit of the RPO."),
    "siteproof_machine_points": ("gauge", "Recovery points that are listed, by consistency."),
    "siteproof_machine_newest_point_timestamp_seconds": ("gauge", "When the newest listed point was taken."),
    "siteproof_machine_job_running": ("gauge", "1 while a job runs."),
    "siteproof_machine_sent_bytes_total": ("counter", "Bytes that left for the other side since the start."),
    "siteproof_disk_dirty_blocks": ("gauge", "Blocks of 4096 bytes that have to travel."),
    "siteproof_disk_writes_total": ("counter", "Writes by the stage that they have reached."),
}


def exposition(appliance: Appliance) -> str:
    """Every metric with its help and type, samples in a stable order; ends in a line feed."""
    samples: dict[str, list[Metric]] = {name: [] for name in HELP}
    samples["siteproof_machines"].append(Metric("siteproof_machines", len(appliance.vault.machines), {}))
    for name, machine in sorted(appliance.vault.machines.items()):
        for sample in _of_machine(machine, observe(appliance, name)):
            samples[sample.name].append(sample)
    return "".join(_family(name, found) for name, found in samples.items() if found)


def _of_machine(machine: Machine, seen: Observation) -> Iterator[Metric]:
    own, regions = {"machine": seen.machine}, seen.regions
    state = {
        "protection": regions.protection.value,
        "direction": regions.direction.value,
        "active": regions.active.value,
        "drill": regions.test_failover.value,
        "resync": regions.resync.value,
    }
    yield Metric("siteproof_machine_state", 1, own | state)
    yield Metric("siteproof_machine_health", RANK[seen.health], own)
    if seen.rpo_ms is not None:
        yield Metric("siteproof_machine_rpo_seconds", seen.rpo_ms / 1000, own)
    yield Metric("siteproof_machine_rpo_threshold_seconds", threshold_ms(machine) / 1000, own)
    for kind in sorted({point.consistency for point in seen.points}):
        count = sum(point.consistency is kind for point in seen.points)
        yield Metric("siteproof_machine_points", count, own | {"consistency": kind.value})
    if seen.points:
        newest = max(point.taken_at_ms for point in seen.points)
        yield Metric("siteproof_machine_newest_point_timestamp_seconds", newest / 1000, own)
    yield Metric("siteproof_machine_job_running", bool(seen.running_job), own)
    yield Metric("siteproof_machine_sent_bytes_total", seen.bytes_sent, own)
    yield from _of_disks(seen, own)


def _of_disks(seen: Observation, own: Mapping[str, str]) -> Iterator[Metric]:
    for disk in seen.disks:
        labels = {**own, "disk": disk.name}
        yield Metric("siteproof_disk_dirty_blocks", disk.dirty_blocks, labels)
        for stage in STAGES:
            reached = getattr(disk.watermarks, stage)
            if reached is not None:
                yield Metric("siteproof_disk_writes_total", reached, {**labels, "stage": stage})


def _family(name: str, samples: Iterable[Metric]) -> str:
    kind, text = HELP[name]
    lines = [f"# HELP {name} {text}", f"# TYPE {name} {kind}", *(_line(sample) for sample in samples)]
    return "\n".join(lines) + "\n"


def _line(sample: Metric) -> str:
    labels = ",".join(f'{key}="{_escaped(value)}"' for key, value in sample.labels.items())
    return f"{sample.name}{{{labels}}} {sample.value:.17g}" if labels else f"{sample.name} {sample.value:.17g}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
