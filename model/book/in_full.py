"""What a rule says in full: guards, effects and claims as their author wrote them, or as a table's row comes out.

Rule: nothing is paraphrased. What stands in a function is shown as that function's text without its docstring; what is
made from a row of a table has no text of its own, so its guard and its effects are written out.
"""

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable, Iterator

from siteproof.model.language import Action, Property, Spec
from siteproof.model.language.spec import Transition
from siteproof.model.language.text import text
from siteproof.model.spec.registry.designs import items_of


def in_full(spec: Spec) -> Iterator[str]:
    """Paragraphs of markdown: a heading, then a block of code for each action, claim and lemma."""
    steps = {step.name.partition("(")[0]: step for step in reversed(spec.system().transitions)}
    yield "## Guards, effects and claims in full"
    for item in items_of(spec):
        written = _of_row(steps[item.name]) if isinstance(item, Action) and item.over else body(item.build)
        yield f"**{item.rule}** `{item.name}` — {_kind(item)}\n\n```python\n{written}\n```"


def _kind(item: Action | Property) -> str:
    return "action" if isinstance(item, Action) else item.kind.value


def _of_row(step: Transition) -> str:
    effects = "\n".join(f"    {effect.target} becomes {text(effect.value)}," for effect in step.effects)
    return f"given {text(step.guard)} then\n{effects}".rstrip(",")


def body(build: Callable[..., object]) -> str:
    """The statements of a function, without its decorator, its head and its docstring."""
    lines = inspect.getsource(build).splitlines()
    head = _tree(textwrap.dedent("\n".join(lines)))
    first = head.body[1] if ast.get_docstring(head) else head.body[0]
    return textwrap.dedent("\n".join(lines[first.lineno - 1 :]))


@functools.cache
def _tree(source: str) -> ast.FunctionDef:
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    return function
