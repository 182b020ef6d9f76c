"""`python -m benchmarks [NAME ...]` runs the named benchmarks, or all of them, one after the other."""

import importlib
import pkgutil
import sys

import benchmarks


def names() -> list[str]:
    """Every benchmark: a module with a `main`."""
    modules = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_")]
    return [name for name in modules if hasattr(importlib.import_module(f"benchmarks.{name}"), "main")]


def run(wanted: list[str]) -> int:
    """Run them; 2 when one is unknown."""
    unknown = set(wanted) - set(names())
    if unknown:
        print(f"error: no benchmark called {', '.join(sorted(unknown))}; there are: {', '.join(names())}")
        return 2
    for name in wanted or names():
        print(f"== {name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
