"""References to other records and to users."""

from typing import Any

from crm_cell.fields import checks
from crm_cell.fields.field import Field, OnDelete, OnErase, Reference, Writable
from crm_cell.kernel.ids import is_id
from crm_cell.kernel.labels import Label

_ON_ERASE = {OnDelete.CASCADE: OnErase.CASCADE, OnDelete.RESTRICT: OnErase.ANONYMISE}


def reference(
    to: str,
    on_delete: OnDelete | None = None,
    label: Label = ("", ""),
    *,
    on_erase: OnErase | None = None,
    filterable: bool = False,
    **options: Any,
) -> Any:
    """The id of a record of another resource, e.g. `reference("customers", on_delete=CASCADE)`.

    `on_erase` decides what happens to this record when the person behind the other one is erased.
    Its default is DELETE for on_delete=CASCADE and ANONYMISE for RESTRICT. `filterable` adds a
    query parameter to the list.
    """
    meta = checks.reference(label=label)
    if on_erase is None and on_delete is not None:
        on_erase = _ON_ERASE.get(on_delete)
    chinese, english = options.get("short_label", label)
    options.setdefault("description", (f"{chinese}编号", f"Id of the {english.lower()}"))
    return Field(
        kind="reference",
        meta=meta,
        label=label,
        filter=meta if filterable else None,
        reference=Reference(to, on_delete, on_erase),  # type: ignore[arg-type]  # the registry refuses None
        **options,
    )


def owner(
    of: str | None = None, label: Label = ("负责人", "Owner"), *, visible: bool = True
) -> Any:
    """The user who owns the record. With `of`, the owner of the record that it refers to."""
    if of is not None:
        return Field(
            kind="owner",
            follows=of,
            label=label,
            description=_user_description(label),
            example="alice",
            writable=Writable.NEVER,
            visible=visible,
        )
    return Field(
        kind="owner",
        meta=checks.owner(label=label),
        label=label,
        description=_user_description(label),
        visible=visible,
    )


def user(label: Label, **options: Any) -> Any:
    """A user whom the service notes."""
    return Field(
        kind="user",
        label=label,
        description=_user_description(label),
        example="alice",
        writable=Writable.NEVER,
        **options,
    )


def users(label: Label, *, most: int = 50, **options: Any) -> Any:
    """Several users, each once, in the order given. Stored as text, one on a line: no id of a user
    contains a line break. No list is filtered by it."""
    return Field(
        kind="users",
        python_type=list[str],
        view_type=list[str],
        meta=checks.owners(most, label=label),
        label=label,
        description=_user_description(label),
        to_view=_users_of,
        to_log=_users_of,
        **options,
    )


def _users_of(stored: str | None) -> list[str]:
    return stored.split("\n") if stored else []


def created_by(*, label: Label = ("记录人", "Author")) -> Any:
    """The user who created the record."""
    return Field(
        kind="created_by",
        label=label,
        description=_user_description(label),
        example="alice",
        writable=Writable.NEVER,
    )


def _user_description(label: Label) -> Label:
    """The description of a field that holds a user id."""
    chinese, english = label
    return f"{chinese}（平台用户编号）", f"The {english.lower()}, a user id of the platform"


def record_id(value: Any) -> str:
    """The id of a record, in the form in which it is stored. Raises InvalidValue."""
    if not isinstance(value, str):
        raise checks.InvalidValue("type", expected="string")
    given = value.strip().lower()
    if not is_id(given):
        raise checks.InvalidValue("malformed")
    return given
