"""An audit in five forms: words, JSON, SARIF, JUnit and a page.

Rule: all of them say the same; what came from an export is escaped in each.
"""
