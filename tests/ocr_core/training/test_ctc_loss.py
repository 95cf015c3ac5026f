"""The compact CTC loss against PyTorch's own."""

import pytest

torch = pytest.importorskip("torch")
from torch.nn import functional as F  # noqa: E402

from ocr_core.training.ctc_loss import ctc_losses  # noqa: E402


@pytest.mark.parametrize("seed", range(5))
def test_value_and_gradient_are_those_of_pytorch(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    n, t, c, length = 4, 12, 9, 5
    logits = torch.randn(n, t, c, generator=generator, dtype=torch.float32) * 2
    targets = torch.randint(1, c, (n, length), generator=generator)
    lengths = torch.tensor([5, 3, 1, 4])
    frames = torch.tensor([12, 9, 4, 12])
    weights = torch.rand(n, generator=generator)

    ours = logits.clone().requires_grad_()
    our_losses = ctc_losses(ours, targets, frames, lengths)
    (our_losses * weights).sum().backward()

    theirs = logits.clone().requires_grad_()
    log_probs = F.log_softmax(theirs, dim=-1).transpose(0, 1)
    their_losses = F.ctc_loss(log_probs, targets, frames, lengths, reduction="none", zero_infinity=True)
    (their_losses * weights).sum().backward()

    assert torch.allclose(our_losses, their_losses, atol=1e-4)
    assert torch.allclose(ours.grad, theirs.grad, atol=1e-4)


def test_gradient_keeps_its_direction_for_large_logits_in_bfloat16() -> None:
    generator = torch.Generator().manual_seed(3)
    logits = (torch.randn(2, 30, 40, generator=generator) * 4 - 90).to(torch.bfloat16)
    targets = torch.randint(1, 40, (2, 8), generator=generator)
    frames, lengths = torch.tensor([30, 24]), torch.tensor([8, 6])

    ours = logits.clone().requires_grad_()
    ctc_losses(ours, targets, frames, lengths).sum().backward()

    theirs = logits.float().requires_grad_()
    log_probs = F.log_softmax(theirs, dim=-1).transpose(0, 1)
    F.ctc_loss(log_probs, targets, frames, lengths, reduction="sum").backward()

    assert ours.grad is not None and theirs.grad is not None
    assert F.cosine_similarity(ours.grad.float().flatten(), theirs.grad.flatten(), dim=0) > 0.9999


def test_impossible_line_has_no_loss_and_no_gradient() -> None:
    logits = torch.randn(2, 3, 5, requires_grad=True)
    targets = torch.tensor([[1, 1, 1], [2, 3, 1]])
    losses = ctc_losses(logits, targets, torch.tensor([3, 3]), torch.tensor([3, 3]))
    losses.sum().backward()
    assert losses[0] == 0
    assert logits.grad is not None
    assert torch.count_nonzero(logits.grad[0]) == 0
    assert torch.count_nonzero(logits.grad[1]) > 0
