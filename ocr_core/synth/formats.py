"""Made-up texts in fixed formats: receipts, amounts in words, addresses of the net, paths, numbers of cards and papers.

Every text is within a common charset and mostly ASCII. Knows no documents; words come from the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ocr_core.synth.coined import Words, coin_number

_DIGITS = "0123456789"
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOWER = _UPPER.lower()
_FINANCIAL = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_MYRIADS = ("", "万", "亿")
_ITEMS = ("ITEM", "CASH", "TOTAL", "SUBTOTAL", "TAX", "CHANGE", "VISA", "QTY", "DISCOUNT", "AMOUNT DUE", "BALANCE")
_CHINESE_ITEMS = (
    "合计", "小计", "总计", "实收", "找零", "应付", "现金", "优惠", "折扣", "数量", "单价", "金额", "会员价", "税额",
    "价税合计", "收银员", "微信支付", "支付宝", "余额", "积分",
)  # fmt: skip
_PAPERS = (
    "合同编号：", "发票号码：", "发票代码", "订单号:", "单号：", "身份证号：", "卡号:", "账号：", "税号：", "流水号",
    "快递单号 ", "批号：", "生产日期：", "有效期至", "注册号：", "Invoice No. ", "Order No: ", "Ref. ", "S/N: ",
    "ISBN ", "P/N ", "MODEL: ", "LOT ", "EXP ", "No.", "№ ", "",
)  # fmt: skip
_HOSTS = ("qq.com", "163.com", "gmail.com", "outlook.com", "sina.com.cn", "edu.cn", "example.org", "github.io")
_ENDS = ("com", "cn", "com.cn", "net", "org", "gov.cn", "io", "cc", "top", "co.uk", "de")
_FILES = ("txt", "pdf", "docx", "jpg", "png", "py", "tar.gz", "csv", "xlsx", "json", "log", "exe", "html")
_FOLDERS = (
    "usr", "local", "home", "bin", "etc", "var", "log", "data", "src", "lib", "tmp", "Users", "Documents", "Desktop",
    "Program Files", "Windows", "System32", "images", "api", "v2", "static", "node_modules", "下载", "文档",
)  # fmt: skip
_STATIONS = (
    "北京南",
    "上海虹桥",
    "杭州东",
    "广州南",
    "西安北",
    "成都东",
    "武汉",
    "南京南",
    "长沙南",
    "郑州东",
    "天津西",
)


def coin_format(rng: np.random.Generator, words: Words) -> str:
    """Makes up one text of a fixed format."""
    return _FORMATS[int(rng.integers(len(_FORMATS)))](rng, words)


def amount_in_words(cents: int) -> str:
    """Writes an amount as cheques do: 123450 cents as 壹仟贰佰叁拾肆元伍角整.

    Zeros between digits become one 零, those at the end of a group of four none.
    """
    yuan, fraction = divmod(cents, 100)
    text = _integer_in_words(yuan) + "元" if yuan else ""
    tenths, hundredths = divmod(fraction, 10)
    if not fraction:
        return (text or "零元") + "整"
    if tenths:
        text += _FINANCIAL[tenths] + "角"
    elif text:
        text += "零"
    return text + (_FINANCIAL[hundredths] + "分" if hundredths else "整")


def _integer_in_words(value: int) -> str:
    groups: list[int] = []
    while value:
        value, group = divmod(value, 10_000)
        groups.append(group)
    text = ""
    for level in range(len(groups) - 1, -1, -1):
        group = groups[level]
        if not group:
            continue
        if text and (group < 1000 or groups[level + 1] % 10 == 0):
            text += "零"
        text += _group_in_words(group) + _MYRIADS[level]
    return text


def _group_in_words(group: int) -> str:
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _FINANCIAL[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return text


def _pick(rng: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(rng.integers(len(choices)))]


def _from(rng: np.random.Generator, alphabet: str, low: int, high: int | None = None) -> str:
    length = low if high is None else int(rng.integers(low, high + 1))
    return "".join(alphabet[position] for position in rng.integers(len(alphabet), size=length))


def _amount(rng: np.random.Generator) -> str:
    value = 10 ** rng.uniform(0, 5.5)
    return _pick(rng, ("", "¥", "¥ ", "$", "€", "RMB", "￥", "-")) + (
        f"{value:,.2f}" if rng.random() < 0.6 else f"{value:.2f}"
    )


def _receipt(rng: np.random.Generator, words: Words) -> str:
    chance = rng.random()
    if chance < 0.35:
        name = _pick(rng, _CHINESE_ITEMS)
        return name + _pick(rng, ("：", ":", ": ", " ", "")) + _amount(rng) + _pick(rng, ("", "", "元"))
    if chance < 0.65:
        return f"{_pick(rng, _ITEMS)} {_amount(rng)}"
    name = words(int(rng.integers(2, 6))) if chance < 0.85 else f"ITEM {_from(rng, _DIGITS, 3)}"
    count = _pick(rng, ("x{}", "X{}", "×{}", "*{}", "{}件", "{}")).format(int(rng.integers(1, 20)))
    return f"{name} {count} {10 ** rng.uniform(0, 3):.2f}"


def _words_of_money(rng: np.random.Generator, words: Words) -> str:
    cents = int(10 ** rng.uniform(2, 9))
    cents -= cents % int(rng.choice([1, 10, 100, 10_000]))
    return _pick(rng, ("", "", "人民币", "大写：", "金额大写：人民币", "合计（大写）")) + amount_in_words(
        max(100, cents)
    )


def _name(rng: np.random.Generator) -> str:
    styles = (_LOWER, _LOWER, _LOWER, _LOWER + _DIGITS, _UPPER + _LOWER)
    return _from(rng, styles[int(rng.integers(len(styles)))], 3, 9)


def _mail(rng: np.random.Generator, words: Words) -> str:
    name = _name(rng) + _pick(rng, ("", "", ".", "_", "-")) + _from(rng, _LOWER + _DIGITS, 0, 4)
    host = _pick(rng, _HOSTS) if rng.random() < 0.6 else f"{_name(rng).lower()}.{_pick(rng, _ENDS)}"
    return _pick(rng, ("", "", "E-mail: ", "邮箱：", "Email:")) + f"{name.rstrip('._-')}@{host}"


def _url(rng: np.random.Generator, words: Words) -> str:
    start = _pick(rng, ("www.", "www.", "https://", "http://www.", "https://www.", "http://", ""))
    path = "".join(f"/{_name(rng).lower()}" for _ in range(int(rng.integers(0, 3))))
    query = f"?{_pick(rng, ('id', 'q', 'page', 'v', 'p'))}={_from(rng, _DIGITS + _LOWER, 1, 6)}"
    end = _pick(rng, ("", "", "/", f".{_pick(rng, ('html', 'php', 'aspx'))}", query, f"{query}&lang=zh"))
    return f"{start}{_name(rng).lower()}.{_pick(rng, _ENDS)}{path}{end}"


def _path(rng: np.random.Generator, words: Words) -> str:
    parts = [_pick(rng, _FOLDERS) for _ in range(int(rng.integers(1, 4)))]
    file = f"{_name(rng)}{_pick(rng, ('', '_v2', '-1', '(1)'))}.{_pick(rng, _FILES)}"
    windows = rng.random() < 0.4
    root = _pick(rng, ("C:\\", "D:\\")) if windows else _pick(rng, ("/", "~/", "./", "../", ""))
    return root + ("\\" if windows else "/").join([*parts, file])


def _handle(rng: np.random.Generator, words: Words) -> str:
    return _pick(rng, ("@", "#", "@", "微信号：", "公众号：", "QQ：", "微博@", "TEL/", "抖音号:")) + _pick(
        rng, (_name(rng), words(4), _from(rng, _DIGITS, 6, 11))
    )


def _grouped(rng: np.random.Generator, words: Words) -> str:
    gap = _pick(rng, (" ", " ", "-", ""))
    sizes = ((4, 4, 4, 4), (4, 4, 4, 4, 3), (3, 4, 4), (3, 1, 5, 5, 1), (3, 3, 4))[int(rng.integers(5))]
    return gap.join(_from(rng, _DIGITS, size) for size in sizes)


def _paper(rng: np.random.Generator, words: Words) -> str:
    kinds = (
        lambda: _from(rng, _UPPER, 1, 3) + str(rng.integers(1990, 2031)) + "-" + _from(rng, _DIGITS, 3, 5),
        lambda: _from(rng, _DIGITS, 6, 20),
        lambda: _from(rng, _UPPER + _DIGITS, 6, 18),
        lambda: f"{_from(rng, _UPPER, 2)}-{_from(rng, _DIGITS, 2, 4)}/{_from(rng, _UPPER + _DIGITS, 2, 4)}",
        lambda: _from(rng, "123456", 1) + _from(rng, _DIGITS, 16) + _pick(rng, (*_DIGITS, "X")),
    )
    return _pick(rng, _PAPERS) + kinds[int(rng.integers(len(kinds)))]()


def _journey(rng: np.random.Generator, words: Words) -> str:
    train = _pick(rng, "GDCKTZ") + _from(rng, _DIGITS, 2, 4)
    flight = _from(rng, _UPPER, 2) + _from(rng, _DIGITS, 3, 4)
    seat = f"{rng.integers(1, 17):02}车{rng.integers(1, 21):02}{_pick(rng, 'ABCDF')}号"
    first, second = _pick(rng, _STATIONS), _pick(rng, _STATIONS)
    return _pick(
        rng,
        (
            f"{first}站 {train} {second}站", f"{train}次", seat, f"{first}→{second}",
            f"{flight} {_from(rng, _UPPER, 3)}-{_from(rng, _UPPER, 3)}", f"SEAT {rng.integers(1, 60)}A",
            f"登机口 GATE {_pick(rng, 'ABCDE')}{rng.integers(1, 60)}",
        ),
    )  # fmt: skip


def _degrees(rng: np.random.Generator, words: Words) -> str:
    low = float(rng.uniform(-30, 110))
    unit = _pick(rng, ("℃", "℃", "℃", "℉"))
    number = f"{low:.1f}" if rng.random() < 0.5 else str(round(low))
    if rng.random() < 0.3:
        number += f"{unit}{_pick(rng, ('~', '-', '～', ' - ', '/'))}{round(low) + int(rng.integers(1, 40))}"
    return _pick(rng, ("", "", "", "气温", "T=", "体温：")) + number + unit


def _signed(rng: np.random.Generator, words: Words) -> str:
    name = _from(rng, _UPPER, 1) + _from(rng, _LOWER, 2, 8)
    return _pick(
        rng,
        (
            f"№ {rng.integers(1, 9999)}", f"№{_from(rng, _DIGITS, 3, 6)}", f"{name}™", f"{name}® {_name(rng)}",
            f"© {rng.integers(1990, 2031)} {name}", f"{rng.integers(1, 360)}°{rng.integers(60)}′",
            f"±{rng.integers(1, 99)}%", f"{rng.integers(1, 99)}‰", f"§ {rng.integers(1, 99)}",
            f"{name} & {_from(rng, _UPPER, 1)}{_name(rng).lower()}",
        ),
    )  # fmt: skip


_FORMATS: tuple[Callable[[np.random.Generator, Words], str], ...] = (
    _receipt, _receipt, _receipt, _words_of_money, _mail, _url, _url, _path, _handle, _grouped, _paper, _paper,
    _journey, _degrees, _degrees, _signed, lambda rng, words: coin_number(rng),
)  # fmt: skip
