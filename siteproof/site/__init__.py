"""The documents as HTML: the book as pages or as one file, and the site of everything that stands in docs/.

Rule: pages are made of Markdown that others write; here it is only rendered, linked, found and looked at. Nothing is
loaded from elsewhere, and no script runs that the page's own policy does not name.
"""
