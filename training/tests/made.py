"""Made-up recordings, for tests."""

from pathlib import Path

import numpy as np
import wfdb

RATE = 360


def beat(width: float, height: float) -> np.ndarray:
    t = np.arange(-0.35, 0.45, 1 / RATE)
    return height * np.exp(-0.5 * (t / width) ** 2) - 0.2 * height * np.exp(-0.5 * ((t - 0.2) / 0.06) ** 2)


def make_record(folder: Path, name: str, seed: int, minutes: int = 4) -> None:
    """Narrow normal beats and, after the first minute, wide early ones that stand for PVCs, in two leads."""
    rng = np.random.default_rng(seed)
    n = minutes * 60 * RATE
    signal, marks, symbols = rng.normal(0, 0.01, (n, 2)), [], []
    t = 1.0
    while t < minutes * 60 - 2:
        early = t > 60 and symbols[-1] == "N" and rng.random() < 0.2
        wave = beat(0.045, -1.4) if early else beat(0.012, 1.0)
        at = int(t * RATE)
        a = at - int(0.35 * RATE)
        signal[a : a + len(wave)] += wave[:, None] * np.array([1.0, -0.6])
        marks.append(at)
        symbols.append("V" if early else "N")
        t += 1.15 if early else (0.55 if t > 60 and rng.random() < 0.2 else 0.85)
    wfdb.wrsamp(name, fs=RATE, units=["mV"] * 2, sig_name=["MLII", "V1"], p_signal=signal, fmt=["212"] * 2, write_dir=str(folder))
    wfdb.wrann(name, "atr", np.array(marks), symbol=symbols, write_dir=str(folder))
