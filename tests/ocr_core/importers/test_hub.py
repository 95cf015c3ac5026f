"""Downloads go through the hub's own client, are checked against hashes, and fail with a sentence."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from ocr_core.cli import main
from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.importers import hub
from ocr_core.importers.hub import download

FILES = {"pytorch_model.pt": b"weights", "vocab.txt": b"a\n", "README.md": b"words"}
WANTED = ("pytorch_model.pt", "vocab.txt", "label_dict.txt")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class ModelScopeClient:
    """Answers as `modelscope_hub.HubApi` does."""

    brings: dict[str, bytes] = FILES
    error: Exception | None = None

    def list_repo_files(self, repo_id: str, repo_type: str, *, revision: str | None = None) -> list[SimpleNamespace]:
        assert (repo_id, repo_type, revision) == ("iic/net", "model", "v2")
        if self.error:
            raise self.error
        return [SimpleNamespace(path=name, sha256=sha256(content)) for name, content in FILES.items()]

    def download_file(
        self, repo_id: str, repo_type: str, file_path: str, *, revision: str | None, local_dir: Path
    ) -> None:
        (local_dir / file_path).write_bytes(self.brings[file_path])


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> type[ModelScopeClient]:
    kind = type("Client", (ModelScopeClient,), {})
    module = ModuleType("modelscope_hub")
    module.HubApi = kind  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "modelscope_hub", module)
    return kind


def test_wanted_files_are_brought_and_nothing_else(client: type, tmp_path: Path) -> None:
    facts = download("modelscope", "iic/net", WANTED, tmp_path, revision="v2")
    assert {path.name for path in tmp_path.iterdir()} == {"pytorch_model.pt", "vocab.txt"}
    assert facts == {"hub": "modelscope", "id": "iic/net", "revision": "v2"}


def test_damaged_file_is_thrown_away(client: type, tmp_path: Path) -> None:
    client.brings = {**FILES, "pytorch_model.pt": b"weightz"}  # type: ignore[attr-defined]
    with pytest.raises(ModelError, match=r"pytorch_model\.pt was damaged"):
        download("modelscope", "iic/net", WANTED, tmp_path, revision="v2")
    assert not (tmp_path / "pytorch_model.pt").exists()


def test_hash_of_ones_own_is_checked_too(client: type, tmp_path: Path) -> None:
    right = sha256(FILES["pytorch_model.pt"]).upper()
    download("modelscope", "iic/net", WANTED, tmp_path, revision="v2", sha256={"pytorch_model.pt": right})
    with pytest.raises(ModelError, match="damaged"):
        download("modelscope", "iic/net", WANTED, tmp_path, revision="v2", sha256={"pytorch_model.pt": "0" * 64})


def test_no_network_is_said_in_a_sentence(client: type, tmp_path: Path) -> None:
    client.error = ConnectionError("Name or service not known\nand much more")  # type: ignore[attr-defined]
    with pytest.raises(ModelError, match="from modelscope: Name or service not known Download") as raised:
        download("modelscope", "iic/net", WANTED, tmp_path, revision="v2")
    assert "much more" not in str(raised.value)


def test_model_without_the_files_is_told(client: type, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has none of the files"):
        download("modelscope", "iic/net", ("other.bin",), tmp_path, revision="v2")


def test_hugging_face_is_asked_by_its_own_client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Api:
        def model_info(self, repo_id: str, *, revision: str | None, files_metadata: bool) -> SimpleNamespace:
            lfs = SimpleNamespace(sha256=sha256(FILES["pytorch_model.pt"]))
            listed = [
                SimpleNamespace(rfilename="pytorch_model.pt", lfs=lfs),
                SimpleNamespace(rfilename="vocab.txt", lfs=None),
            ]
            return SimpleNamespace(siblings=listed)

    module = ModuleType("huggingface_hub")
    module.HfApi = Api  # type: ignore[attr-defined]
    module.hf_hub_download = lambda _, name, revision, local_dir: (local_dir / name).write_bytes(FILES[name])  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "huggingface_hub", module)
    facts = download("huggingface", "iic/net", WANTED, tmp_path)
    assert facts["unchecked"] == "vocab.txt" and facts["revision"] == "the newest"


@pytest.mark.parametrize("hub_name", hub.HUBS)
def test_missing_client_is_named(hub_name: hub.Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "modelscope_hub", None)
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(RuntimeMissingError, match=r"pip install .*import their folder"):
        download(hub_name, "iic/net", WANTED, tmp_path)


@pytest.mark.parametrize("model_id", ["net", "../../etc/passwd", "a/b/c", "https://x/y", "a/b c", ""])
def test_what_is_no_id_is_not_asked_for(model_id: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no id of a model"):
        download("modelscope", model_id, WANTED, tmp_path)


def test_command_downloads_before_it_imports(client: type, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "kept"
    arguments = ["import", "modelscope", str(kept), "--from-hub", "iic/net", "--revision", "v2"]
    assert main([*arguments, "-o", str(tmp_path / "x.onnx")]) == 2
    assert (kept / "pytorch_model.pt").read_bytes() == b"weights"
    assert "pytorch_model.pt" in capsys.readouterr().err
    assert main(["import", "modelscope", "-o", str(tmp_path / "x.onnx")]) == 2
    assert "Which folder?" in capsys.readouterr().err
