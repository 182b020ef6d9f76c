// A first adapter: a machine's disks are copied at once, changes when asked to, and a copy is kept every five minutes.
// Replace what happens in `calls` by calls to your product, and declare more capabilities as you go.
// One JSON object per line comes in on stdin, one goes out on stdout: siteproof adapter guide.
"use strict";
const fs = require("fs");
const readline = require("readline");

const BLOCK = 4096;
const OFFERED = ["initial_replication", "delta", "crash_points", "older_points", "virtual_clock"];
const UNKNOWN_POINT = "RecoveryPointUnavailable";
let machines = new Map();
let now = 0; // milliseconds

class CallError extends Error {
  constructor(kind, code, message) {
    super(message);
    this.kind = kind;
    this.code = code;
  }
}

const unsupported = (what) => {
  throw new CallError("unsupported", "", what);
};

function diskAt({ machine, disk, place = "active" }) {
  if (place !== "active" && place !== "primary") unsupported(`there is no machine at ${place}`);
  return machines.get(machine).disks.get(disk);
}

const allowed = (machine) => [machine.isProtected ? "disable" : "enable"];

function blank(spec) {
  const disk = Buffer.alloc(spec.blocks * BLOCK);
  if (spec.image) fs.readFileSync(spec.image).copy(disk);
  return [spec.name, disk];
}

function replicate(machine) {
  machine.replica = new Map([...machine.disks].map(([name, disk]) => [name, Buffer.from(disk)]));
  machine.replicated = now;
}

function keepPoint(machine) {
  replicate(machine);
  machine.made += 1;
  const name = `point-${machine.made}`;
  const point = { name, consistency: "crash", taken_at_ms: now, sequence: machine.made };
  machine.points.set(name, { point, disks: machine.replica });
  machine.next = now + machine.interval;
}

const images = (disks) =>
  [...disks].map(([disk, bytes]) => ({ disk, kind: "inline", data: bytes.toString("base64") }));

const calls = {
  describe: () => ({
    name: "my product",
    version: "0.1",
    capabilities: Object.fromEntries(OFFERED.map((name) => [name, "product"])),
    ours: true, // it destroys nothing but what it made itself
    data: "inline", // the judge sends the bytes of every write
  }),
  reset: ({ scenario }) => {
    now = scenario.start_ms ?? 1767603600000;
    const interval = (scenario.policy?.crash_consistent_minutes ?? 5) * 60000;
    machines = new Map(
      scenario.machines.map((spec) => {
        const disks = new Map(spec.disks.map(blank));
        return [spec.name, { disks, interval, isProtected: false, points: new Map(), made: 0, next: 0 }];
      }),
    );
  },
  write: ({ address, writes }) => {
    const disk = diskAt(address);
    for (const { block, data } of writes) Buffer.from(data, "base64").copy(disk, block * BLOCK);
  },
  flush: () => null, // every write is durable here when it returns
  discard: () => unsupported("discard"),
  read: ({ address }) => {
    return images([[address.disk, diskAt(address)]])[0];
  },
  do: ({ command }) => {
    const machine = machines.get(command.machine);
    if (!allowed(machine).includes(command.verb)) {
      return { refused: { code: "OperationNotAllowed", detail: command.verb } };
    }
    machine.isProtected = command.verb === "enable";
    machine.points = new Map();
    if (machine.isProtected) keepPoint(machine);
    return { accepted: { job: `job-${command.verb}` } };
  },
  observe: ({ machine: name }) => {
    const machine = machines.get(name);
    const points = [...machine.points.values()].map((each) => each.point);
    return {
      machine: name,
      time_ms: now,
      regions: { protection: machine.isProtected ? "protected" : "unprotected" },
      allowed: allowed(machine),
      points,
      rpo_ms: points.length ? now - machine.replicated : null,
    };
  },
  restore: ({ machine, point }) => {
    const found = machines.get(machine).points.get(point);
    if (!found) throw new CallError("refused", UNKNOWN_POINT, point);
    return images(found.disks);
  },
  fault: ({ fault }) => unsupported(fault.kind),
  arrange: () => unsupported("arrange"),
  advance: ({ milliseconds }) => {
    const end = now + milliseconds;
    const due = () => [...machines.values()].filter((each) => each.isProtected && each.next <= end);
    for (let waiting = due(); waiting.length; waiting = due()) {
      now = Math.min(...waiting.map((each) => each.next));
      waiting.filter((each) => each.next === now).forEach(keepPoint);
    }
    now = end;
  },
  settle: () => {
    for (const machine of machines.values()) if (machine.isProtected) replicate(machine);
  },
  close: () => null,
};

function answer(request) {
  try {
    return { id: request.id, ok: calls[request.op](request.args ?? {}) ?? null };
  } catch (error) {
    const { kind = "failed", code = "", message } = error;
    return { id: request.id, error: { kind, code: String(code), message } };
  }
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const request = JSON.parse(line);
  process.stdout.write(JSON.stringify(answer(request)) + "\n", () => {
    if (request.op === "close") process.exit(0);
  });
});
