"""All tests: what was imported is never garbage, and searching all of it for garbage again and again costs a tenth."""

import gc

GARBAGE_MIN = 20_000  # objects


def pytest_collection_finish() -> None:
    """Look at what comes after the imports only, and less often."""
    gc.freeze()
    gc.set_threshold(GARBAGE_MIN, *gc.get_threshold()[1:])
