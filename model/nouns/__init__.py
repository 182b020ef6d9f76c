"""Vocabulary, errors, profiles and the Subject contract's types: all that the appliance and the judge share.

Nothing here does anything: values, names and the bytes of a stamp. No module outside this folder is imported.
"""
