"""The page on cost: the price is an input that the address keeps, and costs follow it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps.dashboard.pages import cost
from tests.apps.dashboard.conftest import OpenPage


def words(app: Any) -> str:
    return "\n".join(str(part.value) for part in (*app.markdown, *app.caption, *app.info)).replace("\\", "")


def test_money_follows_the_price_of_a_core(open_page: OpenPage) -> None:
    app = open_page("cost", price="3.6")
    assert not app.exception
    assert app.number_input[0].value == 3.6
    table = app.dataframe[0].value
    assert table["1,000 lines"].tolist() == pytest.approx((table["ms a line"] / 1000).tolist())
    app.number_input[0].set_value(7.2).run()
    assert app.dataframe[0].value["1,000 lines"].tolist() == pytest.approx((table["ms a line"] / 500).tolist())
    assert "7.2" in app.query_params["price"]
    assert table["on the front"].any() and not table["on the front"].all()


@pytest.mark.parametrize("price", ["nan", "-1", "much", "1e99"])
def test_a_price_that_is_none_is_the_usual_one(open_page: OpenPage, price: str) -> None:
    app = open_page("cost", price=price, by="memory")
    assert not app.exception
    assert app.number_input[0].value == 0.05
    assert "no other beat at both" in words(app)


def test_what_was_not_measured_says_how_to(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cost, "LATENCY_FILE", tmp_path / "nothing.json")
    app = open_page("cost")
    assert not app.exception
    assert [block.value for block in app.code] == ["python -m eval latency"]
