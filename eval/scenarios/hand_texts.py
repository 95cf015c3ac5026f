"""What the handwritten pages say: study notes, diaries, letters, lists, and verses of poets long dead.

A page is its lines as somebody would break them. Notes and letters were written for this set; the verses are by the
poets named beside them and in the public domain. Knows nothing of hands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Script = Literal["simplified", "cursive", "traditional", "english"]


@dataclass(frozen=True, slots=True)
class Page:
    """A page's lines, what they are written in, and where they are from."""

    lines: tuple[str, ...]
    script: Script
    source: str


_OWN: Final = "written for this set"


def _pages(text: str, script: Script, source: str = "") -> tuple[Page, ...]:
    """Reads pages apart by empty lines; without a source, a page's first line names it."""
    pages = []
    for block in text.strip().split("\n\n"):
        rows = [row.strip() for row in block.strip().splitlines()]
        named = source or rows.pop(0)
        pages.append(Page(tuple(rows), script, named))
    return tuple(pages)


NOTES: Final = _pages(
    """
    1.光合作用的场所：叶绿体
    条件：光照、水和二氧化碳
    产物：有机物和氧气，意义：维持碳氧平衡
    实验前先把天竺葵放在暗处一昼夜

    三、鸦片战争的影响
    ①中国开始沦为半殖民地半封建社会
    ②自然经济逐步解体
    ③近代化的序幕由此拉开.

    第5课 函数的单调性
    设a<b，比较f(a)与f(b)的大小
    步骤：取值、作差、变形、定号、下结论
    注意：单调区间不能用“并”连接

    商品的价值量由社会必要劳动时间决定
    价格围绕价值上下波动
    (1)供不应求时，价格上涨
    (2)供过于求时，价格下跌

    酸雨：pH小于5.6的降水
    主要污染物有二氧化硫和氮氧化物
    治理措施：燃煤脱硫，开发清洁能源

    牛顿第一定律又叫惯性定律
    物体不受力时保持静止或匀速直线运动
    惯性只与质量有关，与速度无关！

    作文提纲：我身边的一位普通人
    开头写修鞋师傅冬天生炉子的样子
    中间写他不肯多收我两块钱
    结尾要回到那双磨破的手套

    错题整理 9月12日
    审题不清，把“至少”看成“至多”
    下次先划关键词再动笔
    计算失误扣4分，步骤写太乱.
    """,
    "simplified",
    _OWN,
)
LETTERS: Final = _pages(
    """
    今天下午忽然下了一场大雨
    没带伞，在书店门口站了半个多钟头
    老板娘端出一杯热茶给我
    雨停的时候，天边有一道很淡的虹

    妈：钥匙放在邻居王奶奶家了
    冰箱里有饺子，饿了自己煮
    我晚上加班，大概十点半回来.

    亲爱的外婆：
    收到您寄来的腊肉和萝卜干，香极了
    学校里一切都好，请不要挂念
    等放了寒假我就回去看您
    祝您身体健康，天天开心！

    请假条
    尊敬的李老师：
    本人因感冒发烧，需去医院就诊
    特请假一天，望批准

    周末计划：先把阳台的花换盆
    下午去菜市场买鱼和豆腐
    记得给自行车打气，修前闸
    晚上看完那本没看完的小说

    这家店的面汤头很浓，就是偏咸
    服务员态度不错，上菜也快
    下次来不点凉菜了，不新鲜

    会议记录：本季度销量同比增长12%
    库存压力仍然较大，尤其是旧款
    下一步由赵敏负责联系经销商
    请各组周五前交书面材料.

    搬到新城市的第三个月
    慢慢记住了每一条回家的路
    楼下的猫见了我也不再躲开
    也许这就叫安顿下来吧

    购物清单
    鸡蛋两斤 生抽一瓶 挂面
    洗衣液（薰衣草味）
    给爷爷买的膏药别忘了

    今天跑了五公里，用时31分20秒
    膝盖有点酸，明天休息
    坚持到第四十天了，加油

    读完《围城》，笑着笑着就难过了
    原来每个人都在自己的城里
    想出去的，想进来的，都不容易
    """,
    "simplified",
    _OWN,
)
VERSES: Final = _pages(
    """
    王维《山居秋暝》
    空山新雨后，天气晚来秋。
    明月松间照，清泉石上流。
    竹喧归浣女，莲动下渔舟。
    随意春芳歇，王孙自可留。

    苏轼《定风波》
    莫听穿林打叶声，何妨吟啸且徐行。
    竹杖芒鞋轻胜马，谁怕？
    一蓑烟雨任平生。
    回首向来萧瑟处，归去，也无风雨也无晴。

    杜甫《春望》
    国破山河在，城春草木深。
    感时花溅泪，恨别鸟惊心。
    烽火连三月，家书抵万金。

    李清照《如梦令》
    昨夜雨疏风骤，浓睡不消残酒。
    试问卷帘人，却道海棠依旧。
    知否，知否？应是绿肥红瘦。

    陆游《游山西村》
    莫笑农家腊酒浑，丰年留客足鸡豚。
    山重水复疑无路，柳暗花明又一村。
    箫鼓追随春社近，衣冠简朴古风存。
    """,
    "simplified",
)
TRADITIONAL: Final = _pages(
    """
    李白《靜夜思》
    床前明月光，疑是地上霜。
    舉頭望明月，低頭思故鄉。
    """,
    "traditional",
) + _pages(
    """
    今天的雲很低，風裡有海的味道
    我們約好明年再來這裡
    願你一切都順利
    """,
    "traditional",
    _OWN,
)
ENGLISH: Final = _pages(
    """
    Dear Grace, thanks for the lovely scarf!
    It kept me warm all the way to Leeds.
    See you on the 14th, I'll bring cake.

    To do before Friday:
    1. call the dentist about my tooth
    2. return library books (3 overdue)
    3. water the plants, pay rent

    Photosynthesis takes place in the leaf
    Light energy is turned into sugar
    Remember: oxygen is a by-product!
    """,
    "english",
    _OWN,
)

CURSIVE: Final = _pages(
    """
    今早天晴，山色分外好看
    夜深了，忽而想起故人
    山高水深，不知何日再相逢

    三月十五日，晴，心情不太好
    早起跑步四公里，洗衣服
    桌上有白粥和小菜，自己吃
    天冷了，出行要多穿一件衣服

    夜半忽地下起大雨，我起身收衣服
    八月二日，早上雨，午前放晴
    在江岸坐了一下午，看白帆往北去

    外公的茶田在半山上
    字很大，一行只有五六字
    今日立冬，天色灰白，北方已有雪
    """,
    "cursive",
    _OWN,
)
"""Texts without a character that was simplified: cursive script writes those in the old form's shape, so that a
simplified label would not say what is seen."""

PAGES: Final = (*NOTES, *LETTERS, *VERSES, *CURSIVE, *TRADITIONAL, *ENGLISH)
