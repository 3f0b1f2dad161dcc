"""The refiner: four corners, more exactly than the finder tells them, from one small picture of a plate."""

from __future__ import annotations

from torch import Tensor, nn

from training.reader import Residual, convolution


class Refiner(nn.Module):
    """Correct corners in crops (n, 1, 64, 128), grey 0..255: shifts (n, 8), parts of the crop's width and height.

    The shifts are x and y of the top left corner, then clockwise, from where the finder's corners lie in the crop.
    """

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            convolution(1, 16, 5, 2),
            convolution(16, 32, 3, 2),
            Residual(32),
            convolution(32, 64, 3, 2),
            Residual(64),
            convolution(64, 80, 3, 2),
        )
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(80 * 32, 96), nn.ReLU(), nn.Linear(96, 8))

    def forward(self, crops: Tensor) -> Tensor:
        """Return the shifts."""
        mean = crops.mean(dim=(1, 2, 3), keepdim=True)
        spread = ((crops - mean) ** 2).mean(dim=(1, 2, 3), keepdim=True).sqrt()
        shifts: Tensor = self.head(self.body((crops - mean) / (spread + 4.0))) * 0.1
        return shifts


def loss(shifts: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Return the mean distance of the corners, per cent of the crop, weighted by crop; mild where it is small."""
    apart = nn.functional.smooth_l1_loss(shifts, wanted, reduction="none", beta=0.01).mean(dim=1)
    return 100 * (apart * weight).sum() / weight.sum()
