"""What lines say: windows of real texts of one split, and random hanzi and words, as labels of about a wanted length.

Promises that every text is canonical, within the charset, and from that split's documents only; word lists belong to
no document. Knows nothing of faces or pictures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import opencc

from ocr_core.charset import Charset
from ocr_core.labels import canonical
from ocr_core.scenario import Split
from ocr_core.synth.coined import coin_number, coin_sign
from ocr_core.synth.documents import paragraphs
from ocr_core.synth.formats import coin_format
from ocr_core.synth.materials import materials_folder, require
from ocr_core.synth.rows import leader, repeated, separator, spaced
from ocr_core.synth.split import Register, documents

_LOOK_ALIKES = """
    己已巳 未末朱 土士 日曰目 人入八 干千于 大太犬丈 天夫无 王玉主 刀力刁 田由甲申电 戊戌戍戎成 贝见 风凤 毫亳
    冶治 析折拆 侯候 拔拨 免兔 鸟乌 今令 幻幼 侍待 买卖 历厉 晴睛 即既 撒撤 徽微徵 辩辨辫 赢羸 燥躁 梁粱 抡抢
    仑仓 竟竞 崇祟 陡徒 遣遗 催摧 密蜜 幕慕暮墓 栗粟 沾粘 泠冷 准淮 洗冼 汨汩 盲肓 荼茶 萧箫 菅管 券卷 裁栽载
    掉棹 祗祇 壶壸 味昧 胃冑 往住 斤斥 庆厌 圆园 团困因囚 同问间闻 口囗 了子孑 二三 一二 乒乓兵 杨扬 伐代 晓晚
    哀衰衷 傅博 滚滾 体休 祀祁 陪部 杏否 呆杳 枝技 桔秸 徘俳 诅沮 赝膺
"""
_HANZI = re.compile("[㐀-鿿]")
_WORD_CHARACTER = re.compile(r"[A-Za-z0-9À-ʯ_.@'’%-]")
_BREAKS = frozenset("。！？；，：、)）”》」.,;:!?")
_LIST_MARKS = ("({}) ", "{}. ", "{}.", "（{}）", "{}、", "{}) ")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
_MARKED_SHARE = 0.04
_TRADITIONAL_SHARE = 0.06
_HYPHENATED_SHARE = 0.07
_DAILY_SHARE = 0.75


def _is_daily(hanzi: str) -> bool:
    """Tells a character of GB 2312's first level (rows 16 to 55): those in daily use, by the standard of 1980."""
    code = hanzi.encode("gb2312", "ignore")
    return len(code) == 2 and 0xB0 <= code[0] <= 0xD7


class _Passages:
    """Many documents as one text, so that a window is found in microseconds.

    A document is met in proportion to the root of its length, or a few long ones would drown the others.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.text = "\n".join(texts)
        lengths = np.array([len(text) for text in texts])
        self.document_starts = np.concatenate([[0], np.cumsum(lengths + 1)[:-1]])
        self.document_lengths = lengths
        self.document_edges = np.cumsum(np.sqrt(lengths)) / np.sqrt(lengths).sum()
        codes = np.frombuffer(self.text.encode("utf-32-le"), dtype=np.uint32)
        breaks = np.flatnonzero(codes == 10)
        self.starts = np.concatenate([[0], breaks + 1])
        self.ends = np.concatenate([breaks, [len(self.text)]])

    def paragraph(self, rng: np.random.Generator) -> tuple[int, int, int]:
        """Returns a random place and the borders of its paragraph; long paragraphs are met more often."""
        document = int(np.searchsorted(self.document_edges, rng.random(), side="right"))
        place = int(self.document_starts[document] + rng.integers(self.document_lengths[document]))
        index = int(np.searchsorted(self.starts, place, side="right")) - 1
        return place, int(self.starts[index]), int(self.ends[index])

    def entry(self, rng: np.random.Generator) -> str:
        """Returns a whole paragraph, all equally often."""
        index = int(rng.integers(len(self.starts)))
        return self.text[self.starts[index] : self.ends[index]]


class Corpus:
    """The texts of one split; every sampler takes the random generator and an approximate length in characters."""

    def __init__(self, split: Split, charset: Charset) -> None:
        self._charset = charset
        self._passages = {register: self._read(split, register) for register in _REGISTERS}
        self._hanzi = "".join(symbol for symbol in charset.symbols if len(symbol) == 1 and _HANZI.match(symbol))
        self._daily_hanzi = "".join(filter(_is_daily, self._hanzi))
        groups = ("".join(character for character in group if character in charset) for group in _LOOK_ALIKES.split())
        self._look_alikes = tuple(group for group in groups if len(group) > 1)
        self._words, self._word_edges = _words(charset)
        self._to_traditional = opencc.OpenCC("s2t")

    def _read(self, split: Split, register: Register) -> _Passages:
        chosen = [document for document in documents(split) if document.register == register]
        return _Passages([paragraphs(document, self._charset) for document in chosen])

    def sentence(self, rng: np.random.Generator, length: int) -> str:
        """Chinese prose as printed in a newspaper."""
        return self._chinese("prose", rng, length)

    def colloquial(self, rng: np.random.Generator, length: int) -> str:
        """Chinese as people write to each other."""
        return self._chinese("talk", rng, length)

    def technical_zh(self, rng: np.random.Generator, length: int) -> str:
        """Chinese manuals: Latin words, numbers and the spaces their authors typed."""
        return self._marked(self._window("technical", rng, length), rng)

    def traditional(self, rng: np.random.Generator, length: int) -> str:
        """Chinese prose or talk in traditional characters, as far as the charset has them."""
        register: Register = "talk" if rng.random() < 0.5 else "prose"
        return self.in_traditional(self._window(register, rng, length))

    def in_traditional(self, text: str) -> str:
        """Returns a text in traditional characters as far as the charset has them; its length stays."""
        converted = self._to_traditional.convert(text)
        if len(converted) != len(text):
            return text
        return "".join(new if new in self._charset else old for old, new in zip(text, converted, strict=True))

    def english(self, rng: np.random.Generator, length: int) -> str:
        """English prose cut at word borders, now and then hyphenated as at a line's end, or in capitals."""
        text, place, start, end = self._place("english", rng)
        first = start if rng.random() < 0.25 else _word_start(text, min(place, max(start, end - length)), start)
        last = _word_end(text, min(first + length, end), end)
        line = text[first:last].strip()
        chance = rng.random()
        if chance < _HYPHENATED_SHARE and len(line) > 20:
            return canonical(_hyphenated(line, rng))
        if chance < 0.12:
            return canonical(line.upper())
        return canonical(line.title() if chance < 0.16 else line)

    def interface_string(self, rng: np.random.Generator, length: int = 16) -> str:
        """A program's message or menu entry, Chinese or English, whole where it is not far too long."""
        for _ in range(4):
            entry = self._passages["interface"].entry(rng)
            if len(entry) <= 1.5 * length:
                return entry
        cut = entry[: max(2, length)]
        return canonical(cut[: cut.rfind(" ")] if " " in cut[length // 2 :] else cut) or entry

    def random_hanzi(self, rng: np.random.Generator, length: int) -> str:
        """Hanzi drawn evenly from the charset, so that rare ones are seen; a sixth come in look-alike groups."""
        characters: list[str] = []
        while len(characters) < length:
            if rng.random() < 0.06:
                group = self._look_alikes[int(rng.integers(len(self._look_alikes)))]
                characters.extend(group[position] for position in rng.permutation(len(group)))
            else:
                characters.extend(self._hanzi[position] for position in rng.integers(len(self._hanzi), size=4))
        return "".join(characters[:length])

    def daily_hanzi(self, rng: np.random.Generator, length: int) -> str:
        """Hanzi in no order too, three of four from the 3,755 of GB 2312's first level, so that those come more often.

        Half of the charset's hanzi are in hardly any text of today, and half of evenly drawn ones go to them.
        """
        daily = rng.random(length) < _DAILY_SHARE
        return "".join(
            self._daily_hanzi[int(rng.integers(len(self._daily_hanzi)))] if each else self._random_one(rng)
            for each in daily
        )

    def _random_one(self, rng: np.random.Generator) -> str:
        return self._hanzi[int(rng.integers(len(self._hanzi)))]

    def words(self, rng: np.random.Generator, length: int) -> str:
        """Common words in a row, drawn by frequency."""
        chosen = ""
        while len(chosen) < length:
            chosen += self._words[int(np.searchsorted(self._word_edges, rng.random()))]
        return chosen[:length]

    def numbers(self, rng: np.random.Generator, length: int = 12) -> str:
        """Dates, times, prices, telephone numbers, versions, addresses; several where one is too short."""
        line = coin_number(rng)
        while len(line) < 0.6 * length:
            line += " " + coin_number(rng)
        return self._fitting(line)

    def signage(self, rng: np.random.Generator, length: int = 8) -> str:
        """A shop's name, a slogan, a notice, with a telephone number at times."""
        line = coin_sign(rng, lambda wanted: self.words(rng, wanted))
        while len(line) < 0.6 * length:
            line += " " + coin_sign(rng, lambda wanted: self.words(rng, wanted))
        if rng.random() < _TRADITIONAL_SHARE:
            line = self.in_traditional(line)
        return self._fitting(line)

    def format(self, rng: np.random.Generator, length: int = 12) -> str:
        """Receipts, amounts in words, addresses of the net, numbers of papers; several where one is too short."""
        line = self._one_format(rng, length)
        while len(line) < 0.6 * length:
            line += " " + self._one_format(rng, length - len(line))
        return self._fitting(line)

    def _one_format(self, rng: np.random.Generator, length: int) -> str:
        for _ in range(4):
            text = self._fitting(coin_format(rng, lambda wanted: self.words(rng, wanted)))
            if 0 < len(text) <= 1.5 * length + 6:
                return text
        return coin_number(rng)

    def row(self, rng: np.random.Generator, length: int = 20) -> str:
        """A separator, a leader to a number, or one character again and again."""
        for _ in range(_TRIES):
            kind = rng.random()
            if kind < 0.4:
                text = separator(rng, length)
            elif kind < 0.75:
                text = leader(rng, length, lambda wanted: self.words(rng, wanted))
            else:
                text = repeated(rng, length)
            if fitting := self._fitting(text):
                return fitting
        return "-" * length

    def spaced(self, rng: np.random.Generator, length: int = 10) -> str:
        """Single characters and short words with spaces between."""
        return self._fitting(spaced(rng, length, lambda wanted: self.words(rng, wanted)))

    def _chinese(self, register: Register, rng: np.random.Generator, length: int) -> str:
        text = self._window(register, rng, length)
        if rng.random() < _TRADITIONAL_SHARE:
            text = self.in_traditional(text)
        return self._marked(text, rng)

    def _place(self, register: Register, rng: np.random.Generator) -> tuple[str, int, int, int]:
        passages = self._passages[register]
        for _ in range(20):
            place, start, end = passages.paragraph(rng)
            if end - start >= _SHORTEST_PARAGRAPH:
                break
        return passages.text, place, start, end

    def _window(self, register: Register, rng: np.random.Generator, length: int) -> str:
        """Cuts a stretch out of a random paragraph: from its start, from a clause's start, or from anywhere."""
        text, place, start, end = self._place(register, rng)
        for _ in range(3):
            if end - start >= 0.6 * length:
                break
            text, place, start, end = self._place(register, rng)
        chance = rng.random()
        first = start if chance < 0.25 else min(place, max(start, end - length))
        if 0.25 <= chance < 0.5:
            first = _after_break(text, first, end - 2)
        first = _word_start(text, first, start)
        last = min(first + max(2, length), end)
        if rng.random() < 0.3:
            last = _at_break(text, first, last)
        return canonical(text[first : _word_end(text, last, end)]) or canonical(text[start:end])

    def _marked(self, text: str, rng: np.random.Generator) -> str:
        if rng.random() >= _MARKED_SHARE:
            return text
        number = int(rng.integers(1, 11))
        if rng.random() < 0.4:
            return _CIRCLED[number - 1] + text
        shown = "一二三四五六七八九十"[number - 1] if rng.random() < 0.3 else str(number)
        return _LIST_MARKS[int(rng.integers(len(_LIST_MARKS)))].format(shown) + text

    def _fitting(self, text: str) -> str:
        return canonical("".join(character for character in text if character in self._charset))


_REGISTERS: tuple[Register, ...] = ("prose", "talk", "technical", "english", "interface")
_SHORTEST_PARAGRAPH = 4
_TRIES = 8
_LONGEST_WORD = 24


def _words(charset: Charset) -> tuple[list[str], np.ndarray]:
    """Reads jieba's list; frequencies are flattened (power 0.7) so that rarer words come up too."""
    found = sorted((materials_folder() / "pypi" / "jieba").rglob("dict.txt"))
    listed = require(found[0] if found else materials_folder() / "pypi" / "jieba" / "dict.txt")
    words, counts = [], []
    known = set(charset.symbols)
    for line in Path(listed).read_text(encoding="utf-8").splitlines():
        word, count, *_ = line.split(" ")
        if len(word) > 1 and known.issuperset(word):
            words.append(word)
            counts.append(float(count) ** 0.7)
    edges = np.cumsum(counts)
    return words, edges / edges[-1]


def _word_start(text: str, place: int, start: int) -> int:
    """Moves back to the start of the Latin word or number that `place` is in."""
    earliest = max(start, place - _LONGEST_WORD)
    while place > earliest and _WORD_CHARACTER.match(text[place - 1]) and _WORD_CHARACTER.match(text[place]):
        place -= 1
    return place


def _word_end(text: str, place: int, end: int) -> int:
    """Moves on to the end of the Latin word or number that `place` is in."""
    latest = min(end, place + _LONGEST_WORD)
    while 0 < place < latest and _WORD_CHARACTER.match(text[place]) and _WORD_CHARACTER.match(text[place - 1]):
        place += 1
    return place


def _after_break(text: str, place: int, end: int) -> int:
    for position in range(place, min(place + 30, end)):
        if text[position] in _BREAKS:
            return position + 1
    return place


def _at_break(text: str, first: int, last: int) -> int:
    for position in range(last - 1, first + (last - first) // 2, -1):
        if text[position] in _BREAKS:
            return position + 1
    return last


def _hyphenated(line: str, rng: np.random.Generator) -> str:
    """Cuts the last word, or the first, as where a line of a narrow column ends or begins."""
    head, _, tail = line.partition(" ")
    if rng.random() < 0.4 and len(head) > 5 and head.isalpha():
        return head[int(rng.integers(2, len(head) - 2)) :] + " " + tail
    words = line.split(" ")
    if len(words[-1]) > 5 and words[-1].isalpha():
        words[-1] = words[-1][: int(rng.integers(2, len(words[-1]) - 2))] + "-"
    return " ".join(words)
