"""ECGs as segments, conversations as tokens, samples from their files."""

import dataclasses
import json

import curriculum_files
import numpy as np
import pytest
import torch

from holter_training import preset, tokenizer
from holter_training.curriculum import contrast, ecgs, feed, samples
from holter_training.curriculum.model import Batch, Chat
from holter_training.curriculum.prompt import Writer
from holter_training.curriculum.samples import Ecg, Sample
from holter_training.paper.config import LayoutError, Tokens


@pytest.fixture(scope="module")
def writer(tok) -> Writer:
    ids = (tok.token_to_id(t) for t in (tokenizer.ECG_START, tokenizer.ECG, tokenizer.ECG_END))
    return Writer(tok, Tokens(*ids), 2048)


def test_a_clip_is_scaled_whole_and_padded_after_that(made):
    ecg = ecgs.read(made[0], Ecg("home/000", 8.5, 31.0))
    assert ecg.shape == (3, 12, 1000)
    clip = ecg.transpose(0, 1).flatten(1)
    present = [1, 10]  # MLII and V5
    assert (clip[present, :2250].amin(1) == -1).all() and (clip[present, :2250].amax(1) == 1).all()
    assert (clip[:, 2250:] == 0).all()
    assert (clip[[i for i in range(12) if i not in present]] == 0).all()
    whole = ecgs.read(made[0], Ecg("home/000"))
    assert len(whole) == 4
    assert torch.equal(ecgs.read(made[0], Ecg("home/000", 0, 40)), whole)
    assert len(ecgs.read(made[0], Ecg("home/000", 2, 5))) == len(ecgs.read(made[0], Ecg("home/000"), most=1)) == 1


def test_leads_go_to_their_slots():
    assert ecgs.slots(["MLII", "V1"]) == [1, 6]
    assert ecgs.slots(["MLI", "D3", "aVR", "AVF"]) == [0, 2, 3, 5]
    assert ecgs.slots(["ECG"]) == [0]
    assert ecgs.slots(["ECG", "ECG"]) == [1, 6]
    with pytest.raises(ValueError, match="lead 'RESP' is none of I, II"):
        ecgs.slots(["II", "RESP"])


def test_flat_and_missing_values_are_zero():
    x = np.random.default_rng(1).normal(size=(2, 300)).astype(np.float32)
    x[0] = 3.5
    x[1, 7] = np.nan
    got = ecgs.segments(x, [0, 1])
    assert (got[0, 0] == 0).all()
    assert torch.isfinite(got).all() and got[0, 1].abs().max() == 1


def test_what_cannot_be_read_is_named(made):
    with pytest.raises(LayoutError, match=r"none from 0\.0.*--data"):
        ecgs.read(made[0], Ecg("home/none"))
    with pytest.raises(LayoutError, match=r"home/000 from 39 to 99"):
        ecgs.read(made[0], Ecg("home/000", 39, 99))


def test_a_prompt_of_one_turn_is_the_shipped_models(writer):
    s = Sample("ReportGen", "train", (Ecg("a"),), (("Is it fast?", "no"),))
    p = writer.write(s, [51])
    head = tokenizer.prompt(writer.tok, "Is it fast?", [51])
    assert p.ids[: len(head)].tolist() == head
    assert p.ids[len(head) :].tolist() == [*writer.text("no"), writer.eot]
    assert p.said.tolist() == [False] * len(head) + [True] * (len(p.ids) - len(head))


def test_a_tokenizer_knows_the_words_of_its_set(tok):
    assert len(tok.encode(" tachycardia").ids) > 3
    assert len(tokenizer.build(520, ["Sinus tachycardia"] * 20_000).encode(" tachycardia").ids) == 1


def test_several_ecgs_and_turns_stand_in_one_conversation(writer):
    s = Sample("MultiECG", "train", (Ecg("a"), Ecg("b")), (("Compare.", "Sinus rhythm, then 2"), ("Sure?", "yes")))
    p = writer.write(s, [3, 2])
    text = (
        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n"
        "<|ecg_start|><|ecg|><|ecg|><|ecg|><|ecg_end|><|ecg_start|><|ecg|><|ecg|><|ecg_end|>Compare.<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nSinus rhythm, then 2<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nSure?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nyes<|eot_id|>"
    )
    assert p.ids.tolist() == writer.text(text)
    assert writer.tok.decode(p.ids[p.said].tolist(), skip_special_tokens=False) == "Sinus rhythm, then 2<|eot_id|>yes<|eot_id|>"
    with pytest.raises(LayoutError, match="the language model reads 20"):
        Writer(writer.tok, writer.special, 20).write(s, [3, 2])


def test_words_stand_in_the_ecgs_places_in_their_order(writer):
    s = Sample("MultiECG", "train", (Ecg("a"), Ecg("b")), (("Compare.", "Sinus rhythm"), ("Sure?", "yes")))
    plain, spoken = writer.write(s, [61, 61]), writer.spoken(s, [61, 61], np.random.default_rng(1))
    place = plain.ids == writer.special.ecg
    inside = spoken.ids[place]
    assert inside[inside != writer.special.ecg].tolist() == plain.ids[plain.said].tolist()
    assert (spoken.ids[~place] == plain.ids[~place]).all() and (spoken.said == plain.said).all()


@torch.no_grad()
def test_a_batch_gives_what_each_conversation_gives_alone(made, writer):
    """Of different lengths, with one to four segments, one or two ECGs and none."""
    torch.manual_seed(1)
    p = preset.load("tiny")
    vocab = writer.tok.get_vocab_size()
    m = Chat(dataclasses.replace(p, tokens=writer.special, llama=dataclasses.replace(p.llama, vocab_size=vocab))).eval()
    rows = []
    for of in ((Ecg("home/000"),), (Ecg("hospital/001"), Ecg("home/001", 3, 17)), (), (Ecg("hospital/002"),)):
        shown = [ecgs.read(made[0], e) for e in of]
        s = Sample("MultiECG", "train", of, (("What is it?" * (1 + len(of)), "Sinus rhythm"),))
        rows.append((writer.write(s, [1 + 60 * len(x) for x in shown]), shown))
    whole = m.logits(feed.batch(rows))
    assert m.loss(feed.batch(rows)) == pytest.approx(float(sum(m.loss(feed.batch([r])) for r in rows)), rel=1e-4)
    for i, row in enumerate(rows):
        alone = m.logits(feed.batch([row]))[0]
        assert (whole[i, : len(alone)] - alone).abs().max() < 1e-4
    segments = rows[1][1]
    assert [len(y) for y in m.see(torch.cat(segments), [1, 2])] == [61, 121]
    each = m.encoder(segments[1])
    assert torch.allclose(m.see(segments[1], [2])[0][0], each[:, 0].mean(0), atol=1e-6)
    assert isinstance(feed.Micro(3)(rows)[1], Batch) and len(feed.Micro(3)(rows)) == 2


@torch.no_grad()
def test_contrast_is_symmetric_and_does_not_see_padding(tok):
    torch.manual_seed(1)
    c = contrast.Contrast(preset.load("tiny").text, 32, 402).eval()
    reports = ["Sinus rhythm", "Pacemaker", "Sinus tachycardia, Borderline ECG"]
    ids, real = contrast.tokens(tok, reports, 64)
    cls = torch.randn(3, 32)
    b = torch.nn.functional.normalize(c.read(ids, real), dim=-1)
    alone = [torch.nn.functional.normalize(c.read(*contrast.tokens(tok, [r], 64)), dim=-1)[0] for r in reports]
    assert torch.allclose(b, torch.stack(alone), atol=1e-5)
    a = torch.nn.functional.normalize(c.ecg(cls), dim=-1)
    p = (c.scale.exp() * a @ b.T).exp()
    want = -(p.diag() / p.sum(0)).log().mean() / 2 - (p.diag() / p.sum(1)).log().mean() / 2
    assert float(c.loss(cls, ids, real)) == pytest.approx(float(want), rel=1e-4)
    assert contrast.tokens(tok, reports, 4)[0].shape == (3, 4)


def test_what_is_wrong_with_a_sample_is_named(tmp_path, made):
    good = curriculum_files.sample("ReportGen", [("a/1", 0, 10)], [("Report?", "Report: Sinus rhythm")])
    assert samples.parse(json.dumps(good).encode()).report == "Sinus rhythm"
    (tmp_path / "sets").mkdir()
    file = tmp_path / "sets" / "ReportGen.jsonl"
    for change, says in [
        ({"turns": []}, "every turn needs"),
        ({"turns": [{"question": "a", "answer": " "}]}, "every turn needs"),
        ({"task": "Poetry"}, "task 'Poetry' is none of"),
        ({"task": "MultiECG"}, "only ReportGen belongs"),
        ({"ecgs": [{"start": 3}]}, "'path' is missing"),
        ({"ecgs": [{"path": "a/1", "start": 3, "end": 2}]}, "ends before it begins"),
    ]:
        file.write_text(json.dumps(good) + "\n" + json.dumps(good | change) + "\n")
        with pytest.raises(LayoutError, match=f"line 2: .*{says}"):
            samples.read(file.parent, ("ReportGen",))
    file.write_text(json.dumps(good) + "\n\n" + json.dumps(good | {"split": "test"}) + "\n")
    assert len(samples.read(file.parent, samples.TASKS)) == 1
    assert len(samples.read(tmp_path, ("ReportGen",))) == 1  # a folder of sets
    assert len(samples.read(file.parent, ("ReportGen",), "test")) == 1
    assert len(samples.read(made[1], ("ReportGen",))) == 11


def test_a_clip_tells_how_many_segments_it_takes():
    assert [Ecg("a", *x).segments for x in ((0, 10), (12.3, 22.3), (0, 10.1), (0, 60), (3, 5), (5, None))] == [1, 1, 2, 6, 1, 1]
