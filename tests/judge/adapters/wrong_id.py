"""Passes the smoke, then answers a write under another call's id."""

import json
import sys

for line in sys.stdin:
    request = json.loads(line)
    answers = {
        "describe": {"name": "wrong id", "version": "1", "capabilities": {}, "ours": True},
        "observe": {
            "machine": request["args"].get("machine", "smoke"),
            "time_ms": 0,
            "regions": {},
            "allowed": [],
        },
        "do": {"accepted": {"job": "1"}},
    }
    number = request["id"] + (1 if request["op"] == "write" else 0)
    sys.stdout.write(json.dumps({"id": number, "ok": answers.get(request["op"])}) + "\n")
    sys.stdout.flush()
