"""What a page shows is what its address says, and the other way round."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from apps.dashboard import links


def _page() -> None:
    import streamlit as st

    from apps.dashboard import links

    colour = st.selectbox("Colour", ["red", "blue"], key=links.choice("colour", ["red", "blue"]))
    kinds = st.multiselect("Kinds", ["a", "b", "c"], key=links.choices("kind", ["a", "b", "c"]))
    words = st.text_input("Words", key=links.entry("words"))
    ends = st.slider("Ends", 0, 9, key=links.number_range("ends", 0, 9))
    links.update_query(
        colour=colour, kind=kinds, words=words, ends=None if ends == (0, 9) else "-".join(map(str, ends))
    )
    st.markdown(f"{colour} {kinds} {words} {ends} {links.read_number('line')}")


def _open(**parameters: str) -> AppTest:
    app = AppTest.from_function(_page)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def test_a_link_subsets_every_widget() -> None:
    app = _open(colour="blue", kind="a,c", words="好", ends="2-5", line="7")
    assert app.markdown[0].value == "blue ['a', 'c'] 好 (2, 5) 7"


def test_what_is_chosen_is_in_the_address() -> None:
    app = _open()
    app.selectbox[0].select("blue").run()
    app.multiselect[0].select("b").run()
    app.slider[0].set_range(3, 4).run()
    assert app.markdown[0].value == "blue ['b']  (3, 4) None"
    assert app.query_params["colour"] == "blue"
    assert app.query_params["kind"] == "b"
    assert app.query_params["ends"] == "3-4"


def test_an_address_changed_by_hand_wins_over_what_was_chosen() -> None:
    app = _open()
    app.selectbox[0].select("blue").run()
    app.query_params["colour"] = "red"
    app.run()
    assert app.markdown[0].value.startswith("red")


def test_a_choice_outlives_an_address_that_was_emptied() -> None:
    """A change of page empties the address; coming back, the choice is still there."""
    app = _open()
    app.selectbox[0].select("blue").run()
    app.query_params.clear()
    app.run()
    assert app.markdown[0].value.startswith("blue")
    assert app.query_params["colour"] == "blue"


def _gathering() -> None:
    import streamlit as st

    from apps.dashboard import links

    with links.gathered():
        ask = links.read("ask")
        for place in range(3):
            links.update_query(**{f"at{place}": place})
        st.markdown(f"{links.read('at1')} {dict(st.query_params)}")
        if ask == "stop":
            links.stop()
        if ask == "again" and "went on" not in st.session_state:
            st.session_state["went on"] = True
            links.update_query(ask="never")
            st.rerun()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What was written into the address, one after the other."""
    found: list[dict[str, str]] = []
    write = links._write

    def note(shown: dict[str, str], said: Any) -> None:
        found.append(shown)
        write(shown, said)

    monkeypatch.setattr(links, "_write", note)
    return found


def _gathered(**parameters: str) -> AppTest:
    app = AppTest.from_function(_gathering)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


@pytest.mark.parametrize("ask", ["on", "stop"])
def test_the_address_is_written_once_a_page(ask: str, written: list[dict[str, str]]) -> None:
    app = _gathered(ask=ask)
    assert not app.exception
    assert app.markdown[0].value.startswith("1 ") and "at1" not in app.markdown[0].value, "read, but not yet written"
    assert written == [{"ask": ask, "at0": "0", "at1": "1", "at2": "2"}]
    assert app.query_params["at2"] == "2"


def test_a_run_that_another_takes_over_writes_nothing(written: list[dict[str, str]]) -> None:
    """Else the next one, asked for by the older address, would take that for a wish and undo a choice."""
    app = _gathered(ask="again")
    assert not app.exception and app.session_state["went on"]
    assert [one["ask"] for one in written] == ["again"]


def test_nonsense_in_an_address_is_passed_over() -> None:
    app = _open(colour="<b>", kind="x,b", words="y" * 500, ends="9-2", line="-1")
    assert not app.exception
    assert app.markdown[0].value == "red ['b']  (0, 9) None"


def test_an_address_leaves_out_what_is_not_set() -> None:
    assert links.address("failures", run="a b", line=0, who=None, sort="") == "/failures?run=a+b&line=0"
    assert links.address("overview") == "/"
