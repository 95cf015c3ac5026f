"""Works jobs off, one after the other, in a thread beside the service; of several processes on one folder one does.

Whoever holds the folder's lock works; if that process dies, however it does, the next one takes its jobs over where
their last whole page ended.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Final

from filelock import FileLock, Timeout

from apps.demo.server.fair_lock import BusyError
from apps.server.errors import as_api_error
from apps.server.job_store import Job, JobStore
from apps.server.metrics import Metrics
from apps.server.page_events import Event, document_events
from apps.server.reading import Reader
from apps.server.schemas import ReadingOptions
from ocr_core.lines.pdf import MOST_PAGES

LOOKS_EVERY_S: Final = 1.0
CLEANS_EVERY_S: Final = 600.0

_LOG = logging.getLogger(__name__)


class JobRunner:
    """Runs from `start` to `close`; `wake` says that there is something new."""

    def __init__(self, store: JobStore, reader: Reader, metrics: Metrics, kept_hours: float) -> None:
        self.store = store
        self._reader, self._metrics, self._kept_s = reader, metrics, kept_hours * 3600
        self._closing, self._news = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._go, name="zijian-jobs", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def wake(self) -> None:
        """Says that a job has come."""
        self._news.set()

    def close(self) -> None:
        """Ends between two lines; the job that is being read goes on at the next start."""
        self._closing.set()
        self._news.set()
        self._thread.join()

    def _go(self) -> None:
        lock = FileLock(self.store.folder / "runner.lock")
        while not self._closing.is_set():
            try:
                lock.acquire(timeout=0)
            except Timeout:  # another process works here
                self._closing.wait(LOOKS_EVERY_S)
                continue
            try:
                self.store.requeue_running()
                self._work()
            except Exception:
                _LOG.exception("Jobs stopped for a moment.")
                self._closing.wait(LOOKS_EVERY_S)
            finally:
                lock.release()

    def _work(self) -> None:
        cleaned = -CLEANS_EVERY_S
        while not self._closing.is_set():
            if time.monotonic() - cleaned > CLEANS_EVERY_S:
                self.store.clean(time.time() - self._kept_s)
                cleaned = time.monotonic()
            job = self.store.claim()
            if job is not None:
                self._run(job)
                continue
            self._news.wait(LOOKS_EVERY_S)
            self._news.clear()

    def _run(self, job: Job) -> None:
        try:
            if self._read(job):
                self.store.finish(job.id, "done")
            elif self._closing.is_set():
                self.store.put_back(job.id)
        except BusyError:  # the service is full: this can wait
            self.store.put_back(job.id)
            self._closing.wait(LOOKS_EVERY_S)
        except Exception as error:
            told = as_api_error(error)
            if told.code == "internal_error":
                _LOG.exception("A job failed.")
            self._metrics.error(told.code)
            self.store.finish(job.id, "failed", told.code, told.message)

    def _read(self, job: Job) -> bool:
        """Reads the pages that are not read yet; False where it was stopped."""
        options = ReadingOptions.model_validate_json(job.options)
        data = self.store.file_of(job.id).read_bytes()
        if job.pages is not None and (options.page is not None or job.pages_read >= min(job.pages, MOST_PAGES)):
            return True  # it ended between its last page and its end
        page: list[Event] = []
        for event in document_events(self._reader, data, options, job.pages_read + 1, lambda: self._is_stopped(job)):
            if event["event"] == "page" and page:
                if not self._keep(job, page):
                    return False
                page = []
            page.append(event)
        if self._is_stopped(job):
            return False
        return not page or self._keep(job, page)

    def _keep(self, job: Job, page: list[Event]) -> bool:
        pages = page[0]["pages"]
        lines = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in page)
        return self.store.add_page(job.id, page[0]["page"], pages, lines)

    def _is_stopped(self, job: Job) -> bool:
        return self._closing.is_set() or not self.store.is_wanted(job.id)
