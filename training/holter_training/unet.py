"""A 1-D U-Net of fixed length, the rival localizer of the paper: 10 s in, one mask of each condition out, every 50 ms.

The signal is halved again and again after the step to frames, and on the way up every level sees what was there on
the way down. It answers no questions: spans are where a mask is above one half.
"""

import dataclasses

import numpy as np
import torch
from torch import Tensor, nn

from .config import CONDITIONS, FRAME, FRAMES, LEADS, SEGMENT
from .records import scale


@dataclasses.dataclass
class Sizes:
    conditions: list[str] = dataclasses.field(default_factory=lambda: list(CONDITIONS))  # of the masks, in their order
    widths: list[int] = dataclasses.field(default_factory=lambda: [24, 64, 96, 128, 160])  # of the levels, samples first
    kernel: int = 9


class Pair(nn.Sequential):
    """Two convolutions, each with a norm that does not look at the batch."""

    def __init__(self, a: int, b: int, kernel: int):
        one = lambda x: (nn.Conv1d(x, b, kernel, padding=kernel // 2), nn.GroupNorm(8, b), nn.GELU())
        super().__init__(*one(a), *one(b))


class UNet(nn.Module):
    def __init__(self, c: Sizes):
        super().__init__()
        steps = [FRAME] + [2] * (len(c.widths) - 2)  # between the levels
        if FRAMES % 2 ** (len(steps) - 1):
            raise ValueError(f"{len(c.widths)} levels: {FRAMES} frames cannot be halved {len(steps) - 1} times, give fewer widths")
        self.down = nn.ModuleList(Pair(a, b, c.kernel) for a, b in zip([len(LEADS), *c.widths], c.widths))
        self.pool = nn.ModuleList(nn.MaxPool1d(s) for s in steps)
        rising = list(zip(c.widths[1:-1], c.widths[2:]))[::-1]
        self.grow = nn.ModuleList(nn.ConvTranspose1d(b, a, 2, 2) for a, b in rising)
        self.up = nn.ModuleList(Pair(2 * a, a, c.kernel) for a, _ in rising)
        self.out = nn.Conv1d(c.widths[1], len(c.conditions), 1)
        nn.init.constant_(self.out.bias, -2.0)  # most frames hold nothing

    def forward(self, ecg: Tensor) -> Tensor:
        """[n, 12, 1000] -> logits [n, conditions, 200]."""
        x, seen = self.down[0](ecg), []
        for pool, level in zip(self.pool, self.down[1:]):
            x = level(pool(x))
            seen.append(x)
        seen.pop()
        for grow, level in zip(self.grow, self.up):
            x = level(torch.cat([seen.pop(), grow(x)], 1))
        return self.out(x)


def windows(clip: np.ndarray, slots: list[int]) -> tuple[np.ndarray, list[int]]:
    """10 s windows [n, 12, 1000], each scaled by itself, and where they begin; the last one ends with the clip."""
    n = clip.shape[1]
    starts = list(range(0, max(n - SEGMENT, 0) + 1, SEGMENT))
    if n > starts[-1] + SEGMENT:
        starts.append((n - SEGMENT) // FRAME * FRAME)
    out = np.zeros((len(starts), len(LEADS), SEGMENT), np.float32)
    for x, a in zip(out, starts):
        part = scale(clip[:, a : a + SEGMENT])
        x[slots, : part.shape[1]] = part
    return out, starts


@torch.no_grad()
def masks(model: UNet, clip: np.ndarray, slots: list[int]) -> np.ndarray:
    """Probabilities [conditions, frames] of a clip of any length; where two windows overlap, their mean."""
    x, starts = windows(clip, slots)
    prob = torch.sigmoid(model(torch.from_numpy(x))).numpy()
    total = np.zeros((prob.shape[1], starts[-1] // FRAME + FRAMES), np.float32)
    times = np.zeros(total.shape[1], np.float32)
    for p, a in zip(prob, starts):
        at = slice(a // FRAME, a // FRAME + FRAMES)
        total[:, at] += p
        times[at] += 1
    return (total / times)[:, : -(-clip.shape[1] // FRAME)]
