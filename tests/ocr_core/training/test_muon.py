"""Muon against PyTorch's own, and its orthogonalisation against what the singular values should become."""

from __future__ import annotations

import copy

import pytest

torch = pytest.importorskip("torch")
from ocr_core.training.muon import Muon, orthogonalised  # noqa: E402

SHAPES = [(8, 72), (24, 8), (16, 16), (1, 5)]


def _matrix(shape: tuple[int, ...], seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def _step_by_step(matrix: torch.Tensor) -> torch.Tensor:
    """The iteration as it is published, in double precision."""
    is_tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.T if is_tall else matrix).double()
    x = x / x.norm()
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return (x.T if is_tall else x).float()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_short_way_ends_where_the_long_one_does(shape: tuple[int, int]) -> None:
    torch.testing.assert_close(orthogonalised(_matrix(shape)), _step_by_step(_matrix(shape)), rtol=1e-3, atol=1e-4)


def test_singular_values_come_near_one_and_small_ones_do_no_harm() -> None:
    left, _, right = torch.linalg.svd(_matrix((12, 40)), full_matrices=False)
    values = torch.logspace(0, -6, 12)  # far beyond what float32 holds of a Gram matrix
    found = torch.linalg.svdvals(orthogonalised(left @ torch.diag(values) @ right))
    assert found.max() < 1.3 and (found > 0.6).sum() >= 5
    torch.testing.assert_close(orthogonalised(torch.zeros(3, 4)), torch.zeros(3, 4))


def test_steps_are_pytorchs_within_what_bfloat16_holds() -> None:
    mine, its = (torch.nn.Parameter(_matrix((16, 40))) for _ in range(2))
    ours = Muon([mine], lr=0.01, weight_decay=0.1)
    theirs = torch.optim.Muon([its], lr=0.01, weight_decay=0.1, adjust_lr_fn="match_rms_adamw")
    for seed in (1, 2, 3):
        mine.grad, its.grad = _matrix((16, 40), seed), _matrix((16, 40), seed)
        ours.step()
        theirs.step()
    moved = (its - _matrix((16, 40))).detach()
    assert (mine - its).detach().norm() < 0.02 * moved.norm()


def test_a_state_of_pytorchs_goes_on() -> None:
    flat = torch.nn.Parameter(_matrix((4, 18)))
    theirs = torch.optim.Muon([flat], lr=0.01)
    flat.grad = _matrix((4, 18), 1)
    theirs.step()
    kernel = torch.nn.Parameter(flat.detach().reshape(4, 2, 3, 3).clone())
    ours = Muon([kernel], lr=0.01)
    ours.load_state_dict(copy.deepcopy(theirs.state_dict()))
    kernel.grad = _matrix((4, 18), 2).reshape(4, 2, 3, 3)
    ours.step()
    momentum = 0.95 * 0.05 * _matrix((4, 18), 1) + 0.05 * _matrix((4, 18), 2)
    torch.testing.assert_close(ours.state[kernel]["momentum_buffer"], momentum)


def test_a_kernel_is_a_matrix_of_outputs_whatever_its_memory_order() -> None:
    kernels = [
        torch.nn.Parameter(_matrix((4, 2, 3, 3)).contiguous(memory_format=order))
        for order in (torch.contiguous_format, torch.channels_last)
    ]
    for kernel in kernels:
        kernel.grad = _matrix((4, 2, 3, 3), 1)
        Muon([kernel], lr=0.1).step()
    torch.testing.assert_close(kernels[0].detach(), kernels[1].detach())
