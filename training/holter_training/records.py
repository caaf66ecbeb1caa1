"""Reads the recordings that training uses, at 100 Hz and in millivolts.

Every source gives Record objects; what a source does not know is None, never a guess.
"""

import csv
import ast
import dataclasses
from pathlib import Path

import numpy as np
import wfdb
from scipy.signal import resample_poly
from tqdm import tqdm

from . import nst
from .config import CONDITIONS, LEADS, RATE, SEGMENT
from .localization import BEAT_SYMBOLS

PACED = {"102", "104", "107", "217"}


@dataclasses.dataclass
class Record:
    name: str
    person: str
    signal: np.ndarray  # [leads, samples] float32, mV
    slots: list[int]
    times: np.ndarray | None = None  # seconds of every annotated beat
    symbols: np.ndarray | None = None
    beats: np.ndarray | None = None  # seconds of R peaks whose class nobody annotated
    sure: np.ndarray | None = None  # [beats, BEAT_CLASSES] how surely a teacher holds them of a class
    episodes: dict[str, list[tuple[float, float]]] = dataclasses.field(default_factory=dict)  # of the rhythms that were looked for
    absent: frozenset[str] = frozenset()  # conditions known not to be there at all
    throughout: frozenset[str] = frozenset()  # conditions of every beat


def slot(name: str) -> int:
    clean = name.lower().replace("ml", "").replace("d3", "iii")
    return [lead.lower() for lead in LEADS].index(clean)


def resample(x: np.ndarray, rate: int) -> np.ndarray:
    g = np.gcd(RATE, rate)
    return resample_poly(x, RATE // g, rate // g, axis=-1, padtype="line").astype(np.float32)


def scale(x: np.ndarray) -> np.ndarray:
    """Each lead to [-1, 1] over the clip; a flat lead to 0."""
    low, high = x.min(-1, keepdims=True), x.max(-1, keepdims=True)
    return np.where(high > low, (x - low) / np.maximum(high - low, 1e-9) * 2 - 1, 0).astype(np.float32)


def rhythms(note, end: float) -> dict[str, list[tuple[float, float]]]:
    """Episodes of every rhythm that the annotations name, in seconds: from its mark to the next."""
    marks = [(at / note.fs, text.strip("\x00")[1:]) for at, text in zip(note.sample, note.aux_note) if text.startswith("(")]
    out: dict[str, list[tuple[float, float]]] = {}
    for (a, name), (b, _) in zip(marks, marks[1:] + [(end, "")]):
        out.setdefault(name, []).append((a, b))
    return out


def mitdb(folder: Path, names: list[str] | None = None) -> list[Record]:
    out = []
    paths = sorted(p.with_suffix("") for p in Path(folder).glob("*.hea"))
    for path in tqdm(paths, desc=f"read {folder}", unit="record"):
        if names is not None and path.name not in names:
            continue
        signal, info = wfdb.rdsamp(str(path))
        note = wfdb.rdann(str(path), "atr")
        keep = [i for i, s in enumerate(note.symbol) if s in BEAT_SYMBOLS]
        named = rhythms(note, info["sig_len"] / info["fs"])
        out.append(
            Record(
                name=path.name,
                person="201" if path.name == "202" else path.name,
                signal=resample(np.nan_to_num(signal.T), int(info["fs"])),
                slots=[slot(n) for n in info["sig_name"]],
                times=note.sample[keep] / info["fs"],
                symbols=np.array([note.symbol[i] for i in keep]),
                episodes={k: named.get(k, []) for k in ("AFIB", "AFL")},
            )
        )
    return out


def ptbxl(folder: Path) -> list[Record]:
    """Clips whose codes say for certain which of our conditions are there."""
    out = []
    with open(Path(folder) / "ptbxl_database.csv") as f:
        rows = list(csv.DictReader(f))
    for row in tqdm(rows, desc="read ptbxl", unit="record"):
        codes = set(ast.literal_eval(row["scp_codes"]))
        path = Path(folder) / row["filename_lr"]
        if not path.with_suffix(".hea").exists():
            continue
        signal, info = wfdb.rdsamp(str(path))
        absent, throughout = set(), set()
        if not codes & {"PVC", "BIGU", "TRIGU", "PRC(S)"}:
            absent.add("V")
        if not codes & {"PAC", "SVARR", "AFIB", "AFLT", "SARRH"}:
            absent.add("A")
        if codes & {"AFIB"}:
            throughout.add("AFIB")
        elif not codes & {"AFLT", "SVARR", "PACE"}:
            absent.add("AFIB")
        if codes & {"AFLT"}:
            throughout.add("AFL")
        elif not codes & {"AFIB", "SVARR"}:
            absent.add("AFL")
        if codes & {"STD_", "STE_"}:
            throughout |= {"ST", "STD" if "STD_" in codes else "STE"}
        elif codes & {"NORM"}:
            absent |= {"ST", "STD", "STE"}
        if codes & {"PACE"} and not codes & {"SR", "PVC"}:
            throughout.add("/")
        elif not codes & {"PACE"}:
            absent |= {"/", "F"}
        blocks = {"CLBBB", "CRBBB", "ILBBB", "IRBBB", "IVCD", "PACE", "WPW"}
        if not codes & blocks:
            absent |= {"L", "R"}
        if codes & {"CLBBB"} and not codes & {"PVC", "PAC", "PACE"}:
            throughout.add("L")
            absent.add("R")
        if codes & {"CRBBB"} and not codes & {"PVC", "PAC", "PACE"}:
            throughout.add("R")
            absent.add("L")
        out.append(
            Record(
                name=f"ptbxl{row['ecg_id']}",
                person=f"ptbxl{row['patient_id']}",
                signal=np.nan_to_num(signal.T).astype(np.float32),
                slots=[slot(n) for n in info["sig_name"]],
                absent=frozenset(absent),
                throughout=frozenset(throughout),
            )
        )
    return out


def lead_i(file: Path, leave_out: set[str] = frozenset(), keep: set[str] | None = None) -> list[Record]:
    """Healthy subjects, ten clips of 10 s each.

    leave_out, keep: fifths of the subjects, "leadI.0" to "leadI.4", by the last digit of their numbers.
    """
    data = np.load(file)
    adc = data["adc"].astype(np.float32) * (3.3 / 1024)
    marks = data["rpeak"]
    out = []
    for s in tqdm(range(adc.shape[0]), desc="read leadI", unit="person"):
        fifth = f"leadI.{s % 5}"
        if fifth in leave_out or keep is not None and fifth not in keep:
            continue
        clips = resample(adc[s] - adc[s].mean(-1, keepdims=True), 125)
        for i, clip in enumerate(clips):
            peaks = np.flatnonzero(marks[s, i]) / 125 if i == 0 else None
            out.append(Record(f"leadI{s}.{i}", f"leadI{s}", clip[None], [0], beats=peaks, absent=frozenset(CONDITIONS)))
    return out


CINC_ABSENT = {"N": [*"VALRF/", "AFIB", "AFL"], "A": ["A", "/"], "O": ["AFIB"], "~": ["AFIB"]}


def cinc2017(file: Path, label: str, leave_out: set[str] = frozenset(), keep: set[str] | None = None) -> list[Record]:
    """Home recordings of one label: N normal, A atrial fibrillation, O other rhythm, ~ too noisy.

    leave_out, keep: fifths of the recordings, "cinc2017.0" to "cinc2017.4", by the last digit of their numbers.
    """
    data = np.load(file, allow_pickle=True)
    signal, length, labels, record = (data[k] for k in ("signal", "length", "label", "record"))
    ends = np.cumsum(length)
    throughout = frozenset(["AFIB"] if label == "A" else [])
    out = []
    for i in np.flatnonzero(labels == label):
        x = signal[ends[i] - length[i] : ends[i]].astype(np.float32) / 1000
        if len(x) >= SEGMENT:
            name = str(record[i])
            fifth = f"cinc2017.{int(name[1:]) % 5}"
            if fifth in leave_out or keep is not None and fifth not in keep:
                continue
            out.append(Record(name, name, x[None], [0], absent=frozenset(CINC_ABSENT[label]), throughout=throughout))
    return out


def ltstdb(folder: Path, label: str, leave_out: set[str] = frozenset(), keep: set[str] | None = None) -> list[Record]:
    """Minutes of the Long-Term ST Database of one label: st, rtst or normal. The lead is not told: taken for II.

    leave_out, keep: subjects, by the first five characters of their records.
    """
    out = []
    for file in tqdm(sorted(Path(folder).glob("*.npz")), desc=f"read ltstdb {label}", unit="record"):
        if file.stem[:5] in leave_out or keep is not None and file.stem[:5] not in keep:
            continue
        data = np.load(file)
        signal = resample(data["signal_uV"][data["label"] == label].astype(np.float32) / 1000, int(data["fs"]))
        known = {"throughout" if label == "st" else "absent": frozenset(["ST"])}
        out += [Record(f"{file.stem}.{i}", file.stem[:5], x[None], [1], **known) for i, x in enumerate(signal)]
    return out


def electrode_motion(folder: Path) -> np.ndarray | None:
    """Electrode-motion noise [leads, samples] in mV, times an unknown gain; None where there is no nstdb."""
    try:
        parts = nst.motion(folder)
    except FileNotFoundError:
        return None
    return resample(np.concatenate(parts, 1), nst.RATE)
