"""What is left of a company's name without its legal form and its place."""

import pytest

from crm_cell.search.name_core import name_core, similarity, words_of
from crm_cell.search.query import condition_of_most

SAME = {
    "云帆科技": (
        "云帆科技(上海)有限公司",
        "云帆科技（上海）有限责任公司",
        "雲帆科技(上海)有限公司",
        "上海市云帆科技股份有限公司",
        "云帆（上海）科技集团有限公司",
        "云帆科技有限公司北京分公司",
        " 云帆 科技 ",
    ),
    "云图": ("浙江省杭州市云图有限公司", "广西壮族自治区云图有限责任公司", "云图集团"),
    "acme": ("ACME Co., Ltd.", "Acme Corp", "Ａｃｍｅ　Ｉｎｃ", "acme"),
    # A place stays where it is all that tells one from another.
    "上海银行": ("上海银行股份有限公司",),
    "北京大学": ("北京大学",),
    "云帆华东": ("云帆（华东）有限公司",),
    # Nothing would be left.
    "有限公司": ("有限公司",),
    "inc": ("Inc.",),
    "": ("()", "", "——"),
}


@pytest.mark.parametrize("core", SAME)
def test_names_of_one_company_have_one_core(core: str) -> None:
    assert {name: name_core(name) for name in SAME[core]} == dict.fromkeys(SAME[core], core)


def test_cores_are_alike_by_the_pairs_that_they_share() -> None:
    assert similarity("云帆科技", "云帆科技") == 1.0
    assert similarity("云帆信息科技", "云帆信息技术") == 3 / 7
    assert similarity("云帆智能科技装备", "云帆智能科技装配") == 6 / 8
    assert (similarity("云", "帆"), similarity("", "云帆")) == (0.0, 0.0)


def test_what_shares_three_quarters_of_the_pairs_has_one_group_whole() -> None:
    """Whichever of the eight pairs are missing, as long as they are no more than two."""
    groups = condition_of_most(words_of("云帆智能科技装备制"))
    pairs = sorted(pair for group in groups for pair in group)
    assert (len(groups), len(pairs)) == (3, 8)
    for one in pairs:
        for other in pairs:
            assert any({one, other}.isdisjoint(group) for group in groups)
    assert condition_of_most(["acme", "云帆"]) == (("c云帆",), ("wacme",))
