"""What a reply means to whoever asked: a value, or the exception that its error stands for.

Rule: an error of the catalogue is a refusal only when its code is in the catalogue; everything else has failed.
"""

from typing import Any

from siteproof.conformance import wire
from siteproof.conformance.carriers.broken import SubjectFailed
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.subject import Unsupported


def value_of(op: str, reply: wire.Reply) -> Any:
    """The value; Unsupported, Refused or SubjectFailed when the reply carries an error."""
    if reply.error is None:
        return reply.value
    error = reply.error
    if error.kind is wire.ErrorKind.UNSUPPORTED:
        raise Unsupported(error.message or op)
    if error.kind is wire.ErrorKind.REFUSED and error.code in set(ErrorCode):
        raise Refused(ErrorCode(error.code), error.message)
    raise SubjectFailed(op, " ".join(word for word in (error.code, error.message) if word) or "no reason given")
