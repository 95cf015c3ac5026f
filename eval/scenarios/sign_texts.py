"""What the signs of the photographs set say: whole signs by kind, written for this set, with numbers filled in.

A sign is its lines, biggest first. Knows nothing of looks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import numpy as np

Lines = tuple[str, ...]


def _signs(text: str) -> tuple[Lines, ...]:
    return tuple(tuple(row.strip().split(" / ")) for row in text.strip().splitlines())


SHOP: Final = _signs("""
    柳叶巷馄饨铺 / 现包现煮 / 外卖电话 {mobile}
    听雨茶舍 / TINGYU TEAHOUSE
    青禾粮油 / 米面杂粮批发
    老邓修表配钥匙 / 三十年手艺
    北窗书屋 / North Window Books / 旧书回收 {phone}
    鹿鸣烘焙 / Deer Song Bakery
    陈阿婆豆花 / 甜咸都有
    万顺五金机电 / 水暖器材·电动工具·劳保用品
    明眸视光中心 / 验光配镜：{phone}
    同春堂中药房 / 代客煎药
    小满裁缝店 / 改衣、换拉链、织补
    渝味源老火锅 / CHONGQING HOTPOT
    远航渔具 / 鱼竿鱼线饵料批发
    贝壳儿童摄影 / 满月照·百日照·亲子照
    山野鲜果 / 当季水果每日到货
    春晖幼儿园 / Chunhui Kindergarten
    海棠花艺工作室 / FLOWERS & PLANTS
    博文图文快印 / 名片/标书/蓝图/装订
    西关肠粉王 / 营业时间 6:30-14:00
    皖南臭鳜鱼 / 徽菜馆
""")
STREET: Final = _signs("""
    槐荫路 / HUAIYIN LU
    望江东街 / WANGJIANG DONGJIE
    Station Approach / SW19
    梅园弄 / MEIYUAN LONG
    Mill Lane / BOROUGH OF ASHBY
    白鹭洲公园 / Egret Islet Park
    临湖大道 / LINHU AVENUE
    机场高速 绕城东 / Airport Expwy
    桐乡 嘉善 / Tongxiang
    第三中学 / No.3 Middle School
""")
NOTICE: Final = _signs("""
    水深危险 / 禁止游泳 / 救援电话 {phone}
    高压危险 / DANGER HIGH VOLTAGE
    前方学校减速慢行
    施工重地 非本单位人员禁止入内
    请勿投喂动物 / Please do not feed the animals
    请勿乱倒垃圾 / 违者罚款{hundreds}元
    灭火器箱 / 火警119
    门前三包责任区 / 监督电话 {phone}
    乘坐扶梯请扶稳站好 / Hold the handrail
    当心落石 / FALLING ROCKS
    贵重物品 请随身携带
    Mind the gap / Stand behind the yellow line
    Staff only beyond this point
    仓库重地严禁烟火 / NO OPEN FLAME
    消防车通道 / 严禁占用堵塞
    限高{height}米 / MAX HEIGHT {height} m
""")
BANNER: Final = _signs("""
    热烈庆祝临江县第十二届龙舟文化节隆重开幕
    安全生产人人有责，隐患排查从我做起
    欢迎新同学加入我们的大家庭！
    垃圾分类，从你我做起
    珍惜每一滴水就是珍惜生命
    恭迎业主回家
    一点星火可毁万顷林
    全民阅读月：让书香飘满校园
    距高考还有{days}天，加油！
    开业酬宾全场{tenths}折起
    预防为主 防消结合
""")
POSTER: Final = _signs("""
    去远方看一场日出 / 四天三夜 {yuan}元起
    零基础学吉他 / 一对一教学 {mobile}
    桃气乌龙 / 第二杯半价
    让孩子爱上数学 / 小班授课，免费试听
    咖啡与旧时光 / COFFEE & OLD TIMES
    城市马拉松 / CITY MARATHON 2026 / {month}月{day}日报名截止
    秋季美食节 / 百种小吃等你来尝
    Live Jazz Tonight / Doors open at 8 PM
    爱上这片海 / 北部湾三日游
    新概念英语暑期班 / 咨询热线 {phone}
    Summer Sale / Up to {percent}% off
    一碗好面 一生讲究
    木作之美
    轻断食果蔬汁 / 低糖·低卡·0添加
    全屋定制环保到家 / 送货安装一站式服务
    音乐会《四季》 / 晚上7:30市民中心大剧院
""")
STICKER: Final = _signs("""
    房屋出租 / 两室一厅，拎包入住 / {mobile}
    专业疏通下水道 / 随叫随到 {mobile}
    回收旧家电 / 空调、冰箱、洗衣机 / 电话：{mobile}
    招聘收银员{n}名 / 月薪{wages}-{more}元
    寻猫启事 / 橘白相间，左耳有缺口 / 酬谢{hundreds}元
    诚招洗碗工（包吃住） / 张经理{mobile}
    长短途搬家 / {mobile}
    旺铺转让面谈 / 非诚勿扰
    合格证 / 型号：KFR-{model}GW / 生产日期 {date}
    FRAGILE / Handle with care
    净含量：{grams}克 / 保质期12个月
    Do not stack / KEEP DRY
    快递代收点 / 取件时间 9:00-20:00
""")
NEON: Final = _signs("""
    深夜食堂 / OPEN TILL 3
    云顶台球俱乐部
    星河KTV / 欢唱到天明
    串串香 / BEER & GRILL
    24小时自助洗衣
    麻辣小龙虾 / 夜宵
    Moonlight Bar / COCKTAILS
    平安旅馆 / HOTEL
    足浴推拿
    再来一杯
""")
BOARD: Final = _signs("""
    番茄牛腩饭{price}元 / 香菇滑鸡饭{price2}元 / 加卤蛋2元
    美式 ¥{price} / 拿铁 ¥{price2} / 燕麦奶 +4
    Today's Soup / Pumpkin & Ginger £{dollars}
    今日特价：清蒸鲈鱼 / {price2}元/条
    手冲豆：埃塞俄比亚 / Ethiopia Yirgacheffe
    锅贴{price}元/份 / 小米粥3元
    Flat White {dollars} / Oat Latte {dollars2}
    本周推荐 / 桂花酒酿圆子
    鲜榨橙汁：{price}元 / 老盐柠檬：{price2}元
""")
PLATE: Final = _signs("""
    江南精密铸造有限责任公司 / JIANGNAN PRECISION CASTING CO., LTD.
    市第二人民医院门诊部 / Outpatient Department
    云杉律师事务所 / SPRUCE LAW FIRM
    松林社区卫生服务站 / 社区服务电话 {phone}
    档案室 / Archives
    教务处 B{room} / Academic Affairs
    消化内科 / Gastroenterology
    {room}会议室 / Meeting Room {room}
    省级文物保护单位 / 文昌阁
    岭南水利水电勘测设计研究院
    信访接待室 / Room {room}
    华泰新材料股份有限公司三号车间
    物业服务中心 / Property Service
    麻醉科手术室 / OPERATING ROOM
""")
STONE: Final = _signs("""
    厚德载物
    上善若水
    静水流深
    饮水思源 / 一九八六年立
    松鹤延年
    望海亭
    IN LOVING MEMORY / 1921 - 1987
    弦歌不辍
    听泉
""")
PAINTED: Final = _signs("""
    车库门前严禁停车
    少生气多读书
    补胎 充气 洗车
    前方{hundreds}米农家乐
    POST NO BILLS
    仓库出租 {mobile}
    要想富先修路
    BIKES ONLY
    此处不准倒垃圾
    磨剪子戗菜刀
    小卖部
    烟酒百货
""")
SCREEN: Final = _signs("""
    下一站：人民广场
    开往 龙泉驿 方向 / 2分钟
    Next stop: Harbour Bridge
    请{room}号到3号窗口办理
    前方拥堵请绕行
    本次列车终点站火车南站
    Gate B{n} Boarding
    室外温度{n}℃ / 相对湿度{percent}%
    欢迎乘坐轨道交通3号线
    空余车位：{hundreds}
""")

CONTENTS: Final[Mapping[str, tuple[Lines, ...]]] = {
    "shop front": SHOP, "street plate": STREET, "notice": NOTICE, "banner": BANNER, "poster": POSTER,
    "sticker": STICKER, "neon": NEON, "menu board": BOARD, "door plate": PLATE, "stone": STONE,
    "painted wall": PAINTED, "dot screen": SCREEN,
}  # fmt: skip

_SLOT: Final = re.compile(r"\{(\w+)\}")


def filled(lines: Lines, rng: np.random.Generator) -> Lines:
    """Returns the lines with every number drawn; one name is one number within a sign."""
    drawn: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return drawn.setdefault(match[1], _number(match[1], rng))

    return tuple(_SLOT.sub(number, line) for line in lines)


_RANGES: Final = {
    "n": (2, 38), "days": (9, 100), "tenths": (4, 9), "month": (3, 12), "day": (1, 29), "percent": (25, 76),
    "model": (23, 73), "price": (8, 27), "price2": (28, 69), "room": (101, 630),
}  # fmt: skip


def _number(name: str, rng: np.random.Generator) -> str:
    if name in _RANGES:
        return str(int(rng.integers(*_RANGES[name])))
    digits = "".join(str(int(digit)) for digit in rng.integers(0, 10, 8))
    return {
        # Numbers nobody has: the network's code is not in use, area codes go on with 5550.
        "mobile": f"100{digits}",
        "phone": f"0{rng.integers(510, 900)}-5550{digits[:4]}",
        "yuan": f"{rng.integers(2, 30)}99",
        "hundreds": f"{rng.integers(1, 10)}00",
        "wages": f"{rng.integers(3, 6)}500",
        "more": f"{rng.integers(6, 9)}000",
        "grams": f"{rng.integers(4, 50)}5",
        "height": f"{rng.integers(2, 5)}.{rng.integers(0, 10)}",
        "dollars": f"{rng.integers(3, 6)}.{rng.integers(1, 10)}0",
        "dollars2": f"{rng.integers(6, 9)}.{rng.integers(1, 10)}0",
        "date": f"2026.{rng.integers(1, 13):02}.{rng.integers(1, 29):02}",
    }[name]
