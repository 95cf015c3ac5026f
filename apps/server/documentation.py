"""The service's own documentation: what OpenAPI says of bodies and errors, and a page that asks no other host."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from pydantic import BaseModel
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from apps.server.paths import DOCUMENTATION, PREFIX
from apps.server.schemas import Failure, FileRequest, OcrRequest, ReadingOptions

OPENAPI: Final = f"{PREFIX}/openapi.json"

_WHEN: Final = {
    400: "Not an image, or a body that cannot be understood.",
    401: "A key is needed.",
    404: "There is no such thing here.",
    409: "Not in this state.",
    413: "Too large.",
    415: "A body of another kind.",
    422: "Understood, but something it asks for cannot be.",
    429: "Asked too often; `Retry-After` says when to come back.",
    503: "Busy; `Retry-After` says when to come back.",
    504: "It took too long.",
}


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Returns what OpenAPI says of a route's errors."""
    return {status: {"model": Failure, "description": _WHEN[status]} for status in statuses}


def body_of(model: type[BaseModel] | None, field: str, is_many: bool = False, *others: str) -> dict[str, Any]:
    """Returns what OpenAPI says of a route's body: JSON, a form, or the file itself."""
    file: dict[str, Any] = {"type": "string", "format": "binary"}
    options = ReadingOptions.model_json_schema()["properties"]
    form = {
        "type": "object",
        "properties": {field: {"type": "array", "items": file} if is_many else file, **options},
        "required": [field],
    }
    content: dict[str, Any] = {"multipart/form-data": {"schema": form}}
    for kind in ("image/*", *others):
        content[kind] = {"schema": file}
    if model is not None:
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}, **content}
    return {"requestBody": {"required": True, "content": content}}


def add_documentation(app: FastAPI) -> None:
    """Adds the page, what it is made of, and the types of bodies to what is told of the API."""
    describe = app.openapi

    def described() -> dict[str, Any]:
        told = describe()
        schemas = told.setdefault("components", {}).setdefault("schemas", {})
        for model in (OcrRequest, FileRequest):
            own = model.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= {**own.pop("$defs", {}), model.__name__: own}
        return told

    app.openapi = described
    app.mount(f"{DOCUMENTATION}/assets", StaticFiles(directory=assets_folder()), name="assets")

    @app.get(DOCUMENTATION, include_in_schema=False)
    async def page() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=OPENAPI,
            title=app.title,
            swagger_js_url=f"{DOCUMENTATION}/assets/swagger-ui-bundle.js",
            swagger_css_url=f"{DOCUMENTATION}/assets/swagger-ui.css",
            swagger_favicon_url=f"{DOCUMENTATION}/assets/favicon.png",
        )


def assets_folder() -> Path:
    """Returns where the package that carries the page's script and style keeps them."""
    return Path(str(files("fastapi_offline") / "static"))
