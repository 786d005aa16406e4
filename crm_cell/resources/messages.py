"""Messages about a resource, built from its label."""

from typing import Final

from crm_cell.kernel.messages import Message
from crm_cell.resources.resource import AnyResource

FORBIDDEN_TRANSFER: Final = Message(
    "forbidden_handover",
    "只有可查看整个租户的调用方才能变更负责人",
    "Only callers who see the whole tenant may change the owner",
)
RESTORE_ERASED: Final = Message(
    "restore_erased",
    "个人信息已抹除，不能恢复",
    "What was held of this person has been erased, and cannot be restored",
)
IDEMPOTENT_MONEY: Final = Message(
    "idempotent_money",
    "该请求ID已登记过，不会重复入账",
    "This request id has been entered before; money is never entered twice",
)


VERSION_DIFFERS: Final = Message(
    "version_differs",
    "记录已被修改，与 ifVersion 不符",
    "The record has changed since: it has another version than ifVersion",
)
EXTERNAL_ID_TAKEN: Final = Message(
    "external_id_taken",
    "该外部编号已属于其他记录",
    "Another record has this external id",
)


def not_found(resource: AnyResource) -> Message:
    chinese, english = _label(resource)
    return Message(
        f"{resource.name}_not_found", f"{chinese}不存在", f"The {english} does not exist"
    )


def owned_by_colleague(owned: AnyResource) -> Message:
    """`owned` is the resource whose owner has the right to write."""
    chinese, english = _label(owned)
    return Message(
        f"{owned.name}_of_colleague",
        f"{chinese}由同事负责，只有{chinese}负责人可以这样做",
        f"A colleague owns the {english}: only they may do this",
    )


def of_other_parent(resource: AnyResource, parent: AnyResource) -> Message:
    (chinese, english), (chinese_parent, english_parent) = _label(resource), _label(parent)
    return Message(
        f"{resource.name}_of_other_{parent.name}",
        f"{chinese}不属于该{chinese_parent}",
        f"The {english} belongs to another {english_parent}",
    )


def has_children(resource: AnyResource, children: AnyResource) -> Message:
    chinese, english = _label(resource)
    article = "An" if english[0] in "aeiou" else "A"
    return Message(
        f"{resource.name}_has_{children.table}",
        f"{chinese}已有{children.label[0]}，不能删除",
        f"{article} {english} with {children.tag} cannot be deleted",
    )


def above_itself(resource: AnyResource) -> Message:
    chinese, english = _label(resource)
    return Message(
        f"{resource.name}_above_itself",
        f"不能是该{chinese}本身或其下级",
        f"cannot be the {english} itself or one below it",
    )


def too_many_levels(resource: AnyResource) -> Message:
    return Message(
        f"{resource.name}_too_many_levels",
        "上下级最多 {limit} 层",
        "would make more than {limit} levels",
    )


def restore_first(resource: AnyResource) -> Message:
    chinese, english = _label(resource)
    return Message(
        f"restore_{resource.name}_first",
        f"{chinese}已删除，请先恢复{chinese}",
        f"The {english} is deleted: restore it first",
    )


def _label(resource: AnyResource) -> tuple[str, str]:
    chinese, english = resource.label
    return chinese, english.lower()
