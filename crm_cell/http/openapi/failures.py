"""Which errors an operation can answer with, and how each looks, in its true words."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from crm_cell.http.errors import answer_error
from crm_cell.http.openapi.headers import reference_headers
from crm_cell.http.openapi.members import MEMBERS
from crm_cell.http.openapi.schemas import gives_resource
from crm_cell.http.preconditions import IfMatch
from crm_cell.http.request import not_taken, too_large
from crm_cell.http.routing import BODY_LIMIT, Route
from crm_cell.http.schema import rules_of
from crm_cell.kernel.errors import (
    BadRequest,
    CrmError,
    Fault,
    Forbidden,
    IdempotentConflict,
    MethodNotAllowed,
    MisdirectedRequest,
    MissingTenant,
    NotFound,
    PreconditionFailed,
    RateLimited,
    ScopeMissing,
    SignatureInvalid,
    TenantMismatch,
    Unauthorized,
    Unavailable,
    UnsupportedMediaType,
)
from crm_cell.kernel.messages import explain
from crm_cell.kernel.scopes import READ

ERROR: Final = {"$ref": "#/components/schemas/Error"}

_BAD_HEADER: Final = BadRequest([Fault("X-Request-ID", "malformed")])
_IDENTITY: Final = [
    MissingTenant(),
    Unauthorized(),
    ScopeMissing(READ),
    TenantMismatch(),
    SignatureInvalid(),
]
_WRITE: Final = [
    IdempotentConflict(),
    IdempotentConflict("idempotent_running", headers={"Retry-After": "1"}),
    Unavailable("commit_unknown"),
]
_ALWAYS: Final = [RateLimited(), CrmError(), Unavailable()]
_NOT_ALLOWED: Final = MethodNotAllowed(["GET", "HEAD", "POST"])


def every_code() -> list[type[CrmError]]:
    """The error tree, each code once, by status and then as declared."""
    found: dict[str, type[CrmError]] = {}
    for kind in _tree(CrmError):
        found.setdefault(kind.code, kind)
    return sorted(found.values(), key=lambda kind: kind.status)


def of_route(route: Route) -> dict[int, list[CrmError]]:
    """Every error that the operation can answer with, by status."""
    told = {(error.code, error.message): error for error in _errors(route)}
    found: dict[int, list[CrmError]] = {}
    for error in sorted(told.values(), key=lambda error: error.status):
        if error.status not in route.others:
            found.setdefault(error.status, []).append(error)
    return found


def response(errors: list[CrmError]) -> dict[str, Any]:
    """One status: all that it can mean, an example of each."""
    names = [name for error in errors for name in error.headers]
    if any(isinstance(error, UnsupportedMediaType) for error in errors):
        names.append("Accept-Encoding")  # where the body was compressed
    return {
        "description": "\n\n".join(_meaning(error) for error in errors),
        "headers": reference_headers(*dict.fromkeys(names)),
        "content": {
            "application/json": {
                "schema": ERROR,
                "examples": {error.message: example(error) for error in errors},
            }
        },
    }


def shared_responses() -> dict[str, dict[str, Any]]:
    """The answers that are the same wherever they occur, by a name for the component."""
    found: dict[str, list[CrmError]] = {
        "Unauthorized": [Unauthorized()],
        "Forbidden": [error for error in _IDENTITY if isinstance(error, Forbidden)],
        "IdempotentConflict": [error for error in _WRITE if isinstance(error, IdempotentConflict)],
        "PreconditionFailed": [PreconditionFailed()],
        "MisdirectedRequest": [MisdirectedRequest()],
        "PayloadTooLarge": [too_large(BODY_LIMIT)],
        "UnsupportedMediaType": [not_taken("POST")],
        "UnsupportedPatch": [not_taken("PATCH")],
        "RateLimited": [RateLimited()],
        "InternalError": [CrmError()],
        "Unavailable": [Unavailable()],
        "UnavailableToWrite": [Unavailable("commit_unknown"), Unavailable()],
    }
    return {"NotModified": _not_modified()} | {
        name: response(errors) for name, errors in found.items()
    }


def _not_modified() -> dict[str, Any]:
    meaning = "与 If-None-Match 所示相同，无正文 · As If-None-Match says; no body"
    return {"description": meaning, "headers": reference_headers("ETag")}


def example(error: CrmError) -> dict[str, Any]:
    request_id = MEMBERS["requestId"]["examples"][0]
    body = msgspec.json.decode(answer_error(error, request_id, "zh").body)
    return {"summary": explain("en", error)[0], "value": body}


def codes_table() -> Iterator[str]:
    for kind in every_code():
        error = _usual(kind.code)
        told = [explain(language, error)[0] for language in ("zh", "en")]
        yield f"| {kind.status} | `{kind.code}` | {told[0]} | {told[1]} |"


def _errors(route: Route) -> Iterable[CrmError]:
    yield _bad_request(route)
    if not route.open:
        yield from _IDENTITY
        yield MisdirectedRequest()
    # A replay is not found by those who may not see the record any more, or when that was erased.
    shows = gives_resource(route) or route.shown_ids is not None
    if str in route.binding.kinds.values() or (route.recheck and shows):
        yield NotFound(route.binding.missing)
    if route.takes_body:
        yield from (too_large(route.body_limit), not_taken(route.method))
    if IfMatch in route.binding.kinds.values():
        yield PreconditionFailed()
    for refusal in route.refusals:
        yield refusal if isinstance(refusal, CrmError) else _usual(refusal)
    if route.kind == "write":
        yield from _WRITE
    yield from _ALWAYS


def _bad_request(route: Route) -> BadRequest:
    """With the fault that callers of such a route make first."""
    if route.binding.body is not None:
        rules = rules_of(route.binding.body)
        needed = [Fault(member, "required") for member, rule in rules.items() if rule.required]
        return BadRequest(needed or [Fault("nickname", "unknown")])
    for kind in route.binding.queries:
        if "pageSize" in rules_of(kind):
            return BadRequest([Fault("pageSize", "too_small", {"limit": 1})])
    return _BAD_HEADER


def _usual(code: str) -> CrmError:
    """The error of a code, in the words that it has when nothing more is known."""
    kind = next(kind for kind in every_code() if kind.code == code)
    by_hand = {BadRequest: _BAD_HEADER, MethodNotAllowed: _NOT_ALLOWED}
    return by_hand.get(kind) or kind()


def _tree(kind: type[CrmError]) -> Iterator[type[CrmError]]:
    if "code" in vars(kind):
        yield kind
    for below in kind.__subclasses__():
        yield from _tree(below)


def _meaning(error: CrmError) -> str:
    chinese, english = (explain(language, error)[0] for language in ("zh", "en"))
    return f"`{error.code}` {chinese} · {english}"
