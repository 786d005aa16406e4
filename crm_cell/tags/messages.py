"""Messages about tags."""

from typing import Final

from crm_cell.kernel.messages import Message

TAG_UNKNOWN: Final = Message("tag_unknown", "标签不存在", "The tag does not exist")
TAG_EXISTS: Final = Message("tag_exists", "标签名称已存在", "There is a tag of this name already")
NOT_A_TAG: Final = Message("not_a_tag", "「{name}」不存在", "do not include {name}")
NO_TAG: Final = Message("no_tag", "没有标签 {name}", "there is no tag {name}")
TAG_INACTIVE: Final = Message("tag_inactive", "「{name}」已停用", "no longer include {name}")
TOO_MANY_TAGS: Final = Message(
    "too_many_tags", "标签已达上限 {limit} 个", "There can be {limit} tags"
)
MERGED_WITH_ITSELF: Final = Message(
    "tag_merged_with_itself",
    "不能是标签本身",
    "cannot be the tag itself",
)
TOO_MANY_RECORDS: Final = Message(
    "too_many_tagged",
    "超过 {limit} 条记录有此标签：请先分批更换",
    "More than {limit} records have this tag: change some of them first",
)
