"""What a measurement says of the machine it was made on."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval import machine

LINUX = "processor\t: 0\nmodel name\t: Imaginary 3000\nflags\t\t: fma avx2{more}\n\nprocessor\t: 1\nmodel name\t: B\n"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "Imaginary 3000 with AVX2"),
        (" avx512f", "Imaginary 3000 with AVX-512"),
        (" avx512_bf16 avx512f", "Imaginary 3000 with AVX-512 and bfloat16"),
    ],
)
def test_a_processor_is_named_with_the_widest_of_its_instructions(
    more: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(LINUX.format(more=more))
    monkeypatch.setattr(machine, "Path", lambda _: file)
    assert machine.cpu_name() == said


def test_a_system_that_tells_nothing_has_a_processor_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "Path", lambda _: tmp_path / "nothing")
    assert machine.cpu_name()


def test_the_machine_is_described_in_plain_values() -> None:
    described = machine.describe_machine()
    assert described["cores"] >= 1 and described["cpu"] and described["system"]
    assert "python" in machine.versions()
