"""Visitors choose among engines that are there: an address of a hub, which would fetch something, is none of them."""

from __future__ import annotations

import pytest

from apps.demo.engines import Engines
from ocr_core.errors import ModelError
from ocr_core.settings import Settings


@pytest.mark.parametrize("key", ["hf://owner/name", "hf://owner/name@onnx", "hf://owner/name#sha256=" + "0" * 64])
def test_visitors_cannot_name_models_of_a_hub(key: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocr_core.engines.hub_model.model_files", lambda *_: pytest.fail("the hub was asked"))
    with pytest.raises(ModelError, match="There is no engine"):
        Engines(settings).chosen([key])
