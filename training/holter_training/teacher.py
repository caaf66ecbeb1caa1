"""What a trained model holds of recordings that nobody annotated: soft labels, from which a second model learns.

Home recordings with other rhythms than sinus (CinC 2017) are of thousands of people; which of their beats are
premature is known to nobody, but a model that hears each of them twice, cut elsewhere, knows a good part.
"""

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from .config import BEAT_CLASSES, BEAT_CONDITIONS, LEADS, RATE, SEGMENT
from .model import EcgChat
from .records import Record, scale
from .rules import RATE as HZ
from .rules import peaks

SHARPEN = 1.5  # soft labels are surer than the teacher by this factor, in logits
HOP = SEGMENT // 2
AT_A_TIME = 32  # recordings
# The ends of a clip lack half of a beat's surroundings.
WEIGHT = np.clip(np.minimum(np.arange(200) + 1, 200 - np.arange(200)) / 30, 0.05, 1)


def clips(record: Record) -> list[int]:
    """Samples at which overlapping clips of 10 s begin, the last one at the end."""
    length = record.signal.shape[1]
    return sorted({*range(0, length - SEGMENT + 1, HOP), length - SEGMENT})


@torch.no_grad()
def probabilities(models: list[EcgChat], records: list[Record]) -> list[np.ndarray]:
    """Of each record the beat classes' probabilities [classes, frames at 20 Hz], the mean over models and clips."""
    starts = [clips(r) for r in records]
    ecg = torch.zeros(sum(map(len, starts)), len(LEADS), SEGMENT)
    where = [(r, a) for r, each in zip(records, starts) for a in each]
    for x, (r, a) in zip(ecg, where):
        x[r.slots] = torch.from_numpy(scale(r.signal[:, a : a + SEGMENT]))
    device = next(models[0].parameters()).device
    told: Tensor = sum(torch.sigmoid(m.encoder.look(ecg.to(device))[1][:, -len(BEAT_CLASSES) :]) for m in models) / len(models)
    prob, out = iter(told.cpu().numpy()), []
    for r, each in zip(records, starts):
        frames = r.signal.shape[1] * HZ // RATE
        total, count = np.zeros((len(BEAT_CLASSES), frames)), np.zeros(frames)
        for a in each:
            at, p = a * HZ // RATE, next(prob)
            n = min(p.shape[1], frames - at)
            total[:, at : at + n] += (p * WEIGHT)[:, :n]
            count[at : at + n] += WEIGHT[:n]
        out.append(total / np.maximum(count, 1e-9))
    return out


def beats(prob: np.ndarray, threshold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Seconds of the beats, and how surely each is of every class [beats, classes]; threshold: where doubt is one half."""
    found = peaks(torch.from_numpy(prob[-1:]), 0.3)[0].numpy()
    at = np.flatnonzero(found)
    near = np.stack([prob[:, np.clip(at + d, 0, prob.shape[1] - 1)] for d in (-2, -1, 0, 1, 2)]).max(0).clip(1e-4, 1 - 1e-4)
    logit = SHARPEN * (np.log(near / (1 - near)) - np.log(threshold / (1 - threshold))[:, None])
    return (at + 0.5) / HZ, (1 / (1 + np.exp(-logit))).T


def label(records: list[Record], models: list[EcgChat]) -> None:
    """Gives recordings without annotated beats the beats that models find together; no models, no beats."""
    if not models:
        return
    threshold = np.full(len(BEAT_CLASSES), 0.5)
    threshold[: len(BEAT_CONDITIONS)] = models[0].config.thresholds[: len(BEAT_CONDITIONS)]
    unknown = [r for r in records if r.times is None and r.beats is None and r.signal.shape[1] >= SEGMENT]
    for at in tqdm(range(0, len(unknown), AT_A_TIME), desc="teacher", unit=f"{AT_A_TIME} records", mininterval=5):
        some = unknown[at : at + AT_A_TIME]
        for r, prob in zip(some, probabilities(models, some)):
            r.beats, r.sure = beats(prob, threshold)
