"""The reader: a small residual network over a plate's crop, its columns read as a sequence."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.crops import CROP_WIDTH
from training.dies import ALPHABET
from training.styles import REGIONS

CLASSES = len(ALPHABET) + 1
COLUMNS = CROP_WIDTH // 4


class Residual(nn.Module):
    """Two 3 x 3 convolutions around which the input is carried."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Add what the body finds to what came in."""
        return torch.relu(x + self.body(x))


def convolution(before: int, after: int, size: int, stride: int | tuple[int, int] = 1) -> nn.Sequential:
    """Return convolution, normalisation and rectifier."""
    conv = nn.Conv2d(before, after, size, stride, size // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(after), nn.ReLU())


class Block(nn.Module):
    """One transformer block: attention, then a two-layer perceptron, each after a normalisation."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        """Mix columns, then channels; shape (n, columns, width) is kept."""
        n, t, c = x.shape
        q, k, v = (
            self.qkv(self.norm_1(x)).reshape(n, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        )
        weights = torch.softmax(q @ k.transpose(2, 3) * (c // self.heads) ** -0.5, dim=-1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(n, t, c))
        return x + self.mlp(self.norm_2(x))


class Reader(nn.Module):
    """Read crops (n, 1, 48, 128), grey 0..255: log-probabilities (n, 32, 37), class 0 blank, and regions."""

    def __init__(self, channels: tuple[int, int] = (40, 80), width: int = 144) -> None:
        super().__init__()
        first, second = channels
        self.stem = nn.Sequential(
            nn.PixelUnshuffle(2),
            convolution(4, first, 3, 2),
            Residual(first),
            convolution(first, second, 3, (2, 1)),
            Residual(second),
            nn.Conv2d(second, width, (6, 1)),
        )
        self.places = nn.Parameter(torch.randn(COLUMNS, width) * 0.02)
        self.blocks = nn.Sequential(Block(width, 4), Block(width, 4))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, CLASSES)
        self.region = nn.Linear(width, len(REGIONS))

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """Return log-probabilities by column, and by region (n, len(REGIONS))."""
        mean = crops.mean(dim=(1, 2, 3), keepdim=True)
        spread = ((crops - mean) ** 2).mean(dim=(1, 2, 3), keepdim=True).sqrt()
        features = self.stem((crops - mean) / (spread + 4.0)).squeeze(2).transpose(1, 2)
        columns = self.norm(self.blocks(features + self.places))
        return self.head(columns).log_softmax(-1), self.region(columns.mean(dim=1)).log_softmax(-1)


def loss(outputs: tuple[Tensor, Tensor], texts: Tensor, regions: Tensor) -> Tensor:
    """Return the connectionist loss of the texts plus a tenth of the regions' cross entropy."""
    log_probs, region = outputs
    lengths = (texts > 0).sum(dim=1)
    columns = torch.full((len(texts),), log_probs.shape[1], dtype=torch.long, device=texts.device)
    written = nn.functional.ctc_loss(log_probs.transpose(0, 1), texts, columns, lengths, zero_infinity=True)
    return written + 0.1 * nn.functional.nll_loss(region, regions)
