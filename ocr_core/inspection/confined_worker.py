"""Reads and runs one ONNX file in a process of its own, which may end in any way without harm to another.

Started by `ocr_core.inspection.confined`, which says what is wanted. Memory, time and files written are limited before
the first byte of the model is looked at, and files that it points to are refused before any runtime sees it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO, Final

MOST_OUTPUT_BYTES: Final = 256 * 2**20
MOST_PROFILE_BYTES: Final = 64 * 2**20

_QUIET: Final = 4


def main() -> int:
    """Reads a request from standard input and writes the answer to standard output."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no part of the answer
    given = sys.stdin.buffer
    request = json.loads(given.readline())
    _limit(request["memory_bytes"], request["seconds"])
    header, arrays = _answer(request, given)
    answer.write(json.dumps(header).encode() + b"\n")
    for array in arrays:
        answer.write(array)
    answer.close()
    return 0


def _answer(request: dict[str, Any], given: BinaryIO) -> tuple[dict[str, Any], list[bytes]]:
    from ocr_core.errors import OcrError
    from ocr_core.inspection.graph_facts import read_graph
    from ocr_core.sessions.external_data import external_locations

    model = given.read(request["model_bytes"])
    try:
        foreign = external_locations(model) - set(request["allowed_files"])
        if foreign:
            shown = ", ".join(repr(name[:100]) for name in sorted(foreign)[:3])
            return {
                "problem": f"It wants to read other files ({shown}). An ONNX file must hold its weights itself."
            }, []
        header: dict[str, Any] = {"graph": read_graph(model).to_dict()} if request["graph"] else {}
        if not request["inputs"]:
            return header, []
        session = _session(model, request)
    except OcrError as error:
        return {"problem": str(error)}, []
    except MemoryError:
        return {"problem": "It asks for more memory than it may have."}, []
    except Exception as error:  # ONNX Runtime's own exceptions share no base class below Exception
        return {"problem": f"ONNX Runtime cannot load it: {_first_line(error)}"}, []
    runs, arrays = _runs(session, request, given)
    return {**header, **runs}, arrays


def _session(model: bytes, request: dict[str, Any]) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = _QUIET
    options.add_session_config_entry("session.load_model_format", "ONNX")
    if request["profile"]:
        options.graph_optimization_level = (
            onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        )  # layers as they are named
        options.add_session_config_entry("session.disable_prepacking", "1")  # weights keep their shapes
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(tempfile.mkdtemp(dir=request["folder"]), "profile"))
    if request["weights_folder"]:
        options.add_session_config_entry(
            "session.model_external_initializers_file_folder_path", request["weights_folder"]
        )
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _runs(session: Any, request: dict[str, Any], given: BinaryIO) -> tuple[dict[str, Any], list[bytes]]:
    """Runs every input; the first that goes well is the one whose layers are told of."""
    import numpy as np

    runs: list[dict[str, Any]] = []
    arrays: list[bytes] = []
    header: dict[str, Any] = {"runs": runs}
    profiling = bool(request["profile"])
    for shape in request["inputs"]:
        batch = np.frombuffer(given.read(4 * int(np.prod(shape))), np.float32).reshape(shape)
        try:
            output = session.run([session.get_outputs()[0].name], {session.get_inputs()[0].name: batch})[0]
            values = np.asarray(output, dtype=np.float32)
        except MemoryError:
            runs.append({"problem": "It asks for more memory than it may have."})
            continue
        except Exception as error:  # as above, and outputs that are no arrays of numbers
            runs.append({"problem": _first_line(error)})
            continue
        if sum(map(len, arrays)) + values.nbytes > MOST_OUTPUT_BYTES:
            runs.append({"problem": "Its output is unreasonably large."})
            continue
        runs.append({"shape": list(values.shape)})
        arrays.append(np.ascontiguousarray(values).tobytes())
        if profiling:
            header["layers"] = _layers(Path(session.end_profiling()))
            profiling = False
    return header, arrays


def _layers(profile: Path) -> list[dict[str, Any]]:
    """Returns every operator that ran, with the shapes of what went in and came out."""
    if profile.stat().st_size > MOST_PROFILE_BYTES:
        return []
    events = json.loads(profile.read_text(encoding="utf-8", errors="replace"))
    return [
        {
            "name": str(event.get("name", "")).removesuffix("_kernel_time")[:200],
            "operator": str(event["args"].get("op_name", "")),
            "inputs": _shapes(event["args"].get("input_type_shape", [])),
            "outputs": _shapes(event["args"].get("output_type_shape", [])),
            "microseconds": int(event.get("dur", 0)),
        }
        for event in events
        if event.get("cat") == "Node" and str(event.get("name", "")).endswith("_kernel_time")
    ]


def _shapes(told: list[dict[str, list[int]]]) -> list[list[int]]:
    return [shape for each in told for shape in each.values()]


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]


def _limit(memory_bytes: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows: there the parent's clock is the only limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_PROFILE_BYTES, MOST_PROFILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
