"""Answers every request with a sentence, a terminal command and no JSON."""

import sys

for _ in sys.stdin:
    sys.stdout.write("\x1b[2Jhello, I am not JSON\n")
    sys.stdout.flush()
