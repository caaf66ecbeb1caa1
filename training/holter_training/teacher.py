"""What a trained model holds of recordings that nobody annotated: soft labels, from which a second model learns.

Home recordings with other rhythms than sinus (CinC 2017) are of thousands of people; which of their beats are
premature is known to nobody, but a model that hears each of them twice, cut elsewhere, knows a good part.
"""

from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from . import evaluate
from .config import BEAT_CLASSES, BEAT_CONDITIONS, CONDITIONS, LEADS, RATE, SEGMENT
from .records import Record, scale
from .rules import RATE as HZ
from .rules import peaks

SHARPEN = 1.5  # soft labels are surer than the teacher by this factor, in logits
HOP = SEGMENT // 2


@torch.no_grad()
def probabilities(encoder, record: Record) -> np.ndarray:
    """The beat classes' probabilities [classes, frames at 20 Hz], the mean over overlapping clips of 10 s."""
    length = record.signal.shape[1]
    starts = sorted({*range(0, length - SEGMENT + 1, HOP), length - SEGMENT})
    ecg = torch.zeros(len(starts), len(LEADS), SEGMENT)
    for i, a in enumerate(starts):
        ecg[i, record.slots] = torch.from_numpy(scale(record.signal[:, a : a + SEGMENT]))
    prob = torch.sigmoid(encoder.look(ecg)[1])[:, -len(BEAT_CLASSES) :].numpy()
    frames = length * HZ // RATE
    total, count = np.zeros((len(BEAT_CLASSES), frames)), np.zeros(frames)
    # The ends of a clip lack half of a beat's surroundings.
    weight = np.clip(np.minimum(np.arange(200) + 1, 200 - np.arange(200)) / 30, 0.05, 1)
    for a, p in zip(starts, prob):
        at = a * HZ // RATE
        n = min(p.shape[1], frames - at)
        total[:, at : at + n] += (p * weight)[:, :n]
        count[at : at + n] += weight[:n]
    return total / np.maximum(count, 1e-9)


def beats(prob: np.ndarray, threshold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Seconds of the beats, and how surely each is of every class [beats, classes]; threshold: where doubt is one half."""
    found = peaks(torch.from_numpy(prob[-1:]), 0.3)[0].numpy()
    at = np.flatnonzero(found)
    near = np.stack([prob[:, np.clip(at + d, 0, prob.shape[1] - 1)] for d in (-2, -1, 0, 1, 2)]).max(0).clip(1e-4, 1 - 1e-4)
    logit = SHARPEN * (np.log(near / (1 - near)) - np.log(threshold / (1 - threshold))[:, None])
    return (at + 0.5) / HZ, (1 / (1 + np.exp(-logit))).T


def label(records: list[Record], run: Path) -> None:
    """Gives recordings without annotated beats the beats that the model of a run finds."""
    model, _ = evaluate.load(run)
    threshold = np.full(len(BEAT_CLASSES), 0.5)
    threshold[: len(BEAT_CONDITIONS)] = model.config.thresholds[: len(BEAT_CONDITIONS)]
    for r in tqdm(records, desc="teacher", unit="record", mininterval=5):
        if r.times is None and r.beats is None and r.signal.shape[1] >= SEGMENT:
            r.beats, r.sure = beats(probabilities(model.encoder, r), threshold)
