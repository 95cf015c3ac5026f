"""`POST /api/v1/ocr` and `/upload`: the published forms to the letter, and everything that can be sent instead."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from ocr_core.review import ReviewRule, written
from tests.apps.server.conftest import Serve, in_base64, png

OCR = "/api/v1/ocr"


def code_of(answer: Any) -> tuple[int, str]:
    told = answer.json()
    assert set(told) == {"success", "error"} and told["success"] is False
    assert set(told["error"]) == {"code", "message"} and told["error"]["message"]
    return answer.status_code, told["error"]["code"]


def test_the_published_request_gets_the_published_answer(service: TestClient) -> None:
    answer = service.post(OCR, json={"image_base64": in_base64(png("BAC"))})
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert set(told) == {"success", "result", "cost_time_ms"}
    assert told["success"] is True and told["result"] == ["BAC"] and isinstance(told["cost_time_ms"], int)


@pytest.mark.parametrize(
    "spelt",
    [
        lambda text: "data:image/png;base64," + text,
        lambda text: "DATA:image/png;BASE64," + text,
        lambda text: text.rstrip("="),
        lambda text: "\n".join(text[i : i + 76] for i in range(0, len(text), 76)),
        lambda text: text.replace("+", "-").replace("/", "_"),
        lambda text: f"  {text}\r\n",
    ],
)
def test_base64_in_any_common_spelling(service: TestClient, spelt: Any) -> None:
    # Three sizes, so that every padding occurs.
    for extra in range(3):
        text = in_base64(png("AB") + b"\0" * extra)
        answer = service.post(OCR, json={"image_base64": spelt(text)})
        assert answer.json()["result"] == ["AB"]


def test_the_form_s_door_answers_one_text(service: TestClient) -> None:
    for field in ("file", "image", "anything"):
        answer = service.post("/upload", files={field: ("a.png", png("CAB"))})
        assert (answer.status_code, answer.json()) == (200, {"text": "CAB"})


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"json": {"image_base64": in_base64(b"no picture at all")}}, (400, "not_an_image")),
        ({"json": {"image_base64": in_base64(png()[:50])}}, (400, "not_an_image")),
        ({"json": {"image_base64": in_base64(b"%PDF-1.7 no")}}, (400, "not_an_image")),
        ({"json": {"image_base64": ""}}, (400, "not_an_image")),
        ({"json": {"image_base64": "***"}}, (400, "bad_base64")),
        ({"json": {"image_base64": "字"}}, (400, "bad_base64")),
        ({"json": {"image_base64": "data:image/png,abc"}}, (400, "bad_base64")),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, (400, "bad_json")),
        ({"content": b"\xff\xfe", "headers": {"content-type": "application/json"}}, (400, "bad_json")),
        ({"content": b"[" * 100_000, "headers": {"content-type": "application/json"}}, (400, "bad_json")),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, (400, "bad_form")),
        ({"content": b"a=b", "headers": {"content-type": "application/x-www-form-urlencoded"}},
         (415, "unsupported_media_type")),
        ({"content": b"x"}, (415, "unsupported_media_type")),
        ({"json": {}}, (422, "invalid_option")),
        ({"json": []}, (422, "invalid_option")),
        ({"json": {"image_base64": 5}}, (422, "invalid_option")),
        ({"json": {"image_base64": "", "images": []}}, (422, "invalid_option")),
        ({"json": {"images": []}}, (422, "invalid_option")),
        ({"json": {"image_base64": in_base64(png()), "model": "nobody"}}, (422, "invalid_option")),
        ({"json": {"image_base64": in_base64(png()), "model": "../../etc/passwd"}}, (422, "invalid_option")),
        ({"json": {"image_base64": in_base64(png()), "runtime": "abacus"}}, (422, "invalid_option")),
        ({"json": {"image_base64": in_base64(png()), "decoder": "luck"}}, (422, "invalid_option")),
        ({"json": {"image_base64": in_base64(png()), "pattern": "(("}}, (422, "invalid_option")),
        ({"json": {"image_base64": in_base64(png()), "lexicon_weight": 1e9}}, (422, "invalid_option")),
        ({"json": {"image_base64": in_base64(png()), "unheard_of": 1}}, (422, "invalid_option")),
        ({"data": {"model": "crnn"}, "files": {"f": ("x", b"")}}, (400, "not_an_image")),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_answered_with_a_status_that_means_it(
    service: TestClient, sent: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert code_of(service.post(OCR, **sent)) == expected


def test_a_wrong_method_or_address_is_told_in_the_same_form(service: TestClient) -> None:
    answer = service.get(OCR)
    assert code_of(answer) == (405, "method_not_allowed") and answer.headers["allow"] == "POST"
    assert code_of(service.get("/upload")) == (405, "method_not_allowed")
    assert code_of(service.post("/api/v1/nothing")) == (404, "not_found")
    assert code_of(service.get("/api/v2/ocr")) == (404, "not_found")


def test_several_pictures_each_have_their_own_answer(service: TestClient) -> None:
    images = [{"image_base64": in_base64(png("AB"))}, {"image_base64": "%%"}, {"image_base64": in_base64(b"no")},
              {"image_base64": in_base64(png("CA")), "detail": "characters"}]  # fmt: skip
    told = service.post(OCR, json={"images": images}).json()
    assert told["success"] is True and told["failed"] == 2
    assert [each["success"] for each in told["results"]] == [True, False, False, True]
    assert told["results"][0]["result"] == ["AB"] and "detail" not in told["results"][0]
    assert [told["results"][i]["error"]["code"] for i in (1, 2)] == ["bad_base64", "not_an_image"]
    assert told["results"][3]["detail"]["lines"][0]["text"] == "CA"


def test_options_beside_images_are_for_all_that_say_nothing_else(service: TestClient) -> None:
    images = [{"image_base64": in_base64(png("AB"))}, {"image_base64": in_base64(png("AB")), "forbid": "A"}]
    told = service.post(OCR, json={"images": images, "forbid": "B"}).json()
    first, second = (each["result"][0] for each in told["results"])
    assert "B" not in first and "A" in first
    assert "A" not in second and "B" in second


def test_a_form_with_several_files_answers_as_many(service: TestClient) -> None:
    files = [("files", ("1.png", png("A"))), ("files", ("2.png", png("CB")))]
    told = service.post(OCR, files=files, data={"model": "convnext_tiny"}).json()
    assert [each["result"] for each in told["results"]] == [["A"], ["CB"]]


def test_the_picture_itself_can_be_the_body(service: TestClient) -> None:
    answer = service.post(f"{OCR}?model=convnext_tiny@onnx&detail=characters", content=png("AC"),
                          headers={"content-type": "image/png"})  # fmt: skip
    assert answer.json()["result"] == ["AC"]
    assert answer.json()["detail"]["model"] == "convnext_tiny"


def test_detail_has_boxes_confidences_alternatives_and_times(service: TestClient) -> None:
    told = service.post(OCR, json={"image_base64": in_base64(png("BAC")), "detail": "characters", "n_best": 2}).json()
    detail, (line,) = told["detail"], told["detail"]["lines"]
    assert detail["runtime"] == "onnx" and len(detail["model_sha256"]) == 64
    assert detail["timings_ms"]["infer"] > 0 and isinstance(detail["warnings"], list)
    assert "".join(each["text"] for each in line["characters"]) == line["text"] == "BAC"
    for before, after in zip(line["characters"], line["characters"][1:], strict=False):
        assert before["box"][0] < before["box"][2] <= after["box"][2]
    assert all(len(each["alternatives"]) > 1 and 0 <= each["confidence"] <= 1 for each in line["characters"])
    assert len(line["n_best"]) == 2 and line["n_best"][0]["text"] == "BAC"


def test_what_is_known_of_the_text_is_used(service: TestClient) -> None:
    def read(**options: Any) -> list[str]:
        return service.post(OCR, json={"image_base64": in_base64(png("BAC")), **options}).json()["result"]

    assert read(allow="AC") != ["BAC"]
    assert read(lexicon=["CCC"]) == ["CCC"]
    assert read(model="crnn@onnx+beam") == read(decoder="beam") == ["BAC"]


def test_every_line_is_read_unless_the_biggest_is_asked_for(service: TestClient, samples: Any) -> None:
    two = Image.new("RGB", (640, 160), "white")
    line = Image.open(samples / "print" / "heading.jpg").convert("RGB").resize((600, 60))
    two.paste(line, (20, 10))
    two.paste(line, (20, 90))
    data = io.BytesIO()
    two.save(data, "PNG")
    every = service.post(OCR, json={"image_base64": in_base64(data.getvalue())}).json()["result"]
    biggest = service.post(OCR, json={"image_base64": in_base64(data.getvalue()), "lines": "biggest"}).json()["result"]
    assert len(every) == 2 and len(biggest) == 1


def test_page_reads_the_asked_page_of_a_document(service: TestClient) -> None:
    pages = [Image.open(io.BytesIO(png(text))) for text in ("AB", "CA")]
    tiff = io.BytesIO()
    pages[0].save(tiff, "TIFF", save_all=True, append_images=pages[1:])
    body = {"image_base64": in_base64(tiff.getvalue()), "page": 3}
    assert code_of(service.post(OCR, json=body)) == (400, "not_an_image")


def test_pictures_beyond_a_limit_are_refused_before_they_are_decoded(service: TestClient) -> None:
    bomb = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    assert code_of(service.post(OCR, json={"image_base64": in_base64(bomb.getvalue())})) == (413, "too_large")


def test_bodies_beyond_the_limit_are_refused_with_and_without_a_length(serve: Serve) -> None:
    small = serve(max_body_bytes=10_000)
    assert code_of(small.post(OCR, json={"image_base64": "A" * 10_000})) == (413, "too_large")

    def in_pieces() -> Any:
        yield b'{"image_base64": "'
        for _ in range(100):
            yield b"A" * 1_000

    answer = small.post(OCR, content=in_pieces(), headers={"content-type": "application/json"})
    assert code_of(answer) == (413, "too_large")
    assert small.post(OCR, json={"image_base64": in_base64(png())}).status_code == 200


def test_more_pictures_than_are_read_in_one_request(serve: Serve) -> None:
    few = serve(most_images=2)
    images = [{"image_base64": in_base64(png("A"))}] * 3
    assert code_of(few.post(OCR, json={"images": images})) == (413, "too_large")
    assert code_of(few.post(OCR, files=[("f", ("a", png()))] * 3)) == (413, "too_large")


def test_errors_repeat_nothing_of_what_was_sent(service: TestClient) -> None:
    secret = "secret-words"
    for body in ({secret: 1}, {"image_base64": secret + "!"}, {"image_base64": 1, "model": [secret]}):
        assert secret not in json.dumps(service.post(OCR, json=body).json())


def test_lines_below_a_threshold_are_marked_for_a_person(service: TestClient) -> None:
    picture = in_base64(png("BAC"))
    unmarked = service.post(OCR, json={"image_base64": picture, "detail": "characters"}).json()
    assert "review" not in unmarked and "review" not in unmarked["detail"]["lines"][0]
    sure = unmarked["detail"]["lines"][0]["confidence"]
    for below, expected in ((0.0, False), (1.0, True)):
        asked = {"image_base64": picture, "detail": "characters", "min_confidence": below}
        told = service.post(OCR, json=asked).json()
        assert told["review"] is told["detail"]["lines"][0]["review"] is (expected and sure < 1)
    assert code_of(service.post(OCR, json={"image_base64": picture, "min_confidence": 2})) == (422, "invalid_option")


def test_a_file_of_thresholds_counts_for_all_requests(serve: Serve, tmp_path: Path) -> None:
    told = serve().post(OCR, json={"image_base64": in_base64(png("AB")), "detail": "characters"}).json()["detail"]
    rules = tmp_path / "review.json"
    rules.write_text(written([ReviewRule(told["model"], told["model_sha256"], 0.0, False, {})]), encoding="utf-8")
    lenient = serve(review=rules).post(OCR, json={"image_base64": in_base64(png("AB"))}).json()
    assert lenient["review"] is False
    rules.write_text(written([ReviewRule(told["model"], "0" * 64, 0.0, False, {})]), encoding="utf-8")
    of_other_weights = serve(review=rules).post(OCR, json={"image_base64": in_base64(png("AB"))}).json()
    assert of_other_weights["review"] is True
