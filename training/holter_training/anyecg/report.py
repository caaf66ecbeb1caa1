"""ReportGen: the report of an ECG, "Report: Sinus rhythm, Heart rate 72/min, 2 premature ventricular contractions"."""

import re
from itertools import groupby

from .localize import SHORT, anywhere, seeded
from .record import Clip, Record, Sample

TASK = "ReportGen"

QUESTIONS = [
    "Please provide the report for the following ECG.",
    "Please provide the report for this ECG.",
    "What is the report of this ECG?",
    "Write the report of the following ECG.",
    "Describe this ECG.",
    "Summarize what this ECG shows.",
    "How would you report this ECG?",
]

# Rhythm annotations of the MIT-BIH and European ST-T databases.
RHYTHMS = {
    "N": "Sinus rhythm", "SBR": "Sinus bradycardia", "AFIB": "Atrial fibrillation", "AFL": "Atrial flutter",
    "SVTA": "Supraventricular tachyarrhythmia", "VT": "Ventricular tachycardia", "VFL": "Ventricular flutter",
    "IVR": "Idioventricular rhythm", "NOD": "Nodal (AV junctional) rhythm", "P": "Paced rhythm", "PREX": "Pre-excitation",
    "B": "Ventricular bigeminy", "T": "Ventricular trigeminy", "AB": "Atrial bigeminy", "BI": "First degree AV block",
    "BII": "Second degree AV block", "B3": "Third degree AV block", "SAB": "Sinoatrial block",
}  # fmt: skip

BEATS = {
    "V": "premature ventricular contraction", "A": "atrial premature beat", "a": "aberrated atrial premature beat",
    "J": "nodal premature beat", "S": "supraventricular premature or ectopic beat", "F": "fusion beat",
    "E": "ventricular escape beat", "e": "atrial escape beat", "j": "nodal escape beat",
}  # fmt: skip

NOTHING = "No abnormal beat"
CONDUCTION = {"L": "Left bundle branch block", "R": "Right bundle branch block"}


def rhythm(clip: Clip) -> list[str]:
    named, rate = clip.rhythms(), clip.rate()
    out = [RHYTHMS.get(name, name) for name in named]
    if named == ["N"] and rate is not None and not 60 <= rate <= 100:
        out = ["Sinus bradycardia" if rate < 60 else "Sinus tachycardia"]
    return out if rate is None else out + [f"Heart rate {rate}/min"]


def ectopy(symbols: list[str], rhythms: list[str]) -> list[str]:
    out = []
    for symbol, name in BEATS.items():
        if n := symbols.count(symbol):
            out.append(f"{n} {name}{'s' if n > 1 else ''}")
    runs = [len(list(g)) for symbol, g in groupby(symbols) if symbol == "V"]
    if couplets := runs.count(2):
        out.append(f"{couplets} ventricular couplets" if couplets > 1 else "1 ventricular couplet")
    out += [f"Run of {n} premature ventricular contractions" for n in runs if n > 2]
    text = "".join("V" if s == "V" else "N" for s in symbols)
    if re.search("(NV){3}", text) and "B" not in rhythms:
        out.append(RHYTHMS["B"])
    if re.search("(NNV){3}", text) and "T" not in rhythms:
        out.append(RHYTHMS["T"])
    return out


def conduction(symbols: list[str], rhythms: list[str]) -> list[str]:
    out = []
    for symbol, name in CONDUCTION.items():
        if n := symbols.count(symbol):
            out.append(name if 2 * n >= len(symbols) else f"Intermittent {name[0].lower()}{name[1:]}")
    if (n := symbols.count("/") + symbols.count("f")) and "P" not in rhythms:
        out.append("Paced rhythm" if 2 * n >= len(symbols) else f"{n} paced beat{'s' if n > 1 else ''}")
    return out


def st(clip: Clip) -> list[str]:
    return [name for code, name in (("STE", "ST segment elevation"), ("STD", "ST segment depression")) if clip.holds(code)]


def sentences(clip: Clip) -> list[str]:
    """The published report of a record, else rhythm, rate, beats, conduction and ST segment as they are annotated."""
    if clip.record.statements and clip.is_whole:
        return list(clip.record.statements)
    symbols, rhythms = clip.beats(), clip.rhythms()
    out = rhythm(clip) + ectopy(symbols, rhythms) + conduction(symbols, rhythms) + st(clip)
    if symbols and set(symbols) == {"N"} and rhythms in ([], ["N"]):
        out.append(NOTHING)
    return out


def report(clip: Clip) -> str:
    return "Report: " + ", ".join(sentences(clip))


def samples(records: list[Record], wanted: int, seed: int, whole: bool) -> list[Sample]:
    out = []
    for r in records:
        rng = seeded(seed, TASK, r.path)
        drawn = [r.whole] if whole else [anywhere(r, SHORT, rng) for _ in range(wanted if r.seconds >= SHORT else 0)]
        for clip in drawn:
            if sentences(clip):
                out.append(Sample(TASK, (clip,), ((str(rng.choice(QUESTIONS)), report(clip)),)))
    return out
