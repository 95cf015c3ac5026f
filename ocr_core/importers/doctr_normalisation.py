"""What docTR subtracts from each colour channel in 0..1, and divides by: red, green, blue. Its recognisers share it."""

from __future__ import annotations

from typing import Final

MEAN: Final = (0.694, 0.695, 0.693)
STD: Final = (0.299, 0.296, 0.301)
