"""crm-cell import, of columns under the names that people and other programs give them."""

import pytest

from tests.cli.conftest import Terminal

ROW = ("甲", "13812345678", "a@b.cn")
GOOGLE = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Nickname,File As,Organization Name,"
    "Organization Title,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,"
    "E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,"
    "Phone 2 - Value"
)
GOOGLE_BEFORE = (
    "Name,Given Name,Additional Name,Family Name,Notes,Group Membership,E-mail 1 - Type,"
    "E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Organization 1 - Name"
)
OUTLOOK = (
    "Title,First Name,Middle Name,Last Name,Suffix,Company,Job Title,Business Street,"
    "Business Fax,Business Phone,Home Phone,Mobile Phone,E-mail Address,E-mail Type,"
    "E-mail Display Name,E-mail 2 Address,Notes,Web Page"
)
WECOM = "客户名称,描述,添加人,添加人帐号,添加人所属部门,添加时间,来源,手机,企业,邮箱,地址,职务,电话"


def stored(terminal: Terminal) -> list[tuple[object, ...]]:
    return terminal.rows("SELECT name, contact_phone, contact_email FROM customers ORDER BY id")


@pytest.mark.parametrize(
    "headings",
    [
        "公司名称,手机号,电子邮箱",
        "客户名称*,联系电话,电子邮件",
        "客户 名称（必填）,手机号码(11位),邮箱地址:",
        "ＮＡＭＥ,ＰＨＯＮＥ,Ｅ－ＭＡＩＬ",
        "Company Name,Phone Number,E-Mail Address",
        "customer_name,contact_phone,contact-email",
        "客戶名稱,聯絡電話,電子郵件",
        "会社名,電話番号,メールアドレス",
        " name\u00a0,\u200bphone,email [work]",
    ],
)
def test_headings_are_known_however_they_are_written(terminal: Terminal, headings: str) -> None:
    file = terminal.write("in.csv", f"{headings}\n{','.join(ROW)}\n")
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, said.err) == (0, "")
    assert stored(terminal) == [ROW]


def test_all_unknown_columns_are_named_at_once_with_what_was_probably_meant(
    terminal: Terminal,
) -> None:
    file = terminal.write("in.csv", "客户名称,手机号吗,城市,e-mial\n甲,138,杭州,a@b.cn\n")
    said = terminal.run("import", file, "--tenant", "acme")
    unknown = '"手机号吗" (手机号?), "城市", "e-mial" (email?)'
    assert (said.code, said.err) == (
        2,
        (
            f"crm-cell: {file}, line 1: no column is {unknown};"
            " say which member it is by --map 'HEADING=MEMBER', of name, contactPhone,"
            " contactEmail, shortName, uscc, region, address, website, remark,"
            " level, source, industry, tags, parentId,"
            " or leave out what is unknown by --ignore-unknown\n"
        ),
    )
    assert stored(terminal) == []


def test_columns_are_mapped_by_the_caller(terminal: Terminal) -> None:
    file = terminal.write("in.csv", "甲方,直线,城市,电话\n甲,13812345678,杭州,110\n")
    maps = ("--map", "甲方=name", "--map", "直线=contactPhone", "--map", "城市=-")
    said = terminal.run("import", file, "--tenant", "acme", *maps)
    assert (said.code, said.err) == (0, f"{file}: columns left out: 城市, 电话\n")
    assert stored(terminal) == [("甲", "13812345678", None)]


def test_unknown_columns_are_left_out_where_the_caller_says_so(terminal: Terminal) -> None:
    file = terminal.write("in.csv", "name,城市,性别\n甲,杭州,x,y\n")
    said = terminal.run("import", file, "--tenant", "acme", "--ignore-unknown")
    assert (said.code, said.err) == (0, f"{file}: columns left out: 城市, 性别\n")
    assert stored(terminal) == [("甲", None, None)]


@pytest.mark.parametrize(
    ("mapping", "complaint"),
    [
        ("城市", "--map 城市: not HEADING=MEMBER"),
        ("=name", "--map =name: not HEADING=MEMBER"),
        ("城市=city", "--map 城市=city: not HEADING=MEMBER"),
        ("省份=name", 'in.csv: no column is "省份" (--map), only "name", "城市"'),
    ],
)
def test_a_mapping_that_says_nothing_is_refused(
    terminal: Terminal, mapping: str, complaint: str
) -> None:
    file = terminal.write("in.csv", "name,城市\n甲,杭州\n")
    said = terminal.run("import", file, "--tenant", "acme", "--map", mapping)
    assert said.code == 2
    assert complaint in said.err


@pytest.mark.parametrize("second", ["联系电话", "手机号"])
def test_two_columns_for_one_member_are_both_named(terminal: Terminal, second: str) -> None:
    file = terminal.write("in.csv", f"公司,手机号,{second}\n甲,138,139\n")
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, said.err) == (
        2,
        (
            f'crm-cell: {file}, line 1: two columns for contactPhone: "手机号" (column 2) and'
            f" \"{second}\" (column 3); leave one out by --map 'HEADING=-'\n"
        ),
    )


def test_google_contacts(terminal: Terminal) -> None:
    file = terminal.write(
        "contacts.csv",
        f"{GOOGLE}\nAda,,Byron,,,,,,,,,* myContacts,,a@b.cn ::: c@d.cn,,,,,Work,13900000000\n"
        ",,,,,,云图,,,,,,,,,,Mobile,13812345678 ::: 110,,\n",
    )
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, said.err.splitlines()[0]) == (0, f"{file}: an export of Google Contacts")
    assert stored(terminal) == [
        ("Ada Byron", "13900000000", "a@b.cn"),
        ("云图", "13812345678", None),
    ]


def test_google_contacts_as_they_were_before_2024(terminal: Terminal) -> None:
    file = terminal.write("contacts.csv", f"{GOOGLE_BEFORE}\nAda B,Ada,,B,,,*,a@b.cn,Work,110,\n")
    assert terminal.run("import", file, "--tenant", "acme").code == 0
    assert stored(terminal) == [("Ada B", "110", "a@b.cn")]


def test_outlook(terminal: Terminal) -> None:
    file = terminal.write(
        "contacts.csv",
        f"{OUTLOOK}\nMs,Ada,,Müller,,,,,,110,,,a@b.cn,SMTP,Ada,,,\n"
        "Mr,Bob,,Berg,,Acme,,,,110,,13812345678,,,,c@d.cn,,\n",
        "cp1252",
    )
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, said.err.splitlines()[1]) == (0, f"{file}: an export of Outlook")
    assert stored(terminal) == [("Ada Müller", "110", "a@b.cn"), ("Acme", "13812345678", "c@d.cn")]


def test_outlook_in_chinese(terminal: Terminal) -> None:
    file = terminal.write(
        "联系人.csv", "名,姓,单位,商务电话,移动电话,电子邮件地址\n伟,王,,110,,a@b.cn\n", "gbk"
    )
    assert terminal.run("import", file, "--tenant", "acme").code == 0
    assert stored(terminal) == [("王伟", "110", "a@b.cn")]


def test_contacts_of_any_other_program(terminal: Terminal) -> None:
    file = terminal.write(
        "contacts.csv", "Given Name,Family Name,Email,Mobile,City\nAda,Byron,a@b.cn,138,London\n"
    )
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, said.err.splitlines()[1]) == (0, f"{file}: columns left out: City")
    assert stored(terminal) == [("Ada Byron", "138", "a@b.cn")]


def test_wecom(terminal: Terminal) -> None:
    file = terminal.write(
        "客户.csv", f"客户列表\n{WECOM}\n小李,,王伟,ww,销售,2026-11-29,扫码,,云图,,,,110\n"
    )
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, said.err.splitlines()[0]) == (0, f"{file}: an export of WeCom")
    assert stored(terminal) == [("小李", "110", None)]


def test_a_fault_names_the_column_as_the_file_does(terminal: Terminal) -> None:
    file = terminal.write("in.csv", "公司名称,联系电话\n,138\n甲,12\n")
    said = terminal.run("import", file, "--tenant", "acme")
    assert said.err.splitlines()[:2] == [
        "line 2: : 公司名称 is required",
        "line 3: 甲: 联系电话 is not a telephone number",
    ]
