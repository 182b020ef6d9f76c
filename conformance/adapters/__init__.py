"""Adapters that make third-party systems Subjects; none of them knows more of siteproof than the nouns."""
