"""The page that starts runs: which engines, which data, and how far it is; cancel, go on, and why one failed.

Nothing is read here: a run is a process of its own (`run_launcher`), and this page looks at its files.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import streamlit as st

from apps.dashboard import charts, links
from apps.dashboard.charts import plain
from apps.dashboard.run_data import run_label, without_paths
from apps.dashboard.run_launcher import STARTING, STOPPING, RunLauncher, RunRequest, RunStatus
from eval.benchmark import BENCHMARK_FOLDER, ZIJIAN_500
from eval.runs.store import runs_folder_of
from eval.runs.uploads import UploadLimits, discard, folder_name, unpack_upload
from ocr_core import registry
from ocr_core.errors import OcrError
from ocr_core.sessions.load import installed_runtimes
from ocr_core.settings import Settings, Workplace
from ocr_core.views import wording

"""Set to 1 where the dashboard is for its own machine's people: then folders of this machine can be named."""

FAVOURED: Final = ("convnext_tiny", "crnn")
LIMITS: Final = {0: "All of them", 100: "100", 20: "20, for a first look"}

_BENCHMARK, _ZIP, _FOLDER = f"The benchmark {ZIJIAN_500}", "A zip of my own", "A folder on this machine"
_LOOK_EVERY_S: Final = 1.0

_ZIP_HELP: Final = """\
A folder of pictures, one line of text each, with a file `labels.tsv` beside them: file name, tab, text. A folder for
each kind of line (print, handwriting ...) gives each its own figures. Labels as CSV or JSONL, PaddleOCR's
`rec_gt.txt` and MMOCR's JSON are understood too."""


def show() -> None:
    """Draws the page."""
    st.title("Let engines read")
    launcher = _launcher(str(runs_folder_of().absolute()))
    status = launcher.status()
    if status is not None and status.is_busy:
        _going_on(launcher)
        st.caption("Runs take turns on this server: the next one can be started when this one is finished.")
        return
    if status is not None:
        _ended(launcher, status)
    _new_run(launcher)
    _interrupted(launcher, status)


def folders_are_open() -> bool:
    """Tells whether visitors may name folders of this machine: only where somebody has said so."""
    return Workplace.from_environment().open_folders


def engine_keys(models: list[str], runtimes: list[str]) -> tuple[str, ...]:
    """Returns the engines that models and runtimes make; a model that knows none of them takes its usual one."""
    keys: dict[str, None] = {}
    known = registry.models()
    for name in models:
        own = known[name].runtimes
        for runtime in [runtime for runtime in runtimes if runtime in own] or own[:1]:
            keys[f"{name}@{runtime}"] = None
    return tuple(keys)


@st.cache_resource(show_spinner=False)
def _launcher(runs_folder: str) -> RunLauncher:
    return RunLauncher(Path(runs_folder))


@st.fragment(run_every=_LOOK_EVERY_S)
def _going_on(launcher: RunLauncher) -> None:
    status = launcher.status()
    if status is None or not status.is_busy:
        st.rerun()
    with st.container(border=True):
        st.markdown(f"##### {plain(run_label(status.run_id))}")
        progress = status.progress or {}
        st.progress(_share(progress) if status.state != STARTING else 0.0, text=plain(_words(status, progress)))
        if st.button("Cancel", icon=":material/cancel:", disabled=status.state == STOPPING, key="cancel"):
            launcher.cancel()
            st.rerun(scope="fragment")
        st.caption(
            "What has been read is kept; a cancelled run can be gone on with. This page may be closed meanwhile."
        )


def _share(progress: dict[str, Any]) -> float:
    total = progress.get("total") or 0
    return min(1.0, (progress.get("done") or 0) / total) if total else 0.0


def _words(status: RunStatus, progress: dict[str, Any]) -> str:
    if status.state == STARTING or not progress:
        return "Loading the engines and letting them warm up ..."
    done = f"{progress.get('done', 0):,} of {progress.get('total', 0):,} readings"
    if progress.get("failures"):
        done += f", {progress['failures']:,} of them failed"
    if status.state == STOPPING:
        return f"Stopping: {done}"
    if progress.get("state") == "summing up":
        return f"Summing up: {done}"
    left = progress.get("eta_s")
    return f"Reading: {done}" + ("" if left is None else f", {_duration(left)} left")


def _duration(seconds: float) -> str:
    return f"about {seconds:.0f} s" if seconds < 90 else f"about {seconds / 60:.0f} min"


def _ended(launcher: RunLauncher, status: RunStatus) -> None:
    name = plain(run_label(status.run_id))
    if status.state == "finished":
        failures, total = ((status.progress or {}).get(key) or 0 for key in ("failures", "total"))
        if failures and failures == total:
            st.error(f"**{name}** is finished, but nothing could be read: all {total:,} readings failed.")
            links.page_link("failures", "See why", run=status.run_id)
            return
        rest = f" Readings that failed, as their pictures could not be read: {failures:,}." if failures else ""
        st.success(f"**{name}** is finished.{rest}")
        with st.container(horizontal=True):
            links.page_link("overview", "See what came of it", run=status.run_id)
            links.page_link("failures", "See its failures", run=status.run_id)
        return
    if status.state == "failed":
        st.error(f"**{name}** failed. The last lines that it printed:")
        st.code(without_paths(status.log) or "Nothing was printed.", language=None, wrap_lines=True)
    else:
        done = status.progress or {}
        st.warning(
            f"**{name}** was {plain(status.state)} after {done.get('done', 0):,} of {done.get('total', 0):,} readings."
        )
    if status.run_id in launcher.resumable() and st.button("Go on with it", icon=":material/resume:", key="go_on"):
        _try(lambda: launcher.resume(status.run_id))


def _new_run(launcher: RunLauncher) -> None:
    st.subheader("A new run")
    models = _chosen_models()
    runtimes = _chosen_runtimes()
    kind = _chosen_data()
    archive, folder = None, ""
    if kind == _ZIP:
        limits = UploadLimits()
        archive = st.file_uploader("A zip of labelled pictures", type="zip", key="archive", help=_ZIP_HELP)
        st.caption(
            f"{limits.lines:,} lines and {limits.archive_bytes // 2**20} MB at most. Everybody who can open this "
            "dashboard can see its runs, and the pictures with them: send nothing that is not meant to be seen."
        )
    elif kind == _FOLDER:
        folder = st.text_input("Folder or labels file", key="folder", placeholder="/home/me/lines").strip()
    left, right = st.columns(2)
    with left:
        limit = st.selectbox("Lines to read", list(LIMITS), format_func=LIMITS.__getitem__, key="limit")
    with right:
        most = os.cpu_count() or 1
        threads = st.selectbox(
            "Threads inside one operation",
            list(range(most + 1)),
            format_func=lambda count: str(count) if count else "as set for this server",
            key="threads",
        )
    keys = engine_keys(models, runtimes)
    missing = _missing(keys, kind, archive is not None, folder)
    if missing:
        st.caption(missing)
    else:
        st.caption(plain(f"Will read: {', '.join(keys)}. Engines take turns, line by line."))
    # Streamlit writes white on the theme's colour, and on dark pages that colour is a light one.
    kind_of_button = "secondary" if charts.is_dark() else "primary"
    if st.button("Start", type=kind_of_button, icon=":material/play_arrow:", disabled=bool(missing), key="start"):
        request = RunRequest(keys, ZIJIAN_500, ZIJIAN_500, limit or 0, threads or 0)
        _try(lambda: _start(launcher, request, kind, archive, folder))


def _chosen_models() -> list[str]:
    settings = Settings.from_environment()
    known = registry.models(settings)
    names = [model.name for model in registry.available(settings)]
    absent = [model.display_name for name, model in known.items() if name not in names]
    if not names:
        st.warning("No engine's files are on this machine yet: there is nothing that could read.")
        return []
    usual = [name for name in FAVOURED if name in names] or names[:1]
    chosen = st.pills(
        "Engines",
        names,
        selection_mode="multi",
        default=usual,
        format_func=lambda name: known[name].display_name if name in known else name,
        key="engines",
        help=f"Not on this machine: {', '.join(absent)}." if absent else None,
    )
    return list(chosen)


def _chosen_runtimes() -> list[str]:
    installed: list[str] = list(installed_runtimes())
    if len(installed) < 2:
        return installed
    chosen = st.pills(
        "Runtimes",
        installed,
        selection_mode="multi",
        default=["onnx"],
        format_func=wording.runtime_name,
        key="runtimes",
        help="Each reads every line, and the latency page sets them side by side.",
    )
    return list(chosen)


def _chosen_data() -> str:
    kinds = ([_BENCHMARK] if BENCHMARK_FOLDER.is_dir() else []) + [_ZIP] + ([_FOLDER] if folders_are_open() else [])
    return st.segmented_control("Data", kinds, default=kinds[0], required=True, key="data") or kinds[0]


def _missing(keys: tuple[str, ...], kind: str, has_archive: bool, folder: str) -> str:
    """Returns what is still to be chosen; "" when nothing is."""
    if not keys:
        return "Choose at least one engine and a runtime for it."
    if kind == _ZIP and not has_archive:
        return "Choose a zip to read."
    return "Name a folder to read." if kind == _FOLDER and not folder else ""


def _start(launcher: RunLauncher, request: RunRequest, kind: str, archive: Any, folder: str) -> None:
    if kind == _BENCHMARK:
        launcher.start(request)
        return
    if kind == _FOLDER and folders_are_open():
        path = Path(folder).expanduser().absolute()
        launcher.start(_on(request, path, path.parent.name if path.is_file() else path.name))
        return
    if archive is None:
        raise OcrError("Choose a zip to read.")
    runs_folder = runs_folder_of().absolute()
    with st.spinner("Unpacking ..."):
        upload = unpack_upload(archive, archive.name, runs_folder)
    try:
        launcher.start(_on(request, upload.folder, upload.folder.name))
    except OcrError:
        discard(upload, runs_folder)
        raise


def _on(request: RunRequest, data: Path, name: str) -> RunRequest:
    return replace(request, data=str(data), data_name=folder_name(name))


def _interrupted(launcher: RunLauncher, status: RunStatus | None) -> None:
    """Offers the runs that were stopped some time, apart from the one that is spoken of above."""
    names = [name for name in launcher.resumable() if status is None or name != status.run_id]
    if not names:
        return
    st.subheader("Stopped runs")
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    with left:
        name = st.selectbox("A run that was stopped before its end", names, format_func=run_label, key="stopped")
    with right:
        if st.button("Go on", key="resume", width="stretch") and name:
            _try(lambda: launcher.resume(name))


def _try(action: Callable[[], object]) -> None:
    """Does what a button asks for; what a visitor can mend is said, and nothing else is caught."""
    try:
        action()
    except OcrError as error:
        st.error(plain(without_paths(str(error))))
        return
    st.rerun()
