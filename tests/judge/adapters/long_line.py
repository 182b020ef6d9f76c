"""Answers the first request with a line of three megabytes."""

import sys

sys.stdin.readline()
sys.stdout.write("x" * 3_000_000 + "\n")
sys.stdout.flush()
sys.stdin.readline()
