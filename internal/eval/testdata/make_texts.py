"""Makes texts.json: what sacrebleu, rouge-score and scikit-learn say of some reports.

pip install sacrebleu rouge-score scikit-learn && python make_texts.py
"""

import json
from pathlib import Path

import numpy as np
from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU
from sklearn.feature_extraction.text import CountVectorizer

REPORTS = [
    ("sinus rhythm, premature ventricular contraction", "sinus rhythm, premature ventricular contraction"),
    ("sinus rhythm, left axis deviation, left bundle branch block", "sinus rhythm, left bundle branch block"),
    ("atrial fibrillation, right bundle branch block", "sinus rhythm, right bundle branch block"),
    ("sinus tachycardia (1.2 mv), st-t change: non-specific", "sinus tachycardia; st-t changes, rate 110-120/min."),
    ("normal ecg", "sinus rhythm, normal ecg, normal ecg"),
    ("1st degree av block, qrs 0.12-0.14 s", "av block 1st degree, qrs 0.12 s"),
]
LABELS = ["sinus rhythm", "atrial fibrillation", "left bundle branch block", "normal ecg", "st"]
TEXTS = ["sinus tachycardia", "right bundle branch block", "st", "normal", "pacemaker", "ecg normal"]


def main() -> None:
    want, got = [r for r, _ in REPORTS], [p for _, p in REPORTS]
    bleu = [BLEU(max_ngram_order=n, smooth_method="none").corpus_score(got, [want]).score / 100 for n in (1, 2, 3, 4)]
    scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"])
    rouge = [float(np.mean([scorer.score(r, p)[k].fmeasure for r, p in REPORTS])) for k in ("rouge1", "rouge2", "rougeL")]
    counts = CountVectorizer(analyzer="char_wb", ngram_range=(2, 4)).fit(LABELS + TEXTS)
    labels, texts = counts.transform(LABELS).toarray(), counts.transform(TEXTS).toarray()
    idf = np.log((1 + len(LABELS)) / (1 + (labels > 0).sum(0))) + 1
    unit = lambda m: m * idf / np.linalg.norm(m * idf, axis=1, keepdims=True)
    out = {"reports": REPORTS, "bleu": bleu, "rouge": rouge, "labels": LABELS, "texts": TEXTS, "cosine": (unit(texts) @ unit(labels).T).tolist()}
    (Path(__file__).parent / "texts.json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
