"""What a model says of itself survives the trip through metadata, and nonsense is refused by name."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.charset import Charset
from ocr_core.errors import ModelError
from ocr_core.preprocess import InputFormat
from ocr_core.sessions import model_files
from ocr_core.sessions.model_files import (
    GRAPH_NAME,
    WEIGHTS_NAME,
    ModelDescription,
    ModelFiles,
    from_metadata,
    read_weights_metadata,
    to_metadata,
)
from tests.ocr_core.tiny_model import write_folder, write_own_file


def test_description_survives_the_trip() -> None:
    description = ModelDescription(
        name="crnn",
        charset=Charset(("A", "字", "", " ", '"', "x²"), blank=2),
        input_format=InputFormat(
            48, 3, 0.485, 0.229, 2048, 32, 8, "linear_up", True, 320, "all", "bgr", "edge", 2.5, "compressed"
        ),
        output="probs",
        output_axes="TNC",
        training={"lines_seen": 12, "hours": 2.5, "note": "中文"},
        licence="Apache-2.0",
        architecture="crnn",
        architecture_config={"widths": [64, 128]},
    )
    assert from_metadata(to_metadata(description)) == description


def test_own_charset_survives_the_trip() -> None:
    assert from_metadata(to_metadata(ModelDescription("own", Charset.own()))).charset == Charset.own()


def test_alphabet_alone_is_enough() -> None:
    got = from_metadata({"zijian.alphabet": '["blank", "a"]', "producer": "someone"})
    assert got == ModelDescription("unnamed", Charset(("", "a")))


def test_every_key_is_in_the_documented_table() -> None:
    documented = set(re.findall(r"zijian\.\w+", model_files.__doc__ or "")) | {"zijian.std"}
    assert set(to_metadata(ModelDescription("x", Charset.of("a")))) == documented


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("alphabet", "not json"),
        ("alphabet", "{}"),
        ("alphabet", '["only one"]'),
        ("alphabet", '["", 7]'),
        ("alphabet", '["", "line\\nbreak"]'),
        ("alphabet", '["", "\\ud800"]'),
        ("alphabet", '["", "\\u2028"]'),
        ("alphabet", '["", "' + "x" * 40 + '"]'),
        ("alphabet", "[" * 100_000),
        ("blank", "2"),
        ("blank", "-1"),
        ("input_height", "0"),
        ("input_height", "1e3"),
        ("input_height", "9" * 5000),
        ("input_channels", "2"),
        ("resampling", "nearest"),
        ("mean", "nan"),
        ("std", "0"),
        ("stride", "0"),
        ("max_width", "99999999"),
        ("bucket", "0"),
        ("min_width", "0"),
        ("min_width", "1025"),
        ("frames", "some"),
        ("channel_order", "brg"),
        ("padding", "white"),
        ("origin", "inf"),
        ("long_lines", "cut"),
        ("output", "magic"),
        ("output_axes", "CTN"),
        ("training", "[]"),
        ("architecture_config", "[1"),
    ],
)
def test_nonsense_is_refused_by_name(key: str, value: str) -> None:
    metadata = {"zijian.alphabet": '["", "a"]', f"zijian.{key}": value}
    with pytest.raises(ModelError, match=key):
        from_metadata(metadata)


def test_missing_alphabet_says_what_to_write() -> None:
    with pytest.raises(ModelError, match=r"zijian\.alphabet.*JSON list"):
        from_metadata({"character": "abc"})


@given(st.dictionaries(st.sampled_from(sorted(to_metadata(ModelDescription("x", Charset.of("a"))))), st.text()))
def test_any_metadata_give_a_description_or_one_kind_of_error(metadata: dict[str, str]) -> None:
    try:
        from_metadata({"zijian.alphabet": '["", "a"]'} | metadata)
    except ModelError as error:
        assert str(error)


def test_hash_is_that_of_both_files_in_order(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tiny")
    expected = hashlib.sha256((folder / GRAPH_NAME).read_bytes() + (folder / WEIGHTS_NAME).read_bytes()).hexdigest()
    assert ModelFiles.in_folder(folder).sha256() == expected
    weights = bytearray((folder / WEIGHTS_NAME).read_bytes())
    weights[-1] ^= 1
    (folder / WEIGHTS_NAME).write_bytes(weights)
    assert ModelFiles.in_folder(folder).sha256() != expected


def test_hash_of_an_own_file_is_that_of_the_file(tmp_path: Path) -> None:
    path = write_own_file(tmp_path / "own.onnx")
    assert ModelFiles.own_file(path).sha256() == hashlib.sha256(path.read_bytes()).hexdigest()


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.onnx and model\.safetensors"):
        ModelFiles.in_folder(tmp_path)
    (tmp_path / GRAPH_NAME).touch()
    with pytest.raises(ModelError, match=r"lacks model\.safetensors"):
        ModelFiles.in_folder(tmp_path)
    with pytest.raises(ModelError, match="no model file"):
        ModelFiles.own_file(tmp_path / "missing.onnx")


def test_weights_header_holds_the_same_metadata(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tiny", name="tiny")
    assert from_metadata(read_weights_metadata(folder / WEIGHTS_NAME)).name == "tiny"


@pytest.mark.parametrize(
    "content", [b"", b"\xff" * 20, b"\x02\0\0\0\0\0\0\0[]", b"\x05\0\0\0\0\0\0\0{}", b"\x09" + b"\0" * 7 + b"{{{{{{{{{"]
)
def test_broken_weights_header_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / WEIGHTS_NAME
    path.write_bytes(content)
    with pytest.raises(ModelError):
        read_weights_metadata(path)
