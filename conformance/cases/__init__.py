"""The chapters of the suite: a file is a chapter of the specification, a function in it is a case."""
