"""Recordings as the encoder reads them: 12 slots, 100 Hz, scaled, in segments of 10 s."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import wfdb

from ..config import LEADS, SEGMENT
from ..paper.config import LayoutError
from ..records import resample, scale, slot
from .samples import Ecg

# Leads that are called just "ECG": one is taken for lead I, two for II and V1.
NAMELESS = {1: ["I"], 2: ["II", "V1"]}


def slots(names: list[str]) -> list[int]:
    """The slot of each lead; ValueError names what is no lead."""
    plain = [n for n in names if n.upper() == "ECG"]
    instead = iter(NAMELESS.get(len(plain), []))
    named = [next(instead, n) if n.upper() == "ECG" else n for n in names]
    out = []
    for name in named:
        try:
            out.append(slot(name.strip()))
        except ValueError:
            raise ValueError(f"lead {name!r} is none of {', '.join(LEADS)}") from None
    return out


def segments(signal: np.ndarray, at: list[int]) -> torch.Tensor:
    """Leads [n, samples] at 100 Hz in slots `at` -> [segments, 12, 1000]: scaled over the whole clip, then padded."""
    length = max(1, -(-signal.shape[1] // SEGMENT)) * SEGMENT
    out = np.zeros((len(LEADS), length), np.float32)
    out[at, : signal.shape[1]] = scale(np.nan_to_num(signal))
    return torch.from_numpy(out).view(len(LEADS), -1, SEGMENT).transpose(0, 1).contiguous()


@lru_cache(4096)
def rate(path: Path) -> float:
    """Of a record, in Hz; kept, as headers take longer to read than clips."""
    return wfdb.rdheader(str(path)).fs


def read(data: Path, e: Ecg, most: int | None = None) -> torch.Tensor:
    """The segments of a clip [n, 12, 1000]; of the first `most` segments only, where that is given."""
    try:
        place = {}
        if e.start or e.end is not None:
            fs = rate(data / e.path)
            place = {"sampfrom": round(e.start * fs), "sampto": None if e.end is None else round(e.end * fs)}
        r = wfdb.rdrecord(str(data / e.path), **place)
        at = slots(r.sig_name)
    except (OSError, ValueError) as error:
        until = "" if e.end is None else f" to {e.end} s"
        raise LayoutError(f"{data / e.path} from {e.start}{until}: {error} (is --data the folder that the set was made of?)") from error
    x = resample(np.nan_to_num(r.p_signal.T), int(r.fs))
    return segments(x[:, : most * SEGMENT] if most else x, at)
