"""A stand-in for the Hub's HTTP API on this machine: repositories, commits, large files and downloads, in memory.

Answers what `huggingface_hub` asks for when it creates a repository, commits to it and fetches from it; Xet's own
protocol is left out (`HF_HUB_DISABLE_XET=1`). Nothing private is told to whoever comes without the token.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN = "hf_standInTokenOfNobody"
LARGE_BYTES = 2_000
"""Files beyond this go by the protocol for large files, so that both ways are gone."""


@dataclass
class Repository:
    """One repository: its newest files, and every commit's."""

    private: bool = False
    commits: list[dict[str, bytes]] = field(default_factory=lambda: [{".gitattributes": b""}])

    def sha(self, number: int = -1) -> str:
        number = number % len(self.commits)
        return hashlib.sha1(repr((number, sorted(self.commits[number].items()))).encode()).hexdigest()

    def at(self, revision: str) -> dict[str, bytes] | None:
        if revision == "main":
            return self.commits[-1]
        return next((files for i, files in enumerate(self.commits) if self.sha(i) == revision), None)


@dataclass
class StandIn:
    """The stand-in's state, and its address."""

    address: str = ""
    repositories: dict[str, Repository] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    spoil: str = ""
    """A path whose content comes damaged."""

    def files(self, name: str) -> dict[str, bytes]:
        """The newest files of a repository, `datasets/owner/name` or `models/owner/name`."""
        return self.repositories[name].commits[-1]

    def put(self, name: str, files: dict[str, bytes], private: bool = False) -> None:
        """Makes a repository's newest files these."""
        self.repositories.setdefault(name, Repository(private)).commits.append(dict(files))


@contextmanager
def hub() -> Iterator[StandIn]:
    """Runs the stand-in while the block lasts."""
    state = StandIn()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"state": state}))
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    state: StandIn
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        return

    def do_POST(self) -> None:
        body = self._body()
        path = urlsplit(self.path).path
        self.state.asked.append(f"POST {path}")
        if not self._has_token():
            return self._json(401, {"error": "Invalid username or password."})
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        parts = path.strip("/").split("/")
        if path.endswith("/info/lfs/objects/batch"):
            return self._batch(json.loads(body))
        if parts[0] == "api" and len(parts) >= 6:
            repository = self.state.repositories.get("/".join(parts[1:4]))
            if repository is None:
                return self._missing()
            if parts[4] == "preupload":
                return self._preupload(json.loads(body))
            if parts[4] == "commit":
                return self._commit("/".join(parts[1:4]), repository, body)
        if path == "/api/validate-yaml":
            return self._json(200, {"errors": [], "warnings": []})
        return self._missing()

    def do_PUT(self) -> None:
        content = self._body()
        oid = self.path.rsplit("/", 1)[-1]
        if hashlib.sha256(content).hexdigest() != oid:
            return self._json(400, {"error": "hash"})
        self.state.large[oid] = content
        return self._json(200, {})

    def do_GET(self) -> None:
        self._read(whole=True)

    def do_HEAD(self) -> None:
        self._read(whole=False)

    def _read(self, *, whole: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        self.state.asked.append(f"{self.command} {path}")
        parts = path.strip("/").split("/")
        if parts[0] == "api" and len(parts) >= 6:
            name, what, revision = "/".join(parts[1:4]), parts[4], parts[5]
            found = self._visible(name, revision)
            if found is None:
                return self._missing()
            repository, files = found
            if what == "revision":
                return self._json(200, self._info(name, repository, revision, files))
            if what == "tree":
                return self._json(200, [_entry(path, content) for path, content in sorted(files.items())])
        if "resolve" in parts:
            at = parts.index("resolve")
            name = "/".join(parts[:at]) if parts[0] == "datasets" else "models/" + "/".join(parts[:at])
            return self._resolve(name, parts[at + 1], "/".join(parts[at + 2 :]), whole=whole)
        if parts[0] == "api" and len(parts) == 4:
            found = self._visible("/".join(parts[1:4]), "main")
            if found:
                return self._json(200, self._info("/".join(parts[1:4]), found[0], "main", found[1]))
        return self._missing()

    def _visible(self, name: str, revision: str) -> tuple[Repository, dict[str, bytes]] | None:
        repository = self.state.repositories.get(name)
        if repository is None or (repository.private and not self._has_token()):
            return None
        files = repository.at(revision)
        return None if files is None else (repository, files)

    def _info(self, name: str, repository: Repository, revision: str, files: dict[str, bytes]) -> dict[str, Any]:
        at = next(i for i, kept in enumerate(repository.commits) if kept is files)
        siblings = [
            {"rfilename": path, "size": len(content), "blobId": "0" * 40}
            | (
                {"lfs": {"sha256": _sha(content), "size": len(content), "pointerSize": 130}}
                if _is_large(content)
                else {}
            )
            for path, content in files.items()
        ]
        own = name.partition("/")[2]
        return {"id": own, "sha": repository.sha(at), "private": repository.private, "siblings": siblings, "tags": []}

    def _resolve(self, name: str, revision: str, path: str, *, whole: bool) -> None:
        found = self._visible(name, revision)
        content = found[1].get(path) if found else None
        if found is None or content is None:
            return self._missing("EntryNotFound" if found else "RepoNotFound")
        repository, files = found
        at = next(i for i, kept in enumerate(repository.commits) if kept is files)
        etag = _sha(content)
        if path == self.state.spoil:
            content = bytes(len(content))
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{etag}"')
        self.send_header("X-Repo-Commit", repository.sha(at))
        self.end_headers()
        if whole:
            self.wfile.write(content)

    def _create(self, wanted: dict[str, Any]) -> None:
        kind = f"{wanted.get('type', 'model')}s"
        name = f"{kind}/{wanted.get('organization') or 'me'}/{wanted['name']}"
        address = f"{self.state.address}/{name.removeprefix('models/')}"
        if name in self.state.repositories:
            return self._json(409, {"error": "You already created this repo", "url": address})
        self.state.repositories[name] = Repository(
            wanted.get("visibility") == "private" or wanted.get("private") is True
        )
        return self._json(200, {"url": address, "name": name.partition("/")[2]})

    def _preupload(self, wanted: dict[str, Any]) -> None:
        modes = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if file["size"] > LARGE_BYTES else "regular",
                "shouldIgnore": False,
                "oid": None,
            }
            for file in wanted["files"]
        ]
        return self._json(200, {"files": modes})

    def _batch(self, wanted: dict[str, Any]) -> None:
        objects = [
            {"oid": one["oid"], "size": one["size"], "authenticated": True}
            | {"actions": {"upload": {"href": f"{self.state.address}/large/{one['oid']}", "header": {}}}}
            for one in wanted["objects"]
        ]
        return self._json(200, {"transfer": "basic", "objects": objects})

    def _commit(self, name: str, repository: Repository, body: bytes) -> None:
        files = dict(repository.commits[-1])
        for line in body.splitlines():
            entry = json.loads(line)
            value = entry["value"]
            if entry["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif entry["key"] == "lfsFile":
                files[value["path"]] = self.state.large[value["oid"]]
            elif entry["key"] == "deletedFile":
                del files[value["path"]]
        repository.commits.append(files)
        address = f"{self.state.address}/{name.removeprefix('models/')}/commit/{repository.sha()}"
        self._json(200, {"success": True, "commitOid": repository.sha(), "commitUrl": address})

    def _has_token(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {TOKEN}"

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while length := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(length))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _missing(self, code: str = "RepoNotFound") -> None:
        body = json.dumps({"error": "not found"}).encode()
        self.send_response(404)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _json(self, status: int, data: object) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _entry(path: str, content: bytes) -> dict[str, Any]:
    return {"type": "file", "path": path, "size": len(content), "oid": "0" * 40} | (
        {"lfs": {"oid": _sha(content), "size": len(content), "pointerSize": 130}} if _is_large(content) else {}
    )


def _is_large(content: bytes) -> bool:
    return len(content) > LARGE_BYTES


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
