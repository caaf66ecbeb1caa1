"""Rules that make spans of beats, on dense maps and in the graph itself.

A beat is a peak of the row of QRS complexes; how surely it is of a kind is the greatest value near it.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from .config import BEAT_CONDITIONS

RATE = 20  # frames a second
FASTEST = 0.6 * RATE  # a tachycardia's beats are nearer than this: more than 100 a minute
PAUSE = 2.0 * RATE
REACH = 6  # beats that a pattern looks back and ahead


def neighbours(peak: Tensor) -> tuple[Tensor, Tensor]:
    """For every frame [n, frames] the frame of the beat at or before it, and of the beat after it; -1 for none."""
    frames = peak.shape[-1]
    at = torch.arange(frames, device=peak.device)
    here, there = at.unsqueeze(1), at.unsqueeze(0)
    peak = peak.unsqueeze(1)
    before = torch.where(peak & (there <= here), there, -1).amax(-1)
    after = torch.where(peak & (there > here), there, frames).amin(-1)
    return before, torch.where(after == frames, -1, after)


def peaks(qrs: Tensor, least: float) -> Tensor:
    return (qrs >= F.max_pool1d(qrs.unsqueeze(1), 7, 1, 3).squeeze(1)) & (qrs > least)


def take(rows: Tensor, index: Tensor) -> Tensor:
    """rows [n, kinds, frames] at index [n, frames]; 0 where there is none (-1)."""
    padded = F.pad(rows, (0, 1))  # the last column is for -1
    index = torch.where(index < 0, rows.shape[-1], index)
    return padded.gather(2, index.unsqueeze(1).expand(-1, rows.shape[1], -1))


def near(sure: Tensor) -> Tensor:
    return F.max_pool1d(sure, 5, 1, 2)


def intervals(sure: Tensor, qrs: Tensor) -> Tensor:
    """The interval rule on how surely a beat is of each kind [n, kinds, frames] and the row of QRS complexes.

    A frame between two beats belongs to a span as surely as the surer of the two is an abnormal beat.
    """
    before, after = neighbours(peaks(qrs, 0.15))
    heat = near(sure)
    return torch.maximum(take(heat, before), take(heat, after))


def patterns(sure: Tensor, qrs: Tensor) -> Tensor:
    """How surely each frame lies in one of PATTERNS [n, 5, frames].

    A pattern runs from its first beat to the beat after its last: tachycardias are three or more ventricular
    (atrial) beats in a row at more than 100 a minute; bigeminy is three ventricular beats with one other between
    each two, trigeminy with two; a pause is two seconds or more without a QRS complex.
    """
    before, after = neighbours(peaks(qrs, 0.15))
    frames = qrs.shape[-1]
    heat = near(sure)
    beats = {0: before, 1: after}
    earlier = torch.cat([torch.full_like(before[:, :1], -1), before[:, :-1]], 1)  # of the frame before
    step = lambda table, at: take(table.unsqueeze(1).float() + 1, at).squeeze(1).long() - 1
    for k in range(1, REACH + 1):
        beats[-k] = step(earlier, beats[1 - k])
        beats[k + 1] = step(after, beats[k])
    kind = {k: take(heat, at) for k, at in beats.items()}
    there = {k: (at >= 0).to(sure.dtype) for k, at in beats.items()}
    v, a = BEAT_CONDITIONS.index("V"), BEAT_CONDITIONS.index("A")

    def run(row: int) -> Tensor:
        rows = []
        for first in (-2, -1, 0):
            fast = (beats[first + 2] - beats[first] < 2 * FASTEST).to(sure.dtype)
            rows.append(torch.stack([kind[first + k][:, row] for k in range(3)]).amin(0) * fast)
        return torch.stack(rows).amax(0)

    def every(n: int) -> Tensor:
        rows = []
        for first in range(-2 * n, 1):
            parts = []
            for k in range(2 * n + 1):
                is_v = kind[first + k][:, v]
                parts.append(is_v if k % n == 0 else (1 - is_v) * there[first + k])
            rows.append(torch.stack(parts).amin(0))
        return torch.stack(rows).amax(0)

    pause = still(qrs, frames)
    return torch.stack([run(v), run(a), every(2), every(3), pause], 1)


def still(qrs: Tensor, frames: int) -> Tensor:
    """Two seconds or more between two sure beats, with no sign of another."""
    before, after = neighbours(peaks(qrs, 0.05))
    surely = take(qrs.unsqueeze(1), before).squeeze(1).minimum(take(qrs.unsqueeze(1), after).squeeze(1))
    long = (before >= 0) & (after >= 0) & (after - before >= PAUSE)
    return surely * long.to(qrs.dtype)
