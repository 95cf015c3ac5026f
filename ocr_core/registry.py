"""The models by name: what they are called, which colour they have everywhere, and how each is loaded.

To add an engine, write a builder (a function from runtime and settings to a `Recognizer`) and one entry in `MODELS`; or
let a package of your own offer it (`ocr_core.engines.offered`).
Nothing is loaded at import, and PyTorch only when its runtime is asked for.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Final, get_args

from ocr_core.ctc.decoders import decoder
from ocr_core.ctc.decoding import Decoding
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.engine_key import EngineKey
from ocr_core.engines import hub_model, offered, ppocr, service, tesseract
from ocr_core.engines.offered import FoundEngine
from ocr_core.errors import ModelError
from ocr_core.preprocess import InputFormat
from ocr_core.recognizer import Recognizer
from ocr_core.sessions.file_hashes import remembered_sha256
from ocr_core.sessions.load import load_session
from ocr_core.sessions.model_files import GRAPH_NAME, ModelFiles
from ocr_core.settings import RUNTIMES, Runtime, Settings, variable_of

Builder = Callable[[Runtime, Settings], Recognizer]

OWN_FILE_COLOURS: Final = ("#808000", "#56b4e9", "#6c4013")
"""Colours of whatever is loaded by path, chosen by its name. They and the registered models' stay apart under the
colour-vision deficiencies, on light and dark ground, and none means doubt, as orange does."""

WIDEST_MEASURED_PX: Final = 2048
"""The project's own networks read lines so wide at once, twice what training showed them, without a loss; wider ones do
as well, but take memory. `python -m eval length` measures it."""

_LONGEST_OWN_NAME: Final = 40
_MOST_OWN_FILES: Final = 50


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """One engine that can be asked for by name.

    Attributes:
        name: what the user types; for the project's own networks also the folder under `Settings.models_folder`.
        display_name: what apps, charts and tables show.
        colour: its colour in every chart of every app.
        runtimes: what it can run on, the usual one first.
        build: loads it.
        files: finds its files without loading anything; raises a `ModelError` that says what is missing. None where it
            has none to show, as a service has.
        about, licence: what is said of it where its files do not say it themselves.
    """

    name: str
    display_name: str
    colour: str
    runtimes: tuple[Runtime, ...]
    build: Builder
    files: Callable[[Settings], ModelFiles | None]
    about: str = ""
    licence: str = ""


def load(
    name: str | os.PathLike[str],
    runtime: Runtime | None = None,
    settings: Settings | None = None,
    decoding: Decoding | None = None,
) -> Recognizer:
    """Loads a model of `models` by its name, an own ONNX file (or model folder) by its path, others by their address.

    An address is a service's, or a model's on the Hub (`ocr_core.engines.hub_model`).
    A name may be an engine's key, as in `crnn@onnx+beam+zh`. What an own file has to say of itself is the table in
    `ocr_core.sessions.model_files`; its recogniser is named by `own_name`. Without `settings` the environment's are
    taken, without `runtime` what `runtime_of` says, without `decoding` the settings' decoder.

    Raises:
        ModelError: the name is unknown, files are missing or broken, or the engine cannot be decoded as is asked for.
        DecodingError: something of `decoding` cannot be used.
        RuntimeMissingError: the runtime is not installed.
    """
    chosen_settings = Settings.from_environment() if settings is None else settings
    asked = engine_key(name)
    recognizer = _loaded(asked.model, runtime or asked.runtime, chosen_settings)
    wanted = decoding or Decoding()
    wanted = replace(wanted, decoder=wanted.decoder or asked.decoder)
    return recognizer if wanted.is_usual and wanted.decoder is None else decoded_by(recognizer, wanted)


def decoded_by(recognizer: Recognizer, decoding: Decoding) -> Recognizer:
    """Returns the same engine, not loaded again, decoding as is asked for.

    Raises:
        ModelError: it is no network whose posteriors could be decoded otherwise.
        DecodingError: something of `decoding` cannot be used.
    """
    if isinstance(recognizer, CtcRecognizer):
        return recognizer.with_decoding(decoding)
    if decoding.is_usual:
        return recognizer
    raise ModelError(
        f"{display_name_of(recognizer.name)} gives no probabilities to decode: decoders, lists and patterns are for "
        "the networks."
    )


def engine_key(name: str | os.PathLike[str]) -> EngineKey:
    """Reads a name as a key, unless something of exactly this name is there."""
    text = os.fspath(name)
    return EngineKey(text) if text in MODELS or Path(text).exists() else EngineKey.parse(text)


def _loaded(name: str, runtime: Runtime | None, settings: Settings) -> Recognizer:
    chosen_runtime = runtime or runtime_of(name, settings.runtime, settings)
    if chosen_runtime not in get_args(Runtime):
        raise ModelError(f"There is no runtime {chosen_runtime!r}; there are {', '.join(RUNTIMES)}.")
    model = _find(name, settings)
    if model is None:
        return _build_from_path(name, chosen_runtime, settings)
    if chosen_runtime not in model.runtimes:
        raise ModelError(f"{model.display_name} runs on {' or '.join(model.runtimes)}, not on {chosen_runtime}.")
    return model.build(chosen_runtime, settings)


def runtime_of(name: str | os.PathLike[str], preferred: Runtime, settings: Settings | None = None) -> Runtime:
    """Returns what a model is to run on where nobody insists: `preferred` if it can, else its own usual runtime.

    An own file is not looked at: it runs on what is preferred, or `load` says that it cannot.
    """
    model = _find(name, Settings.from_environment() if settings is None else settings)
    return preferred if model is None or preferred in model.runtimes else model.runtimes[0]


def models(settings: Settings | None = None) -> dict[str, RegisteredModel]:
    """Returns all models that have a name here, by it, in the order in which they are shown.

    These are the built-in ones, those that installed packages offer, the ONNX files in `Settings.own_models`, and the
    services in `Settings.services`.
    """
    chosen = Settings.from_environment() if settings is None else settings
    others = (*_offered().values(), *_own_files_in(chosen), *map(_service, chosen.services))
    colours = _apart({model.name: model.colour for model in others})
    return {**MODELS, **{model.name: replace(model, colour=colours[model.name]) for model in others}}


def available(settings: Settings | None = None) -> tuple[RegisteredModel, ...]:
    """Returns the models whose files are there, in the order of `models`."""
    chosen = Settings.from_environment() if settings is None else settings
    return tuple(model for model in models(chosen).values() if _has_files(model, chosen))


def colour_of(name: str) -> str:
    """Returns the colour of a model, registered or not; the same name has the same colour everywhere."""
    registered = MODELS.get(name) or models().get(name)
    return registered.colour if registered else own_colour(name)


def colours_of(names: Iterable[str]) -> dict[str, str]:
    """Returns the colours of models that are shown together: no two own ones share one while there are enough."""
    return _apart({name: colour_of(name) for name in names})


def own_colour(name: str) -> str:
    """Returns the colour of what is not registered, chosen by its name."""
    return OWN_FILE_COLOURS[zlib.crc32(name.encode("utf-8", "replace")) % len(OWN_FILE_COLOURS)]


def _apart(wanted: Mapping[str, str]) -> dict[str, str]:
    """Gives whoever comes later another of the colours for own models where its own is taken and one is left."""
    given: dict[str, str] = {}
    for name, colour in wanted.items():
        free = [other for other in OWN_FILE_COLOURS if other not in given.values()]
        moves = colour in OWN_FILE_COLOURS and colour not in free and free
        given[name] = free[0] if moves else colour
    return given


def display_name_of(name: str) -> str:
    """Returns what to call a model in front of people, registered or not."""
    registered = MODELS.get(name) or _offered().get(name)
    return registered.display_name if registered else name


def own_name(path: Path, sha256: str) -> str:
    """Names a model that is loaded by path: the file's name, or its folder's, and the beginning of its hash.

    So two files of one name are told apart, none is taken for a registered model, and the name can be part of a file
    name or of an engine key. What the file calls itself is not used: a stranger wrote it.
    """
    stem = path.stem if path.suffix.lower() == ".onnx" else path.absolute().name
    plain = re.sub(r"[^\w-]+", "-", stem).strip("-")[:_LONGEST_OWN_NAME]
    return f"{plain or 'own'}-{sha256[:8]}"


def _find(name: str | os.PathLike[str], settings: Settings) -> RegisteredModel | None:
    """Returns the model of a name or address; None for what is no name, and so perhaps a path."""
    text = os.fspath(name)
    if text in MODELS:
        return MODELS[text]
    if service.is_service(text):
        return _service(text)
    return models(settings).get(text)


@lru_cache(maxsize=1)
def _offered() -> dict[str, RegisteredModel]:
    """Returns the engines that installed packages offer; their packages are imported when this is first asked."""
    return {found.name: _offered_model(found) for found in offered.find_offered(frozenset(MODELS))}


def _offered_model(found: FoundEngine) -> RegisteredModel:
    engine = found.engine

    def files(_: Settings) -> ModelFiles | None:
        if engine is None:
            raise ModelError(found.problem)
        return ModelFiles(engine.files[0], None, engine.files[1:]) if engine.files else None

    return RegisteredModel(
        found.name,
        (engine.display_name if engine else "") or found.name,
        (engine.colour if engine else "") or own_colour(found.name),
        (offered.RUNTIME,),
        build=lambda _, settings: found.load(settings),
        files=files,
        about=engine.about if engine else "",
        licence=engine.licence if engine else "",
    )


def _service(address: str) -> RegisteredModel:
    name = service.service_name(address)
    return RegisteredModel(
        name,
        name.rpartition("-")[0],
        own_colour(name),
        (service.RUNTIME,),
        build=lambda _, settings: service.load(address, settings),
        files=lambda _: None,
        about=f"A service that is sent every line: {address}. What reads there is not known.",
    )


def _own_files_in(settings: Settings) -> Iterator[RegisteredModel]:
    try:
        found = settings.own_models.glob("*.onnx")
        paths = sorted(path for path in found if path.is_file() and not path.name.startswith("."))
    except OSError:
        return
    for path in paths[:_MOST_OWN_FILES]:
        try:
            state = path.stat()
            yield _own_file(path, settings.hashes, state.st_mtime_ns, state.st_size)
        except (OSError, ModelError):  # removed, or being written, this very moment
            continue


@lru_cache(maxsize=4 * _MOST_OWN_FILES)
def _own_file(path: Path, hashes: Path, _mtime_ns: int, _size: int) -> RegisteredModel:
    """Names a file by its hash; it is read again when its time or size have changed."""
    files = ModelFiles.own_file(path)
    name = own_name(path, remembered_sha256(files, hashes))
    return RegisteredModel(
        name,
        path.stem[:_LONGEST_OWN_NAME],
        own_colour(name),
        ("onnx",),
        build=lambda runtime, settings: _build_from_path(path, runtime, settings),
        files=lambda _: ModelFiles.own_file(path),
    )


def _own_files(name: str, settings: Settings) -> ModelFiles:
    folder = settings.models_folder / name
    if not folder.is_dir():
        raise ModelError(
            f"The model folder {folder} is missing. An installed package brings the CRNN alone; the repository has all "
            f"models, and {variable_of('models_folder')} names the folder that holds them."
        )
    return ModelFiles.in_folder(folder)


def _has_files(model: RegisteredModel, settings: Settings) -> bool:
    try:
        model.files(settings)
    except ModelError:
        return False
    return True


def read_by_own_models(wanted: InputFormat) -> InputFormat:
    """Returns the input format of an own model as it is used: as wide at once as was measured to be read well."""
    return wanted.with_max_width(max(WIDEST_MEASURED_PX, wanted.max_width_px))


def _build_own(name: str, runtime: Runtime, settings: Settings) -> Recognizer:
    recognizer = _load_ctc(_own_files(name, settings), runtime, settings)
    wider = read_by_own_models(recognizer.description.input_format)
    return replace(recognizer, description=replace(recognizer.description, input_format=wider))


def _build_from_hub(text: str, runtime: Runtime, settings: Settings) -> Recognizer:
    address = hub_model.HubAddress.parse(text)
    files = hub_model.model_files(address, settings)
    if files.weights is None and runtime != "onnx":
        raise ModelError("An own ONNX file runs on onnx only.")
    return _named_after(address.called, _load_ctc(files, runtime, settings))


def _build_from_path(name: str | os.PathLike[str], runtime: Runtime, settings: Settings) -> Recognizer:
    if hub_model.is_hub_model(os.fspath(name)):
        return _build_from_hub(os.fspath(name), runtime, settings)
    path = Path(name)
    if path.is_dir() and (path / GRAPH_NAME).exists():
        return _named_after(path, _load_ctc(ModelFiles.in_folder(path), runtime, settings))
    if path.suffix.lower() != ".onnx":
        raise ModelError(
            f"There is no model {os.fspath(name)!r}. Known: {', '.join(MODELS)}, the path of an .onnx file, or an "
            "address on the Hub, hf://owner/name."
        )
    if runtime != "onnx":
        raise ModelError("An own ONNX file runs on onnx only.")
    return _named_after(path, _load_ctc(ModelFiles.own_file(path), runtime, settings))


def _named_after(path: Path, recognizer: CtcRecognizer) -> CtcRecognizer:
    name = own_name(path, recognizer.sha256)
    return replace(recognizer, description=replace(recognizer.description, name=name))


def _load_ctc(files: ModelFiles, runtime: Runtime, settings: Settings) -> CtcRecognizer:
    session = load_session(files, runtime, settings)
    reading = decoder(settings.decoder, session.description.charset, settings.models_folder, session.description.name)
    sha256 = remembered_sha256(files, settings.hashes)
    return CtcRecognizer(session.description, sha256, session, settings, reading)


def _own_model(name: str, display_name: str, colour: str) -> RegisteredModel:
    return RegisteredModel(name, display_name, colour, RUNTIMES, partial(_build_own, name), partial(_own_files, name))


def _pp_ocr(model: ppocr.PackagedModel, colour: str) -> RegisteredModel:
    return RegisteredModel(
        model.name,
        model.display_name,
        colour,
        ("onnx",),
        build=lambda _, settings: ppocr.load(model, settings),
        files=lambda _: ppocr.find(model),
    )


def _tesseract(colour: str) -> RegisteredModel:
    return RegisteredModel(
        tesseract.NAME,
        tesseract.DISPLAY_NAME,
        colour,
        ("program",),
        build=lambda _, settings: tesseract.load(settings),
        files=lambda _: tesseract.find().files,
    )


MODELS: Final[dict[str, RegisteredModel]] = {
    model.name: model
    for model in (
        _own_model("convnext_tiny", "ConvNeXt-Tiny + CTC", "#0072b2"),
        _own_model("crnn", "CRNN", "#b0478f"),
        _own_model("cnn_transformer", "CNN-Transformer", "#e11ed2"),
        _pp_ocr(ppocr.PPOCR_V4, "#009e73"),
        _pp_ocr(ppocr.PPOCR_V6, "#9564f7"),
        _tesseract("#666666"),
    )
}
