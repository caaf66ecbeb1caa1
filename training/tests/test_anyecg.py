"""What the anyECG builder reads from each published format, and what it asks."""

import re
from pathlib import Path

import numpy as np
import pytest

import anyecg_files
from holter_training import conditions
from holter_training.anyecg import compare, ecgqa, localize, mimic, qa, report, sources, turns
from holter_training.anyecg.record import Clip, DataError
from holter_training.anyecg.split import Split


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return anyecg_files.everything(tmp_path_factory.mktemp("data"))


def read(data: Path, name: str) -> dict:
    source = sources.open_source(data, name)
    return {Path(ref.path).name: source.read(ref) for ref in source.refs()}


def test_conditions_are_those_of_the_go_package():
    text = (Path(__file__).parents[2] / "pkg/localize/condition.go").read_text()
    rows = re.findall(r'\{Code: "([^"]+)", Name: "([^"]+)",.*?Kind: (\w+)', text)
    assert [(c.code, c.name, c.kind) for c in conditions.CONDITIONS.values()] == [(a, b, k.lower()) for a, b, k in rows]
    assert (conditions.phrase("A"), conditions.phrase("ST")) == ("an atrial premature beat", "ST segment change")


def test_known_data_sets_are_found(data):
    assert sources.found(data) == ["mitdb", "stdb", "edb", "ltstdb", "ptbxl", "mimic-iv-ecg", "cinc2017", "ecgqa"]


def test_mitdb_has_beats_rhythms_and_people(data):
    r = read(data, "mitdb")
    assert {name: x.person for name, x in r.items()} == {"101": "mitdb/101", "201": "mitdb/201", "202": "mitdb/201"}
    assert (r["101"].path, r["101"].rate, r["101"].seconds, r["101"].age, r["101"].sex) == ("mitdb/101", 360, 150, 75, "woman")
    assert r["101"].episodes["B"] == [(pytest.approx(40.9, abs=0.01), 49.0)]
    assert r["101"].episodes["AFIB"] == [(90.0, 150.0)] and r["101"].episodes["VT"] == []
    clip = Clip(r["101"], 0, 10)
    assert clip.spans("V") == [(3.7, 5.3)] and clip.spans("A") == [] and clip.spans("ST") is None
    assert Clip(r["101"], 85, 95).spans("AFIB") == [(5.0, 10.0)]


def test_a_copy_with_noise_is_of_the_person_without(tmp_path):
    anyecg_files.record(tmp_path / "nstdb", "118e_6", 20, 360, ["MLII"])
    anyecg_files.annotate(tmp_path / "nstdb", "118e_6", "atr", 360, anyecg_files.beats(20, {}))
    assert [r.person for r in sources.open_source(tmp_path, "nstdb").refs()] == ["mitdb/118"]


def test_european_st_episodes_of_both_signals_and_axis_shifts(data):
    r = read(data, "edb")
    assert [x.person for x in r.values()] == ["edb/e0103", "edb/e0103", "edb/e0113"]  # the first two have the same notes
    e = r["e0103"]
    assert e.episodes["STD"] == [(20.0, 50.0)] and e.episodes["STE"] == [(45.0, 70.0), (110.0, 120.0)]
    assert Clip(e, 15, 75).spans("ST") == [(5.0, 55.0)]
    assert Clip(e, 78, 88).spans("ST") is None  # an axis shift
    assert (e.age, e.sex) == (62, "man")


def test_st_change_database_tells_of_beats_only(data):
    r = read(data, "stdb")["300"]
    assert r.located() == conditions.codes(conditions.BEAT) and r.events("V") == [(16.5, 16.5)]


def test_long_term_st_episodes_and_whose_tapes_they_are(data):
    r = read(data, "ltstdb")
    assert {x.person for x in r.values()} == {"edb/e0113"}
    assert r["s20021"].episodes == {"STE": [(0.0, 9.0)], "STD": [(40.0, 60.0)], "ST": [(0.0, 9.0), (40.0, 60.0)]}
    assert r["s20021"].doubtful == ((80.0, 90.0),)


def test_ptbxl_codes_become_english_sentences_and_conditions(data):
    r = read(data, "ptbxl")
    assert list(r) == ["00001_lr", "00002_lr", "00003_lr"]  # the fourth has no file
    assert r["00002_lr"].statements == ("Sinus rhythm", "Ventricular premature complex", "Possible inferior myocardial infarction")
    assert r["00002_lr"].present == {"V"} and "A" in r["00002_lr"].absent and r["00002_lr"].age is None
    assert r["00003_lr"].present == {"AFIB", "L"} and not {"A", "R", "ST"} & r["00003_lr"].absent
    assert {"ST", "V", "AFIB"} <= r["00001_lr"].absent
    assert report.report(r["00001_lr"].whole) == "Report: Sinus rhythm, Normal ECG"


def test_mimic_reports_are_read_with_their_hedges(data):
    r = read(data, "mimic-iv-ecg")
    first, second, third = r.values()
    assert first.person == second.person == "mimic-iv-ecg/p10000032"
    assert first.path == "mimic-iv-ecg/files/p1000/p10000032/s40689238/40689238"
    assert report.report(first.whole) == "Report: Sinus rhythm, Borderline ECG" and {"AFIB", "V"} <= first.absent
    assert second.present == {"AFIB", "L"} and "V" not in second.absent  # "PVC(s) or aberrant …"
    assert not third.present and not third.absent
    assert mimic.conditions(["Incomplete right bundle branch block"])[0] == set()
    assert compare.preface([first.whole, second.whole]) == "The second ECG was recorded 14 days after the first."


def test_home_recordings_with_a_label(data):
    r = read(data, "cinc2017")
    assert r["A00001"].whole.spans("AFIB") == [(0.0, 30.0)] and r["A00002"].whole.spans("AFIB") == []
    assert [x.group for x in sources.open_source(data, "cinc2017").refs()] == ["cinc2017.1", "cinc2017.2", "cinc2017.4"]


def test_published_ecgqa_is_read_as_it_is_within_the_splits_of_people(data):
    source = ecgqa.EcgQa(data)
    ecgs = source.ecgs(Split())
    lines = [x.line(split) for file in source.files() for x, split in source.samples(file, ecgs)]
    assert [(x["split"], x["person"], x["turns"][0]["answer"], len(x["ecgs"])) for x in lines] == [
        ("train", "ptbxl/11", "no", 1),
        ("test", "ptbxl/12", "pr interval, qt interval", 2),
    ]
    assert lines[0]["ecgs"] == [{"path": "ptbxl/records100/00000/00001_lr", "start": 0.0, "end": None}]


def test_localization_has_clips_with_and_without_anywhere(data):
    r = read(data, "mitdb")["101"]
    short = localize.questions(r, ["V", "AFIB", "L"], False, 8, seed=3)
    held = [(x.condition, x.turns[0][1].startswith("Duration")) for x in short]
    assert [held.count(x) for x in (("V", True), ("V", False), ("AFIB", True), ("AFIB", False), ("L", True), ("L", False))] == [8, 2, 8, 2, 0, 2]
    assert all(round((c.end - c.start) * 360) == 3600 and 0 <= c.start and c.end <= 150 for x in short for c in x.clips)
    long = localize.questions(r, ["V"], True, 8, seed=3)
    assert all(10 <= x.clips[0].end - x.clips[0].start <= 60 for x in long)
    for x in short + long:
        (clip,) = x.clips
        beats = [t - clip.start for t, s in zip(r.times, r.symbols) if s == "V" and clip.start <= t < clip.end]
        if x.condition == "V" and beats:
            spans = [tuple(map(float, part.strip("s").split("s-"))) for part in x.turns[0][1].removeprefix("Duration: ").split(", ")]
            assert all(any(a <= t <= b for a, b in spans) for t in np.round(beats, 1))
    assert len({x.turns[0][0].replace(conditions.name(x.condition), "") for x in short + long}) > 8  # forms
    assert short == localize.questions(r, ["AFIB", "V", "L"], False, 8, seed=3)[10:20] + [x for x in short if x.condition != "V"]


def test_a_rare_beat_is_met_with(tmp_path):
    anyecg_files.record(tmp_path / "mitdb", "101", 3600, 360, ["MLII"])
    anyecg_files.annotate(tmp_path / "mitdb", "101", "atr", 360, anyecg_files.beats(3600, {4000: "F"}))
    r = read(tmp_path, "mitdb")["101"]
    for seed in range(5):
        found = localize.clips(r, "F", False, 4, seed)
        assert sum(c.holds("F") for c in found) >= 1


def test_reports_name_rhythm_rate_beats_patterns_and_conduction(data):
    r = read(data, "mitdb")["101"]
    assert report.report(Clip(r, 5, 15)) == "Report: Sinus rhythm, Heart rate 75/min, No abnormal beat"
    assert report.report(Clip(r, 0, 10)) == "Report: Sinus rhythm, Heart rate 75/min, 1 premature ventricular contraction"
    assert report.report(Clip(r, 40, 49)) == "Report: Ventricular bigeminy, Heart rate 75/min, 5 premature ventricular contractions"
    assert report.report(Clip(r, 52, 62)).endswith("2 premature ventricular contractions, 1 ventricular couplet")
    assert report.ectopy(list("NVVVN"), []) == ["3 premature ventricular contractions", "Run of 3 premature ventricular contractions"]
    assert report.conduction(list("LLLV"), []) == ["Left bundle branch block"]
    assert report.conduction(list("RNNN"), []) == ["Intermittent right bundle branch block"]
    assert report.report(Clip(read(data, "edb")["e0103"], 20, 30)).endswith(", ST segment depression, No abnormal beat")


def test_comparisons_follow_from_the_annotations(data):
    r = read(data, "mitdb")["101"]
    rng = np.random.default_rng(1)
    clips = [Clip(r, 0, 10), Clip(r, 10, 20), Clip(r, 95, 105)]
    assert compare.preface(clips[:2]) == "These ECGs are of a woman, 75 years old. The second ECG was recorded 10 seconds after the first."
    assert compare.distance(12.4 * 60) == "12 minutes" and compare.distance(1323 * 86400) == "1323 days" and compare.distance(3 * 3600) == "3 hours"
    assert turns.which(clips, "V", rng).answer == "First: yes, second: no, third: no. The first ECG."
    assert turns.which(clips, "L", rng).answer == "First: no, second: no, third: no. None of them."
    pairs = [([0, 1], "V", "resolved"), ([1, 0], "V", "newly appeared"), ([2, 2], "AFIB", "persisted"), ([0, 1], "AFIB", "in neither")]
    for (a, b), code, word in pairs:
        assert word in turns.change([clips[a], clips[b]], code, rng).answer
    assert turns.rates(clips[:2], rng)[0].answer == "First: 75/min, second: 75/min. It is about the same."
    assert turns.premature(clips)[0].answer == "First: 1, second: 0, third: 0. The first ECG."
    assert turns.premature(clips[1:2] * 2)[0].answer == "First: 0, second: 0. None of them."
    told = turns.reports(clips)[0].answer
    assert told.endswith("New in the last ECG: Atrial fibrillation. No longer reported: Sinus rhythm, Premature ventricular contraction.")


def test_samples_of_several_ecgs_do_not_overlap_and_are_in_order(data):
    found = compare.samples([read(data, "mitdb")["101"]], 30, 1, whole=False)
    assert {len(x.clips) for x in found} == {2, 3, 4, 5, 6} and {len(x.turns) for x in found} == {1, 2, 3}
    for x in found:
        assert all(a.end <= b.start for a, b in zip(x.clips, x.clips[1:]))
        assert "after the first" in x.turns[0][0]
    (both,) = compare.samples(list(read(data, "ptbxl").values())[1:], 20, 1, whole=True)
    assert both.turns[0][0].startswith("The second ECG was recorded 30 days after the first.")


def test_verify_choose_query_follow_from_what_is_known(data):
    r = read(data, "mitdb")["101"]
    found = [qa.ask(clip, np.random.default_rng(i)) for i in range(200) for clip in [Clip(r, 0, 10)]]
    answers = {x.turns[0][1] for x in found if any(x.turns[0][0] == q for q in qa.QUERY)}
    assert answers == {"premature ventricular contraction"}
    asked = {x.turns[0] for x in found if x.condition == "V" and x.turns[0][1] in ("yes", "no")}
    assert asked and {a for _, a in asked} == {"yes"}
    assert {x.turns[0][1] for x in found if x.condition == "AFIB" and " or " not in x.turns[0][0]} == {"no"}
    assert "S" not in Clip(r, 0, 10).known()  # says the same as A


def test_kin_of_a_beat_leave_a_yes_or_no_open(tmp_path):
    anyecg_files.record(tmp_path / "mitdb", "101", 20, 360, ["MLII"])
    anyecg_files.annotate(tmp_path / "mitdb", "101", "atr", 360, anyecg_files.beats(20, {5: "a"}))
    r = read(tmp_path, "mitdb")["101"]
    assert "A" not in Clip(r, 0, 10).known() and Clip(r, 10, 20).known()["A"] is False


@pytest.mark.parametrize(
    "mark, said",
    [((30.0, "s", "(ST0"), r"edb/e0103.atr: annotation \d+ at 30.000 s: '\(ST0' is no ST mark"), ((119.9, "s", "ST9"), "'ST9' is no ST mark")],
)
def test_a_malformed_st_mark_is_told_with_its_place(tmp_path, mark, said):
    anyecg_files.record(tmp_path / "edb", "e0103", 120, 250, ["V4"])
    anyecg_files.annotate(tmp_path / "edb", "e0103", "atr", 250, anyecg_files.beats(120, {}) + [mark])
    with pytest.raises(DataError, match=said):
        read(tmp_path, "edb")
