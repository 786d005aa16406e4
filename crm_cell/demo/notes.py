"""Texts of follow-ups after conversations with customers.

A text says what happened and, mostly, the next step; `{contact}` and `{title}` are placeholders.
"""

from random import Random
from typing import Literal

Situation = Literal["opening", "needs", "quote", "terms", "won", "lost", "payment", "care"]

# The situation of an opportunity by stage.
SITUATION_AT: dict[int, Situation] = {2: "needs", 3: "quote", 4: "terms", 5: "won", 6: "lost"}

_HAPPENED: dict[Situation, tuple[tuple[str, str], ...]] = {
    "opening": (
        ("call", "首次电话联系{contact}，介绍了我们的产品，对方愿意进一步了解。"),
        ("wechat", "加上了{contact}的微信，发了公司介绍和两个同行案例。"),
        ("meeting", "展会上认识{contact}，交换了名片，对我们的方案有兴趣。"),
        ("visit", "首次上门拜访，{contact}带着看了现场，目前主要靠表格管理。"),
        ("email", "给{contact}发了产品资料，对方回复已收到，内部先讨论。"),
        ("call", "{contact}主动来电咨询，市场部转来的线索，需求还比较笼统。"),
        ("call", "老客户介绍过来的，和{contact}聊了二十分钟，印象不错。"),
        ("other", "官网留言的线索，{contact}想先了解价格区间和实施周期。"),
    ),
    "needs": (
        ("visit", "上门和{contact}梳理「{title}」的需求，重点是权限和报表。"),
        ("meeting", "「{title}」需求会，业务和信息部门都到了，范围基本清楚。"),
        ("call", "与{contact}电话确认「{title}」的范围，先做总部，分支后推。"),
        ("wechat", "{contact}发来「{title}」的需求清单，共 23 项，其中 5 项要定制。"),
        ("visit", "现场调研「{title}」，现有系统接口文档不全，要补一次技术沟通。"),
        ("email", "把「{title}」的需求确认书发给{contact}，等对方盖章回传。"),
        ("meeting", "给{contact}和两位主管演示了标准版，现场提了不少问题。"),
        ("call", "{contact}说「{title}」预算已立项，年内必须上线。"),
    ),
    "quote": (
        ("email", "「{title}」方案和报价已发{contact}，分标准版和完整版两档。"),
        ("meeting", "线上讲解「{title}」方案，{contact}认可架构，觉得价格偏高。"),
        ("visit", "带售前去讲「{title}」方案，客户最关心数据迁移和停机时间。"),
        ("call", "{contact}反馈「{title}」报价比另一家高一成，但更看重服务。"),
        ("wechat", "按{contact}的意见调整了「{title}」的报价，去掉两个暂不用的模块。"),
        ("meeting", "「{title}」方案评审通过，{contact}开始走内部采购流程。"),
        ("email", "补充了「{title}」的实施计划和人员名单，应{contact}要求附了案例。"),
        ("call", "「{title}」进入比价阶段，三家入围，我们技术分第一。"),
    ),
    "terms": (
        ("meeting", "和{contact}谈「{title}」商务条款，付款方式倾向三四三。"),
        ("call", "{contact}希望「{title}」再让两个点，答应回来申请。"),
        ("visit", "与采购面谈「{title}」，价格已谈妥，剩验收标准和质保期。"),
        ("email", "「{title}」合同草稿发对方法务，主要改了违约责任一条。"),
        ("wechat", "{contact}说「{title}」已报总经理审批，没有原则性问题。"),
        ("call", "「{title}」质保从一年谈到两年，换首付款提到四成。"),
        ("meeting", "「{title}」最后一轮谈判，交付时间提前两周，价格不再动。"),
    ),
    "won": (
        ("call", "{contact}来电确认「{title}」由我们来做，赢单！"),
        ("email", "收到「{title}」中标通知，{contact}让尽快安排进场。"),
        ("visit", "上门拜访{contact}，「{title}」正式定下来，双方项目经理见了面。"),
        ("wechat", "{contact}微信告知「{title}」审批走完了，可以签合同。"),
        ("meeting", "「{title}」启动会定在下周，已和交付同事交接。"),
    ),
    "lost": (
        ("call", "{contact}告知「{title}」选了另一家，主要是价格差距。"),
        ("email", "收到「{title}」未中标通知，技术分接近，商务分落后。"),
        ("wechat", "{contact}说「{title}」今年预算被砍，项目取消。"),
        ("call", "「{title}」客户决定自己开发，短期内不再采购。"),
        ("visit", "和{contact}当面复盘「{title}」，输在本地没有服务团队。"),
        ("other", "「{title}」连续两个月没有进展，对接人已离职，先关闭。"),
    ),
    "payment": (
        ("call", "提醒{contact}安排付款，财务当天就打过来了。"),
        ("wechat", "{contact}发来付款回单，已转财务核对。"),
        ("email", "发票已寄出，{contact}确认收到，款项到账。"),
        ("visit", "回访交付情况，{contact}总体满意，顺便核对了回款进度。"),
    ),
    "care": (
        ("call", "例行回访{contact}，系统使用正常，没有新的需求。"),
        ("visit", "路过拜访{contact}，聊到明年还有一期预算，规模未定。"),
        ("wechat", "给{contact}发了新版功能介绍，对方想看演示。"),
        ("meeting", "和{contact}开了季度回顾会，提了三条改进意见。"),
        ("email", "给{contact}发了服务月报，附上处理完的问题清单。"),
        ("call", "{contact}来电问另一家分公司能不能用同样的方案。"),
    ),
}
_NEXT: dict[Situation, tuple[str, ...]] = {
    "opening": (
        "下一步约一次线上演示。",
        "下周三再电话跟进。",
        "先把行业案例发过去。",
        "约好下周上门。",
        "需要找到真正的决策人。",
        "",
    ),
    "needs": (
        "本周内整理成需求文档。",
        "请售前出初步方案。",
        "等对方补充数据量和用户数。",
        "下次把技术负责人也约上。",
        "对方还在同时看另外两家。",
        "",
    ),
    "quote": (
        "下周约评审会。",
        "等对方内部比价，周五前问结果。",
        "需要申请一点折扣空间。",
        "准备一个现场演示环境。",
        "请交付同事核一遍工期。",
        "",
    ),
    "terms": (
        "等对方法务反馈。",
        "回来走折扣审批。",
        "争取月底前签下来。",
        "预计下周有结论。",
        "",
    ),
    "won": ("合同本周内走完。", "已通知交付团队排期。", "转入实施，保持每两周回访。", ""),
    "lost": ("半年后再联系。", "保持关系，留意二期。", "复盘材料已归档。", ""),
    "payment": ("下一笔按合同节点提醒。", "尾款等验收后再谈。", ""),
    "care": ("下个月再联系。", "把对应的案例整理一份。", "请售前一起去一次。", ""),
}

# Why deals are lost: reason, note and, by its number, competitor. In the order of the texts above.
LOST_CAUSES: tuple[tuple[str, str, int | None], ...] = (
    ("price", "我们的报价高出约一成，客户按价格定标。", 0),
    ("competitor", "技术分接近，商务分落后。", 1),
    ("budget", "今年预算被砍，明年上半年再问。", None),
    ("other", "客户决定自己开发。", None),
    ("competitor", "对方在本地有服务团队，响应更快。", 0),
    ("noResponse", "两个月没有进展，对接人已离职。", None),
)

NOTICE_NAME = "演示数据说明（可删除）"
NOTICE = """\
本租户（demo）里的客户、联系人、商机、跟进、合同和回款全部是虚构的，由词表随机组合而成，\
电话与邮箱都不属于任何人，仅供体验与试用；其他租户不受影响。
不需要演示数据：首次启动前设置 CRM_DEMO=0，或换一个空数据库再启动。只有空数据库才会写入一次，\
删除后不会再次出现。

Everything in this tenant (demo) is made up: the companies, people, deals, contracts and payments \
are put together from word lists, and the phone numbers and addresses belong to nobody. Other \
tenants are not touched.
To do without it, set CRM_DEMO=0 before the first start, or start on an empty database. It is \
written once, into an empty database only; what you delete does not come back."""


def write_note(
    rng: Random, situation: Situation, *, contact: str, title: str, cause: int | None = None
) -> tuple[str, str]:
    """Returns the type of a follow-up and its text. `cause` is that of a loss."""
    happenings = _HAPPENED[situation]
    follow_up_type, happened = rng.choice(happenings) if cause is None else happenings[cause]
    text = happened.format(contact=contact, title=title)
    return follow_up_type, text + rng.choice(_NEXT[situation])
