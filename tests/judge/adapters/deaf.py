"""Closes its stdin at once and stays."""

import os
import time

os.close(0)
time.sleep(3600)
