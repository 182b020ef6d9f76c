"""What a case expects of a subject, computed from the model's rules and the judge's own ledger.

Rule: a case asks for it where it compares two moments or two runs; what holds of every single observation is an oracle
of the auditor.
"""
