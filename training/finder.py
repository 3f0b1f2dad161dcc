"""The finder: one class, no anchors, a score and four corner offsets for every cell of 8 x 8 pixels."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.reader import Residual, convolution

STRIDE = 8
CORNER_SCALE = 16.0


class Finder(nn.Module):
    """Find plates in grey pictures (n, 1, h, w), 0..255: scores (n, 1, h/8, w/8), corners (n, 8, h/8, w/8).

    Corners are pixel offsets from the cell's centre, x and y of the plate's top left, then clockwise.
    """

    def __init__(self, channels: tuple[int, int, int, int] = (24, 40, 72, 96)) -> None:
        super().__init__()
        b, c, d, e = channels
        self.at_8 = nn.Sequential(
            nn.PixelUnshuffle(2), convolution(4, b, 3, 2), convolution(b, c, 3, 2), Residual(c)
        )
        self.at_16 = nn.Sequential(convolution(c, d, 3, 2), Residual(d))
        self.at_32 = nn.Sequential(convolution(d, e, 3, 2), Residual(e))
        self.down_32, self.down_16 = nn.Conv2d(e, d, 1), nn.Conv2d(d, c, 1)
        self.head = nn.Sequential(convolution(c, c + 8, 3), nn.Conv2d(c + 8, 9, 1))
        nn.init.constant_(self.head[1].bias[:1], -4.0)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return scores (in 0..1; before the sigmoid while training) and corners in pixels."""
        eight = self.at_8((pictures - 110.0) / 60.0)
        sixteen = self.at_16(eight)
        deep = self.at_32(sixteen)
        sixteen = sixteen + nn.functional.interpolate(self.down_32(deep), scale_factor=2.0, mode="nearest")
        eight = eight + nn.functional.interpolate(self.down_16(sixteen), scale_factor=2.0, mode="nearest")
        out = self.head(eight)
        score = out[:, :1]
        return (score if self.training else torch.sigmoid(score)), out[:, 1:] * CORNER_SCALE


def loss(outputs: tuple[Tensor, Tensor], wanted: Tensor, corners: Tensor) -> Tensor:
    """Return focal cross entropy of the scores plus smooth L1 of the corners.

    Args:
        outputs: of a `Finder` in training.
        wanted: (n, 2, h, w): 1 where a plate is, 0 where none is, -1 where nobody knows; the corners' weight.
        corners: (n, 8, h, w), pixels.
    """
    logit, offsets = outputs
    target, weight = wanted[:, :1], wanted[:, 1:]
    known = (target >= 0).float()
    plain = nn.functional.binary_cross_entropy_with_logits(logit, target.clamp(min=0), reduction="none")
    p = torch.sigmoid(logit.detach())
    focus = torch.where(target > 0.5, (1 - p) ** 1.5 + 0.05, 1.5 * p**1.5 + 0.002)
    positives = (target > 0.5).float().sum().clamp(min=1)
    score = (plain * focus * known).sum() / positives
    far = nn.functional.smooth_l1_loss(
        offsets / CORNER_SCALE, corners / CORNER_SCALE, reduction="none", beta=0.05
    )
    return score + 3.0 * (far.mean(dim=1, keepdim=True) * weight).sum() / weight.sum().clamp(min=1)
