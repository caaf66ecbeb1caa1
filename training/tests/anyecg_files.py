"""Makes small files in the published form of each data set that the anyECG builder reads."""

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import wfdb


def record(folder: Path, name: str, seconds: float, rate: int, leads: list[str], comments: list[str] | None = None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    signal = np.zeros((round(seconds * rate), len(leads)))
    wfdb.wrsamp(name, fs=rate, units=["mV"] * len(leads), sig_name=leads, p_signal=signal, fmt=["16"] * len(leads),
                adc_gain=[200] * len(leads), baseline=[0] * len(leads), comments=comments or [], write_dir=str(folder))  # fmt: skip


def annotate(folder: Path, name: str, annotator: str, rate: int, marks: list[tuple[float, str, str]]) -> None:
    """marks: seconds, symbol, text"""
    marks = sorted(marks)
    wfdb.wrann(name, annotator, np.array([round(t * rate) for t, _, _ in marks]), symbol=[s for _, s, _ in marks],
               aux_note=[x for _, _, x in marks], write_dir=str(folder))  # fmt: skip


def beats(seconds: float, kinds: dict[int, str], every: float = 0.8) -> list[tuple[float, str, str]]:
    """Beats at 0.5 s, 1.3 s, …; normal ones but for those named by their number."""
    times = np.arange(0.5, seconds - 0.2, every)
    return [(round(float(t), 3), kinds.get(i, "N"), "") for i, t in enumerate(times)]


def mitdb(data: Path) -> None:
    """101: premature beats, bigeminy, atrial fibrillation; 201 and 202: one man."""
    kinds = {5: "V", 30: "A", **dict.fromkeys(range(51, 61, 2), "V"), 70: "V", 71: "V"}
    marks = [(0.1, "+", "(N"), (40.9, "+", "(B"), (49.0, "+", "(N"), (90.0, "+", "(AFIB")]
    record(data / "mitdb", "101", 150, 360, ["MLII", "V1"], ["75 F 1011 654 x1", "Diapres"])
    annotate(data / "mitdb", "101", "atr", 360, beats(150, kinds) + marks)
    for name in ("201", "202"):
        record(data / "mitdb", name, 130, 360, ["MLII", "V1"], ["68 M 1960 2851 x1"])
        annotate(data / "mitdb", name, "atr", 360, beats(130, {9: "V"}) + [(0.1, "+", "(N")])


def edb(data: Path) -> None:
    notes = ["Age: 62  Sex: M", "Mixed angina", "Recorder type: ICR 7200"]
    episode = [(20.0, "s", "(ST0-"), (30.0, "s", "AST0-200"), (50.0, "s", "ST0-)")]
    other = [(45.0, "s", "(ST1+"), (60.0, "s", "AST1+150"), (70.0, "s", "ST1+)")]
    shift = [(80.0, "s", "(st0+"), (82.0, "s", "ast0+120"), (85.0, "s", "st0+)")]
    open_end = [(110.0, "s", "(ST0+"), (115.0, "s", "AST0+300"), (25.0, "T", "(T0+")]
    for name, notes_of in (("e0103", notes), ("e0104", notes), ("e0113", ["Age: 40  Sex: F"])):
        record(data / "edb", name, 120, 250, ["V4", "MLIII"], notes_of)
        annotate(data / "edb", name, "atr", 250, beats(120, {}) + [(0.1, "+", "(N"), *episode, *other, *shift, *open_end])


def stdb(data: Path) -> None:
    record(data / "stdb", "300", 60, 360, ["ECG", "other"])
    header = data / "stdb/300.hea"
    header.write_text(header.read_text().replace("other", "ECG"))  # as published, which wfdb reads but does not write
    annotate(data / "stdb", "300", "atr", 360, beats(60, {20: "V"}))


def ltstdb(data: Path) -> None:
    marks = [(1.0, "N", "GRST0"), (5.0, "N", "ast0+130"), (9.0, "N", "st0+60)"), (40.0, "N", "(rtst1-110"), (50.0, "N", "artst1-160"),
             (60.0, "N", "rtst1-80)"), (80.0, "N", "(urd0"), (90.0, "N", "urd0)"), (95.0, "N", "noi0+300")]  # fmt: skip
    for name, notes in (("s20021", "An excerpt is included in the European ST-T Database (record e0113)."), ("s20022", "Age: 40  Sex: F")):
        record(data / "ltstdb", name, 100, 250, ["MLIII", "V4"], [notes])
        annotate(data / "ltstdb", name, "atr", 250, beats(100, {}))
        annotate(data / "ltstdb", name, "stb", 250, marks)


def table(file: Path, rows: list[dict]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file, "w", newline="") as f:
        writer = csv.DictWriter(f, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


SCP = [("SR", "sinus rhythm", 1.0), ("AFIB", "atrial fibrillation", 1.0), ("NORM", "normal ECG", ""), ("IMI", "inferior myocardial infarction", ""),
       ("PVC", "ventricular premature complex", ""), ("CLBBB", "complete left bundle branch block", "")]  # fmt: skip
PTBXL = [
    (1, 11.0, 56.0, 1, "1984-11-09 09:17:34", {"NORM": 100.0, "SR": 0.0}, 3),
    (2, 12.0, 300.0, 0, "1984-11-14 12:55:37", {"IMI": 35.0, "SR": 0.0, "PVC": 100.0}, 10),
    (3, 12.0, 300.0, 0, "1984-12-14 12:55:37", {"AFIB": 0.0, "CLBBB": 100.0}, 10),
    (4, 13.0, 30.0, 0, "1985-01-01 10:00:00", {"NORM": 100.0, "SR": 0.0}, 9),
]


def ptbxl(data: Path) -> None:
    folder = data / "ptbxl"
    rows = []
    for i, person, age, sex, date, codes, fold in PTBXL:
        names = {f"filename_{x}r": f"records{n}00/00000/{i:05}_{x}r" for x, n in (("l", 1), ("h", 5))}
        rows.append({"ecg_id": i, "patient_id": person, "age": age, "sex": sex, "recording_date": date, "report": "sinusrhythmus\nnormales ekg",
                     "scp_codes": str(codes), "strat_fold": fold} | names)  # fmt: skip
        lead = ["I"] if i != 4 else []
        if lead:
            record(folder / "records100/00000", f"{i:05}_lr", 10, 100, lead)
    table(folder / "ptbxl_database.csv", rows)
    table(folder / "scp_statements.csv", [{"": code, "description": text, "rhythm": rhythm} for code, text, rhythm in SCP])


def ecgqa(data: Path) -> None:
    def asked(kind: str, question: str, answer: list[str], ids: list[int]) -> dict:
        return {"template_id": 1, "question_id": 1, "sample_id": 1, "question_type": kind, "attribute_type": "scp_code",
                "question": question, "answer": answer, "ecg_id": ids, "attribute": None}  # fmt: skip

    questions = [
        asked("single-verify", "Does this ECG show symptoms of non-diagnostic t abnormalities?", ["no"], [1]),
        asked("comparison_consecutive-query", "What is new?", ["pr interval", "qt interval"], [2, 3]),
        asked("comparison_irrelevant-verify", "Of people of two splits?", ["no"], [1, 2]),
        asked("single-choose", "Of a recording that is not there?", ["none"], [4]),
    ]
    folder = data / "ecgqa/ptbxl/template/train"
    folder.mkdir(parents=True)
    (folder / "00000.json").write_text(json.dumps(questions[:2]))
    with gzip.open(data / "ecgqa/more.json.gz", "wt") as f:
        json.dump(questions[2:], f)


MIMIC = [
    (10000032, 40689238, "2180-07-23 08:44:00", ["Sinus rhythm", "", "Borderline ECG"]),
    (10000032, 49036311, "2180-08-06 09:07:00", ["Atrial fibrillation with PVC(s) or aberrant ventricular conduction.", "Left bundle branch block"]),
    (10000117, 45090959, "2181-03-04 17:14:00", ["Analysis error: unsuitable for analysis"]),
]


def mimic(data: Path) -> None:
    folder, listed, measured = data / "mimic-iv-ecg", [], []
    for person, study, time, report in MIMIC:
        path = f"files/p{str(person)[:4]}/p{person}/s{study}/{study}"
        record(folder / Path(path).parent, str(study), 10, 500, ["I", "II"])
        listed.append({"subject_id": person, "study_id": study, "file_name": study, "ecg_time": time, "path": path})
        texts = {f"report_{i}": report[i] if i < len(report) else "" for i in range(18)}
        measured.append({"subject_id": person, "study_id": study, "cart_id": 1, "ecg_time": time} | texts)
    table(folder / "record_list.csv", listed)
    table(folder / "machine_measurements.csv", measured)


def cinc2017(data: Path) -> None:
    folder = data / "cinc2017"
    for name, seconds in (("A00001", 30), ("A00002", 9), ("A00004", 12)):
        record(folder / "training", name, seconds, 300, ["ECG"])
        n, file = seconds * 300, folder / "training" / f"{name}.mat"
        samples = (folder / "training" / f"{name}.dat").read_bytes()
        header = np.array([20, 1, n, 0, 4], "<i4").tobytes() + b"val\0"  # a MATLAB 4 matrix, 24 bytes
        file.write_bytes(header + samples)
        (folder / "training" / f"{name}.hea").write_text(f"{name} 1 300 {n} 05:05:15 1/05/2000\n{name}.mat 16+24 1000/mV 16 0 0 0 0 ECG\n")
        (folder / "training" / f"{name}.dat").unlink()
    (folder / "REFERENCE.csv").write_text("A00001,A\nA00002,N\nA00004,N\nA00099,O\n")


def everything(data: Path) -> Path:
    for make in (mitdb, edb, stdb, ltstdb, ptbxl, ecgqa, mimic, cinc2017):
        make(data)
    return data
