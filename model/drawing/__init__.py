"""Pictures and pages from coordinates: SVG, layout, routes, one offline HTML file.

Rule: nothing here knows what it draws.
"""
