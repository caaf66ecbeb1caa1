"""What noise and other hardware do to beat labels, on people left out of a run's training.

python -m holter_training.noise --data DIR --run DIR --work DIR --out FILE.json

Noise: records of mitdb with electrode-motion noise (module nst); 118 and 119 as the Noise Stress Test Database has them.
The people are strangers, the noise is not: training disturbs some of its clips with the same recording of noise.
VEB and SVEB are scored as AAMI EC57 has it, in the whole record from minute five and in the noisy stretches alone.
Normal recordings: home recordings of CinC 2017 labelled normal and the healthy subjects of leadI, on which every VEB is
a false one. `holter annotate` labels, `holter score` scores.
"""

import argparse
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import torch
import wfdb
from tqdm import tqdm

from . import minutes, nst, records
from .localization import BEAT_SYMBOLS
from .records import PACED, Record

VEB, SVEB = set("VE"), set("AaJS")


def annotate(holter: Path, model: Path, paths: list[Path], out: Path, what: str) -> None:
    command = [str(x) for x in (holter, "annotate", *paths, "--out", out, "--model", model)]
    out.mkdir(parents=True, exist_ok=True)
    log = out / "annotate.log"
    with open(log, "w") as errors, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as p:
        for _ in tqdm(p.stdout, f"annotate {what}", len(paths), unit="record"):
            pass
    if p.returncode:
        raise SystemExit(f"holter annotate failed on records {what}: see {log}")


def score(holter: Path, paths: list[Path], annotations: Path, *more: str) -> list[dict]:
    """A row for each record, and the last for all of them."""
    command = [str(x) for x in (holter, "score", *paths, "--annotations", annotations, "--json", *more)]
    rows = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return [r for r in rows if r["record"] != "average"]


def between_beats(second: float, beats: np.ndarray) -> float:
    """The middle of the interval that a time is in, so that a cut there parts no beat from its label."""
    i = int(np.searchsorted(beats, second))
    return second if i in (0, len(beats)) else float(beats[i - 1] + beats[i]) / 2


def keep(source: Path, kind: str, target: Path, rate: float, where: list[tuple[float, float]]) -> None:
    """Writes those of a record's beats that lie there; what is no beat (flutter, rhythms) stays."""
    note = wfdb.rdann(str(source), kind)
    inside = lambda t: any(a <= t < b for a, b in where)
    at = [i for i, s in enumerate(note.symbol) if s not in BEAT_SYMBOLS or inside(note.sample[i] / rate)]
    aux = [note.aux_note[i] for i in at]
    wfdb.wrann(target.name, kind, note.sample[at], [note.symbol[i] for i in at], aux_note=aux, write_dir=str(target.parent))


def noisy_parts(paths: list[Path], annotations: Path, folder: Path) -> dict[str, float]:
    """Copies labels and expert's annotations of the noisy stretches to the folder; minutes of noise of each record."""
    folder.mkdir(parents=True, exist_ok=True)
    out = {}
    for path in paths:
        head, note = wfdb.rdheader(str(path)), wfdb.rdann(str(path), "atr")
        beats = note.sample[[s in BEAT_SYMBOLS for s in note.symbol]] / head.fs
        where = [(between_beats(a, beats), between_beats(b, beats)) for a, b in nst.stretches(head.sig_len / head.fs)]
        shutil.copy(path.with_suffix(".hea"), folder)
        keep(path, "atr", folder / path.name, head.fs, where)
        keep(annotations / path.name, "hol", folder / path.name, head.fs, where)
        out[path.name] = sum(b - a for a, b in where) / 60
    return out


def measured(clean: Path, noisy: Path) -> list[float]:
    """The signal-to-noise ratio (dB) of each lead in the noisy stretches."""
    a, b = (wfdb.rdsamp(str(p))[0].T for p in (clean, noisy))
    note = wfdb.rdann(str(clean), "atr")
    at = note.sample[[s in nst.NORMAL for s in note.symbol]]
    where = [slice(int(x * nst.RATE), int(y * nst.RATE)) for x, y in nst.stretches(a.shape[1] / nst.RATE)]
    size = nst.noise_amplitude(np.concatenate([(b - a)[:, s] for s in where], 1), nst.RATE)
    return [round(float(x), 2) for x in 20 * np.log10(nst.beat_amplitude(a, at, nst.RATE) / np.sqrt(8) / size)]


def stress(data: Path, names: list[str], levels: list[int], holter: Path, model: Path, work: Path) -> list[dict]:
    """A row for each level of noise, none first, and record; "gross" is all records."""
    made, rows = work / "noisy", []
    made.mkdir(parents=True, exist_ok=True)
    noise = nst.motion(data / "nstdb")
    for level in [None, *levels]:
        paths = {}
        for name in names:
            clean = data / "mitdb" / name
            given = data / "nstdb" / nst.name(name, level) if level is not None else clean
            paths[name] = given if given.with_suffix(".hea").exists() else nst.write(clean, noise, level, made)
        labels, part = work / "annotations", work / "parts"
        annotate(holter, model, list(paths.values()), labels, "without noise" if level is None else f"at {level} dB")
        length = noisy_parts(list(paths.values()), labels, part)
        whole = score(holter, list(paths.values()), labels)
        noisy = score(holter, [part / p.name for p in paths.values()], part, "--from-start")
        length["gross"] = sum(length.values())
        for name, w, n in zip([*names, "gross"], whole, noisy, strict=True):
            false = n["veb"]["positive_predictivity"]
            per = (false["of"] - false["part"]) / length[n["record"]]
            row = {"record": name, "snr": level, "noisy": {k: n[k] for k in ("qrs", "veb", "sveb")}, "false_veb_per_minute": per}
            if name != "gross" and level is not None:
                row["measured_snr"] = measured(data / "mitdb" / name, paths[name])
            rows.append({**row, "minutes": length[n["record"]], "whole": {k: w[k] for k in ("qrs", "veb", "sveb")}})
        print(json.dumps(rows[-1]))
    return rows


def normal(data: Path, leave_out: set[str]) -> dict[str, list[Record]]:
    """Recordings without abnormal beats, of people left out."""
    out = {}
    if (file := data / "cinc2017/cinc2017.npz").exists():
        out["cinc2017"] = records.cinc2017(file, "N", keep=leave_out)
    if (file := data / "leadI/leadI.npz").exists():
        out["leadI"] = records.lead_i(file, keep=leave_out)
    return out


def false_labels(group: list[Record], holter: Path, model: Path, work: Path) -> dict:
    """VEB and SVEB labels per hour, and in how many recordings there is a VEB."""
    work.mkdir(parents=True, exist_ok=True)
    for i, r in enumerate(group):
        minutes.write(r, f"r{i}", work)
    annotate(holter, model, [work / f"r{i}" for i in range(len(group))], work, work.name)
    labels = [wfdb.rdann(str(work / f"r{i}"), "hol").symbol for i in range(len(group))]
    hours = sum(r.signal.shape[1] for r in group) / records.RATE / 3600
    count = lambda kinds: sum(s in kinds for symbols in labels for s in symbols)
    with_veb = sum(bool(VEB & set(symbols)) for symbols in labels)
    out = {"recordings": len(group), "people": len({r.person for r in group}), "hours": round(hours, 3), "beats": sum(map(len, labels))}
    return out | {"veb_per_hour": count(VEB) / hours, "sveb_per_hour": count(SVEB) / hours, "recordings_with_veb": with_veb}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True, help="training run: its checkpoint tells who was left out")
    p.add_argument("--model", type=Path, help="its export (default RUN/model)")
    p.add_argument("--work", type=Path, required=True, help="folder for the recordings made and the labels")
    p.add_argument("--holter", type=Path, default=Path("../bin/holter"))
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--records", help="comma-separated; default: all that were left out")
    p.add_argument("--snr", default=",".join(map(str, nst.LEVELS)), help="comma-separated levels of noise in dB (default %(default)s)")
    a = p.parse_args()
    leave_out = set(torch.load(a.run / "checkpoint.pt", weights_only=True)["leave_out"])
    model = a.model or a.run / "model"
    names = sorted(x for x in leave_out - PACED if (a.data / "mitdb" / f"{x}.hea").exists())
    if a.records:
        if seen := set(a.records.split(",")) - set(names):
            raise SystemExit(f"--records: {', '.join(sorted(seen))} was not left out of {a.run}; left out were {', '.join(names)}")
        names = a.records.split(",")
    levels = [int(x) for x in a.snr.split(",")]
    if not leave_out:
        raise SystemExit(f"{a.run} left nobody out, so there is nobody to measure on: take a run of holter_training.crossval")
    result = {"leave_out": sorted(leave_out), "noise": stress(a.data, names, levels, a.holter, model, a.work) if names else [], "normal": {}}
    save = lambda: a.out.write_text(json.dumps(result, indent=1) + "\n")  # after every part: each takes minutes
    save()
    for source, group in normal(a.data, leave_out).items():
        if not group:
            print(f"{source}: nothing of it was left out of the training, not measured")
            continue
        result["normal"][source] = false_labels(group, a.holter, model, a.work / source)
        print(source, json.dumps(result["normal"][source]))
        save()


if __name__ == "__main__":
    main()
