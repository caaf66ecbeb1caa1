"""Builds localization questions in the paper's form from WFDB records.

python -m holter_training.tests_file --records DIR --out FILE.json [--names 101,106] [--long] [--per-kind 40]
"""

import argparse
import json
from pathlib import Path

import numpy as np
import wfdb

from . import localization
from .config import BEAT_CONDITIONS
from .localization import BEAT_SYMBOLS


def build(folder: Path, names: list[str], long: bool, per_kind: int, seed: int) -> list[dict]:
    """Of every record, up to per_kind clips with and as many without each kind, at uniform offsets."""
    rng = np.random.default_rng(seed)
    out = []
    for name in names:
        head = wfdb.rdheader(str(folder / name))
        note = wfdb.rdann(str(folder / name), "atr")
        keep = [i for i, s in enumerate(note.symbol) if s in BEAT_SYMBOLS]
        times, symbols = note.sample[keep] / head.fs, np.array([note.symbol[i] for i in keep])
        for code in BEAT_CONDITIONS:
            count = {True: 0, False: 0}
            for _ in range(per_kind * 12):
                length = float(rng.uniform(10, 60)) if long else 10.0
                start = rng.uniform(0, head.sig_len / head.fs - length)
                a = int(start * head.fs)
                b = a + int(round(length * head.fs))
                found = localization.spans(times, symbols, code, a / head.fs, b / head.fs)
                if count[bool(found)] >= (per_kind if found else per_kind // 4):
                    continue
                count[bool(found)] += 1
                out.append(
                    {
                        "question": localization.question(code, int(rng.integers(len(localization.FORMS)))),
                        "answer": localization.answer(code, found),
                        "ecg_path": name,
                        "dataset": folder.name,
                        "task": "localization_long" if long else "localization",
                        "abnormal_type": code,
                        "ecg_start": a,
                        "ecg_end": b,
                    }
                )
    return out


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--records", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--names", help="comma-separated; default: every record of the folder")
    p.add_argument("--long", action="store_true", help="clips of 10 to 60 s instead of exactly 10 s")
    p.add_argument("--per-kind", type=int, default=40)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    names = a.names.split(",") if a.names else sorted(x.stem for x in a.records.glob("*.hea"))
    tests = build(a.records, names, a.long, a.per_kind, a.seed)
    a.out.write_text(json.dumps(tests, indent=1))
    print(f"{len(tests)} questions to {a.out}")


if __name__ == "__main__":
    main()
