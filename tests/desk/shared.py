"""Where the recorded examples and public cases are: beside the checkout, or where SITEPROOF_SHARED says."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("SITEPROOF_SHARED", ROOT.parent / "shared")) / "data"
EXAMPLES = SHARED / "asr-examples"
CASES = SHARED / "public-cases"
WHY = f"the recorded examples are not there: {SHARED} is no folder; SITEPROOF_SHARED names another one"
needs_examples = pytest.mark.skipif(not EXAMPLES.is_dir(), reason=WHY)
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason=WHY)
