"""The dashboard: `streamlit run apps/streamlit_app.py`. What the server does before anybody comes; no pages.

Promises that the first visitor waits for no import, and that the browser has the code that draws charts by the time
that there is one to draw. What is shown is in `streamlit_pages.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from starlette.middleware import Middleware
from streamlit.starlette import App

if str(Path(__file__).resolve().parents[1]) not in sys.path:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # Streamlit puts only this file's folder there

from apps.dashboard.readiness import ChartsPreloaded, imported_early

app = App(
    Path(__file__).with_name("streamlit_pages.py"), lifespan=imported_early, middleware=[Middleware(ChartsPreloaded)]
)
