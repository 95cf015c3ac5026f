"""The hosted Spaces that can be made of this repository: what each is called, runs on, and which files go up.

The demo is a Gradio Space, the dashboard a Docker Space, the report of the committed run a static one. Knows nothing of
the Hub or of what makes a Space unfit (`apps.space_checks`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from huggingface_hub.utils import filter_repo_objects

from eval.benchmark import COMMITTED_RUN
from eval.report.document import report_html
from eval.runs.store import RunFolder
from ocr_core.settings import Settings

ROOT: Final = Path(__file__).resolve().parents[1]

Sdk = Literal["gradio", "docker", "static"]

_NEVER: Final = (
    "*__pycache__/*", "*.pyc", ".*", "*/.*", "models/*.ckpt", "models/*.pt", "*.log", "*.tmp", "*~",
)  # fmt: skip
"""What goes up nowhere: caches, hidden files (.env!), checkpoints."""

_LIBRARY: Final = ("LICENSE", "THIRD_PARTY.md", "constraints.txt", "requirements-demo.txt", "models/*", "ocr_core/*")


@dataclass(frozen=True, slots=True)
class SpaceKind:
    """One kind of Space.

    Attributes:
        name: what `make space KIND=...` says.
        allowed: what goes up, as the Hub's client matches it: `*` also matches what lies in folders below.
        left_out: what stays out of these.
        front: folder of this repository whose files lie at the Space's top instead of what is called the same there.
        hidden: hidden files that go up all the same.
        made: files that are made for it, by the path they get.
    """

    name: str
    sdk: Sdk
    allowed: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    front: str = ""
    hidden: tuple[str, ...] = ()
    made: Mapping[str, Callable[[], bytes]] | None = None


def _report() -> bytes:
    return report_html([RunFolder.open(COMMITTED_RUN)], Settings.from_environment()).encode()


DEMO: Final = SpaceKind(
    "demo",
    "gradio",
    ("README.md", "requirements.txt", *_LIBRARY, "apps/*", "docs/*", "eval/*", "sample_images/*"),
    ("apps/dashboard/*", "apps/streamlit_*.py", "apps/server/*", "eval/scenarios/sets/*"),
)
DASHBOARD: Final = SpaceKind(
    "dashboard",
    "docker",
    (*_LIBRARY, "apps/__init__.py", "apps/dashboard/*", "apps/streamlit_*.py", "eval/*"),
    front="spaces/dashboard",
    hidden=(".streamlit/config.toml",),
)
REPORT: Final = SpaceKind(
    "report", "static", ("LICENSE", "THIRD_PARTY.md"), front="spaces/report", made={"index.html": _report}
)
KINDS: Final = {kind.name: kind for kind in (DEMO, DASHBOARD, REPORT)}


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file that would be uploaded: its path in the Space, its size, and where it is, or what it is made of."""

    path: str
    size_bytes: int
    source: Path | bytes

    def put_into(self, folder: Path) -> None:
        """Writes it to its path below a folder."""
        target = folder / self.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self.source if isinstance(self.source, bytes) else self.source.read_bytes())


def planned_files(root: Path, kind: SpaceKind = DEMO) -> list[PlannedFile]:
    """Returns what would be uploaded, sorted by path; what is made for the Space is made here."""
    paths = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    chosen = filter_repo_objects(
        paths, allow_patterns=list(kind.allowed), ignore_patterns=[*_NEVER, *kind.left_out] or None
    )
    sources: dict[str, Path | bytes] = {path: root / path for path in chosen}
    sources |= {path: root / path for path in kind.hidden if (root / path).is_file()}
    if kind.front:
        folder = root / kind.front
        sources |= {path.name: path for path in sorted(folder.glob("*")) if path.is_file()}
    sources |= {path: make() for path, make in (kind.made or {}).items()}
    return [PlannedFile(path, _size(source), source) for path, source in sorted(sources.items())]


def _size(source: Path | bytes) -> int:
    return len(source) if isinstance(source, bytes) else source.stat().st_size
