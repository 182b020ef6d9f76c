"""Crash-state enumeration: every state that a loss of power may leave of the appliance's stores, each one judged."""
