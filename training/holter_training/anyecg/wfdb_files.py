"""Reads headers and annotation files of WFDB records; what is wrong with one is said with its name."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import wfdb

from ..localization import BEAT_SYMBOLS
from .record import DataError


@dataclasses.dataclass(frozen=True)
class Mark:
    number: int  # in the file, from 1
    time: float  # seconds
    symbol: str
    text: str


@dataclasses.dataclass(frozen=True)
class Header:
    rate: float
    seconds: float
    comments: tuple[str, ...]

    @property
    def person(self) -> tuple[int | None, str | None]:
        """Age and sex, as "75 F …" (MIT-BIH) or "Age: 62  Sex: M" (European and Long-Term ST) say them."""
        text = " ".join(self.comments[:2])
        found = re.search(r"Age:\s*(\d+)\s+Sex:\s*([MF])|^\s*(\d+)\s+([MF])\b", text)
        if not found:
            return None, None
        age, sex = found[1] or found[3], found[2] or found[4]
        return int(age), "man" if sex == "M" else "woman"


def header(data: Path, path: str) -> Header:
    try:
        head = wfdb.rdheader(str(data / path))
    except Exception as e:  # wfdb has no error of its own for all that can be wrong
        raise DataError(f"{path}.hea: cannot be read as a WFDB header: {e}") from e
    if not head.sig_len:
        raise DataError(f"{path}.hea: line 1 does not say how many samples the record has; write them there")
    return Header(head.fs, head.sig_len / head.fs, tuple(head.comments))


def marks(data: Path, path: str, annotator: str, head: Header) -> list[Mark]:
    file = data / f"{path}.{annotator}"
    if not file.exists():
        raise DataError(f"{path}.{annotator}: there is no such file; fetch it with the record")
    if file.read_bytes()[-2:] != b"\0\0":
        raise DataError(f"{path}.{annotator}: does not end as an annotation file does; fetch it again, it may be cut off")
    try:
        note = wfdb.rdann(str(data / path), annotator)
    except Exception as e:
        raise DataError(f"{path}.{annotator}: cannot be read as a WFDB annotation file: {e}") from e
    out = []
    for i, (sample, symbol, text) in enumerate(zip(note.sample.tolist(), note.symbol, note.aux_note), 1):
        if not 0 <= sample <= head.seconds * head.rate:
            raise DataError(f"{path}.{annotator}: annotation {i} is at sample {sample}, outside of the record")
        out.append(Mark(i, sample / head.rate, symbol, text.split("\0")[0].strip()))
    return out


def beats(found: list[Mark]) -> tuple[np.ndarray, np.ndarray]:
    kept = [m for m in found if m.symbol in BEAT_SYMBOLS]
    return np.array([m.time for m in kept], float), np.array([m.symbol for m in kept], str)


def rhythms(found: list[Mark], end: float) -> tuple[tuple[float, float, str], ...]:
    """Every rhythm from its mark to the next one; without the opening bracket of its name."""
    named = [(m.time, m.text[1:]) for m in found if m.symbol == "+" and m.text.startswith("(")]
    return tuple((a, b, name) for (a, name), (b, _) in zip(named, named[1:] + [(end, "")]))
