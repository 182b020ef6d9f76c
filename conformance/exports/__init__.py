"""Exports: what an operator has of a deployed vault, as JSON of the service's tools, read into things.

Rule: nothing is judged here and nothing is sent anywhere; what a tool left out stays absent.
"""
