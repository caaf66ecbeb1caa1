"""Questions about one segment, one long ECG and several ECGs; and soft labels of a teacher."""

import numpy as np
import pytest
import torch

from holter_training import batches, config, maps, tasks, teacher, tokenizer, train
from holter_training.config import BEAT_CLASSES, BEAT_CONDITIONS, CONDITIONS, FRAMES, SHOWN
from holter_training.model import EcgChat
from holter_training.records import Record
from holter_training.rules import intervals
from holter_training.tokenizer import EOT

TOK = tokenizer.shipped()


def test_every_question_has_a_place_for_each_ecg_and_an_answer_to_learn():
    rng = np.random.default_rng(3)
    widths = set()
    for _ in range(30):
        prob = np.stack([maps.made(rng) for _ in range(12)])
        lesson = batches.LESSONS[str(rng.choice(list(batches.LESSONS), p=[0.1, 0.2, 0.7]))]
        tokens = lesson.tokens
        q = batches.questions(prob, TOK, rng, lesson)
        assert sorted(i for c in q["clips"] for i in c) == list(range(12))
        places = int(torch.isin(q["ids"], torch.tensor(tokenizer.places(TOK))).sum())
        assert places == sum(1 + tokens * len(c) for c in q["clips"])
        embeds = torch.randn(12, 1 + tokens, 4)
        assert train.gathered(embeds, q["clips"]).flatten(0, -2).shape[0] == places
        for ids, labels, part, weight in zip(q["ids"], q["labels"], q["part"], q["weight"]):
            assert part.max() >= 1
            for k in range(1, int(part.max()) + 1):
                answer = labels[(part == k) & (labels >= 0)].tolist()
                assert answer[-1] == TOK.token_to_id(EOT) and len(answer) > 1
                at = torch.nonzero((part == k) & (labels >= 0)).flatten()
                assert ids[at + 1].tolist() == answer  # a label is the next token
                assert weight[at].tolist() == [np.float32(len(answer) ** -0.5)] * len(answer)
        widths |= {len(q["ids"])}
    assert 12 in widths and len(widths) > 3


def test_a_question_behind_others_is_answered_as_one_that_stands_alone():
    c = config.ModelConfig(stem=32, encoder=64, encoder_layers=1, encoder_heads=4, hidden=48, layers=2, heads=4, kv_heads=2, mlp=96)
    c.vocab = TOK.get_vocab_size()
    torch.manual_seed(1)
    model = EcgChat(c).eval()
    prob = np.stack([maps.made(np.random.default_rng(1)) for _ in range(2)])
    embeds = model.encoder.project(torch.zeros(2, 51, 64), torch.from_numpy(prob))
    head, text = tokenizer.shown(TOK, [1 + SHOWN] * 2), lambda t: TOK.encode(t, add_special_tokens=False).ids
    pairs = [(tokenizer.asked(TOK, f"Question {i}?"), text("Report: Atrial flutter" * i)) for i in (1, 2, 3)]
    loss = lambda some: train.text_loss(model, embeds, {**batches.packed([(head, some)], TOK), "clips": [[0], [1]]}, tokenizer.places(TOK))
    weight = [(len(a) + 1) ** 0.5 for _, a in pairs]
    alone = sum(w * loss([pair]) for w, pair in zip(weight, pairs)) / sum(weight)
    assert loss(pairs).item() == pytest.approx(alone.item(), rel=1e-4)


def test_each_ecg_of_several_has_a_token_that_is_added_to_it():
    model = EcgChat(config.ModelConfig(stem=32, encoder=64, encoder_layers=1, encoder_heads=4, hidden=48, layers=1, vocab=TOK.get_vocab_size()))
    places, ecg = tokenizer.places(TOK), torch.randn(2, 3, 48)
    several = torch.tensor([tokenizer.shown(TOK, [3, 3])])
    x = model.fuse(several, ecg, places)[0]
    for i in range(2):
        at = several[0] == places[1 + i]
        torch.testing.assert_close(x[at], ecg[i] + model.embed.weight[places[1 + i]])
    alone = torch.tensor([tokenizer.shown(TOK, [3])])
    torch.testing.assert_close(model.fuse(alone, ecg[:1], places)[alone == places[0]], ecg[0])
    words = ~torch.isin(several, torch.tensor(places))
    assert torch.equal(model.fuse(several, ecg, places)[words], model.embed(several)[words])


def test_the_tokens_of_a_long_ecg_are_its_mean_cls_and_all_others():
    embeds = torch.arange(3 * 51 * 2, dtype=torch.float32).view(3, 51, 2)
    out = train.gathered(embeds, [[0, 2], [1]])
    assert out.shape == (101 + 51, 2)
    assert torch.equal(out[0], (embeds[0, 0] + embeds[2, 0]) / 2)
    assert torch.equal(out[1:51], embeds[0, 1:]) and torch.equal(out[51:101], embeds[2, 1:])
    assert torch.equal(out[101:], embeds[1])


def ecg(symbols: str, every: int = 16) -> np.ndarray:
    """The map of beats of these kinds, so many frames apart."""
    out = np.zeros((maps.KINDS, FRAMES), np.float32)
    for i, symbol in enumerate(symbols):
        at = 5 + every * i
        out[-1, at] = 0.9
        if symbol != "N":
            out[len(CONDITIONS) + BEAT_CLASSES.index(symbol), at] = 0.9
    seen = torch.from_numpy(out[None])
    sure, qrs = seen[:, len(CONDITIONS) : len(CONDITIONS) + len(BEAT_CONDITIONS)], seen[:, -1]
    out[: len(BEAT_CONDITIONS)] = intervals(sure, qrs)[0]
    return out


def test_answers_say_what_the_maps_hold():
    rng, answers = np.random.default_rng(0), {}
    shown = [tasks.clip(ecg(s, every)[None]) for s, every in (("NNVNNNNNNN", 16), ("NNNNNNNN", 24), ("NVNNNVNNNA", 16))]
    for _ in range(100):
        for q, a in tasks.between(rng, shown, 8):
            answers.setdefault(q.split(". ")[-1], set()).add(a)
    assert answers["Which of these ECGs show a premature ventricular contraction?"] == {"First: yes, second: no, third: yes. The first and third ECG."}
    assert answers["Compared with the second ECG, has an atrial premature beat newly appeared, resolved or persisted in the third ECG?"] == {"Second: no, third: yes. It has newly appeared."}
    assert answers["Is the heart rate of the third ECG higher or lower than that of the second?"] == {"Second: 50/min, third: 75/min. It is higher."}
    assert answers["In which ECG are there the most premature beats?"] == {"First: 1, second: 0, third: 3. The third ECG."}
    whole = (
        "First ECG: Sinus rhythm, Heart rate 75/min, 1 premature ventricular contraction. "
        "Second ECG: Sinus bradycardia, Heart rate 50/min, No abnormal beat. "
        "Third ECG: Sinus rhythm, Heart rate 75/min, 2 premature ventricular contractions, 1 atrial premature beat. "
        "New in the last ECG: Atrial premature beat."
    )
    assert answers["How do these ECGs compare?"] == {whole}
    seen = {a for _ in range(300) for _, a in [tasks.choose(rng, shown[1])]}
    assert seen >= {"yes", "no", "none", "50/min", "Report: Sinus bradycardia, Heart rate 50/min, No abnormal beat", tasks.REFUSAL} - {"yes"}


def test_a_long_ecg_is_reported_as_one():
    shown = tasks.clip(np.stack([ecg("NVNNNNNNNNNN"), ecg("NNNNNNNVNNNN")]))
    assert tasks.report.report(shown) == "Report: Sinus rhythm, Heart rate 73/min, 2 premature ventricular contractions"


def test_a_teachers_beats_lie_on_the_peaks_and_doubt_is_one_half():
    prob = np.full((len(BEAT_CLASSES), FRAMES), 0.001)
    v = BEAT_CLASSES.index("V")
    prob[-1, [20, 60, 100]] = 0.9
    prob[v, 61] = 0.2
    prob[v, 100] = 0.8
    threshold = np.full(len(BEAT_CLASSES), 0.2)
    at, sure = teacher.beats(prob, threshold)
    np.testing.assert_allclose(at, [1.025, 3.025, 5.025])
    assert sure[0, v] < 0.01
    assert abs(sure[1, v] - 0.5) < 1e-6
    assert sure[2, v] > 0.9


def untrained(seed: int) -> EcgChat:
    torch.manual_seed(seed)
    model = EcgChat(config.ModelConfig(stem=32, encoder=64, encoder_layers=1, encoder_heads=4, hidden=48, layers=1, heads=4, kv_heads=2, mlp=96, vocab=9))
    torch.nn.init.constant_(model.encoder.dense.bias, 1.0)  # finds something everywhere
    return model.eval()


def test_several_teachers_label_together_what_nobody_annotated():
    rng = np.random.default_rng(1)
    signals = [rng.standard_normal((leads, n)).astype(np.float32) for leads, n in ((1, 3000), (2, 1250), (1, 900), (1, 1000))]
    records = [Record(str(i), str(i), x, list(range(len(x)))) for i, x in enumerate(signals)]
    records[3].times, records[3].symbols = np.array([1.0]), np.array(["N"])
    models = [untrained(1), untrained(2)]
    one, other, both = (teacher.probabilities(m, records[:2]) for m in ([models[0]], [models[1]], models))
    assert [p.shape for p in both] == [(len(BEAT_CLASSES), 600), (len(BEAT_CLASSES), 250)]
    for a, b, c in zip(one, other, both):
        np.testing.assert_allclose((a + b) / 2, c, atol=1e-6)
        assert np.abs(a - b).max() > 0.01
    alone = teacher.probabilities(models, records[1:2])
    np.testing.assert_allclose(alone[0], both[1], atol=1e-5)  # whatever else is asked about at the same time
    teacher.label(records, models)
    for r in records[:2]:
        assert len(r.beats) > 0 and r.sure.shape == (len(r.beats), len(BEAT_CLASSES))
    assert records[2].beats is None  # shorter than a clip
    assert records[3].sure is None  # annotated


def test_what_was_never_taught_is_refused():
    rng = np.random.default_rng(3)
    asked = [tasks.unknown(rng) for _ in range(400)]
    assert {a for _, a in asked} == {tasks.REFUSAL}
    strange = {q for q, _ in asked if q not in tasks.UNKNOWN}
    assert len(strange) > 200 and not any("{" in q for q in strange)
    shown = [tasks.clip(ecg("NNVNNNNNNN")[None]) for _ in range(2)]
    several = [a for _ in range(60) for _, a in tasks.between(rng, shown, 8)]
    assert 0 < several.count(tasks.REFUSAL) < len(several) / 4
