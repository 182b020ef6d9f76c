"""Names the mistake when Python asks a symbolic expression for its truth: `and`, `or`, `not`, `in`, `if`, `all`, ...

Rule: the answer says what Python would have done and what to write instead, under the column where it happened.
"""

import ast
import itertools
import linecache
from collections.abc import Iterator
from types import FrameType

from attrs import frozen

from siteproof.model.language.source import Source, SpecError, author_frame

_CALLS = {
    "all": "for_each(items, lambda item: ...)",
    "any": "exists(items, lambda item: ...)",
    "bool": "the expression itself",
    "filter": "for_each(items, lambda item: ....implies(...))",
    "max": "less.then(b, a)",
    "min": "less.then(a, b)",
    "sorted": "the items as they stand",
    "next": "exists(items, lambda item: ...)",
}


@frozen
class _Finding:
    problem: str
    hint: str
    line: int
    column: int


def truth_was_asked() -> SpecError:
    """The error to raise when `bool(expression)` is called."""
    frame = author_frame()
    source = Source(frame.f_code.co_filename, frame.f_lineno)
    found = _innermost(frame)
    if found is None:
        hint = "combine guards with & | ~, is_in(), for_each(), exists(), then()"
        return SpecError("a guard is symbolic and has no truth of its own", hint, source)
    at_line = Source(source.path, found.line)
    indent = len(line := linecache.getline(source.path, found.line)) - len(line.lstrip())
    return SpecError(found.problem, found.hint, at_line, max(0, found.column - indent))


def _innermost(frame: FrameType) -> _Finding | None:
    where = next(itertools.islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), None)
    if where is None or where[0] is None or where[2] is None:
        return None
    text = "".join(linecache.getlines(frame.f_code.co_filename))
    nodes = [node for node in _expressions(text) if _covers(node, where[0], where[2])]
    findings = [found for node in nodes if (found := _explain(node, text)) is not None]
    return findings[-1] if findings else None


def _expressions(text: str) -> Iterator[ast.AST]:
    """Nodes from the outside in; a file that does not parse any more has none."""
    try:
        return (node for node in ast.walk(ast.parse(text)) if hasattr(node, "lineno"))
    except SyntaxError:
        return iter(())


def _covers(node: ast.AST, line: int, column: int) -> bool:
    start = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
    end = (getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0))
    return start <= (line, column) < end


def _explain(node: ast.AST, text: str) -> _Finding | None:
    match node:
        case ast.BoolOp(op=op, values=[left, right, *_]):
            return _boolean(op, left, right, text)
        case ast.Call(func=ast.Name(id=name)) if name in _CALLS:
            return _at(node, f"`{name}` asks each guard for a truth that it does not have", f"write  {_CALLS[name]}")
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _at(node, "`not` cannot turn a symbolic guard", f"write  ~({ast.unparse(operand)})")
        case ast.Compare(ops=[_, _, *_]):
            return _at(node, "a chained comparison forgets its left half", "write  (a <= x) & (x < b)")
    return _membership_or_branch(node)


def _membership_or_branch(node: ast.AST) -> _Finding | None:
    match node:
        case ast.Compare(ops=[ast.In() | ast.NotIn()]):
            return _at(node, "`in` would compare one by one and keep the first answer", "write  left.is_in(a, b)")
        case ast.If() | ast.IfExp() | ast.While() | ast.Assert():
            return _at(node, "a branch on a symbolic guard would take one side for ever", "write  guard.then(a, b)")
    return None


def _boolean(op: ast.boolop, left: ast.expr, right: ast.expr, text: str) -> _Finding:
    word, sign, side = ("and", "&", "left") if isinstance(op, ast.And) else ("or", "|", "right")
    hint = f"write  {_operand(left)} {sign} {_operand(right)}"
    line, column = left.end_lineno or left.lineno, left.end_col_offset or left.col_offset
    between = text.splitlines()[line - 1].find(word, column)
    problem = f"`{word}` between two guards would forget the {side} one."
    return _Finding(problem, hint, line, between if between >= 0 else column)


def _operand(node: ast.expr) -> str:
    """An operand as it has to stand beside & and |, which bind tighter than comparisons."""
    text = ast.unparse(node)
    return f"({text})" if isinstance(node, ast.Compare | ast.BoolOp) else text


def _at(node: ast.expr | ast.stmt, problem: str, hint: str) -> _Finding:
    return _Finding(problem, hint, node.lineno, node.col_offset)
