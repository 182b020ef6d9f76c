"""`python -m siteproof` is the same as `siteproof`."""

import sys

from siteproof.cli import main

sys.exit(main())
