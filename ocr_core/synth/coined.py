"""Short texts made up from patterns: numbers of every sort that people write, and the wording of signs.

Knows no documents and no charset; the words in signs come from the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

Words = Callable[[int], str]
"""Gives words of about so many characters."""


def _listed(entries: str, separator: str | None = None) -> tuple[str, ...]:
    return tuple(entry.strip() for entry in entries.split(separator))


_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
_CITIES = _listed(
    """
    北京 上海 广州 深圳 杭州 成都 武汉 西安 南京 重庆 天津 苏州 长沙 郑州 青岛 沈阳 大连 厦门 昆明 合肥 福州 济南
    哈尔滨 长春 宁波 无锡 南昌 贵阳 兰州 香港 澳门 台北
    """
)
_SHOPS = _listed(
    """
    饭店 酒店 宾馆 面馆 火锅 烧烤 小吃 超市 便利店 药店 大药房 诊所 医院 口腔 眼镜 服装 鞋业 美发 美容 养生 足浴 茶楼
    茶叶 烟酒 五金 建材 家具 家电 手机 电脑 广告 图文 打印 装饰 书店 文具 花店 水果 生鲜 蛋糕 奶茶 咖啡 银行 房产 中介
    驾校 幼儿园 汽修 洗车 物流 快递 旅行社 公司 有限公司 工作室 培训中心 服务站 批发部 专卖店 旗舰店
    """
)
_BRANDS = _listed(
    """
    福 鑫 隆 盛 源 兴 旺 达 祥 瑞 康 美 佳 乐 华 丰 顺 泰 和 信 诚 金 宝 龙 凤 天 大 东 新 好 老
    一品 百味 万家 世纪 阳光 小城
    """
)
_NOTICES = _listed(
    """
    禁止吸烟 小心地滑 请勿触摸 闲人免进 禁止停车 注意安全 安全出口 消防通道 请勿靠近 小心台阶 节约用水 爱护花草
    限速慢行 前方施工 请系好安全带 请走侧门 推 拉 入口 出口 停车场 洗手间 电梯 售票处 收银台 服务台 等候区
    谢绝自带酒水 营业中 今日特价 全场八折 新品上市 欢迎光临 厂家直销 免费送货 清仓甩卖 旺铺招租 诚聘英才 扫码支付
    假一赔十 买一送一
    """
)
_ENGLISH_SIGNS = _listed(
    """
    OPEN|CLOSED|SALE|EXIT|ENTRANCE|NO PARKING|NO SMOKING|COFFEE|RESTAURANT|HOTEL|BANK|PHARMACY|PARKING|WELCOME|Push|
    Pull|Toilet|Reception|Since 1998|24 HOURS|FREE WIFI|Keep Right|Slow|STOP|Platform|Gate|Room|Floor|BAKERY|
    Supermarket|TAXI|Bus Stop|Information|Tickets|Menu|Fresh|Best Price|New Arrival|Made in China|Tea House
    """,
    "|",
)
_DOMAINS = _listed("com cn com.cn net org edu.cn gov.cn io info")
_MAIL_HOSTS = _listed("163.com qq.com gmail.com 126.com example.cn")
_SYLLABLES = _listed(
    """
    ba bei bo da de do fu gao guo hai han hong hua jia jin ka ke ko la lin lo ma mi mo na neo no pin pro ri sa shu si
    su ta tian to wei xin ya yi yun zen zhi zo
    """
)
_UNITS = _listed(
    """
    元 元/斤 kg g km m cm mm ml L ℃ % ‰ GB MB KB Hz MHz kW V A W 万元 亿元 人 次 个 台 吨 平方米 公里 分钟 小时 天 年
    """
)
_MONTHS = _listed(
    "January February March April May June July August September October November December Jan. Feb. Sept."
)
_DIGITS = "0123456789"
_CODE = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


def coin_number(rng: np.random.Generator) -> str:
    """Makes up one text that is mostly digits."""
    return _NUMBERS[int(rng.integers(len(_NUMBERS)))](rng)


def coin_sign(rng: np.random.Generator, words: Words) -> str:
    """Makes up the wording of one sign."""
    chance = rng.random()
    if chance < 0.26:
        return _shop(rng, words)
    if chance < 0.40:
        return _pick(rng, _NOTICES)
    if chance < 0.58:
        return words(int(rng.integers(2, 9)))
    if chance < 0.68:
        return words(int(rng.integers(3, 6))) + _pick(rng, ("，", " ", "·", "！", "")) + words(int(rng.integers(3, 6)))
    if chance < 0.78:
        return _pick(
            rng, ("电话：", "TEL:", "Tel: ", "热线：", "订餐电话：", "手机：", "联系电话 ", "咨询热线:", "")
        ) + _phone(rng)
    if chance < 0.90:
        return _pick(rng, _ENGLISH_SIGNS)
    if chance < 0.95:
        return _pick(rng, ("￥", "¥", "特价", "仅售", "")) + _price(rng) + _pick(rng, ("元", "元/斤", "起", "", "/份"))
    return _pick(rng, _CITIES) + words(2) + _pick(rng, ("路", "街", "大道", "巷")) + f"{rng.integers(1, 999)}号"


def _shop(rng: np.random.Generator, words: Words) -> str:
    brand = _pick(rng, _BRANDS) + _pick(rng, _BRANDS) if rng.random() < 0.5 else words(2)
    owner = _pick(rng, _SURNAMES) + _pick(rng, ("记", "氏", "家", "老", "")) if rng.random() < 0.25 else ""
    city = _pick(rng, _CITIES) if rng.random() < 0.2 else ""
    return city + owner + brand + _pick(rng, _SHOPS)


def _pick(rng: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(rng.integers(len(choices)))]


def _from(rng: np.random.Generator, alphabet: str, length: int) -> str:
    return "".join(alphabet[position] for position in rng.integers(len(alphabet), size=length))


def _integer(rng: np.random.Generator) -> str:
    value = int(10 ** rng.uniform(0, 7))
    return f"{value:,}" if rng.random() < 0.35 else str(value)


def _decimal(rng: np.random.Generator) -> str:
    return f"{_pick(rng, ('', '', '−', '+', '-'))}{10 ** rng.uniform(-1, 4):.{rng.integers(1, 4)}f}"


def _price(rng: np.random.Generator) -> str:
    value = 10 ** rng.uniform(0, 4)
    return f"{value:.2f}" if rng.random() < 0.5 else f"{value:.1f}" if rng.random() < 0.3 else str(int(value) + 1)


def _money(rng: np.random.Generator) -> str:
    return _pick(rng, ("¥", "$", "€", "£", "US$ ", "RMB ", "人民币")) + _price(rng)


def _date(rng: np.random.Generator) -> str:
    year, month, day = int(rng.integers(1950, 2031)), int(rng.integers(1, 13)), int(rng.integers(1, 29))
    patterns = (
        f"{year}-{month:02}-{day:02}", f"{year}/{month}/{day}", f"{year}年{month}月{day}日",
        f"{year}.{month:02}.{day:02}", f"{month}月{day}日", f"{year}年{month}月",
        f"{day} {_pick(rng, _MONTHS)} {year}", f"{_pick(rng, _MONTHS)} {day}, {year}",
    )  # fmt: skip
    return _pick(rng, patterns)


def _time(rng: np.random.Generator) -> str:
    hour, minute, second = int(rng.integers(24)), int(rng.integers(60)), int(rng.integers(60))
    patterns = (
        f"{hour:02}:{minute:02}", f"{hour:02}:{minute:02}:{second:02}", f"{hour}时{minute}分",
        f"{hour % 12 or 12}:{minute:02} {'AM' if hour < 12 else 'PM'}",
        f"{'上午' if hour < 12 else '下午'}{hour % 12}:{minute:02}",
        f"{hour:02}:{minute:02}-{(hour + 8) % 24:02}:{minute:02}",
    )  # fmt: skip
    return _pick(rng, patterns)


def _stamp(rng: np.random.Generator) -> str:
    return f"{_date(rng)} {_time(rng)}"


def _phone(rng: np.random.Generator) -> str:
    mobile = "1" + _from(rng, "3456789", 1) + _from(rng, _DIGITS, 9)
    area, local = (
        "0" + _from(rng, "123456789", 1) + _from(rng, _DIGITS, int(rng.integers(1, 3))),
        _from(rng, _DIGITS, 7),
    )
    patterns = (
        mobile, f"{mobile[:3]}-{mobile[3:7]}-{mobile[7:]}", f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}",
        f"{area}-8{local}", f"({area}) 6{local}", f"400-{_from(rng, _DIGITS, 3)}-{_from(rng, _DIGITS, 4)}",
        f"+86 {mobile}", f"8{local}",
    )  # fmt: skip
    return _pick(rng, patterns)


def _percentage(rng: np.random.Generator) -> str:
    return f"{rng.uniform(0, 100):.{rng.integers(0, 3)}f}%"


def _version(rng: np.random.Generator) -> str:
    parts = ".".join(str(int(part)) for part in rng.integers(0, 30, size=int(rng.integers(2, 5))))
    return _pick(rng, ("", "v", "V", "Version ", "版本 ", "版本：")) + parts


def _name(rng: np.random.Generator) -> str:
    return "".join(_pick(rng, _SYLLABLES) for _ in range(int(rng.integers(2, 4))))


def _address(rng: np.random.Generator) -> str:
    path = _pick(rng, ("", "", "/", "/index.html", f"/{_name(rng)}"))
    return f"{_pick(rng, ('www.', 'http://www.', 'https://', ''))}{_name(rng)}.{_pick(rng, _DOMAINS)}{path}"


def _email(rng: np.random.Generator) -> str:
    return f"{_name(rng)}{_pick(rng, ('', '', '_', '.'))}{rng.integers(1, 2000)}@{_pick(rng, _MAIL_HOSTS)}"


def _code(rng: np.random.Generator) -> str:
    groups = [_from(rng, _CODE, int(rng.integers(2, 6))) for _ in range(int(rng.integers(1, 4)))]
    return _pick(rng, ("", "No.", "№ ", "编号：", "ID:", "SN: ")) + _pick(rng, ("-", "", " ", "/")).join(groups)


def _identity(rng: np.random.Generator) -> str:
    return _from(rng, "123456", 1) + _from(rng, _DIGITS, 16) + _pick(rng, (*_DIGITS, "X"))


def _measure(rng: np.random.Generator) -> str:
    return (_price(rng) if rng.random() < 0.5 else _integer(rng)) + _pick(rng, ("", "", " ")) + _pick(rng, _UNITS)


def _range(rng: np.random.Generator) -> str:
    low = int(rng.integers(1, 500))
    sign, unit = _pick(rng, ("-", "–", "~", "～", " - ", "—")), _pick(rng, ("", "", *_UNITS))
    return f"{low}{sign}{low + int(rng.integers(1, 300))}{unit}"


def _internet(rng: np.random.Generator) -> str:
    return ".".join(str(int(part)) for part in rng.integers(1, 255, size=4)) + _pick(rng, ("", "", ":8080", "/24"))


def _fraction(rng: np.random.Generator) -> str:
    whole = int(rng.integers(2, 200))
    return f"{rng.integers(1, whole)}{_pick(rng, ('/', ' / ', ' of '))}{whole}"


def _plate(rng: np.random.Generator) -> str:
    return (
        _pick(rng, "京沪粤浙苏鲁川鄂湘皖闽冀豫辽渝津")
        + _from(rng, _CODE[:24], 1)
        + _pick(rng, ("·", ""))
        + _from(rng, _CODE, 5)
    )


_NUMBERS: tuple[Callable[[np.random.Generator], str], ...] = (
    _integer, _decimal, _money, _date, _date, _time, _stamp, _phone, _phone, _percentage, _version, _address, _email,
    _code, _code, _identity, _measure, _measure, _range, _internet, _fraction, _plate,
)  # fmt: skip
