"""The demo: every registered recogniser reads one picture, side by side. `python -m apps.gradio_app` starts it.

`build_demo()` makes the page and `page_options()` how it looks, so that another server can mount it:
`gr.mount_gradio_app(app, build_demo(), path="/", **page_options())`. No page asks any host but its own for anything.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

# Hosts start this file by its path, which leaves the folder above it out of Python's search path.
if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

# Gradio reads these when it is imported.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
# Gradio keeps facts of so many requests in memory and sums all of them up after every error.
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "200")

try:  # Only hosted Spaces have it, and it has to come before PyTorch.
    from spaces import GPU  # pyright: ignore[reportMissingImports, reportAttributeAccessIssue]
except ImportError:  # also where the repository's folder of that name is all there is
    GPU = None

import gradio as gr

from apps.demo.address import bar as address_bar
from apps.demo.address.arrival import Arrivals, make_arrivals
from apps.demo.arena import tab as arena_tab
from apps.demo.break_it import tab as break_tab
from apps.demo.cases import tab as cases_tab
from apps.demo.compare import rail
from apps.demo.compare.page_offer import PageOffer
from apps.demo.compare.tab import build_compare_tab, rehearse
from apps.demo.engines import Engines
from apps.demo.models import tab as models_tab
from apps.demo.models.agreement import build_agreement
from apps.demo.models.wizard import LARGEST_MODEL_BYTES
from apps.demo.page import tab as page_tab
from apps.demo.page_header import page_header
from apps.demo.samples import SAMPLES_FOLDER, Sample, find_samples, page_samples, telling_samples
from apps.demo.server.languages import SpokenBlocks, answer_in_language, language_options
from apps.demo.server.no_remote_files import refusals, refuse_addresses
from apps.demo.server.one_page import one_page
from apps.demo.server.public_limits import MOST_SESSIONS, MOST_WAITING, error_answers, protect
from apps.demo.theme import ICON, STYLE_SHEET, theme
from apps.demo.tours import guide as tours
from apps.demo.view_frame import view_head
from apps.demo.wording.frame import say
from apps.demo.write import tab as write_tab
from eval.samples.choice import CHOICE_FILE
from ocr_core.errors import OcrError
from ocr_core.language import in_every_language
from ocr_core.settings import Settings, Workplace
from ocr_core.views import proof_marks

_FILES_LAST_S: Final = 3600
_DEFAULT_PORT: Final = 7860
_REHEARSALS: Final = 3
_THIS_MACHINE: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Room:
    """What tabs are laid out with: the page, its engines and samples, and how pictures come into tabs."""

    demo: gr.Blocks
    engines: Engines
    samples: tuple[Sample, ...]
    pages: tuple[Sample, ...]
    arrivals: Arrivals
    compared: PageOffer


_OTHER_TABS: Final[tuple[tuple[str, Callable[[Room], None]], ...]] = (
    ("write", lambda room: write_tab.build_write_tab(room.demo, room.engines, room.arrivals)),
    ("break", lambda room: break_tab.build_break_tab(room.demo, room.engines, room.arrivals)),
    ("page", lambda room: _build_page(room)),
    ("arena", lambda room: arena_tab.build_arena_tab(room.demo, room.engines, room.arrivals, room.samples)),
    ("cases", lambda room: cases_tab.build_cases_tab(room.demo, room.engines, room.arrivals)),
    ("models", lambda room: _build_models(room)),
)
"""The tabs after Compare, in their order: id and what lays it out."""

_STYLE_SHEETS: Final = (
    proof_marks.STYLE_SHEET,
    STYLE_SHEET,
    address_bar.STYLE_SHEET,
    tours.STYLE_SHEET,
    rail.STYLE_SHEET,
    *(tab.STYLE_SHEET for tab in (arena_tab, write_tab, break_tab, page_tab, cases_tab, models_tab)),
)


def build_demo(settings: Settings | None = None, samples_folder: Path = SAMPLES_FOLDER) -> gr.Blocks:
    """Builds the page. Models are loaded when somebody reads something, once for all visitors."""
    return build_page(Engines(settings or Settings.from_environment()), samples_folder)


def page_options(settings: Settings | None = None, samples_folder: Path = SAMPLES_FOLDER) -> dict[str, Any]:
    """Returns what `launch` and `mount_gradio_app` both need besides the page: looks and limits."""
    chosen = settings or Settings.from_environment()
    models_are_taken = Workplace.from_environment().upload_models
    return {
        "theme": theme(),
        "css_paths": list(_STYLE_SHEETS),
        "head": view_head(),
        "favicon_path": str(ICON),
        "footer_links": ["api"],
        "run_history": False,
        "show_error": False,
        "ssr_mode": False,
        # Pictures have a limit of their own, which is looked at before anything is decoded.
        "max_file_size": max(chosen.max_file_bytes, LARGEST_MODEL_BYTES if models_are_taken else 0),
        "app_kwargs": {"middleware": [*refusals(), *one_page(), *language_options()], **error_answers()},
        "allowed_paths": [str(samples_folder)] if samples_folder.is_dir() else [],
    }


def main() -> int:
    """Starts the server and stays until it is stopped."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        settings = Settings.from_environment()
        Workplace.from_environment()  # so that a mistake in it is told now
        port = _port()
    except OcrError as error:
        print(error, file=sys.stderr)
        return 2
    host = os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1")
    if hindrance := _hindrance(host, port):
        print(hindrance, file=sys.stderr)
        return 2
    engines = Engines(settings)
    _report_missing(engines)
    demo = build_page(engines, to_this_machine_alone=host in _THIS_MACHINE)
    options = {**page_options(settings), "state_session_capacity": MOST_SESSIONS}
    threading.Thread(target=_warm_up, args=(engines,), daemon=True).start()
    print(f"Zijian is at http://{host}:{port}", flush=True)
    demo.launch(server_name=host, server_port=port, share=False, quiet=True, **options)
    return 0


def build_page(
    engines: Engines, samples_folder: Path = SAMPLES_FOLDER, to_this_machine_alone: bool = False
) -> gr.Blocks:
    """Builds the page around engines that others may use as well: whoever has a turn reads.

    What is only for hosts whose visitors are known is left out unless the page is open `to_this_machine_alone`, or
    settings want it.
    """
    left_out = () if arena_tab.is_open(to_this_machine_alone) else ("arena",)
    files_last = (_FILES_LAST_S // 4, _FILES_LAST_S)
    with SpokenBlocks(title=say("title"), analytics_enabled=False, delete_cache=files_last) as demo:
        header = page_header()
        arrivals = make_arrivals()
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab(say("tab.compare"), id="compare", elem_id="tab-compare"):
                samples = (
                    *telling_samples(engines.settings, samples_folder / CHOICE_FILE.name),
                    *find_samples(samples_folder),
                )
                compared = build_compare_tab(demo, engines, samples, arrivals)
            room = Room(demo, engines, samples, page_samples(samples_folder), arrivals, compared)
            for name, build in (tab for tab in _OTHER_TABS if tab[0] not in left_out):
                # What is in a tab is drawn when it is first opened: the first page stays quick.
                with gr.Tab(say(f"tab.{name}"), id=name, elem_id=f"tab-{name}"):
                    build(room)
        address_bar.open_links(demo, header, tabs, arrivals, engines, (*samples, *room.pages), left_out)
        tours.guide(engines, samples, arrivals, tabs)
        foot = gr.HTML(in_every_language(lambda: _foot(engines)), apply_default_css=False, elem_id="foot")
        demo.load(lambda: _foot(engines), None, foot, queue=False, api_visibility="private", show_progress="hidden")
    refuse_addresses(demo)
    protect(demo, engines.fair_lock)
    answer_in_language(demo)  # around the limits, whose words are a visitor's too
    demo.state_session_capacity = MOST_SESSIONS  # for who mounts the page; `launch` is told once more
    return demo.queue(default_concurrency_limit=2, max_size=MOST_WAITING)


def _build_page(room: Room) -> None:
    page_tab.build_page_tab(room.demo, room.engines, room.arrivals, [room.compared], room.pages)


def _build_models(room: Room) -> None:
    models_tab.build_models_tab(room.demo, room.engines)
    # It may read what the visitor looks at in Compare.
    build_agreement(room.engines, room.compared.current, room.samples)


def _foot(engines: Engines) -> str:
    return f'<p class="zj-foot">{" ".join(filter(None, (say("foot"), engines.latency.in_words())))}</p>'


def _report_missing(engines: Engines) -> None:
    missing = engines.missing()
    for model in (choice.model for choice in engines.defaults() if choice.model in missing):
        print(f"No weights for {model.display_name} in {engines.settings.models_folder / model.name} yet.")


def _warm_up(engines: Engines) -> None:
    """Loads the models and reads a sample a few times, while the first visitor's page is still on its way."""
    try:
        engines.warm_up(engines.settings.runtime)
        for sample in find_samples()[:1] * _REHEARSALS:
            rehearse(engines, sample)
    except OcrError as error:
        print(error, file=sys.stderr)


def _hindrance(host: str, port: int) -> str:
    """Says why nothing can listen there, "" where it can; asked first, for threads that load cannot be stopped."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} is taken. Choose another, for example PORT=8080."
        return f"Nothing can listen at {host}, port {port}: {error.strerror or error}."
    return ""


def _port() -> int:
    """Returns the port: PORT, else GRADIO_SERVER_PORT, else 7860."""
    for variable in ("PORT", "GRADIO_SERVER_PORT"):
        if raw := os.environ.get(variable, "").strip():
            if raw.isascii() and raw.isdecimal() and 0 < int(raw) < 65536:
                return int(raw)
            raise OcrError(f"{variable} should be a port number from 1 to 65535, not {raw!r}.")
    return _DEFAULT_PORT


if GPU is not None:

    @GPU(duration=5)
    def needs_no_gpu() -> str:
        """Is never called: ZeroGPU starts only what asks for a GPU somewhere, and everything here runs on the CPU."""
        return "cpu"


if __name__ == "__main__":
    sys.exit(main())
