"""Debian's librados and librbd, and the programs that are needed. Rule: what is missing is said with its package.

The bindings are not on the package index, so Debian's module folder is appended to the path when they are first needed.
"""

import functools
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from siteproof.conformance.adapters.frame.product import ProductTrouble
from siteproof.model.nouns.problem import ExitCode, Problem

DEBIAN_MODULES = "/usr/lib/python3/dist-packages"
PACKAGES = "ceph-mon ceph-osd rbd-mirror ceph-common python3-rbd python3-rados iproute2"
HINT = f"apt-get install --no-install-recommends {PACKAGES}, for the Python 3.11 of Debian 12"
PROGRAMS = ("ceph-mon", "ceph-osd", "monmaptool", "rbd-mirror", "ip", "nsenter", "setpriv", "unshare")


def rados() -> Any:
    """Debian's `rados`."""
    return _module("rados")


def rbd() -> Any:
    """Debian's `rbd`."""
    return _module("rbd")


def check() -> None:
    """Problem (exit 3) when a program or a binding is missing, or this process has no network namespace of its own."""
    path = os.environ.get("PATH", "") + os.pathsep + "/usr/bin" + os.pathsep + "/usr/sbin" + os.pathsep + "/sbin"
    os.environ["PATH"] = path
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        raise Problem("Ceph cannot be started", f"not installed: {', '.join(missing)}", HINT, ExitCode.CANNOT_JUDGE)
    rados(), rbd()
    if _interfaces() != ["lo"]:
        hint = "start it under `unshare -rn`: siteproof conform --cmd 'unshare -rn siteproof adapter serve …'"
        cause = "this process shares its network with others"
        raise Problem("Ceph needs a network namespace of its own", cause, hint, ExitCode.CANNOT_JUDGE)


@functools.cache
def version() -> str:
    """The release that is installed."""
    said = subprocess.run(("ceph-osd", "--version"), capture_output=True, text=True, timeout=30, check=False).stdout  # noqa: S607  (found by check)
    found = re.search(r"version (\S+)", said)
    if found is None:
        raise Problem(
            "ceph-osd does not tell its version", said[:200] or "it said nothing", HINT, ExitCode.CANNOT_JUDGE
        )
    return found[1]


def until(what: str, holds: Callable[[], Any], seconds: float, every: float = 0.02) -> Any:
    """Ask until the answer is true, errors of the product being no answer; Trouble after `seconds`."""
    end, last = time.monotonic() + seconds, "no"
    while True:
        try:
            if answer := holds():
                return answer
        except (rados().Error, rbd().Error) as error:
            last = f"{type(error).__name__}"
        if time.monotonic() > end:
            raise ProductTrouble(f"{what}: not within {seconds:g} s ({last})")
        time.sleep(every)


def _interfaces() -> list[str]:
    """Of the network namespace that this process is in; /sys may still show another one."""
    with open("/proc/self/net/dev") as file:  # noqa: PTH123  (a file of the kernel's)
        return [line.split(":")[0].strip() for line in file.readlines()[2:]]


def _module(name: str) -> Any:
    if DEBIAN_MODULES not in sys.path:
        sys.path.append(DEBIAN_MODULES)
    try:
        return __import__(name)
    except ImportError as error:
        raise Problem(f"the binding python3-{name} is missing", str(error), HINT, ExitCode.CANNOT_JUDGE) from error
