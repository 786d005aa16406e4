"""Word lists for people, companies and deals of the demo data.

Places are from fables and novels; phone numbers and mail domains are reserved for fiction. So no
company is real, and no real person is ever called or written to.
"""

# The user ids (X-User-Id) of the three salespeople, and their names.
STAFF = {"wang.wei": "王伟", "li.na": "李娜", "zhang.min": "张敏"}
OWNERS = tuple(STAFF)
TAGS = {
    "战略客户": "red",
    "老客户": "teal",
    "价格敏感": "amber",
    "需高层拜访": "purple",
    "展会认识": "blue",
}

# Of the Peach Blossom Spring, the Mirror Flowers, the Dream of the Southern Bough …
PLACES = """
    桃花源=taohuayuan 乌有乡=wuyouxiang 君子国=junziguo 大观园=daguanyuan 水帘洞=shuiliandong
    广寒宫=guanghangong 南柯郡=nankejun 华胥国=huaxuguo 烂柯山=lankeshan 云梦泽=yunmengze
    方壶岛=fanghudao 镜花城=jinghuacheng 无何乡=wuhexiang 槐安国=huaianguo 蜃楼港=shenlougang
    不周山=buzhoushan
"""
# A region of China for each of these places, in the same order.
REGIONS = """
    430725 420900 370700 110102 320700 310112 320100 610100 330800 420100 310151 330200 440100
    340100 370685 650100
"""
STREETS = "问津路 采菊巷 听雨街 望月路 落英街 归云路 折柳巷 流觞路"
BRANDS = """
    星禾=xinghe 云帆=yunfan 青梧=qingwu 白鹭=bailu 松果=songguo 远岫=yuanxiu 听澜=tinglan
    拾光=shiguang 半夏=banxia 知秋=zhiqiu 鹿鸣=luming 长歌=changge 初见=chujian 朝露=zhaolu
    疏影=shuying 归鸿=guihong 扶摇=fuyao 琢玉=zhuoyu 望舒=wangshu 凌霄=lingxiao 竹喧=zhuxuan
    溪山=xishan 南枝=nanzhi 北辰=beichen
"""
# Trades, and the option of their industry.
TRADES = """
    数据科技=software 智能装备=manufacturing 精密制造=manufacturing 新材料=manufacturing
    医疗器械=health 冷链物流=logistics 餐饮管理=retail 教育咨询=education 文化传媒=services
    新能源=energy 生物科技=health 纺织=manufacturing 食品=retail 建筑设计=construction
    电子商务=retail 供应链管理=logistics
"""
FORMS = "有限公司 有限公司 有限公司 股份有限公司 集团有限公司"

# Of Swift, Hope, Cervantes, Butler, Coleridge and older tales.
FOREIGN_PLACES = """
    Brobdingnag Lilliput Balnibarbi Luggnagg Glubbdubdrib Ruritania Barataria Cockaigne Lyonesse
    Erewhon Thule Xanadu
"""
FOREIGN_TRADES = """
    Robotics=manufacturing Foods=retail Optics=manufacturing Shipping=logistics
    Textiles=manufacturing Instruments=health Ceramics=manufacturing Bicycles=retail
"""
FOREIGN_STREETS = "Harbour Street;Mill Road;Lantern Row;Orchard Road"
FOREIGN_FORMS = {"USD": "Inc. LLC Corp.", "EUR": "GmbH AG"}

SURNAMES = """
    王=wang 李=li 张=zhang 刘=liu 陈=chen 杨=yang 黄=huang 赵=zhao 吴=wu 周=zhou 徐=xu 孙=sun 马=ma
    朱=zhu 胡=hu 郭=guo 何=he 林=lin 高=gao 罗=luo 郑=zheng 梁=liang 谢=xie 宋=song 唐=tang 许=xu
"""
GIVEN_NAMES = """
    芳=fang 静=jing 丽=li 强=qiang 磊=lei 军=jun 洋=yang 勇=yong 艳=yan 杰=jie 娟=juan 涛=tao
    明=ming 超=chao 秀英=xiuying 霞=xia 平=ping 刚=gang 桂英=guiying 建华=jianhua 玉兰=yulan
    婷婷=tingting 雪=xue 宇航=yuhang 子轩=zixuan 欣怡=xinyi 浩然=haoran 思远=siyuan 文博=wenbo
    晓燕=xiaoyan
"""
# Job titles and departments in both languages, and what somebody in them does in a purchase.
POSTS = (
    ("总经理", "General manager", "总经办", "Management", "decisionMaker"),
    ("采购经理", "Head of procurement", "采购部", "Procurement", "influencer"),
    ("信息部主任", "Head of IT", "信息部", "IT", "decisionMaker"),
    ("财务经理", "Head of finance", "财务部", "Finance", "influencer"),
    ("运营主管", "Operations lead", "运营部", "Operations", "user"),
    ("系统工程师", "Systems engineer", "信息部", "IT", "user"),
)
FOREIGN_SURNAMES = "Novak Larsen Moreau Rossi Schmidt Weber Murphy Carter Silva Jansen"
FOREIGN_GIVEN_NAMES = "Emma Lukas Sofia Daniel Anna Peter Laura Thomas Julia Martin"

# Products in both languages, with a price range in thousand yuan.
PRODUCTS = (
    ("客户管理系统上线", "CRM rollout", 180, 620),
    ("数据中台一期", "Data platform, phase one", 450, 1800),
    ("智能仓储改造", "Warehouse automation", 600, 2600),
    ("产线视觉检测", "Visual inspection line", 320, 1400),
    ("门店收银系统更换", "Point-of-sale replacement", 80, 360),
    ("私有云扩容", "Private cloud expansion", 260, 980),
    ("移动巡检平台", "Mobile inspection platform", 90, 420),
    ("财务共享中心建设", "Shared finance centre", 380, 1500),
    ("呼叫中心升级", "Call centre upgrade", 120, 540),
    ("工业网关采购", "Industrial gateways", 60, 300),
    ("能耗监测平台", "Energy monitoring", 110, 480),
    ("会员小程序开发", "Loyalty app", 50, 220),
    ("电子合同接入", "E-signature integration", 40, 160),
    ("数据安全加固", "Data protection review", 70, 330),
    ("线上培训平台", "Training platform", 60, 260),
    ("供应商协同门户", "Supplier portal", 150, 680),
    ("经营分析看板", "Management dashboards", 45, 210),
    ("设备预测性维护", "Predictive maintenance", 240, 1100),
)

# Two entries of one company, as they come about when two people take down the same card.
TWICE = ("云帆科技(镜花城)有限公司", "云帆科技（镜花城）有限责任公司")
# Of the islands of the immortals.
COMPETITORS = ("蓬莱软件", "瀛洲数据")
