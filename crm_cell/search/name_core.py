"""What tells one company from another in its name: without its legal form and its place. Pure.

`云帆科技(上海)有限公司`, `上海云帆科技有限责任公司` and `雲帆科技（上海）有限公司` are all
`云帆科技`.
"""

import re
from functools import cache
from itertools import pairwise

from crm_cell.search.characters import fold, is_cjk, runs

# What a name is cut to, as the search index does; and the letters of what is left that count.
_LONGEST_NAME, _LONGEST_CORE = 400, 60
_FEWEST_LETTERS = 2
# The longest first.
_LEGAL_FORMS = (
    "特殊普通合伙",
    "有限责任公司",
    "股份有限公司",
    "合伙企业",
    "有限公司",
    "有限合伙",
    "普通合伙",
    "分公司",
    "子公司",
    "总公司",
    "公司",
    "集团",
    "股份",
)
_ENGLISH_WORDS = """
    ag bv co company corp corporation gmbh group holding holdings inc incorporated limited llc llp
    ltd nv plc pte pty sa sarl srl
"""
_ENGLISH_FORMS = frozenset(_ENGLISH_WORDS.split())
_IN_BRACKETS = re.compile(r"[(【〔]([^()【】〔〕]{2,12})[)】〕]")
# Alone they name no company: 上海银行股份有限公司 and 北京银行股份有限公司 are two.
_GENERAL_WORDS = """
    银行 大学 学院 医院 航空 机场 地铁 电力 燃气 水务 公交 科技 信息 网络 贸易 商贸 投资 控股 实业
    工业 集团 建设 建筑 工程 物流 交通 电视 传媒 文化 旅游 酒店 保险 证券 信托 期货 城投 国资 农商
    农村商业银行 商业银行 信息技术 科技发展 贸易发展 投资控股 建设集团 城市建设 国际贸易
"""
_GENERAL = frozenset(_GENERAL_WORDS.split())
_AREAS = (
    "特别行政区",
    "壮族自治区",
    "回族自治区",
    "维吾尔自治区",
    "自治区",
    "自治州",
    "地区",
    "省",
    "市",
    "盟",
)
_MOST_PLACES = 2
_SPELLED_LENGTHS = (8, 7, 6, 5, 4, 3, 2)
# GB/T 2260: the provinces, and the cities of the level of a prefecture.
_PLACES_WORDS = """
    中国 北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北
    湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 石家庄
    唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 太原 大同 阳泉 长治 晋城 朔州 晋中 运城
    忻州 临汾 吕梁 呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口
    阜新 辽阳 盘锦 铁岭 葫芦岛 长春 四平 辽源 通化 白山 松原 白城 哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山
    大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州
    镇江 泰州 宿迁 杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 义乌 昆山 合肥 芜湖 蚌埠
    淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城 福州 厦门 莆田 三明 泉州
    漳州 南平 龙岩 宁德 南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶 济南 青岛 淄博
    枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽 郑州 开封 洛阳 平顶山 安阳
    鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 武汉 黄石 十堰 宜昌 襄阳 鄂州
    荆门 孝感 荆州 黄冈 咸宁 随州 恩施 长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州
    怀化 娄底 湘西 广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远
    东莞 中山 潮州 揭阳 云浮 南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾
    崇左 海口 三亚 三沙 儋州 成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾
    广安 达州 雅安 巴中 资阳 贵阳 六盘水 遵义 安顺 毕节 铜仁 昆明 曲靖 玉溪 保山 昭通 丽江 普洱
    临沧 大理 拉萨 日喀则 西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛 兰州 嘉峪关 金昌 白银
    天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 西宁 海东 银川 石嘴山 吴忠 固原 中卫 乌鲁木齐 克拉玛依
    吐鲁番 哈密 喀什 台北 高雄
"""
_PLACES = frozenset(_PLACES_WORDS.split())


def name_core(name: str) -> str:
    """Names of one company in several spellings have the same; one without letters has none."""
    return "".join(words_of(name))


def words_of(name: str) -> list[str]:
    """The same, in runs of Chinese characters and in words."""
    folded = fold(name[:_LONGEST_NAME])
    if "(" in folded or "〔" in folded or "【" in folded:
        folded = _IN_BRACKETS.sub(_without_place, folded)
    words = [run[0] for run in runs(folded)]
    if not words:
        return []
    if is_cjk(words[-1]):
        words[-1] = _without_form(words[-1])
    else:
        while len(words) > 1 and words[-1] in _ENGLISH_FORMS:
            words.pop()
    return _cut([word for word in words if word])


def similarity(one: str, other: str) -> float:
    """Of two cores: how many of their pairs of neighbours they share, from 0 to 1 (Jaccard)."""
    if one == other:
        return 1.0
    pairs, others = set(pairwise(one)), set(pairwise(other))
    both = len(pairs & others)
    return both / (len(pairs) + len(others) - both) if both else 0.0


def _without_form(name: str) -> str:
    """Of a run of characters. A place goes only along with a form: 北京大学 is no 武汉大学."""
    core = name
    while core.endswith(_LEGAL_FORMS):
        for form in _LEGAL_FORMS:
            if core.endswith(form):
                break
        if form == core:
            break
        core = _without_place_at_end(core[: -len(form)])
    if core == name:
        return name
    bare = _without_places_at_start(core)
    return core if len(bare) < _FEWEST_LETTERS or bare in _GENERAL else bare


def _without_place(brackets: re.Match[str]) -> str:
    return "" if brackets[1] in _spelled_places() else brackets[0]


def _without_places_at_start(name: str) -> str:
    """Such as a province and one of its cities."""
    places = _spelled_places()
    for _ in range(_MOST_PLACES):
        for length in _SPELLED_LENGTHS:
            if name[:length] in places:
                name = name[length:]
                break
        else:
            break
    return name


def _without_place_at_end(name: str) -> str:
    places = _spelled_places()
    for length in _SPELLED_LENGTHS:
        if len(name) >= length + _FEWEST_LETTERS and name[-length:] in places:
            return name[:-length]
    return name


@cache
def _spelled_places() -> frozenset[str]:
    """With what they are, such as 上海市."""
    return _PLACES | {place + area for place in _PLACES for area in _AREAS}


def _cut(words: list[str]) -> list[str]:
    found, left = [], _LONGEST_CORE
    for word in words:
        if left > 0:
            found.append(word[:left])
        left -= len(word)
    return found
