"""Which terms a name is found under, which queries match it, and how well."""

import pytest

from crm_cell.search.characters import fold
from crm_cell.search.matching import Quality, match
from crm_cell.search.query import Condition, condition_of, divisions, parse
from crm_cell.search.terms import (
    exact_term,
    hash_of,
    name_hashes,
    name_terms,
    scope,
    sort_key,
    text_terms,
)


def of_name(text: str) -> set[str]:
    return set(" ".join(name_terms("", text)).split())


def of_text(text: str) -> set[str]:
    return set(text_terms("", text))


def holds(condition: Condition, terms: set[str]) -> bool:
    return any(terms.issuperset(group) for group in condition)


def quality(query: str, name: str) -> Quality | None:
    """None where the query does not match. Whatever matches is among the candidates."""
    parsed = parse(query)
    found = match(parsed, [("name", name, False)])
    if not found:
        return None
    assert holds(condition_of(parsed), of_name(name)), "the index does not find it"
    return found[0].quality


def test_a_short_name_has_these_terms() -> None:
    assert of_name("云帆") == {
        "c云帆", "syun", "sfan", "iy", "iyf", exact_term("云帆"),
    }  # fmt: skip


def test_a_word_is_found_by_its_beginning() -> None:
    assert of_name("Ａcme-3") == {
        "wa", "wac", "wacm", "wacme", "w3", exact_term("acme3"),
    }  # fmt: skip


def test_a_longer_text_has_no_pinyin() -> None:
    assert of_text("云帆 ok") == {"c云帆", "wo", "wok"}


def test_a_text_without_letters_has_no_terms_but_that_of_the_whole() -> None:
    assert of_name("……") == {exact_term("")}
    assert of_text("……") == set()


@pytest.mark.parametrize(
    ("query", "name", "expected"),
    [
        ("云帆", "云帆", Quality.EXACT),
        ("雲帆", "云帆科技", Quality.PREFIX),
        ("云帆", "杭州雲帆科技", Quality.CONTAINS),
        ("云图科技", "杭州（云图）科技", Quality.CONTAINS),
        ("帆", "杭州云帆", Quality.CONTAINS),
        ("yunfan", "杭州云帆科技", Quality.SYLLABLES),
        ("yunfa", "杭州云帆科技", Quality.SYLLABLES),
        ("yunf", "杭州云帆科技", Quality.INITIALS),
        ("YunFan", "杭州云帆科技", Quality.SYLLABLES),
        ("yfkj", "杭州云帆科技", Quality.INITIALS),
        ("yunfkj", "杭州云帆科技", Quality.INITIALS),
        ("cqca", "重庆长安", Quality.INITIALS),
        ("zqza", "重庆长安", Quality.INITIALS),
        ("chongqing", "重庆长安", Quality.SYLLABLES),
        ("xiamen", "厦门航空", Quality.SYLLABLES),
        ("shanli", "单力", Quality.SYLLABLES),
        ("danli", "单力", Quality.SYLLABLES),
        ("qiuwei", "仇伟", Quality.SYLLABLES),
        ("qiankun", "乾坤", Quality.SYLLABLES),
        ("lvbu", "吕布", Quality.SYLLABLES),
        ("zhanglue", "章略", Quality.SYLLABLES),
        ("fanganshejigongsi", "方案设计公司", Quality.SYLLABLES),
        ("xian", "西安电子", Quality.SYLLABLES),
        ("xian", "咸阳", Quality.SYLLABLES),
        ("y", "云帆", Quality.INITIALS),
        ("ABC DEF", "ABC DEF Ltd", Quality.PREFIX),
        ("def abc", "ABC DEF Ltd", Quality.OTHER),
        ("tra", "ABC Trading", Quality.CONTAINS),
        ("云帆 hz", "杭州云帆", Quality.OTHER),
        ("0001", "HT-2026-0001", Quality.CONTAINS),
        ("HT-2026-0001", "HT-2026-0001", Quality.EXACT),
        ("ＡＢＣ", "abc", Quality.EXACT),
    ],
)
def test_a_query_matches(query: str, name: str, expected: Quality) -> None:
    assert quality(query, name) is expected


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("帆云", "杭州云帆"),
        ("云科", "云帆科技"),
        ("rading", "ABC Trading"),
        ("f", "云帆"),
        ("yunfen", "云帆"),
        ("abc xyz", "ABC DEF"),
    ],
)
def test_a_query_does_not_match(query: str, name: str) -> None:
    assert quality(query, name) is None


@pytest.mark.parametrize("query", ["", "()", "——", "\u200b"])
def test_a_query_may_be_empty(query: str) -> None:
    assert parse(query).is_empty


def test_the_range_of_a_match_is_that_in_the_stored_text() -> None:
    assert match(parse("云帆"), [("name", "①㍿雲（帆）", False)])[0].ranges == ((2, 5),)


def test_long_letters_are_divided_in_bounded_time() -> None:
    assert len(divisions("a" * 40)) <= 7
    assert divisions("a" * 41) == []


def test_terms_are_words_for_every_database() -> None:
    names = [
        "杭州（云图）科技, Ltd. 'x' \"y\" \\z :* & | ! <-> \t",
        "Привет мир",
        "한국 かな",
        "𠮷野家",
    ]
    for name in names:
        for term in of_name(name):
            assert term.isalnum(), (name, term)


def test_tenants_and_kinds_have_terms_of_their_own() -> None:
    scopes = {scope(tenant, kind) for tenant in ("acme", "globex") for kind in ("customer", "task")}
    assert len(scopes) == 4
    terms = " ".join(name_terms("abc", "云帆 x")).split()
    assert all(each.startswith("abc") for each in terms)
    assert name_hashes("abc", "云帆 x") == set(map(hash_of, terms))


def test_names_are_sorted_by_pinyin() -> None:
    names = ["张三", "阿里", "Acme", "李四", "张伟", "重庆", "3M", "章略"]
    assert sorted(names, key=sort_key) == [
        "3M", "Acme", "阿里", "李四", "张三", "张伟", "章略", "重庆",
    ]  # fmt: skip


def test_texts_are_folded() -> None:
    assert fold("ＡＢＣ 雲帆") == "abc 云帆"
