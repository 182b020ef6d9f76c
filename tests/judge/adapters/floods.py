"""Answers the first request with a line that never ends, or (`stderr`) with complaints that never end."""

import sys

sys.stdin.readline()
stream = sys.stderr if "stderr" in sys.argv[1:] else sys.stdout
while True:
    stream.write("x" * 4095 + ("\n" if stream is sys.stderr else ""))
    stream.flush()
