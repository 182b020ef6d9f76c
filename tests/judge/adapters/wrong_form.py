"""Passes the smoke, then answers a write a second time, in front of the next answer."""

import json
import sys

for line in sys.stdin:
    request = json.loads(line)
    answers = {
        "describe": {"name": "wrong form", "version": "1", "capabilities": {}, "ours": True},
        "observe": {
            "machine": request.get("args", {}).get("machine", "smoke"),
            "time_ms": 0,
            "regions": {},
            "allowed": [],
        },
        "do": {"accepted": {"job": "1"}},
    }
    reply = json.dumps({"id": request["id"], "ok": answers.get(request["op"])}) + "\n"
    sys.stdout.write(reply * (2 if request["op"] == "write" else 1))
    sys.stdout.flush()
