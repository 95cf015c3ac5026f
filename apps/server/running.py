"""Runs the service under uvicorn until it is told to end; then what is in flight is finished first."""

from __future__ import annotations

import asyncio
import sys
import time
from types import FrameType
from typing import Final

import uvicorn

from apps.server import environment
from apps.server.context import Context
from apps.server.heap import give_memory_back
from apps.server.request_log import log, log_as_json
from apps.server.service import create_service
from ocr_core.settings import Workplace

LAST_ANSWERS_S: Final = 45
"""How long answers under way are waited for."""

IDLE_S: Final = 1.0
"""Once nobody has been waiting for an answer for so long, pages of the demo that are open are left."""


class _Server(uvicorn.Server):
    """Tells the service first that it is about to end, and waits for answers, not for pages that somebody left open."""

    def __init__(self, config: uvicorn.Config, context: Context) -> None:
        super().__init__(config)
        self._context = context

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._context.is_draining = True
        super().handle_exit(sig, frame)

    async def _wait_tasks_to_complete(self) -> None:
        waiting = asyncio.create_task(super()._wait_tasks_to_complete())
        idle_since: float | None = None
        try:
            while not waiting.done():
                now = time.monotonic()
                idle_since = (idle_since or now) if self._is_idle() else None
                if idle_since is not None and now - idle_since > IDLE_S:
                    raise asyncio.TimeoutError  # uvicorn's own word for cutting what is left
                await asyncio.sleep(0.05)
        finally:
            waiting.cancel()

    def _is_idle(self) -> bool:
        context = self._context
        return context.load.requests == 0 and context.reader.engines.fair_lock.is_idle


def serve(host: str, port: int) -> int:
    """Serves until stopped.

    Raises:
        OcrError: a setting cannot be understood.
    """
    give_memory_back()
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
    except KeyboardInterrupt:
        return 0
    except SystemExit:
        print(f"Port {port} is taken. Choose another, for example PORT=8080.", file=sys.stderr)
        return 2
    return 0
