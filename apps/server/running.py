"""Runs the service under uvicorn until it is told to end; then what is in flight is finished first."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Final

import uvicorn

from apps.server import environment
from apps.server.context import Context
from apps.server.request_log import log, log_as_json
from apps.server.service import create_service
from ocr_core.settings import Workplace

LAST_ANSWERS_S: Final = 45
"""How long answers under way are waited for; open pages of the demo are cut then."""


class _Server(uvicorn.Server):
    """Tells the service that it is about to end, so that nothing new is sent here, before anything is closed."""

    def __init__(self, config: uvicorn.Config, context: Context) -> None:
        super().__init__(config)
        self._context = context

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._context.is_draining = True
        super().handle_exit(sig, frame)


def serve(host: str, port: int) -> int:
    """Serves until stopped.

    Raises:
        OcrError: a setting cannot be understood.
    """
    settings, limits = environment.settings_and_limits()
    Workplace.from_environment()  # so that a mistake in it is told now
    log_as_json()
    app = create_service(settings, limits, lines=environment.usual_lines())
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=LAST_ANSWERS_S, timeout_keep_alive=20, limit_concurrency=None,
    )  # fmt: skip
    server = _Server(config, app.state.context)
    print(f"Zijian is at http://{host}:{port} ; its API is described at /docs", flush=True)
    log("start", port=port, demo=limits.demo, keys=limits.api_keys is not None)
    try:
        server.run()
    except SystemExit:
        print(f"Port {port} is taken. Choose another, for example PORT=8080.", file=sys.stderr)
        return 2
    log("end")
    return 0
