"""The explorer page: a model that is walked in a browser, from loopback or as one file; it knows no appliance."""
