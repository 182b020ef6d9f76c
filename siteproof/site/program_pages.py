"""Pages that the program writes of itself: every command with its options, and the functions that others call.

Rule: help texts and docstrings are printed as they stand.
"""

import inspect
from collections.abc import Iterator
from importlib import import_module

import click

from siteproof.model.book.markdown import code, page, table

MODULES = (
    "siteproof.model.nouns.subject",
    "siteproof.model.nouns.observation",
    "siteproof.model.nouns.commands",
    "siteproof.model.nouns.scenario",
    "siteproof.model.nouns.problem",
    "siteproof.conformance.pytest_suite",
    "siteproof.conformance.runner",
    "siteproof.conformance.results",
    "siteproof.conformance.case",
    "siteproof.model.language",
    "siteproof.model.engines.explore.search",
    "siteproof.model.theorems.calendar",
)
"""What others import: the contract's types, the suite, and the language of specifications."""


def commands_page(root: click.Group) -> str:
    """Every command by its words, with arguments, options and examples."""
    return page("Commands", "Printed from the program: `siteproof COMMAND --help`.", *_commands(root, ("siteproof",)))


def _commands(group: click.Command, path: tuple[str, ...]) -> Iterator[str]:
    context = click.Context(group, info_name=" ".join(path))
    if len(path) > 1:
        yield _command(group, context, path)
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield from _commands(command, (*path, name))


def _command(command: click.Command, context: click.Context, path: tuple[str, ...]) -> str:
    usage = " ".join([*path, *command.collect_usage_pieces(context)])
    rows = [record for each in command.get_params(context) if (record := each.get_help_record(context)) is not None]
    options = table(("option", "what it does"), [(code(name), told) for name, told in rows])
    told = inspect.cleandoc(command.help or "").replace("<", "\\<")
    examples = (command.epilog or "").replace("\b\n", "").strip()
    shown = f"```\n{examples}\n```" if examples else ""
    parts = (f"{'##' if len(path) == 2 else '###'} {' '.join(path)}", f"`{usage}`", told, options, shown)
    return "\n\n".join(part for part in parts if part)


def api_page() -> str:
    """Every public function and class of the modules that others import, with signature and docstring."""
    about = "Printed from docstrings. The contract itself, call by call, stands in [the contract](spec/contract.md)."
    return page("Python API", about, *(_module(name) for name in MODULES))


def _module(name: str) -> str:
    module = import_module(name)
    names = getattr(module, "__all__", None) or [each for each in vars(module) if not each.startswith("_")]
    mine = [(each, getattr(module, each)) for each in names]
    own = [(each, thing) for each, thing in mine if _is_own(thing, name)]
    return "\n\n".join([f"## {name}", inspect.getdoc(module) or "", *(_thing(each, thing) for each, thing in own)])


def _is_own(thing: object, module: str) -> bool:
    told = inspect.isclass(thing) or inspect.isfunction(thing)
    return told and str(getattr(thing, "__module__", "")).startswith(module)


def _thing(name: str, thing: object) -> str:
    doc = (inspect.getdoc(thing) or "").replace("<", "\\<")
    return f"### {name}\n\n```python\n{_signature(name, thing)}\n```\n\n{doc}"


def _signature(name: str, thing: object) -> str:
    try:
        signature = str(inspect.signature(thing))  # type: ignore[arg-type]  # a class or a function
    except (TypeError, ValueError):
        signature = ""
    return f"{'class' if inspect.isclass(thing) else 'def'} {name}{signature.replace('siteproof.', '')}"
