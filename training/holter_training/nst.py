"""The noise stress test: calibrated electrode-motion noise on clean records, as `nst` of the WFDB software adds it.

The signal-to-noise ratio in dB is 10 log10(S / N), after nst(1) and sigamp(1) of the WFDB Applications Guide. S is the
power of a sine as high as the normal beats: the square of their peak-to-peak amplitude (within 50 ms of the mark, first
300 beats), divided by 8. N is the square of the noise's RMS amplitude, taken second by second, less each second's mean.
Both amplitudes are means without the highest and the lowest 5 %. Every lead gets a gain of its own. After five minutes
without noise, two minutes with it and two without alternate to the end.
"""

import shutil
from pathlib import Path

import numpy as np
import wfdb
from scipy.stats import trim_mean

LEVELS = [24, 18, 12, 6, 0, -6]  # dB, of the Noise Stress Test Database
FIRST, LENGTH, EVERY = 300, 120, 240  # seconds: where noise begins, how long it lasts, from one begin to the next
RATE = 360  # Hz, of the Noise Stress Test Database
NORMAL = set("NLRBej")


def name(record: str, snr: int) -> str:
    """118e24, 118e_6: as the Noise Stress Test Database names its records."""
    return f"{record}e{snr:02d}" if snr >= 0 else f"{record}e_{-snr}"


def stretches(seconds: float) -> list[tuple[float, float]]:
    """Where there is noise in a record so long, in seconds."""
    return [(float(a), min(a + LENGTH, seconds)) for a in np.arange(FIRST, seconds, EVERY)]


def motion(folder: Path) -> list[np.ndarray]:
    """Electrode-motion noise [leads, samples], one array for each noisy stretch of nstdb.

    It is the difference between the noisiest and the cleanest record, so noise times an unknown gain.
    """
    loud, quiet = (wfdb.rdsamp(str(Path(folder) / name("118", snr)))[0].T for snr in (-6, 24))
    noise = loud - quiet
    return [noise[:, int(a * RATE) : int(b * RATE)] for a, b in stretches(noise.shape[1] / RATE) if b - a == LENGTH]


def beat_amplitude(signal: np.ndarray, at: np.ndarray, rate: int) -> np.ndarray:
    """Peak to peak, of each lead of signal [leads, samples]; at: samples of normal beats."""
    half = round(0.05 * rate)
    inside = [i for i in at if half <= i < signal.shape[1] - half][:300]
    if not inside:
        raise ValueError("no normal beat, against which noise could be measured")
    return trim_mean([np.ptp(signal[:, i - half : i + half + 1], axis=1) for i in inside], 0.05)


def noise_amplitude(noise: np.ndarray, rate: int) -> np.ndarray:
    """RMS, of each lead of noise [leads, samples]."""
    seconds = noise[:, : noise.shape[1] // rate * rate].reshape(len(noise), -1, rate)
    return trim_mean(seconds.std(-1), 0.05, axis=1)


def add(signal: np.ndarray, at: np.ndarray, noise: list[np.ndarray], snr: float) -> np.ndarray:
    """The record with noise [leads, samples]; at: samples of its normal beats. Where noise ends, the level stays."""
    leads = np.arange(len(signal)) % len(noise[0])  # of few noises, some are used more than once
    size = noise_amplitude(np.concatenate(noise, 1), RATE)[leads]
    gain = beat_amplitude(signal, at, RATE) / np.sqrt(8) / size * 10 ** (-snr / 20)
    out = signal.copy()
    for i, (a, b) in enumerate(stretches(signal.shape[1] / RATE)):
        a, b = int(a * RATE), int(b * RATE)
        part = noise[i % len(noise)][leads, : b - a] * gain[:, None]
        part = part - part[:, :1]
        out[:, a:b] += part
        out[:, b:] += part[:, -1:]
    return out


def write(record: Path, noise: list[np.ndarray], snr: int, folder: Path) -> Path:
    """Writes the record with noise, and the expert's annotations of it, as WFDB files; gives its path."""
    signal, info = wfdb.rdsamp(str(record))
    if info["fs"] != RATE:
        raise ValueError(f"{record}: sampled at {info['fs']:g} Hz, the noise at {RATE}: resample the record")
    note = wfdb.rdann(str(record), "atr")
    at = note.sample[[s in NORMAL for s in note.symbol]]
    noisy, out = add(np.nan_to_num(signal.T), at, noise, snr), name(record.name, snr)
    n = len(noisy)
    wfdb.wrsamp(out, fs=RATE, units=["mV"] * n, sig_name=info["sig_name"], p_signal=noisy.T, fmt=["16"] * n, write_dir=str(folder))
    shutil.copy(record.with_suffix(".atr"), folder / f"{out}.atr")
    return folder / out
