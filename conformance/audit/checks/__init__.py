"""The checks by what they look at; `catalogue` has all of them.

Rule: a check says what is wrong and nothing else; who prints it and whether it decides is settled elsewhere.
"""
