import base64
import hashlib
import json
import re
import time
from dataclasses import replace
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from ocr_core.ctc.evidence import evidence_of
from ocr_core.result import Recognition, Timings
from ocr_core.views.ctc_view import ctc_view, framed_ctc_view
from ocr_core.views.ctc_view_data import MATTERS_ABOVE
from ocr_core.views.engine_reading import EngineReading, shown_boxes
from tests.ocr_core.views.lattices import drawn_line, made_up_posteriors, made_up_reading, without_posteriors

TEXT = "字鉴看见每个识别器"
NASTY = (
    "</script><img src=x onerror=alert(1)>",
    "<!--",
    "]]>",
    "\u202egnp.exe",
    "\x00\x1b[31m",
    "\u0301\u0302\u0303",
    "\"'` onmouseover=alert(1)",
    "\u2028\u2029",
    "@@data@@",
    "\ud800",
)


def reading_of(text: str, seed: int = 1, **how) -> tuple[np.ndarray, EngineReading]:
    image, spans = drawn_line(text)
    posteriors = made_up_posteriors(text, spans, image.shape[1], np.random.default_rng(seed))
    return image, made_up_reading(posteriors, image, **how)


def data_of(document: str) -> dict:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', document, re.DOTALL)
    assert found
    return json.loads(found[1])


class Elements(HTMLParser):
    """Collects start tags and what stands between them."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(document)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


def test_frames_probabilities_and_boxes_reach_the_page():
    image, reading = reading_of(TEXT)
    data = data_of(ctc_view(image, [reading]))
    engine, evidence = data["engines"][0], reading.evidence
    assert evidence is not None
    assert (data["width"], data["height"]) == (image.shape[1], image.shape[0])
    assert (engine["frames"], engine["stride"], engine["origin"]) == (evidence.frames, 4.0, 0.0)
    names = [row[0] for row in data["symbols"]]
    assert ["" if s < 0 else names[s] for s in engine["path"]] == list(reading.recognition.raw_path)
    assert "".join(names[c["s"]] for c in engine["chars"]) == reading.recognition.text
    for drawn, character in zip(engine["chars"], reading.recognition.characters, strict=True):
        assert (drawn["first"], drawn["last"]) == (character.first_frame, character.last_frame)
        assert drawn["box"] == pytest.approx(character.box, abs=0.051)
    for row, classes, log_probs in zip(engine["top"], evidence.top_classes, evidence.top_log_probs, strict=True):
        assert [names[s] if s >= 0 else "" for s in row[::2]] == [evidence.symbols[int(c)] for c in classes[:5]]
        assert row[1::2] == pytest.approx(np.exp(log_probs[:5].astype(float)) * 10_000, abs=0.51)


def test_the_ribbon_holds_every_character_that_matters_and_no_other():
    image, reading = reading_of(TEXT)
    evidence = reading.evidence
    assert evidence is not None
    engine = data_of(ctc_view(image, [reading]))["engines"][0]
    names = [row[0] for row in data_of(ctc_view(image, [reading]))["symbols"]]
    drawn = {names[stretch[0]] for stretch in engine["ribbon"]}
    likely = evidence.top_classes[np.exp(evidence.top_log_probs) > MATTERS_ABOVE]
    assert drawn == {evidence.symbols[c] for c in set(likely.tolist()) - {evidence.blank_class}}
    for symbol, start, *thousandths in engine["ribbon"]:
        column = next(c for c, text in evidence.symbols.items() if text == names[symbol])
        for frame, p in enumerate(thousandths, start):
            row = dict(zip(evidence.top_classes[frame].tolist(), np.exp(evidence.top_log_probs[frame]), strict=True))
            if column in row:
                assert p == pytest.approx(row[column] * 1000, abs=0.6)


def test_the_same_character_has_one_hue_in_all_engines():
    image, first = reading_of(TEXT, seed=1)
    _, second = reading_of(TEXT, seed=2)
    symbols = [row[0] for row in data_of(ctc_view(image, [first, second]))["symbols"]]
    assert len(symbols) == len(set(symbols))


def test_a_character_of_one_frame_is_no_wider_than_a_character_can_be():
    """Where its neighbours were far away, its box once reached over all that lies between."""
    image, reading = reading_of("字鉴")
    first, *others = reading.recognition.characters
    wide = replace(first, box=(0.0, 0.0, 900.0, 32.0))
    stretched = replace(reading, recognition=replace(reading.recognition, characters=(wide, *others)))
    left, _, right, _ = shown_boxes(stretched, image.shape[0], None)[0]
    assert right - left <= 1.3 * image.shape[0] + 1
    assert left <= first.first_frame * 4 and right >= (first.last_frame + 1) * 4


def test_boxes_of_a_line_cut_from_a_page_come_back_to_the_line():
    image, reading = reading_of(TEXT)
    source_from_line = np.array([[2.0, 0.0, 100.0], [0.0, 2.0, 40.0]])
    moved = tuple(
        replace(c, box=tuple(2 * v + (100, 40, 100, 40)[i] for i, v in enumerate(c.box)))
        for c in reading.recognition.characters
    )
    on_page = replace(reading, recognition=replace(reading.recognition, characters=moved))
    document = ctc_view(image, [on_page], source_from_line=source_from_line)
    assert data_of(document)["engines"][0]["chars"] == data_of(ctc_view(image, [reading]))["engines"][0]["chars"]


def nasty_reading(text: str) -> tuple[np.ndarray, EngineReading]:
    """Puts `text` wherever a model, a file name or a user could put it."""
    image, reading = reading_of("字鉴")
    evidence = reading.evidence
    assert evidence is not None
    old = reading.recognition
    symbols = {c: (text if symbol == old.text[:1] else symbol) for c, symbol in evidence.symbols.items()}
    recognition = replace(
        old,
        text=old.text.replace(old.text[:1], text),
        characters=tuple(replace(c, text=text) if c.text == old.text[:1] else c for c in old.characters),
        raw_path=tuple(text if s == old.text[:1] else s for s in old.raw_path),
        warnings=(text,),
        model=text,
        runtime=text,
        decoder=text,
    )
    return image, EngineReading(text, "#0072b2", recognition, replace(evidence, symbols=symbols))


@pytest.mark.parametrize("text", NASTY)
def test_recognised_text_cannot_become_markup(text: str):
    image, harmless = reading_of("字鉴")
    _, nasty = nasty_reading(text)
    expected = Elements(ctc_view(image, [harmless, harmless]))
    document = ctc_view(image, [nasty, harmless])
    document.encode("utf-8")
    elements = Elements(document)
    allowed = {tag for tag, _ in expected.tags} | {"p"}
    assert {tag for tag, _ in elements.tags} <= allowed
    count = [sum(tag == wanted for tag, _ in elements.tags) for wanted in ("script", "img", "svg")]
    assert count == [sum(tag == wanted for tag, _ in expected.tags) for wanted in ("script", "img", "svg")]
    assert not any(name.startswith("on") for _, attributes in elements.tags for name in attributes)
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2028\u2029]", document)
    assert data_of(document)["engines"][0]["frames"] == data_of(ctc_view(image, [harmless]))["engines"][0]["frames"]


def test_the_policy_allows_this_script_alone_and_no_network():
    image, reading = reading_of(TEXT)
    document = ctc_view(image, [reading])
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', document)
    script = re.search(r"<script>(.*?)</script>", document, re.DOTALL)
    assert policy and script
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none'; img-src data:;")
    addresses = set(re.findall(r"https?://[^\s\"'<]+", document))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"@import|url\(", document)


def test_differences_between_engines_are_marked():
    image, reading = reading_of("字鉴看")
    first = EngineReading("A", "#0072b2", plain("字鉴看"))
    second = EngineReading("B", "#b0478f", plain("字看"))
    document = ctc_view(image, [first, second])
    assert 'class="proof ch differs" data-char="1">鉴</span>' in document
    assert document.count('class="proof ch gap"') == 1
    assert 'class="proof ch differs"' not in ctc_view(image, [reading, reading])


def plain(text: str, confidence: float | None = None) -> Recognition:
    return Recognition(text, (), (), confidence, Timings(infer=12.4), "m", "", "onnx")


def test_an_engine_without_posteriors_is_shown_with_what_it_has():
    image, reading = reading_of(TEXT)
    data = data_of(ctc_view(image, [without_posteriors(reading), EngineReading("T", "#0072b2", plain("字"))]))
    placed, bare = data["engines"]
    assert (placed["frames"], bare["frames"]) == (0, 0)
    assert len(placed["chars"]) == len(reading.recognition.characters) and bare["chars"] == []


def test_no_engine_and_an_empty_reading_still_make_a_page():
    image, _ = drawn_line("字")
    assert data_of(ctc_view(image, []))["engines"] == []
    assert "nothing read" in ctc_view(image, [EngineReading("A", "#0072b2", plain(""))])
    sure = replace(plain(""), confidence=0.997)  # as older runs and cases have it
    shown = ctc_view(image, [EngineReading("A", "#0072b2", sure)])
    assert "no confidence: nothing read" in shown and "99.7" not in shown


def test_confidence_is_defined_and_time_is_split_by_stage():
    image, reading = reading_of(TEXT)
    document = ctc_view(image, [reading])
    assert "CTC forward sum" in document and "network 31.4 ms" in document and ">36.7 ms<" in document
    assert "confidence unknown" in ctc_view(image, [without_posteriors(reading)])


def test_a_path_of_another_length_than_the_evidence_is_refused():
    image, reading = reading_of(TEXT)
    short = replace(reading.recognition, raw_path=reading.recognition.raw_path[:-1])
    with pytest.raises(ValueError, match="raw path"):
        ctc_view(image, [replace(reading, recognition=short)])


def test_probabilities_beyond_their_range_do_not_break_the_page():
    image, reading = reading_of(TEXT)
    evidence = reading.evidence
    assert evidence is not None
    blank = evidence.blank.copy()
    blank[:4] = [np.nan, -np.inf, 0.001, np.inf]
    data = data_of(ctc_view(image, [replace(reading, evidence=replace(evidence, blank=blank))]))
    assert data["engines"][0]["blank"][:4] == [0, 0, 1000, 1000]


def test_the_image_is_the_image():
    image, reading = reading_of(TEXT)
    found = re.search(r'src="data:image/png;base64,([^"]+)"', ctc_view(image, [reading]))
    assert found
    decoded = cv2.imdecode(np.frombuffer(base64.b64decode(found[1]), np.uint8), cv2.IMREAD_COLOR_RGB)
    assert decoded is not None and np.array_equal(decoded, image)


def test_a_large_photograph_is_made_smaller():
    noise = np.random.default_rng(0).integers(0, 256, (1200, 9000, 3), dtype=np.uint8)
    document = ctc_view(noise, [])
    assert "data:image/jpeg" in document and len(document) < 6_000_000
    assert data_of(document)["width"] == 9000


def test_three_engines_of_256_frames_are_quick_and_small():
    text = (TEXT * 6)[:46]
    image, spans = drawn_line(text)
    image, spans = image[:, :1024], [span for span in spans if span[1] < 1020]
    rng = np.random.default_rng(5)
    readings = []
    for _ in range(3):
        posteriors = made_up_posteriors(text[: len(spans)], spans, 1024, rng)
        readings.append(made_up_reading(posteriors, image))
    assert readings[0].evidence is not None and readings[0].evidence.frames == 256
    milliseconds = []
    for _ in range(5):
        begun = time.thread_time()
        document = ctc_view(image, readings)
        milliseconds.append((time.thread_time() - begun) * 1000)
    embedded = re.search(r"data:image/[^\"]+", document)
    assert embedded
    assert len(document.encode()) - len(embedded[0]) < 200_000
    assert min(milliseconds) < 60


def test_the_frame_holds_the_whole_document():
    image, reading = reading_of(TEXT)
    document = ctc_view(image, [reading])
    (_, attributes), *rest = Elements(framed_ctc_view(document, 1)).tags
    assert attributes["srcdoc"] == document and not rest


def with_truth_kept(text: str, truth: str) -> tuple[np.ndarray, EngineReading]:
    image, spans = drawn_line(text)
    posteriors = made_up_posteriors(text, spans, image.shape[1], np.random.default_rng(1), doubt=0.0)
    reading = made_up_reading(posteriors, image)
    return image, replace(reading, evidence=evidence_of(posteriors, text, truth), charset=posteriors.charset)


def test_a_truth_gives_every_engine_its_edits_and_places():
    truth = "字鉴看毎个识识别器龘"
    image, reading = with_truth_kept(TEXT, truth)
    document = ctc_view(image, [reading, without_posteriors(reading)], truth=truth)
    data = data_of(document)
    names = [row[0] for row in data["symbols"]]
    assert "".join(names[s] for s in data["truth"]) == truth
    placed, bare = (engine["truth"] for engine in data["engines"])
    kinds = [row["kind"] for row in placed]
    assert kinds == [row["kind"] for row in bare] and kinds.count("missed") == 2 and kinds[0] == "right"
    assert [names[reading_char["s"]] for reading_char in data["engines"][0]["chars"]][placed[0]["read"]] == "字"
    assert placed[0]["p"] > 9000 and placed[0]["pref"] == placed[0]["s"]
    assert "first" not in placed[-1] and "x0" in placed[-1]
    assert all("x0" not in row for row in bare)
    assert data["engines"][0]["truthNote"] == "Not in its charset, so it can never write: 龘"
    assert document.count("CER 40.0 %") == 2
    assert "1 substituted, 2 missed, 1 inserted of 10 characters" in document


def test_without_the_charset_it_is_not_claimed_that_a_character_is_unknown():
    image, reading = with_truth_kept(TEXT, "")
    note = data_of(ctc_view(image, [replace(reading, charset=None)], truth="字龘"))["engines"][0]["truthNote"]
    assert note == "Not in its charset, or not kept with this reading: 龘"


def test_without_a_truth_nothing_is_judged():
    image, reading = reading_of(TEXT)
    document = ctc_view(image, [reading])
    assert data_of(document)["truth"] == [] and "truth" not in data_of(document)["engines"][0]
    assert "CER" not in document.split("<main")[0].split("</style>")[1]


@pytest.mark.parametrize("truth", NASTY, ids=ascii)
def test_a_typed_truth_cannot_become_markup(truth: str):
    image, reading = reading_of("字鉴")
    document = ctc_view(image, [reading], truth=truth)
    document.encode("utf-8")
    tags = {tag for tag, _ in Elements(document).tags}
    assert tags <= {tag for tag, _ in Elements(ctc_view(image, [reading], truth="字")).tags} | {"small"}
    assert not any(name.startswith("on") for _, attributes in Elements(document).tags for name in attributes)
    assert len(data_of(document)["truth"]) == len(truth)
