"""Bundle branch blocks and paced beats made from normal beats: a late, slow part is added to the QRS complex.

Two or three people of the annotated records have such a block. Its direction
in each lead is what textbooks say: a right block ends towards V1 and away from
I, V5 and V6, a left block the other way round.
"""

import numpy as np

from .backgrounds import Background, Beat
from .config import LEADS, RATE

# How far the late part points along each lead, for a right block.
RIGHT = dict(zip(LEADS, [-0.5, -0.25, 0.1, 0.3, -0.35, -0.1, 1.0, 0.6, 0.1, -0.35, -0.5, -0.5]))
# For a left block, where it replaces most of the complex.
LEFT = dict(zip(LEADS, [0.9, 0.6, 0.0, -0.7, 0.8, 0.2, -1.0, -1.0, -0.7, 0.2, 0.8, 0.9]))


def blocked(bg: Background, code: str, rng: np.random.Generator) -> Background:
    """The same person with a left (L) or right (R) bundle branch block."""
    direction = np.array([(RIGHT if code == "R" else LEFT)[LEADS[s]] for s in bg.slots])
    size = float(np.max(bg.size))
    height = (direction + rng.normal(0, 0.15, len(bg.slots))) * size
    if code == "R":
        height, delay, width = height * rng.uniform(0.4, 1.1), rng.uniform(0.05, 0.085), rng.uniform(0.018, 0.032)
        keep, twave = rng.uniform(0.7, 1.0), rng.uniform(0.0, 0.25)
    else:
        height, delay, width = height * rng.uniform(0.6, 1.3), rng.uniform(0.03, 0.07), rng.uniform(0.026, 0.042)
        keep, twave = rng.uniform(0.2, 0.7), rng.uniform(0.1, 0.4)
    notch = rng.uniform(-0.3, 0.5)
    late = rng.uniform(0.24, 0.32)
    beats = []
    for b in bg.beats:
        t = (np.arange(b.wave.shape[1]) - b.peak) / RATE
        part = np.exp(-0.5 * ((t - delay) / width) ** 2) + notch * np.exp(-0.5 * ((t - delay + 0.035) / 0.014) ** 2)
        part = part - twave * np.exp(-0.5 * ((t - late) / 0.06) ** 2)
        wave = b.wave.copy()
        # What was the normal complex becomes smaller; the P wave and the T wave stay.
        window = np.exp(-0.5 * (t / 0.045) ** 2)
        level = np.median(wave, -1, keepdims=True)
        wave = wave - (1 - keep) * window * (wave - level)
        beats.append(Beat(wave + height[:, None] * part, b.peak, code, b.rr))
    return Background(bg.person, bg.slots, beats, bg.size + np.abs(height), bg.noise)


def paced(bg: Background, rng: np.random.Generator) -> Background:
    """The same person with a ventricular pacemaker: the spike, and a wide complex in place of the narrow one."""
    wide = blocked(bg, "L", rng)
    spike = rng.normal(0, 1, len(bg.slots)) * float(np.max(bg.size)) * rng.choice([0.0, 0.15, 0.5, 1.0])
    ahead = int(rng.integers(3, 8))
    sensed = rng.random() < 0.4  # the atrium leads: the P wave stays
    beats = []
    for b in wide.beats:
        wave = b.wave.copy()
        start = max(b.peak - ahead, 1)
        if not sensed:
            wave[:, :start] = np.linspace(wave[:, 0], wave[:, start], start, axis=-1)
        wave[:, start] += spike
        beats.append(Beat(wave, b.peak, "/", b.rr))
    return Background(bg.person, bg.slots, beats, wide.size, bg.noise)
