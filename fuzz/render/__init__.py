"""The campaign report: one offline HTML page in the look of the conformance report."""
