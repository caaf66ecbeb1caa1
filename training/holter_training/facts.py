"""What a report says of 10 s of ECG, read off its dense map in the graph itself: rate, counts of beats, runs, rhythms.

Every segment gives FACTS rows, each of which becomes a token. They say nothing that the map does not hold,
but to add up beats over fifty tokens is more than a small language model learns.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .config import BEAT_CONDITIONS, CONDITIONS, FACTS, OFFERED
from .rules import RATE, near, neighbours, peaks

BINS = 192  # of a row: numbers are told by the place of a one
SLOWEST = 31  # heart rate, per minute, from which on each has a place of its own
STOP = 3.0 * RATE  # between beats: no heart rate is told
SPAN = 5  # frames that a span has at least
LASTING = 1.0 * RATE  # a rhythm that a report names
RHYTHMS = ["AFIB", "AFL", "VT", "SVTA", "B", "T"]  # the rest of the time belongs to the sinus node or a pacemaker
CLASSES = len(CONDITIONS)  # where the classes of beats begin in a map
V, A, PACED = (BEAT_CONDITIONS.index(c) for c in ("V", "A", "/"))


class Beats(NamedTuple):
    there: Tensor  # [n, frames] whether a beat is in the frame
    time: Tensor  # of the beat, in frames and parts of one
    kind: Tensor  # index into BEAT_CONDITIONS; -1: none of them


def beats(seen: Tensor) -> Beats:
    """The beats of maps [n, kinds, frames], each of the kind that it most surely is."""
    qrs = seen[:, -1]
    there = peaks(qrs, 0.15)
    best, kind = near(seen[:, CLASSES : CLASSES + len(BEAT_CONDITIONS)]).max(1)
    before, after = F.pad(qrs, (1, 0))[:, :-1], F.pad(qrs, (0, 1))[:, 1:]
    part = (after - before) / (2 * (2 * qrs - before - after) + 1e-6)  # the top of a parabola
    at = torch.arange(qrs.shape[-1], device=qrs.device)
    return Beats(there, at + part.clamp(-0.5, 0.5), torch.where(best >= 0.5, kind, -1))


def opened(row: Tensor, least: int) -> Tensor:
    """Where a row of zeros and ones is one for so many frames or more: [n, kinds, frames]."""
    start = -F.max_pool1d(-F.pad(row, (0, least - 1)), least, 1)  # 1 where as many follow
    return F.max_pool1d(F.pad(start, (least - 1, 0)), least, 1)


def one(value: Tensor, bins: int) -> Tensor:
    """Whole numbers [n, …] as ones at their place, what is too large at the last: [n, …, bins]."""
    places = torch.arange(bins, device=value.device)
    return (value.clamp(0, bins - 1).unsqueeze(-1) == places).float()


def rate(b: Beats) -> Tensor:
    """Heart rate [n]: 60 over the mean interval, rounded; 0 where it cannot be told."""
    frames = b.there.shape[-1]
    count = b.there.sum(1)
    first = torch.where(b.there, b.time, frames).amin(1)
    last = torch.where(b.there, b.time, 0).amax(1)
    before, after = neighbours(b.there)
    gap = torch.where(b.there & (after >= 0), after - before, 0).amax(1)
    known = (count >= 3) & (gap < STOP)
    return torch.where(known, torch.round(60 * RATE * (count - 1) / (last - first).clamp(min=1)), 0)


def runs(there: Tensor, of_kind: Tensor) -> Tensor:
    """At each beat of a kind that follows one of another or none, how many there are in a row: [n, frames], else 0."""
    is_kind, other = (there & of_kind).float(), there & ~of_kind
    total = is_kind.cumsum(1)
    behind, ahead = neighbours(other)  # the latest and the next other beat
    last = torch.where(behind < 0, 0, total.gather(1, behind.clamp(min=0)))
    begins = (is_kind > 0) & (total - last == 1)
    until = torch.where(ahead < 0, total[:, -1:], total.gather(1, ahead.clamp(min=0)))
    return torch.where(begins, until - total + 1, 0)


def ordered(on: Tensor) -> Tensor:
    """Of rows of zeros and ones [n, kinds, frames], as how many-eth each begins, from 1 on; 0: never."""
    frames, kinds = on.shape[-1], on.shape[1]
    at = torch.arange(frames, device=on.device)
    place = torch.arange(kinds, device=on.device)
    start = torch.where(on > 0, at, frames).amin(-1) * kinds + place
    rank = (start.unsqueeze(1) < start.unsqueeze(2)).sum(-1) + 1
    return torch.where(on.amax(-1) > 0, rank, 0)


def facts(seen: Tensor) -> Tensor:
    """Of maps [n, kinds, frames] the rows [n, FACTS, BINS]: rate, the beats of each kind, premature beats, rhythms, what is there."""
    b = beats(seen)
    of_kind = torch.stack([b.there & (b.kind == k) for k in range(len(BEAT_CONDITIONS))], 1)
    count, all_beats = of_kind.sum(-1), b.there.sum(-1)
    most = ((2 * count >= all_beats.unsqueeze(1)) & (count > 0)).float().unsqueeze(-1)
    each = torch.cat([one(count, BINS - 1), most], -1)
    told = rate(b)
    fast = torch.stack([told == 0, (told > 0) & (told < 60), (told >= 60) & (told <= 100), told > 100], 1).float()
    tens = torch.floor(told / 10)
    known = (told > 0).float().unsqueeze(-1)
    # Told by its digits, as it is written, a rate that was never seen is read too.
    pulse = torch.cat([one(tens, 23), known * one(told - 10 * tens, 10), known * one(told - SLOWEST, BINS - 33)], -1)
    length = runs(b.there, b.kind == V)
    long = length > 2
    nth = long.float().cumsum(1)
    which = [torch.where(long & (nth == k), length, 0).amax(1) for k in (1, 2)]
    premature = torch.cat(
        [one(count[:, V] + count[:, A], 64), one((length == 2).sum(1), 16), *(one(w, 56) for w in which)], -1
    )
    on = opened((seen[:, [CONDITIONS.index(c) for c in RHYTHMS]] >= 0.5).float(), SPAN)
    base = 1 - on.amax(1, keepdim=True)
    rank = ordered(opened(torch.cat([base, on], 1), int(LASTING)))
    rhythm = torch.cat([one(rank, 5).flatten(1), most[:, PACED], fast], 1)
    others = [CONDITIONS.index(c) for c in OFFERED if c not in BEAT_CONDITIONS]
    there = torch.cat([(count > 0).float(), opened((seen[:, others] >= 0.5).float(), SPAN).amax(-1)], 1)
    wide = lambda row: F.pad(row, (0, BINS - row.shape[-1])).unsqueeze(1)
    return torch.cat([wide(pulse), each, wide(premature), wide(rhythm), wide(there)], 1)
