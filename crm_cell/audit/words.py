"""What people call resources, members and values in the trail, in Chinese and in English."""

Words = tuple[str, str]

RESOURCES: dict[str, Words] = {
    "customer": ("客户", "customer"),
    "contact": ("联系人", "contact"),
    "opportunity": ("商机", "opportunity"),
    "follow_up": ("跟进记录", "follow-up"),
    "contract": ("合同", "contract"),
    "payment": ("回款", "payment"),
    "api_key": ("API 密钥", "API key"),
}

DEEDS: dict[str, Words] = {
    "created": ("{who}新建了{what}", "{who} created {what}"),
    "updated": ("{who}修改了{what}", "{who} changed {what}"),
    "deleted": ("{who}删除了{what}", "{who} deleted {what}"),
    "restored": ("{who}恢复了{what}", "{who} restored {what}"),
    "revealed": ("{who}查看了{what}的完整信息", "{who} saw {what} in full"),
    "exported": ("{who}导出了{what}的个人信息", "{who} exported what is held about {what}"),
    "erased": ("{who}抹除了{what}的个人信息", "{who} erased what was held about {what}"),
    "tested": ("{who}试导入了{what}", "{who} tested an import of {what}"),
}
SEVERAL: dict[str, Words] = {"customer": ("客户", "customers")}

NOBODY: Words = ("系统", "The system")
NOTHING: Words = ("空", "nothing")
YES_AND_NO: dict[bool, Words] = {True: ("是", "yes"), False: ("否", "no")}

MEMBERS: dict[str, Words] = {
    "name": ("名称", "name"),
    "title": ("标题", "title"),
    "content": ("内容", "content"),
    "remark": ("备注", "remark"),
    "contactPhone": ("电话", "phone"),
    "contactEmail": ("邮箱", "e-mail"),
    "phone": ("电话", "phone"),
    "email": ("邮箱", "e-mail"),
    "status": ("状态", "status"),
    "stage": ("阶段", "stage"),
    "ownerId": ("负责人", "owner"),
    "createdBy": ("记录人", "author"),
    "userId": ("用户", "user"),
    "customerId": ("客户", "customer"),
    "contactId": ("联系人", "contact"),
    "opportunityId": ("商机", "opportunity"),
    "contractId": ("合同", "contract"),
    "isPrimary": ("主要联系人", "primary contact"),
    "followUpType": ("跟进方式", "type"),
    "contractNo": ("合同编号", "contract number"),
    "amountCents": ("金额", "amount"),
    "paidCents": ("已回款", "paid"),
    "outstandingCents": ("未回款", "outstanding"),
    "currency": ("币种", "currency"),
    "signedAt": ("签订日期", "signing date"),
    "paymentAt": ("回款日期", "payment date"),
    "scopes": ("权限", "scopes"),
    "expiresAt": ("到期时间", "end"),
    "revokedAt": ("吊销时间", "revocation"),
}

VALUES: dict[tuple[str, str], dict[int | str, Words]] = {
    ("customer", "status"): {1: ("启用", "active"), 2: ("停用", "disabled")},
    ("opportunity", "status"): {1: ("进行中", "open"), 2: ("赢单", "won"), 3: ("输单", "lost")},
    ("opportunity", "stage"): {
        1: ("初步接洽", "First contact"),
        2: ("需求确认", "Needs confirmed"),
        3: ("方案报价", "Proposal and quote"),
        4: ("商务谈判", "Negotiation"),
        5: ("赢单", "Won"),
        6: ("输单", "Lost"),
    },
    ("contract", "status"): {
        1: ("草稿", "draft"),
        2: ("已签订", "signed"),
        3: ("已完成", "completed"),
        4: ("已终止", "terminated"),
    },
    ("follow_up", "followUpType"): {
        "call": ("电话", "call"),
        "visit": ("拜访", "visit"),
        "email": ("邮件", "e-mail"),
        "meeting": ("会议", "meeting"),
        "wechat": ("微信", "WeChat"),
        "other": ("其他", "other"),
    },
}
"""By resource and member, what stands for a code."""
