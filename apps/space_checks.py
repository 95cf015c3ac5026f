"""What would keep a Space from building or starting, found before anything is uploaded. Knows nothing of the Hub."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from huggingface_hub.repocard import metadata_load

from apps.space_kinds import DEMO, PlannedFile, SpaceKind
from apps.space_requirements import ZERO_GPU_TORCH, names_in, pins_in

LARGEST_TOTAL_BYTES: Final = 1_000_000_000
"""What a Space's repository may hold."""

THUMBNAIL_COLOURS: Final = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
LONGEST_DESCRIPTION: Final = 60

_NETWORKS: Final = ("convnext_tiny", "crnn", "cnn_transformer")


def problems(root: Path, files: Sequence[PlannedFile], kind: SpaceKind = DEMO) -> list[str]:
    """Returns what keeps the Space from building or starting, in words; empty when all is well."""
    sources = {file.path: file.source for file in files}
    found = [
        *_front_matter_problems(root, sources, kind),
        *_OF_SDK[kind.sdk](root, sources),
        *(
            f"{path} is a link, and the Space would get what it leads to."
            for path, source in sources.items()
            if isinstance(source, Path) and source.is_symlink()
        ),
    ]
    total = sum(file.size_bytes for file in files)
    if total > LARGEST_TOTAL_BYTES:
        found.append(f"{total / 1e6:.0f} MB are more than the {LARGEST_TOTAL_BYTES / 1e6:.0f} MB a Space may hold.")
    return found


_Sources = Mapping[str, Path | bytes]


def _front_matter(sources: _Sources) -> dict[str, Any]:
    readme = sources.get("README.md")
    try:
        return (metadata_load(readme) if isinstance(readme, Path) else None) or {}
    except ValueError:
        return {}


def _front_matter_problems(root: Path, sources: _Sources, kind: SpaceKind) -> list[str]:
    front = _front_matter(sources)
    if not front:
        return ["README.md has no front matter that can be read."]
    checks = {
        "title is missing.": bool(front.get("title")),
        "license is missing.": bool(front.get("license")),
        "emoji is missing.": bool(front.get("emoji")),
        f"sdk is not {kind.sdk}.": front.get("sdk") == kind.sdk,
        f"colorFrom and colorTo are not among {', '.join(THUMBNAIL_COLOURS)}.": {
            front.get("colorFrom"),
            front.get("colorTo"),
        }
        <= set(THUMBNAIL_COLOURS),
        f"short_description is longer than {LONGEST_DESCRIPTION} characters.": len(front.get("short_description", ""))
        <= LONGEST_DESCRIPTION,
        **(_gradio_front(root, sources, front) if kind.sdk == "gradio" else {}),
        **({"app_file is not among the files.": front.get("app_file") in sources} if kind.sdk == "static" else {}),
    }
    return [f"README.md's front matter: {words}" for words, right in checks.items() if not right]


def _gradio_front(root: Path, sources: _Sources, front: dict[str, Any]) -> dict[str, bool]:
    pinned = [line.partition("==")[2].split(";")[0] for line in _pins(root).get("gradio", [])]
    return {
        f"sdk_version is not the pinned {' or '.join(pinned)}.": str(front.get("sdk_version")) in pinned,
        "app_file is not among the files.": front.get("app_file") in sources,
        "python_version is not 3.10, 3.11 or 3.12, written as text.": front.get("python_version")
        in ("3.10", "3.11", "3.12"),
    }


def _gradio_problems(root: Path, sources: _Sources) -> Iterator[str]:
    yield from _requirements_problems(root)
    yield from _missing_networks(sources)


def _docker_problems(root: Path, sources: _Sources) -> Iterator[str]:
    """Looks whether the Dockerfile is there, listens where the Hub looks, and copies only what goes up."""
    dockerfile = sources.get("Dockerfile")
    if not isinstance(dockerfile, Path):
        yield "There is no Dockerfile: the Space would have nothing to build."
        return
    text = dockerfile.read_text(encoding="utf-8")
    port = _front_matter(sources).get("app_port", 7860)
    if not re.search(rf"^EXPOSE {port}$", text, re.MULTILINE):
        yield f"README.md's front matter: the Dockerfile does not expose app_port, {port}."
    for copied in re.findall(r"^COPY (?!--from)(?:--\S+ )*(.+) \S+$", text, re.MULTILINE):
        for path in copied.split():
            if path != "." and not any(name == path or name.startswith(f"{path.rstrip('/')}/") for name in sources):
                yield f"The Dockerfile copies {path}, which is not among the files."
    yield from _missing_networks(sources)


def _static_problems(root: Path, sources: _Sources) -> Iterator[str]:
    """Looks whether a page asks other hosts for anything: it is to be read where nothing else is reached."""
    for path, source in sources.items():
        if path.endswith(".html"):
            page = source if isinstance(source, bytes) else source.read_bytes()
            if re.search(rb"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", page):
                yield f"{path} refers to another host."


_OF_SDK: Final = {"gradio": _gradio_problems, "docker": _docker_problems, "static": _static_problems}


def _missing_networks(sources: _Sources) -> Iterator[str]:
    for name in _NETWORKS:
        for file in ("model.onnx", "model.safetensors"):
            if f"models/{name}/{file}" not in sources:
                yield f"models/{name}/{file} is not there: the Space would have nothing to read with."


def _requirements_problems(root: Path) -> list[str]:
    try:
        text = (root / "requirements.txt").read_text(encoding="utf-8")
        wanted = names_in((root / "requirements-demo.txt").read_text(encoding="utf-8"))
    except OSError as error:
        return [f"{error.filename} cannot be read."]
    found = []
    if [line for line in text.splitlines() if line.startswith("-") or "://" in line]:
        found.append("requirements.txt refers to another file or place, which the Space's builder does not see.")
        return found
    pins, constraints = pins_in(text), _pins(root)
    if missing := sorted(set(wanted) - set(pins)):
        found.append(f"requirements.txt lacks {', '.join(missing)}; run python -m apps.space_requirements.")
    if stale := sorted(name for name in set(pins) - {"torch", "torchvision"} if pins[name] != constraints.get(name)):
        found.append(
            f"requirements.txt disagrees with constraints.txt on {', '.join(stale)}; "
            "run python -m apps.space_requirements."
        )
    if pins.get("torch", [""])[0].partition("==")[2] not in ZERO_GPU_TORCH:
        found.append(f"requirements.txt asks for a torch that ZeroGPU does not list: {', '.join(ZERO_GPU_TORCH)}.")
    return found


def _pins(root: Path) -> dict[str, list[str]]:
    path = root / "constraints.txt"
    return pins_in(path.read_text(encoding="utf-8")) if path.is_file() else {}
