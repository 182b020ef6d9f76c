"""The specification language: a small typed expression tree; every semantics is derived from it (docs/engine.md).

A chapter imports what it writes with from here; engines, provers and exporters import the modules that they read.
"""

from siteproof.model.language.action import Action, Step, action, given
from siteproof.model.language.claims import ClaimKind, Property, always, sometimes, whenever
from siteproof.model.language.component import Component
from siteproof.model.language.expression import Bool, Effect, Int, Sym, all_of, any_of, as_bool, as_int, bound, symbol
from siteproof.model.language.promise import after, eventually
from siteproof.model.language.sets import define, exists, for_each
from siteproof.model.language.source import Source, SpecError
from siteproof.model.language.spec import Bounds, Part, Spec, System, chapter, spec_of

__all__ = [
    "Action",
    "Bool",
    "Bounds",
    "ClaimKind",
    "Component",
    "Effect",
    "Int",
    "Part",
    "Property",
    "Source",
    "Spec",
    "SpecError",
    "Step",
    "Sym",
    "System",
    "action",
    "after",
    "all_of",
    "always",
    "any_of",
    "as_bool",
    "as_int",
    "bound",
    "chapter",
    "define",
    "eventually",
    "exists",
    "for_each",
    "given",
    "sometimes",
    "spec_of",
    "symbol",
    "whenever",
]
