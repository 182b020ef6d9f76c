"""Promises: what has to happen in the end, under fairness; one file for each specification that makes some."""
