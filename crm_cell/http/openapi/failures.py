"""The errors of each operation, with examples in their actual texts."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from crm_cell.http.errors import answer_error
from crm_cell.http.openapi.headers import reference_headers
from crm_cell.http.openapi.members import MEMBERS
from crm_cell.http.openapi.schemas import gives_resource
from crm_cell.http.preconditions import IfMatch, IfNoneMatch
from crm_cell.http.request import not_taken, too_large
from crm_cell.http.routing import BODY_LIMIT, Route
from crm_cell.http.schema import rules_of
from crm_cell.http.uploads import UPLOADED
from crm_cell.kernel.errors import (
    BadRequest,
    CrmError,
    FieldError,
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
from crm_cell.kernel.explanations import explain
from crm_cell.kernel.messages import COMMIT_UNKNOWN, EXISTS_ALREADY, IDEMPOTENT_RUNNING
from crm_cell.kernel.scopes import READ

ERROR: Final = {"$ref": "#/components/schemas/Error"}

_BAD_HEADER: Final = BadRequest([FieldError("X-Request-ID", "malformed")])
_IDENTITY: Final = [
    MissingTenant(),
    Unauthorized(),
    ScopeMissing(READ),
    TenantMismatch(),
    SignatureInvalid(),
]
_WRITE: Final = [
    IdempotentConflict(),
    IdempotentConflict(IDEMPOTENT_RUNNING, headers={"Retry-After": "1"}),
    Unavailable(COMMIT_UNKNOWN),
]
_ALWAYS: Final = [RateLimited(), CrmError(), Unavailable()]
_NOT_ALLOWED: Final = MethodNotAllowed(["GET", "HEAD", "POST"])


def every_code() -> list[type[CrmError]]:
    """The error classes, one for each code, ordered by status and declaration."""
    found: dict[str, type[CrmError]] = {}
    for kind in _subclasses(CrmError):
        found.setdefault(kind.code, kind)
    return sorted(found.values(), key=lambda kind: kind.status)


def of_route(route: Route) -> dict[int, list[CrmError]]:
    """The errors of an operation by status."""
    unique = {(error.code, error.message.key): error for error in _errors(route)}
    found: dict[int, list[CrmError]] = {}
    for error in sorted(unique.values(), key=lambda error: error.status):
        if error.status not in route.others:
            found.setdefault(error.status, []).append(error)
    return found


def response(errors: list[CrmError]) -> dict[str, Any]:
    """The response of one status: the meaning and an example of each error."""
    names = [name for error in errors for name in error.headers]
    if any(isinstance(error, UnsupportedMediaType) for error in errors):
        names.append("Accept-Encoding")  # for compressed bodies
    return {
        "description": "\n\n".join(_meaning(error) for error in errors),
        "headers": reference_headers(*dict.fromkeys(names)),
        "content": {
            "application/json": {
                "schema": ERROR,
                "examples": {error.message.key: example(error) for error in errors},
            }
        },
    }


def shared_responses() -> dict[str, dict[str, Any]]:
    """Responses that several operations share, by component name."""
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
        "UnavailableToWrite": [Unavailable(COMMIT_UNKNOWN), Unavailable()],
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
        error = _default(kind.code)
        chinese, english = (explain(language, error)[0] for language in ("zh", "en"))
        yield f"| {kind.status} | `{kind.code}` | {chinese} | {english} |"


def _errors(route: Route) -> Iterable[CrmError]:
    yield _bad_request(route)
    if not route.open:
        yield from _IDENTITY
        yield MisdirectedRequest()
    # A replay gets 404 where the caller may no longer see the record, or it was erased.
    shows = gives_resource(route) or route.shown_ids is not None
    named = str in route.binding.kinds.values() or route.binding.texts
    if named or (route.authorize_replay and shows):
        yield NotFound(route.binding.missing)
    if route.takes_body:
        others = UPLOADED if route.read_file is not None else ()
        yield from (too_large(route.body_limit), not_taken(route.method, others))
    if IfMatch in route.binding.kinds.values():
        yield PreconditionFailed()
    if IfNoneMatch in route.binding.kinds.values():
        yield PreconditionFailed(EXISTS_ALREADY)
    for refusal in route.rejections:
        yield refusal if isinstance(refusal, CrmError) else _default(refusal)
    if route.kind == "write":
        yield from _WRITE
    yield from _ALWAYS


def _bad_request(route: Route) -> BadRequest:
    """With the error that clients of such a route are most likely to make."""
    if route.binding.body is not None:
        rules = rules_of(route.binding.body)
        needed = [FieldError(member, "required") for member, rule in rules.items() if rule.required]
        return BadRequest(needed or [FieldError("nickname", "unknown")])
    for kind in route.binding.queries:
        if "pageSize" in rules_of(kind):
            return BadRequest([FieldError("pageSize", "too_small", {"limit": 1})])
    return _BAD_HEADER


def _default(code: str) -> CrmError:
    """The error of a code with its default message."""
    kind = next(kind for kind in every_code() if kind.code == code)
    by_hand = {BadRequest: _BAD_HEADER, MethodNotAllowed: _NOT_ALLOWED}
    return by_hand.get(kind) or kind()


def _subclasses(kind: type[CrmError]) -> Iterator[type[CrmError]]:
    if "code" in vars(kind):
        yield kind
    for subclass in kind.__subclasses__():
        yield from _subclasses(subclass)


def _meaning(error: CrmError) -> str:
    chinese, english = (explain(language, error)[0] for language in ("zh", "en"))
    return f"`{error.code}` {chinese} · {english}"
