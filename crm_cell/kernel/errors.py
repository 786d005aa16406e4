"""All errors of a request.

    CrmError
    ├── ClientError                  the caller's mistake: 4xx, nothing has changed
    │   ├── BadRequest               400 BAD_REQUEST, lists every field error
    │   ├── MissingTenant            400 MISSING_TENANT_ID
    │   ├── RuleViolation            400 BUSINESS_RULE_VIOLATION
    │   ├── QueryTooBroad            400 QUERY_TOO_BROAD, a filter or a sort that reads too much
    │   ├── Unauthorized             401 UNAUTHORIZED
    │   ├── Forbidden                403 FORBIDDEN
    │   │   ├── ScopeMissing         403 FORBIDDEN, naming the scope
    │   │   ├── CellNotAllowed       403 FORBIDDEN, the platform lists other cells
    │   │   ├── TenantMismatch       403 TENANT_MISMATCH
    │   │   └── SignatureInvalid     403 SIGNATURE_INVALID
    │   ├── NotFound                 404 NOT_FOUND
    │   ├── MethodNotAllowed         405 METHOD_NOT_ALLOWED
    │   ├── Conflict                 409 CONFLICT
    │   │   ├── DuplicateName        409 DUPLICATE_NAME
    │   │   ├── DuplicateSuspected   409 DUPLICATE_SUSPECTED, with what may be the same
    │   │   ├── DuplicateContractNo  409 DUPLICATE_CONTRACT_NO
    │   │   └── IdempotentConflict   409 IDEMPOTENT_CONFLICT
    │   ├── ChangesExpired           410 CHANGES_EXPIRED
    │   ├── Merged                   410 MERGED, naming the record it was merged into
    │   ├── PreconditionFailed       412 PRECONDITION_FAILED
    │   ├── PayloadTooLarge          413 PAYLOAD_TOO_LARGE
    │   ├── UnsupportedMediaType     415 UNSUPPORTED_MEDIA_TYPE
    │   ├── MisdirectedRequest       421 MISDIRECTED_REQUEST, another host in mode `dev`
    │   ├── FailedDependency         424 FAILED_DEPENDENCY, an item of an atomic batch
    │   └── RateLimited              429 RATE_LIMIT, overload included
    └── Unavailable                  503 SERVICE_UNAVAILABLE, a dependency failed: retry

Any other exception is a bug: 500 INTERNAL_ERROR, logged with its cause. An error has messages in
both languages; `kernel.explanations` chooses one when the response is written.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import msgspec

from crm_cell.kernel.messages import (
    BAD_REQUEST,
    CELL_NOT_ALLOWED,
    CHANGES_EXPIRED,
    CHANGES_START_OVER,
    CONFLICT,
    DUPLICATE_ALLOWED_BY,
    DUPLICATE_CONTRACT_NO,
    DUPLICATE_NAME,
    DUPLICATE_SUSPECTED,
    FAILED_DEPENDENCY,
    FORBIDDEN,
    IDEMPOTENT_CONFLICT,
    INTERNAL_ERROR,
    MERGED,
    METHOD_NOT_ALLOWED,
    MISDIRECTED,
    MISSING_TENANT,
    NOT_FOUND,
    PAYLOAD_TOO_LARGE,
    PRECONDITION_FAILED,
    QUERY_TOO_BROAD,
    RATE_LIMITED,
    RULE_VIOLATION,
    SCOPE_MISSING,
    SIGNATURE_INVALID,
    TENANT_MISMATCH,
    UNAUTHORIZED,
    UNAVAILABLE,
    UNSUPPORTED_MEDIA_TYPE,
    Message,
)


class FieldError(msgspec.Struct, frozen=True):
    """One error in the input: its place, its code, and the parameters of the code's message.

    `label` is the name of the field for people; the default is `field`.
    `offset` is the place within a text that has a grammar, in characters from 0.
    """

    field: str
    code: str
    params: Mapping[str, object] = {}
    label: tuple[str, str] | None = None
    offset: int | None = None


class CrmError(Exception):
    status: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_ERROR"
    message: Message = INTERNAL_ERROR

    def __init__(
        self,
        message: Message | None = None,
        *,
        details: Message | None = None,
        headers: Mapping[str, str] | None = None,
        **params: object,
    ) -> None:
        """`params` fill the placeholders in `message` and `details`."""
        self.message = message or self.message
        super().__init__(self.message.key)
        self.details = details
        self.params = params
        self.headers = dict(headers or {})


class ClientError(CrmError):
    status = 400


class BadRequest(ClientError):
    code = "BAD_REQUEST"
    message = BAD_REQUEST

    def __init__(self, field_errors: Sequence[FieldError]) -> None:
        super().__init__()
        self.field_errors = list(field_errors)


class MissingTenant(ClientError):
    code = "MISSING_TENANT_ID"
    message = MISSING_TENANT


class RuleViolation(ClientError):
    code = "BUSINESS_RULE_VIOLATION"
    message = RULE_VIOLATION


class QueryTooBroad(ClientError):
    """A list that is filtered or sorted reads more rows than it has time for."""

    code = "QUERY_TOO_BROAD"
    message = QUERY_TOO_BROAD

    def __init__(self, condition: str = "…") -> None:
        """`condition` is what to narrow, as the caller has written it."""
        super().__init__(condition=condition)


class Unauthorized(ClientError):
    status = 401
    code = "UNAUTHORIZED"
    message = UNAUTHORIZED

    def __init__(self, details: Message | None = None, *, why: str = "") -> None:
        """`why` is only for the log, and must not contain a token."""
        super().__init__(details, details=details, headers={"WWW-Authenticate": "Bearer"})
        self.why = why or (details.key if details else "")


class Forbidden(ClientError):
    status = 403
    code = "FORBIDDEN"
    message = FORBIDDEN


class ScopeMissing(Forbidden):
    """The code of Forbidden, because clients handle it the same way; `message` names the scope."""

    def __init__(self, scope: str) -> None:
        super().__init__(
            SCOPE_MISSING,
            details=SCOPE_MISSING,
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
            scope=scope,
        )


class CellNotAllowed(Forbidden):
    """The platform knows the user, but does not allow them to use this cell."""

    def __init__(self, *, why: str = "") -> None:
        super().__init__(CELL_NOT_ALLOWED)
        self.why = why


class TenantMismatch(Forbidden):
    code = "TENANT_MISMATCH"
    message = TENANT_MISMATCH


class SignatureInvalid(Forbidden):
    code = "SIGNATURE_INVALID"
    message = SIGNATURE_INVALID


class NotFound(ClientError):
    status = 404
    code = "NOT_FOUND"
    message = NOT_FOUND


class MethodNotAllowed(ClientError):
    status = 405
    code = "METHOD_NOT_ALLOWED"
    message = METHOD_NOT_ALLOWED

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(headers={"Allow": ", ".join(allowed)})


class Conflict(ClientError):
    status = 409
    code = "CONFLICT"
    message = CONFLICT


class DuplicateName(Conflict):
    code = "DUPLICATE_NAME"
    message = DUPLICATE_NAME


class DuplicateSuspected(Conflict):
    """A customer may be there already, and the policy of the tenant refuses another one."""

    code = "DUPLICATE_SUSPECTED"
    message = DUPLICATE_SUSPECTED

    def __init__(self, matches: Sequence[object] = (), after: Callable[..., Any] | None = None):
        """`matches` are as responses show them. `after` is a unit of work to be run although the
        write is undone; it may raise another error in place of this one."""
        super().__init__(details=DUPLICATE_ALLOWED_BY)
        self.matches = matches
        self.after = after


class DuplicateContractNo(Conflict):
    code = "DUPLICATE_CONTRACT_NO"
    message = DUPLICATE_CONTRACT_NO


class IdempotentConflict(Conflict):
    code = "IDEMPOTENT_CONFLICT"
    message = IDEMPOTENT_CONFLICT


class ChangesExpired(ClientError):
    """What a cursor of the changes feed points at is no longer there."""

    status = 410
    code = "CHANGES_EXPIRED"
    message = CHANGES_EXPIRED

    def __init__(self) -> None:
        super().__init__(details=CHANGES_START_OVER)


class Merged(ClientError):
    """A customer that was merged into another one, which the caller may see."""

    status = 410
    code = "MERGED"
    message = MERGED

    def __init__(self, into: str = "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11") -> None:
        """`into` is the id of the customer that has everything now."""
        super().__init__()
        self.into = into


class PreconditionFailed(ClientError):
    status = 412
    code = "PRECONDITION_FAILED"
    message = PRECONDITION_FAILED


class PayloadTooLarge(ClientError):
    status = 413
    code = "PAYLOAD_TOO_LARGE"
    message = PAYLOAD_TOO_LARGE


class MisdirectedRequest(ClientError):
    status = 421
    code = "MISDIRECTED_REQUEST"
    message = MISDIRECTED


class UnsupportedMediaType(ClientError):
    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"
    message = UNSUPPORTED_MEDIA_TYPE


class FailedDependency(ClientError):
    """Of one item of a batch: it was sound, and another one was not."""

    status = 424
    code = "FAILED_DEPENDENCY"
    message = FAILED_DEPENDENCY


class RateLimited(ClientError):
    status = 429
    code = "RATE_LIMIT"
    message = RATE_LIMITED

    def __init__(
        self,
        retry_after_seconds: int = 1,
        *,
        message: Message | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        merged = {"Retry-After": str(retry_after_seconds), **(headers or {})}
        super().__init__(message, headers=merged)


class Unavailable(CrmError):
    status = 503
    code = "SERVICE_UNAVAILABLE"
    message = UNAVAILABLE

    def __init__(self, message: Message | None = None, *, retry_after_seconds: int = 1) -> None:
        super().__init__(message, headers={"Retry-After": str(retry_after_seconds)})
