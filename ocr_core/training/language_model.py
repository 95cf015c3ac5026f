"""Counts the character language model: `python -m ocr_core.training.language_model -o models/language/zh-en.npz`.

From the texts of the training split alone. Chinese texts are counted whole, English ones up to a limit each, or a few
long ones would be all that English is. No network is needed for it, and none is trained.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import Charset
from ocr_core.ctc.language_model import (
    DIGIT,
    LATIN,
    OTHER,
    LanguageModel,
    NgramModel,
    NgramTable,
    is_latin,
    token_of,
)
from ocr_core.scenario import Split
from ocr_core.synth.documents import paragraphs
from ocr_core.synth.split import documents

DISCOUNT: Final = 0.75
OUTER_ORDER: Final = 4
LATIN_ORDER: Final = 6
OUTER_CUTOFFS: Final = (1, 1, 2, 3)
LATIN_CUTOFFS: Final = (1, 1, 1, 2, 3, 4)
"""N-grams of each length that were counted less often are left to shorter contexts: they are the file's bulk."""
OUTER_TOKENS: Final = 6_900
"""The commonest characters have tokens; with more, four of them would not fit into 64 bits."""
MOST_OF_A_DOCUMENT: Final = 1_500_000
"""Characters of an English document that are counted."""
ABOUT: Final = (
    "Counts of character sequences in the training split's texts (ocr_core/synth/split.toml); no text is in it."
)
_HANZI: Final = ("㐀", "鿿")
_CHINESE_MARKS: Final = frozenset("，。、；：！？“”‘’（）《》【】·…—")


def count_ngrams(
    sequences: Iterable[NDArray[np.uint64]], base: int, order: int, cutoffs: Sequence[int], discount: float = DISCOUNT
) -> tuple[NgramTable, ...]:
    """Returns the tables of lengths 1 to `order`.

    Args:
        sequences: token indices of texts, each on its own: no n-gram reaches from one into the next.
        base: size of the vocabulary.
        order: length of the longest n-grams.
        cutoffs: for every length the least count of an n-gram that is kept.
        discount: what is taken off every count for those that were never met.
    """
    texts = [sequence for sequence in sequences if len(sequence)]
    tables: list[NgramTable] = []
    for length in range(1, order + 1):
        keys, counts = np.unique(np.concatenate([_keys(text, base, length) for text in texts]), return_counts=True)
        tables.append(_table(keys, counts, base, cutoffs[length - 1], discount, tables))
    return tuple(tables)


def _keys(text: NDArray[np.uint64], base: int, length: int) -> NDArray[np.uint64]:
    if len(text) < length:
        return np.empty(0, dtype=np.uint64)
    keys = np.zeros(len(text) - length + 1, dtype=np.uint64)
    for place in range(length):
        keys = keys * np.uint64(base) + text[place : len(text) - length + 1 + place]
    return keys


def _table(
    keys: NDArray[np.uint64],
    counts: NDArray[np.integer],
    base: int,
    cutoff: int,
    discount: float,
    shorter: Sequence[NgramTable],
) -> NgramTable:
    contexts, of_context = np.unique(keys // np.uint64(base), return_inverse=True)
    totals = np.bincount(of_context, weights=counts)
    kept = counts >= cutoff
    direct = np.where(kept, np.maximum(counts - discount, 0.0) / totals[of_context], 0.0)
    left = np.maximum(1.0 - np.bincount(of_context, weights=direct), 1e-6)
    below = _log_probs_below(keys[kept], base, shorter)
    probabilities = direct[kept] + left[of_context[kept]] * np.exp(below)
    # A context of which nothing was kept leaves everything to the shorter one, as one that was never met does.
    used = np.bincount(of_context, weights=kept) > 0
    return NgramTable(
        keys[kept],
        np.log(probabilities).astype(np.float16),
        contexts[used],
        np.log(left[used]).astype(np.float16),
    )


def _log_probs_below(keys: NDArray[np.uint64], base: int, shorter: Sequence[NgramTable]) -> NDArray[np.float64]:
    """Returns log P(last token | context without its first token) of every n-gram."""
    if not shorter:
        return np.full(len(keys), -np.log(base))
    result = np.zeros(len(keys))
    open_ = np.ones(len(keys), dtype=bool)
    for length in range(len(shorter), 0, -1):
        table = shorter[length - 1]
        tail = keys % np.uint64(base**length)
        places = np.minimum(np.searchsorted(table.keys, tail), len(table.keys) - 1)
        is_kept = table.keys[places] == tail
        taken = open_ & is_kept
        result[taken] += table.log_probs[places[taken]]
        open_ &= ~is_kept
        context = tail // np.uint64(base)
        at = np.minimum(np.searchsorted(table.contexts, context), len(table.contexts) - 1)
        met = open_ & (table.contexts[at] == context)
        result[met] += table.log_backoffs[at[met]]
    result[open_] += -np.log(base)
    return result


def build(texts: Sequence[str], charset: Charset, tokens: int = OUTER_TOKENS, about: str = ABOUT) -> LanguageModel:
    """Counts both models from paragraphs of text."""
    common = Counter(character for text in texts for character in text if _has_token(character))
    own = tuple(character for character, _ in common.most_common(tokens) if character in charset)
    outer_tokens = (LATIN, DIGIT, OTHER, *own)
    known = frozenset(own)
    index = {token: number for number, token in enumerate(outer_tokens)}
    of_character = {c: index[token_of(c, known)] for c in {c for text in texts for c in text}}
    outer = [np.array([of_character[c] for c in text], dtype=np.uint64) for text in texts]
    latin_tokens = tuple(symbol for symbol in charset.symbols if len(symbol) == 1 and is_latin(symbol))
    latin_index = {token: number for number, token in enumerate(latin_tokens)}
    latin = [
        np.array([latin_index[c] for c in run], dtype=np.uint64)
        for text in texts
        for run in _latin_runs(text, frozenset(latin_tokens))
    ]
    return LanguageModel(
        NgramModel(outer_tokens, count_ngrams(outer, len(outer_tokens), OUTER_ORDER, OUTER_CUTOFFS)),
        NgramModel(latin_tokens, count_ngrams(latin, len(latin_tokens), LATIN_ORDER, LATIN_CUTOFFS)),
        about,
    )


def _has_token(character: str) -> bool:
    return _HANZI[0] <= character <= _HANZI[1] or character in _CHINESE_MARKS


def _latin_runs(text: str, known: frozenset[str]) -> Iterable[str]:
    start = None
    for place, character in enumerate(text):
        if character in known:
            start = place if start is None else start
        elif start is not None:
            yield text[start:place]
            start = None
    if start is not None:
        yield text[start:]


def training_texts(charset: Charset) -> list[str]:
    """Returns the paragraphs of the training split's documents, long English ones cut.

    Raises:
        MaterialsError: the materials have not been fetched.
    """
    texts: list[str] = []
    for document in documents(Split.TRAIN):
        whole = paragraphs(document, charset)
        if document.register == "english":
            whole = whole[:MOST_OF_A_DOCUMENT]
        texts += [line for line in whole.split("\n") if line]
    return texts


def main() -> None:
    """Reads the command line, counts and writes."""
    parser = argparse.ArgumentParser(prog="python -m ocr_core.training.language_model", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the model, an .npz file")
    arguments = parser.parse_args()
    charset = Charset.own()
    model = build(training_texts(charset), charset)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    model.save(arguments.output)
    for name, part in (("hanzi", model.outer), ("Latin", model.latin)):
        sizes = ", ".join(f"{len(table.keys):,}" for table in part.tables)
        print(f"{name}: {len(part.tokens):,} tokens; n-grams of length 1 to {part.order}: {sizes}")
    print(f"written: {arguments.output}, {arguments.output.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
