"""The CNN-Transformer: shapes, a line's reading apart from its batch, and a warm start that changes nothing."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
from torch import Tensor  # noqa: E402

from ocr_core.nets.build import build, description_of  # noqa: E402
from ocr_core.nets.cnn_transformer import CnnTransformer, CnnTransformerConfig  # noqa: E402
from ocr_core.preprocess import InputFormat  # noqa: E402

SMALL = CnnTransformerConfig(classes=11, features=32, layers=2, heads=4, hidden=48)


def network(seed: int = 0) -> CnnTransformer:
    torch.manual_seed(seed)
    made = CnnTransformer(SMALL).eval()
    torch.nn.init.normal_(made.merge.weight, std=0.3)  # starts at zero, which would hide the attention
    for module in made.modules():  # fresh statistics would hide what batch norm adds to empty columns
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.running_mean, std=0.3)
            torch.nn.init.normal_(module.bias, std=0.3)
    return made


def picture(width: int, padded: int, seed: int) -> Tensor:
    """A line of noise as preprocessing leaves it, `1, 1, 32, padded`: grey levels, then zeros."""
    levels = torch.randint(0, 256, (1, 1, 32, width), generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.pad((levels / 255.0 - 0.5) / 0.5, (0, padded - width))


@pytest.mark.parametrize("width", [4, 37, 64, 130, 131, 132, 133])
def test_padding_and_company_change_nothing(width: int) -> None:
    alone = picture(width, -(-width // 4) * 4, seed=width)
    batch = torch.cat([picture(width, 320, seed=width), picture(320, 320, seed=1), picture(200, 320, seed=2)])
    frames = alone.shape[3] // 4
    with torch.inference_mode():
        ours, among_others = network()(alone), network()(batch)
    assert torch.allclose(ours[0], among_others[0, :frames], atol=1e-5)


def test_attention_does_look_along_the_line() -> None:
    """What the last test compares would be equal as well if no frame saw another."""
    line = picture(320, 320, seed=3)
    changed = line.clone()
    changed[..., 280:] = picture(40, 40, seed=4)
    with torch.inference_mode():
        difference = (network()(line) - network()(changed)).abs().amax(dim=-1)[0]
    assert difference[:10].max() > 1e-5


def test_no_grey_level_is_taken_for_padding() -> None:
    wanted = InputFormat()
    levels = torch.arange(256) / 255.0
    assert ((levels - wanted.mean) / wanted.std).abs().min() > 1e-3


def test_it_starts_where_the_warm_up_left_it() -> None:
    fresh = CnnTransformer(SMALL).eval()
    with torch.inference_mode():
        features = fresh.features(picture(100, 128, seed=5))
        assert torch.equal(fresh.context(features), features)


def test_it_is_rebuilt_from_its_description() -> None:
    architecture, config = description_of(network())
    rebuilt = build(architecture, config)
    assert architecture == "cnn_transformer"
    assert {n: v.shape for n, v in rebuilt.state_dict().items()} == {
        n: v.shape for n, v in network().state_dict().items()
    }


def test_log_probabilities_have_a_frame_for_four_columns() -> None:
    with torch.inference_mode():
        found = network()(torch.cat([picture(96, 128, seed=6), picture(128, 128, seed=7)]))
    assert found.shape == (2, 32, 11)
    assert torch.allclose(found.exp().sum(dim=-1), torch.ones(2, 32), atol=1e-5)
