"""Examples that help shows under a command, by the words of the command.

Rule: every command of the first level has one, and a test parses each of them.
"""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "run": ("siteproof run", "siteproof run --size 64M --site report.example"),
    "conform": (
        "siteproof conform --cmd './my-adapter'",
        "siteproof conform --python pkg:make_subject --case SP-RES-4",
        "siteproof conform --list --chapter RES",
    ),
    "adapter": ("siteproof adapter guide", "siteproof adapter serve pkg:make_subject"),
    "new": ("siteproof new adapter --lang go --out my-adapter", "siteproof new policy > policy.toml"),
    "doctor": ("siteproof doctor", "siteproof doctor --cmd 'sh adapter.sh'"),
    "appliance": ("siteproof appliance init", "siteproof appliance serve"),
    "machine": ("siteproof machine protect web disk.img", "siteproof machine list"),
    "group": ("siteproof group take shop", "siteproof group do fail_over shop"),
    "point": ("siteproof point list web", "siteproof point restore web cp-000001 yesterday.img"),
    "job": ("siteproof job list",),
    "event": ("siteproof event list",),
    "agent": ("siteproof agent serve-nbd disk.img",),
    "access": ("siteproof access invite ops --role operator", "siteproof access revoke ops"),
    "log": ("siteproof log inspect cache-00000001.log",),
    "explore": (
        "siteproof explore --list",
        "siteproof explore lifecycle --trace-to 'protection=committed'",
        "siteproof explore resync_protocol --web",
    ),
    "prove": ("siteproof prove", "siteproof prove groups --for-all members"),
    "crosscheck": ("siteproof crosscheck retention",),
    "export": ("siteproof export resync_protocol --to tla",),
    "tour": ("siteproof tour lifecycle --cover edges",),
    "policy": ("siteproof policy check --retention 24h --app-every 4h", "siteproof policy plan"),
    "policy check": ("siteproof policy check --retention 24h --app-every 4h", "siteproof policy check policy.toml"),
    "plan": ("siteproof plan check plan.toml", "siteproof plan diff old.json new.json"),
    "audit": ("siteproof audit exports", "siteproof audit --guide"),
    "zoo": ("siteproof zoo --only wrong --quick", "siteproof zoo --only B16 --only H9"),
    "fuzz": (
        "siteproof fuzz --time 10m --seed 7",
        "siteproof fuzz --executions 2000",
        "siteproof fuzz --zoo B2 --against reference",
    ),
    "report": ("siteproof report out/results.ndjson --format junit",),
    "results": ("siteproof results build --check",),
    "compare": ("siteproof compare old.ndjson new.ndjson",),
    "evidence": ("siteproof evidence verify evidence.json",),
    "coverage": ("siteproof coverage out/results.ndjson --missing",),
    "trace": ("siteproof trace check jobs.json events.json --skew 5s",),
    "minimise": ("siteproof minimise out/failures/walk-1.json",),
    "replay": ("siteproof replay out/failures/walk-1.json",),
    "gaps": ("siteproof gaps",),
    "spec": ("siteproof spec build --check", "siteproof spec diff old.json docs/spec"),
    "spec build": (
        "siteproof spec build --check",
        "siteproof spec build --format html --one-file",
        "siteproof spec build --format pdf",
    ),
    "spec diff": ("siteproof spec diff old.json docs/spec",),
    "site": ("siteproof site",),
    "explain": ("siteproof explain SP-RES-4", "siteproof explain dishonest"),
}

BEGIN = (
    ("see it work", "siteproof run"),
    ("judge a product", "siteproof new adapter --lang python --out my-adapter"),
    ("check a policy", "siteproof policy check --retention 24h --app-every 4h"),
    ("audit a vault", "siteproof audit --guide"),
    ("walk the model", "siteproof explore --web"),
    ("look a name up", "siteproof explain SP-RES-4"),
    ("all commands", "siteproof --help"),
)
"""What `siteproof` alone shows: for whom it is, and how each begins."""


def epilog(words: str) -> str | None:
    """The end of a command's help; None when it has no example. The first character keeps the lines apart."""
    lines = EXAMPLES.get(words)
    return "\n".join(["\b\nExamples:", *(f"  {line}" for line in lines)]) if lines else None
