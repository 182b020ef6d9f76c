"""Recovery plans: many machines in one ordered run, judged before anybody needs it (domain §4; seed: Failover 1).

Everything here is pure: a plan's bytes come in, findings, runs and pictures go out as values.
"""
