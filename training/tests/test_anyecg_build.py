"""The anyECG builder as a command: what it writes, that it goes on where it was, and what it says of malformed files."""

import json
import os
import sys
from pathlib import Path

import pytest

import anyecg_files
from holter_training.anyecg import __main__ as command
from holter_training.anyecg import build
from holter_training.anyecg.build import TASKS


def run(monkeypatch, data: Path, out: Path, *options: str) -> None:
    monkeypatch.setattr(sys, "argv", ["anyecg", "--data", str(data), "--out", str(out), "--per-record", "4", *options])
    command.main()


def files(out: Path) -> dict[str, str]:
    return {f.relative_to(out).as_posix(): f.read_text() for f in sorted([*out.glob("*.jsonl"), *out.glob("eval/*.json")])}


def lines(out: Path) -> list[dict]:
    return [json.loads(line) for task in TASKS for line in (out / f"{task}.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return anyecg_files.everything(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def built(data, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("out")
    with pytest.MonkeyPatch.context() as m:
        run(m, data, out)
    return out


def test_lines_say_everything_and_nobody_is_in_two_splits(built):
    found = lines(built)
    assert {x["task"] for x in found} == set(TASKS)
    assert {x["source"] for x in found} == {"mitdb", "edb", "stdb", "ltstdb", "ptbxl", "mimic-iv-ecg", "cinc2017", "ecgqa"}
    splits: dict[str, set] = {}
    for x in found:
        assert list(x) == ["task", "source", "person", "split", "condition", "type", "ecgs", "turns"]
        assert all(set(e) == {"path", "start", "end"} for e in x["ecgs"])
        assert x["turns"] and all(t["question"] and t["answer"] for t in x["turns"])
        splits.setdefault(x["person"], set()).add(x["split"])
    assert all(len(s) == 1 for s in splits.values())
    assert splits["ptbxl/12"] == {"test"} and splits["ptbxl/11"] == {"train"}


def test_the_test_split_is_written_as_test_files(data, monkeypatch, tmp_path):
    run(monkeypatch, data, tmp_path, "--sources", "mitdb,ptbxl", "--leave-out", "101,ptbxl.10")
    assert {x["person"] for x in lines(tmp_path) if x["split"] == "test"} == {"mitdb/101", "ptbxl/12"}
    assert {x["split"] for x in lines(tmp_path)} == {"test", "train"}
    (short, long), kinds = [json.loads((tmp_path / "eval" / f"localization{x}.json").read_text()) for x in ("", "-long")], {}
    for t in short + long:
        assert t["ecg_path"] == "mitdb/101" and t["task"] == "localization" and t["dataset"] == "mitdb"
        kinds.setdefault(t["abnormal_type"], []).append(t)
    assert all(t["ecg_end"] - t["ecg_start"] == 3600 for t in short) and all(t["ecg_end"] - t["ecg_start"] >= 3600 for t in long)
    assert set(kinds) == set("VASLRF/") | {"AFIB", "AFL", "VT", "SVTA", "B", "T"}
    whole = [t for t in json.loads((tmp_path / "eval/report.json").read_text()) if t["dataset"] == "ptbxl"]
    assert {(t["ecg_path"], t["ecg_start"], t["ecg_end"], t["task"]) for t in whole} == {
        (f"ptbxl/records100/00000/0000{i}_lr", 0, 0, "report") for i in (2, 3)
    }
    compared = json.loads((tmp_path / "eval/comparison.json").read_text())
    assert all(len(t["ecg_path"]) == len(t["ecg_start"]) == len(t["ecg_end"]) >= 2 for t in compared)
    sorts = {t["question_type"] for t in compared}
    assert len(sorts) > 1 and sorts <= {"which", "change", "rate", "highest rate", "premature beats", "compare", "report"}
    asked = json.loads((tmp_path / "eval/qa.json").read_text())
    assert {t["task"] for t in asked} == {"qa"}
    sorts = {t["question_type"] for t in asked}
    assert len(sorts) > 1 and sorts <= {"single-verify", "single-choose", "single-query"}


def test_a_build_goes_on_where_it_was_stopped_with_the_same_result(built, data, monkeypatch, tmp_path):
    written, write, left = [], build.write, [5]

    def stopped(file, made):
        left[0] -= 1
        if left[0] < 0:
            (file.parent).mkdir(parents=True, exist_ok=True)
            file.with_name(file.name + ".tmp").write_text('{"half": ')
            raise KeyboardInterrupt
        written.append(file)
        write(file, made)

    monkeypatch.setattr(build, "write", stopped)
    with pytest.raises(KeyboardInterrupt):
        run(monkeypatch, data, tmp_path)
    assert not list(tmp_path.glob("*.jsonl"))
    left[0] = 10**6
    run(monkeypatch, data, tmp_path)
    assert len(written) == len(set(written))  # no part twice
    assert files(tmp_path) == files(built)
    left[0] = 0
    run(monkeypatch, data, tmp_path)  # all is there
    assert files(tmp_path) == files(built)


def test_lines_depend_on_the_seed_and_the_record_not_on_what_else_is_there(built, data, monkeypatch, tmp_path):
    run(monkeypatch, data, tmp_path / "alone", "--sources", "edb")
    assert lines(tmp_path / "alone") == [x for x in lines(built) if x["source"] == "edb"]
    run(monkeypatch, data, tmp_path / "other", "--sources", "edb", "--seed", "2")
    assert lines(tmp_path / "other") != lines(tmp_path / "alone")


def test_parts_of_other_settings_are_not_mixed(data, monkeypatch, tmp_path):
    run(monkeypatch, data, tmp_path, "--sources", "stdb")
    with pytest.raises(SystemExit, match="settings.json: .* give another --out"):
        run(monkeypatch, data, tmp_path, "--sources", "stdb", "--seed", "2")


def broken(data: Path, name: str) -> None:
    match name:
        case "cut-off":
            file = data / "mitdb/101.atr"
            file.write_bytes(file.read_bytes()[:-7])
        case "header":
            (data / "mitdb/101.hea").write_text("nonsense\n")
        case "beyond":
            anyecg_files.record(data / "mitdb", "101", 20, 360, ["MLII"])
        case "scp":
            file = data / "ptbxl/ptbxl_database.csv"
            file.write_text(file.read_text().replace("{'AFIB': 0.0", "{'AFIB': "))
        case "column":
            file = data / "ptbxl/ptbxl_database.csv"
            file.write_text(file.read_text().replace("strat_fold", "fold"))
        case "date":
            file = data / "mimic-iv-ecg/record_list.csv"
            file.write_text(file.read_text().replace("2180-08-06", "2180-18-06"))
        case "label":
            (data / "cinc2017/REFERENCE.csv").write_text("A00001,A\nA00002,X\n")
        case "json":
            (data / "ecgqa/ptbxl/template/train/00000.json").write_text('[\n{"question": "?",}]')
        case "question":
            (data / "ecgqa/ptbxl/template/train/00000.json").write_text('[{"question": "?", "question_type": "x", "answer": "no", "ecg_id": [1]}]')


@pytest.mark.parametrize(
    "name, source, said",
    [
        ("cut-off", "mitdb", "mitdb/101.atr: does not end"),
        ("header", "mitdb", "mitdb/101.hea: cannot be read"),
        ("beyond", "mitdb", r"mitdb/101.atr: annotation \d+ is at sample \d+, outside"),
        ("scp", "ptbxl", "ptbxl_database.csv: line 7: scp_codes is"),
        ("column", "ptbxl", "ptbxl_database.csv: line 1 names no column strat_fold"),
        ("date", "mimic-iv-ecg", "record_list.csv: line 3: ecg_time is"),
        ("label", "cinc2017", "REFERENCE.csv: line 2: 'A00002,X'"),
        ("json", "ecgqa", "00000.json: line 2: "),
        ("question", "ecgqa", "00000.json: question 1: answer is not a list"),
    ],
)
def test_a_malformed_file_is_told_with_its_name_and_place(monkeypatch, tmp_path, name, source, said):
    data = tmp_path / "data"
    for needed in {"ecgqa": ["ptbxl", "ecgqa"], "mimic-iv-ecg": ["mimic"]}.get(source, [source]):
        getattr(anyecg_files, needed)(data)
    broken(data, name)
    with pytest.raises(SystemExit, match=said):
        run(monkeypatch, data, tmp_path / "out", "--sources", source)


def test_no_data_set_and_no_task_are_told(monkeypatch, tmp_path, capsys):
    with pytest.raises(SystemExit, match="holds none of mitdb"):
        run(monkeypatch, tmp_path, tmp_path / "out")
    with pytest.raises(SystemExit, match="holds no \\*.atr"):
        run(monkeypatch, tmp_path, tmp_path / "out", "--sources", "mine")
    with pytest.raises(SystemExit):
        run(monkeypatch, tmp_path, tmp_path / "out", "--tasks", "Localisation")
    assert "no task Localisation" in capsys.readouterr().err


@pytest.mark.skipif("HOLTER_DATA" not in os.environ, reason="HOLTER_DATA names no folder of recordings")
def test_real_recordings(monkeypatch, tmp_path):
    data = Path(os.environ["HOLTER_DATA"])
    run(monkeypatch, data, tmp_path, "--sources", "mitdb,ptbxl,ecgqa", "--leave-out", "119,ptbxl.9")
    found = lines(tmp_path)
    assert {x["person"].split("/")[0] for x in found if x["split"] == "test"} == {"mitdb", "ptbxl"}
    held = {x["condition"] for x in found if x["task"] == "Localization" and x["turns"][0]["answer"].startswith("Duration")}
    assert {"V", "A", "L", "R", "F", "/", "AFIB", "VT", "SVTA", "B", "T"} <= held
    reports = [x["turns"][0]["answer"] for x in found if x["task"] == "ReportGen" and x["person"] == "mitdb/119"]
    assert len(reports) == 4 and any("premature ventricular contraction" in r for r in reports)  # every fifth beat is one
    assert sum(x["source"] == "ecgqa" for x in found) > 500
