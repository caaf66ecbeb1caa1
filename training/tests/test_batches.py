"""Questions about one segment, one long ECG and several ECGs; and soft labels of a teacher."""

import numpy as np
import torch

from holter_training import batches, maps, tasks, teacher, tokenizer, train
from holter_training.config import BEAT_CLASSES, FRAMES, TOKENS
from holter_training.tokenizer import ECG, EOT

TOK = tokenizer.build()


def test_every_question_has_a_place_for_each_ecg_and_an_answer_to_learn():
    rng = np.random.default_rng(3)
    seen = set()
    for _ in range(30):
        prob = np.stack([maps.made(rng) for _ in range(12)])
        q = batches.questions(prob, TOK, rng)
        assert sorted(i for c in q["clips"] for i in c) == list(range(12))
        places = int((q["ids"] == TOK.token_to_id(ECG)).sum())
        assert places == sum(1 + TOKENS * len(c) for c in q["clips"])
        embeds = torch.randn(12, 1 + TOKENS, 4)
        assert train.gathered(embeds, q["clips"]).flatten(0, -2).shape[0] == places
        for ids, labels in zip(q["ids"], q["labels"]):
            answer = labels[labels >= 0].tolist()
            assert answer[-1] == TOK.token_to_id(EOT) and len(answer) > 1
            end = int(torch.nonzero(labels >= 0)[-1])
            assert ids[end].item() != answer[-1]  # the label is of the next token
        seen |= {len(q["ids"]), max(map(len, q["clips"]))}
    assert 12 in seen and max(map(len, q["clips"])) >= 1 and len(seen) > 3


def test_the_tokens_of_a_long_ecg_are_its_mean_cls_and_all_others():
    embeds = torch.arange(3 * 51 * 2, dtype=torch.float32).view(3, 51, 2)
    out = train.gathered(embeds, [[0, 2], [1]])
    assert out.shape == (101 + 51, 2)
    assert torch.equal(out[0], (embeds[0, 0] + embeds[2, 0]) / 2)
    assert torch.equal(out[1:51], embeds[0, 1:]) and torch.equal(out[51:101], embeds[2, 1:])
    assert torch.equal(out[101:], embeds[1])


def test_comparisons_say_what_the_ecgs_hold():
    rng, answers = np.random.default_rng(0), {}
    for _ in range(600):
        q, a = tasks.compare(rng, [["V"], [], ["V", "AFIB"]])
        answers.setdefault(q.split(". ")[-1], set()).add(a)
    assert answers["Which of these ECGs show a premature ventricular contraction?"] == {"The first and third ECG."}
    assert answers["Compared with the second ECG, has atrial fibrillation newly appeared, resolved or persisted in the third ECG?"] == {"It has newly appeared."}
    whole = (
        "First ECG: Premature ventricular contraction. Second ECG: No abnormal beat. "
        "Third ECG: Premature ventricular contraction, Atrial fibrillation. New in the last ECG: Atrial fibrillation."
    )
    assert answers["How do these ECGs compare?"] == {whole}


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
