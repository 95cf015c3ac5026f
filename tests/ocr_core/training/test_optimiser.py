"""The recipe's optimisers: what decays, what Muon takes, and that a resumed one goes on the same."""

import copy

import pytest

torch = pytest.importorskip("torch")
from ocr_core.nets.crnn import Crnn, CrnnConfig  # noqa: E402
from ocr_core.training.optimiser import RecipeOptimiser  # noqa: E402

NAMES = ["adamw", "muon"]


def _network() -> Crnn:
    torch.manual_seed(0)
    return Crnn(CrnnConfig(9, trunk="separable", features=16, hidden=8))


def _step(network: Crnn, optimiser: RecipeOptimiser, seed: int) -> None:
    images = torch.randn(2, 1, 32, 32, generator=torch.Generator().manual_seed(seed))
    optimiser.zero_grad()
    network(images).square().mean().backward()
    optimiser.set_rate(1e-2)
    optimiser.step()


@pytest.mark.parametrize("name", NAMES)
def test_only_matrices_decay(name: str) -> None:
    network = _network()
    before = {key: value.detach().clone() for key, value in network.named_parameters()}
    optimiser = RecipeOptimiser(network, name, weight_decay=0.5)
    for parameter in network.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimiser.set_rate(0.1)
    optimiser.step()
    for key, value in network.named_parameters():
        expected = before[key] * (0.95 if value.ndim > 1 else 1.0)
        torch.testing.assert_close(value.detach(), expected)


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_with_a_gradient_moves(name: str) -> None:
    network = _network()
    torch.nn.init.normal_(network.merge.weight)
    before = {key: value.detach().clone() for key, value in network.named_parameters()}
    _step(network, RecipeOptimiser(network, name, 0.0), seed=1)
    still = [key for key, value in network.named_parameters() if torch.equal(value.detach(), before[key])]
    assert still == []


@pytest.mark.parametrize("name", NAMES)
def test_a_resumed_optimiser_goes_on_the_same(name: str) -> None:
    network = _network()
    optimiser = RecipeOptimiser(network, name, 0.03)
    _step(network, optimiser, seed=1)
    other = copy.deepcopy(network)
    resumed = RecipeOptimiser(other, name, 0.03)
    resumed.load_state_dict(copy.deepcopy(optimiser.state_dict()))
    _step(network, optimiser, seed=2)
    _step(other, resumed, seed=2)
    for mine, theirs in zip(network.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs)
