"""Logs of what really happened: histories of ours, the service's jobs, events and machines, telemetry.

Rule: what a step means is said by the trail (coverage/) alone; here it is only asked once for each different step.
"""
