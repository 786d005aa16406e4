"""Every way in which a request can be refused or fail.

    CrmError
    ├── Refusal                      the caller's mistake: 4xx, nothing has changed
    │   ├── BadRequest               400 BAD_REQUEST, every fault named
    │   ├── MissingTenant            400 MISSING_TENANT_ID
    │   ├── RuleViolation            400 BUSINESS_RULE_VIOLATION
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
    │   │   ├── DuplicateContractNo  409 DUPLICATE_CONTRACT_NO
    │   │   └── IdempotentConflict   409 IDEMPOTENT_CONFLICT
    │   ├── PreconditionFailed       412 PRECONDITION_FAILED
    │   ├── PayloadTooLarge          413 PAYLOAD_TOO_LARGE
    │   ├── UnsupportedMediaType     415 UNSUPPORTED_MEDIA_TYPE
    │   ├── MisdirectedRequest       421 MISDIRECTED_REQUEST, another host in mode `dev`
    │   └── RateLimited              429 RATE_LIMIT, overload included
    └── Unavailable                  503 SERVICE_UNAVAILABLE, the world's weather: try again

Anything else that is raised is our bug: 500 INTERNAL_ERROR, logged with its cause. Messages are
keys of `kernel.messages`, so that one error can be told in either language.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong with the input: where, which kind, and the kind's parameters.

    `label` is what people call the field, in Chinese and English; without one it is its name.
    """

    field: str
    code: str
    params: Mapping[str, object] = {}
    label: tuple[str, str] | None = None


class CrmError(Exception):
    status: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_ERROR"
    message: str = "internal_error"

    def __init__(
        self,
        message: str | None = None,
        *,
        details: str | None = None,
        headers: Mapping[str, str] | None = None,
        **params: object,
    ) -> None:
        """`message` and `details` are keys of the catalogue, `params` fill their blanks."""
        super().__init__(message or self.message)
        self.message = message or self.message
        self.details = details
        self.params = params
        self.headers = dict(headers or {})


class Refusal(CrmError):
    status = 400


class BadRequest(Refusal):
    code = "BAD_REQUEST"
    message = "bad_request"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__()
        self.faults = list(faults)


class MissingTenant(Refusal):
    code = "MISSING_TENANT_ID"
    message = "missing_tenant"


class RuleViolation(Refusal):
    code = "BUSINESS_RULE_VIOLATION"
    message = "rule_violation"


class Unauthorized(Refusal):
    status = 401
    code = "UNAUTHORIZED"
    message = "unauthorized"

    def __init__(self, details: str | None = None, *, why: str = "") -> None:
        """`why` is for the log alone, and never holds a token."""
        super().__init__(details, details=details, headers={"WWW-Authenticate": "Bearer"})
        self.why = why or details or ""


class Forbidden(Refusal):
    status = 403
    code = "FORBIDDEN"
    message = "forbidden"


class ScopeMissing(Forbidden):
    """The same code: callers act on it alike, and read in `message` what to ask for."""

    def __init__(self, scope: str) -> None:
        super().__init__(
            "scope_missing",
            details="scope_missing",
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
            scope=scope,
        )


class CellNotAllowed(Forbidden):
    """The platform knows the user, and does not let them use this cell."""

    def __init__(self, *, why: str = "") -> None:
        super().__init__("cell_not_allowed")
        self.why = why


class TenantMismatch(Forbidden):
    code = "TENANT_MISMATCH"
    message = "tenant_mismatch"


class SignatureInvalid(Forbidden):
    code = "SIGNATURE_INVALID"
    message = "signature_invalid"


class NotFound(Refusal):
    status = 404
    code = "NOT_FOUND"
    message = "not_found"


class MethodNotAllowed(Refusal):
    status = 405
    code = "METHOD_NOT_ALLOWED"
    message = "method_not_allowed"

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(headers={"Allow": ", ".join(allowed)})


class Conflict(Refusal):
    status = 409
    code = "CONFLICT"
    message = "conflict"


class DuplicateName(Conflict):
    code = "DUPLICATE_NAME"
    message = "duplicate_name"


class DuplicateContractNo(Conflict):
    code = "DUPLICATE_CONTRACT_NO"
    message = "duplicate_contract_no"


class IdempotentConflict(Conflict):
    code = "IDEMPOTENT_CONFLICT"
    message = "idempotent_conflict"


class PreconditionFailed(Refusal):
    status = 412
    code = "PRECONDITION_FAILED"
    message = "precondition_failed"


class PayloadTooLarge(Refusal):
    status = 413
    code = "PAYLOAD_TOO_LARGE"
    message = "payload_too_large"


class MisdirectedRequest(Refusal):
    status = 421
    code = "MISDIRECTED_REQUEST"
    message = "misdirected"


class UnsupportedMediaType(Refusal):
    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"
    message = "unsupported_media_type"


class RateLimited(Refusal):
    status = 429
    code = "RATE_LIMIT"
    message = "rate_limited"

    def __init__(
        self,
        retry_after_seconds: int = 1,
        *,
        message: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        told = {"Retry-After": str(retry_after_seconds), **(headers or {})}
        super().__init__(message, headers=told)


class Unavailable(CrmError):
    status = 503
    code = "SERVICE_UNAVAILABLE"
    message = "unavailable"

    def __init__(self, message: str | None = None, *, retry_after_seconds: int = 1) -> None:
        super().__init__(message, headers={"Retry-After": str(retry_after_seconds)})
