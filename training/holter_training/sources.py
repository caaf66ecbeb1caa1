"""Everything that training draws from, read once."""

import dataclasses
from pathlib import Path

import numpy as np

from . import backgrounds, records, teacher
from .config import RATE
from .model import EcgChat
from .records import Record
from .rhythms import Rhythms


@dataclasses.dataclass
class Sources:
    annotated: list[Record]
    others: list[list[Record]]
    noise: np.ndarray | None
    rhythms: Rhythms | None = None
    synthetic: float = 0.0  # share of clips with a synthetic rhythm

    def label(self, models: list[EcgChat]) -> None:
        """Gives recordings whose beats nobody annotated those that models find together."""
        teacher.label([r for group in self.others for r in group], models)


def donors(annotated: list[Record]) -> list[tuple[str, np.ndarray]]:
    """Premature ventricular beats of the annotated records, 0.7 s each."""
    out = []
    for r in annotated:
        at = np.round(r.times * RATE).astype(int)
        usable = [i for i in range(1, len(at) - 1) if r.symbols[i] == "V" and at[i] - at[i - 1] > 35 and at[i + 1] - at[i] > 75]
        for i in usable[:: max(1, len(usable) // 40)]:
            wave = r.signal[:, at[i] - 15 : at[i] + 55]
            if wave.shape[1] == 70:
                out.append((r.person, wave))
    return out


def read(data: Path, leave_out: set[str], synthetic: float) -> Sources:
    annotated = [r for r in records.mitdb(data / "mitdb") if r.name not in leave_out]
    others = []
    if (data / "ptbxl").exists():
        others.append(records.ptbxl(data / "ptbxl"))
    if (data / "leadI/leadI.npz").exists():
        others.append(records.lead_i(data / "leadI/leadI.npz", leave_out))
    if (data / "cinc2017/cinc2017.npz").exists():
        others += [records.cinc2017(data / "cinc2017/cinc2017.npz", label, leave_out) for label in "NAO~"]
    others += [records.ltstdb(data / "ltstdb50", label, leave_out) for label in ("st", "normal")]
    noise = records.electrode_motion(data / "nstdb")  # the noise alone: nobody's ECG is in it
    out = Sources(annotated, others, noise, synthetic=synthetic)
    if synthetic > 0:
        groups = [[b for r in annotated for b in backgrounds.stretches(r)]]
        groups += [backgrounds.unannotated(group) for group in others]
        groups.append([b for group in groups for b in group if b.beats[0].symbol in "LR"])
        out.rhythms = Rhythms(groups, donors(annotated)) if any(groups) else None
    return out
