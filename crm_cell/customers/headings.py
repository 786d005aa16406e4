"""Recognises the columns of imported files: common headings of each member, and the exports of
address books and other programs."""

import difflib

import msgspec

from crm_cell.resources.importing.headings import folded

IMPORTED = (
    "name",
    "contactPhone",
    "contactEmail",
    "shortName",
    "uscc",
    "region",
    "address",
    "website",
    "remark",
    "level",
    "source",
    "industry",
    "tags",
    "parentId",
)
ID = "customerId"
# Columns of the service's own exports that an import does not write.
EXPORTED_ONLY = (
    "tenantId",
    "status",
    "ownerId",
    "lastFollowUpAt",
    "lastFollowUpBy",
    "nextContactAt",
    "openOpportunityCount",
    "openOpportunityCents",
    "outstandingCents",
    "parentName",
    "createdAt",
    "updatedAt",
)

_WORDS = {
    "name": (
        "name, customer, customer name, company, company name, account, account name, "
        "organization, organisation, organization name, full name, display name, 客户名称, "
        "客户, 客户名, 客户姓名, 客户全称, 名称, 公司, 公司名称, 公司名, 公司全称, 企业, "
        "企业名称, 企业全称, 单位, 单位名称, 姓名, 客戶名稱, 客戶, 名稱, 公司名稱, 企業名稱, "
        "單位名稱, 顧客名, 会社名, 氏名"
    ),
    "contactPhone": (
        "contact phone, phone, phone number, telephone, telephone number, tel, mobile, "
        "mobile phone, mobile number, cell, cell phone, contact number, 电话, 电话号码, "
        "手机, 手机号, 手机号码, 联系电话, 联系手机, 联系人电话, 联系人手机, 联系方式, "
        "客户电话, 移动电话, 固定电话, 座机, 電話, 電話號碼, 手機, 手機號碼, 聯絡電話, "
        "聯繫電話, 行動電話, 電話番号, 携帯電話"
    ),
    "contactEmail": (
        "contact email, email, email address, mail, 邮箱, 邮箱地址, 电子邮箱, 电子邮件, "
        "电子邮件地址, 邮件, 邮件地址, 联系邮箱, 联系人邮箱, 客户邮箱, 電子郵件, 電子郵箱, "
        "電子信箱, 信箱, 郵箱, メール, メールアドレス"
    ),
    "shortName": "short name, 简称, 客户简称, 公司简称, 企业简称, 簡稱, 客戶簡稱",
    "uscc": (
        "credit code, uscc, unified social credit code, unified social credit identifier, "
        "统一社会信用代码, 社会信用代码, 信用代码, 税号, 纳税人识别号, 統一社會信用代碼"
    ),
    "region": "region, region code, 地区, 行政区划, 行政区划代码, 区划代码, 地區",
    "address": "address, street address, 地址, 客户地址, 公司地址, 企业地址, 详细地址, 注册地址",
    "website": "website, web site, url, homepage, 网址, 网站, 官网, 公司网址, 網址, 網站",
    "level": "level, 级别, 客户级别, 客户等级, 等级, 級別",
    "source": "source, lead source, 来源, 客户来源, 來源",
    "industry": "industry, sector, 行业, 所属行业, 行業",
    "parentId": (
        "parent id, parent company, parent customer, parent, group, 上级客户, 上级公司, 母公司, "
        "所属集团, 集团, 集团公司, 上級客戶, 上級公司, 所屬集團, 集團"
    ),
    "tags": "tags, tag, 标签, 客户标签, 標籤",
    "remark": "remark, remarks, note, notes, comment, comments, 备注, 说明, 備註",
}
_MEMBERS = {
    folded(word): member for member, words in _WORDS.items() for word in words.split(",")
} | {folded(member): member for member in (ID, *EXPORTED_ONLY)}
_SPELLING = {folded(word): word.strip() for words in _WORDS.values() for word in words.split(",")}


def words_of(member: str) -> list[str]:
    """The common headings of a member."""
    return [word.strip() for word in _WORDS[member].split(",")]


def member_of(heading: str) -> str | None:
    return _MEMBERS.get(folded(heading))


def nearest(heading: str) -> str | None:
    """The most similar known heading, if any."""
    found = difflib.get_close_matches(folded(heading), _SPELLING, n=1, cutoff=0.6)
    return _SPELLING[found[0]] if found else None


class AddressBook(msgspec.Struct, frozen=True):
    """The export format of a program. `choices` has the possible columns of each member, the best
    one first. Columns joined by `+` are parts of one value."""

    program: str
    known_by: frozenset[str]
    """Folded headings that identify the program; one is enough."""
    choices: dict[str, tuple[str, ...]]


def _known_by(*headings: str) -> frozenset[str]:
    return frozenset(map(folded, headings))


_BOOKS = (
    AddressBook(
        "Google Contacts",
        _known_by("E-mail 1 - Value", "Phone 1 - Value"),
        {
            "name": (
                "Organization Name",
                "Organization 1 - Name",
                "Name",
                "First Name+Middle Name+Last Name",
                "Given Name+Additional Name+Family Name",
                "File As",
                "Nickname",
            ),
            "contactPhone": tuple(f"Phone {number} - Value" for number in range(1, 6)),
            "contactEmail": tuple(f"E-mail {number} - Value" for number in range(1, 6)),
        },
    ),
    AddressBook(
        "Outlook",
        _known_by("E-mail 2 Address", "E-mail Display Name", "Business Phone"),
        {
            "name": ("Company", "First Name+Middle Name+Last Name", "Nickname"),
            "contactPhone": (
                "Mobile Phone",
                "Business Phone",
                "Company Main Phone",
                "Primary Phone",
                "Home Phone",
                "Other Phone",
                "Business Phone 2",
                "Home Phone 2",
            ),
            "contactEmail": ("E-mail Address", "E-mail 2 Address", "E-mail 3 Address"),
        },
    ),
    AddressBook(
        "Outlook",
        _known_by("电子邮件 2 地址", "电子邮件显示名称", "商务电话"),
        {
            "name": ("单位", "公司", "姓+名"),
            "contactPhone": ("移动电话", "商务电话", "单位主要电话", "住宅电话", "其他电话"),
            "contactEmail": ("电子邮件地址", "电子邮件 2 地址", "电子邮件 3 地址"),
        },
    ),
    AddressBook(
        "WeCom",
        _known_by("添加人", "添加人帐号", "添加人账号", "添加人所属部门"),
        {
            "name": ("客户名称", "客户", "备注企业", "企业"),
            "contactPhone": ("手机", "手机号", "备注手机", "备注电话", "电话"),
            "contactEmail": ("邮箱", "电子邮箱"),
        },
    ),
    AddressBook(
        "contacts",
        _known_by("First Name", "Given Name"),
        {
            "name": (
                "Company",
                "Company Name",
                "Organization",
                "Full Name",
                "Display Name",
                "First Name+Middle Name+Last Name",
                "Given Name+Family Name",
            ),
            "contactPhone": ("Mobile Phone", "Mobile", "Phone", "Phone Number", "Work Phone"),
            "contactEmail": ("Email", "Email Address", "Work Email"),
        },
    ),
)


def address_book(headings: list[str]) -> AddressBook | None:
    present = set(map(folded, headings))
    return next((book for book in _BOOKS if present & book.known_by), None)


def is_chinese_order(choice: str) -> bool:
    """Whether names are written without spaces, the family name first."""
    return not choice.isascii()
