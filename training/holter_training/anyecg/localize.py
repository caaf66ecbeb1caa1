"""Localization: where is the condition? Clips of exactly 10 s, and long ones of 10 to 60 s, at uniform offsets."""

import math
import zlib

import numpy as np

from .. import localization
from .record import Clip, Record, Sample

SHORT, LONGEST = 10.0, 60.0  # seconds
TRIES = 12  # clips that are looked at for each that is wanted


def seeded(seed: int, *names: object) -> np.random.Generator:
    """Random numbers that depend on the seed and these names alone, not on what was made before."""
    return np.random.default_rng([seed, zlib.crc32("/".join(map(str, names)).encode())])


def stretch(record: Record, start: float, seconds: float) -> Clip:
    """The clip from the sample at start on; moved into the record where it would reach beyond."""
    n = round(seconds * record.rate)
    first = int(min(max(start * record.rate, 0), round(record.seconds * record.rate) - n))
    return Clip(record, first / record.rate, (first + n) / record.rate)


def lengths(record: Record, long: bool, rng: np.random.Generator) -> float:
    return float(rng.uniform(SHORT, min(LONGEST, record.seconds))) if long else SHORT


def anywhere(record: Record, seconds: float, rng: np.random.Generator) -> Clip:
    return stretch(record, rng.uniform(0, record.seconds - seconds), seconds)


def around(record: Record, event: tuple[float, float], seconds: float, rng: np.random.Generator) -> Clip:
    """A clip that holds the event, or part of it, anywhere in it."""
    return stretch(record, rng.uniform(event[0] - seconds, event[1]), seconds)


def clips(record: Record, code: str, long: bool, wanted: int, seed: int) -> list[Clip]:
    """Up to `wanted` clips with the condition and a quarter as many without it.

    They lie anywhere. Where fewer are met with than there are events, clips around events that were drawn make up.
    """
    if record.seconds < SHORT:
        return []
    rng = seeded(seed, "long" if long else "short", record.path, code)
    events = record.events(code)
    quota = {True: wanted if events else 0, False: math.ceil(wanted / 4)}
    out: dict[bool, list[Clip]] = {True: [], False: []}
    for _ in range(wanted * TRIES):
        clip = anywhere(record, lengths(record, long, rng), rng)
        holds = clip.holds(code)
        if holds is not None and len(out[holds]) < quota[holds]:
            out[holds].append(clip)
        if all(len(out[h]) == quota[h] for h in out):
            break
    missing = min(wanted, len(events)) - len(out[True])
    for i in rng.permutation(len(events))[: max(missing, 0)]:
        clip = around(record, events[i], lengths(record, long, rng), rng)
        if clip.holds(code):
            out[True].append(clip)
    return out[True] + out[False]


def questions(record: Record, codes: list[str], long: bool, wanted: int, seed: int) -> list[Sample]:
    out = []
    for code in codes:
        for i, clip in enumerate(clips(record, code, long, wanted, seed)):
            form = int(seeded(seed, "form", long, record.path, code, i).integers(len(localization.FORMS)))
            turn = (localization.question(code, form), localization.answer(code, clip.spans(code)))
            out.append(Sample("Localization", (clip,), (turn,), code))
    return out


def samples(records: list[Record], wanted: int, seed: int) -> list[Sample]:
    """Half as many long clips as short ones, as in the paper."""
    out = []
    for r in records:
        out += questions(r, r.located(), False, wanted, seed)
        out += questions(r, r.located(), True, math.ceil(wanted / 2), seed)
    return out
