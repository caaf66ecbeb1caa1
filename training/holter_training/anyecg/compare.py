"""MultiECG: two to six ECGs of one person at stated distances in time, and what differs between them."""

import datetime

import numpy as np

from . import turns
from .localize import SHORT, anywhere, around, seeded
from .record import Clip, Record, Sample
from .turns import ordinal

TASK = "MultiECG"
MOST = 6
TURNS = [1, 1, 1, 2, 3]  # questions of a conversation


def distance(seconds: float) -> str:
    """Rounded to the unit that a person would use: "40 seconds", "12 minutes", "5 hours", "1323 days"."""
    for size, unit, below in ((1, "second", 120), (60, "minute", 120), (3600, "hour", 48), (86400, "day", float("inf"))):
        n = round(seconds / size)
        if n < below:
            return f"{n} {unit}{'' if n == 1 else 's'}"
    raise AssertionError("a day has no upper bound")


def moment(clip: Clip) -> datetime.datetime | float:
    """When the clip begins: a date where the record has one, else seconds within the record."""
    at = clip.record.recorded
    return clip.start if at is None else at + datetime.timedelta(seconds=clip.start)


def preface(clips: list[Clip]) -> str:
    """Whose the ECGs are and how far apart: "The second ECG was recorded 12 minutes after the first, the third …"."""
    who = {(c.record.age, c.record.sex) for c in clips}
    age, sex = who.pop()
    text = f"These ECGs are of a {sex}, {age} years old. " if age is not None and sex and not who else ""
    parts = []
    for i, clip in enumerate(clips[1:], 1):
        gap = moment(clip) - moment(clips[0])
        seconds = gap.total_seconds() if isinstance(gap, datetime.timedelta) else gap
        after = f"{distance(seconds)} after" if seconds >= 0.5 else "at the same time as"
        parts.append(f"the {ordinal(i)} {'ECG was recorded ' if i == 1 else ''}{after} the first")
    joined = ", ".join(parts)
    return f"{text}{joined[0].upper()}{joined[1:]}."


def within(record: Record, n: int, rng: np.random.Generator) -> list[Clip]:
    """Clips of one record that do not overlap, one of two around something abnormal, in order of time."""
    events = [found for c in record.located() if (found := record.events(c))]
    out: list[Clip] = []
    for _ in range(10 * n):
        if events and rng.random() < 0.5:
            of_kind = events[rng.integers(len(events))]
            clip = around(record, of_kind[rng.integers(len(of_kind))], SHORT, rng)
        else:
            clip = anywhere(record, SHORT, rng)
        if all(clip.end <= c.start or clip.start >= c.end for c in out):
            out.append(clip)
        if len(out) == n:
            break
    return sorted(out, key=lambda c: c.start)


def groups(records: list[Record], wanted: int, seed: int, whole: bool) -> list[tuple[list[Clip], np.random.Generator]]:
    """Sets of ECGs of one person: of dated records, or else of clips of the same record."""
    out = []
    if whole:
        dated = sorted((r for r in records if r.recorded), key=lambda r: (r.recorded, r.path))
        for i in range(min(wanted, len(dated) - 1)):
            rng = seeded(seed, TASK, records[0].person, i)
            n = int(rng.integers(2, min(MOST, len(dated)) + 1))
            chosen = sorted(rng.choice(len(dated), n, replace=False))
            out.append(([dated[k].whole for k in chosen], rng))
        return out
    for r in records:
        for i in range(wanted if r.seconds >= 2 * MOST * SHORT else 0):
            rng = seeded(seed, TASK, r.path, i)
            out.append((within(r, int(rng.integers(2, MOST + 1)), rng), rng))
    return out


def samples(records: list[Record], wanted: int, seed: int, whole: bool) -> list[Sample]:
    """One to three questions about every set of ECGs; the distances in time are stated before the first."""
    out = []
    for clips, rng in groups(records, wanted, seed, whole):
        if len(clips) < 2:
            continue
        possible = turns.possible(clips, rng)
        if not possible:
            continue
        chosen = [possible[i] for i in rng.permutation(len(possible))[: rng.choice(TURNS)]]
        first = chosen[0]
        said = [(f"{preface(clips)} {first.question}", first.answer), *((t.question, t.answer) for t in chosen[1:])]
        out.append(Sample(TASK, tuple(clips), tuple(said), first.condition, form=first.form))
    return out
