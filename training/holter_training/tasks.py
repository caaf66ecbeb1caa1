"""What the default model is asked beside localization: report, verify / choose / query, comparison; and an honest refusal.

The questions are those of the anyECG-style data sets; the answers are what dense maps hold.
"""

import numpy as np

from .anyecg import qa, turns
from .anyecg.compare import distance
from .anyecg.report import NOTHING
from .anyecg.report import QUESTIONS as REPORTS
from .config import CONDITIONS, OFFERED
from .localization import NAMES, question

UNKNOWN = [
    "What is the PR interval?",
    "Is there a sign of myocardial infarction?",
    "How long is the QT interval in this ECG?",
    "What is the axis of this ECG?",
    "Does this ECG show hyperkalemia?",
    "Who is the patient?",
    "What should I do now?",
    "Should the patient take a medicine?",
    "Is the pacemaker working?",
    "How old is the patient?",
    "Is this dangerous?",
    "What is the weather like?",
    "Hello, how are you?",
    "Does this ECG show static noise?",
    "Does this ECG show left ventricular hypertrophy?",
    "Where is the P wave in this ECG?",
    "In which ECG is the heart rate highest?",
    *(question(c, form) for c in CONDITIONS if c not in OFFERED for form in (0, 1, 10)),
]
REFUSAL = "I was not trained to answer this question."


class Shown:
    """What a map holds, as the questions of the data sets ask for it."""

    def __init__(self, present: list[str]):
        self.present = present

    def known(self) -> dict[str, bool]:
        return {c: c in self.present for c in OFFERED}

    def findings(self) -> list[str]:
        return [NAMES[c] for c in self.present] or [NOTHING]


def report(present: list[str]) -> str:
    """The conditions found in an ECG, in the paper's form of a report."""
    return "Report: " + ", ".join(Shown(present).findings())


def texts() -> list[str]:
    """Questions and answers of every form, from which the tokenizer is made."""
    rng = np.random.default_rng(0)
    some = lambda n: [list(rng.choice(OFFERED, rng.integers(3), replace=False)) for _ in range(n)]
    pairs = [choose(rng, one) for one in some(1000)] + [compare(rng, some(rng.integers(2, 7))) for _ in range(600)]
    return [text for pair in pairs for text in pair] + UNKNOWN * 5


def choose(rng: np.random.Generator, present: list[str]) -> tuple[str, str]:
    """A question about one ECG and its answer; present: the conditions that it holds."""
    kind, shown = rng.random(), Shown(present)
    if kind < 0.2:
        return str(rng.choice(UNKNOWN)), REFUSAL
    if kind < 0.45:
        return str(rng.choice(REPORTS)), report(present)
    if kind < 0.6:
        return str(rng.choice(qa.QUERY)), qa.listed(present)
    asked = [str(c) for c in rng.permutation(OFFERED)[:2]]
    if present and rng.random() < 0.6 and not set(asked) & set(present):
        asked[rng.integers(2)] = str(rng.choice(present))
    if kind < 0.85:
        return qa.verify(asked[0], asked[0] in present, rng)
    return qa.choose(asked, shown.known(), rng)


def compare(rng: np.random.Generator, present: list[list[str]]) -> tuple[str, str]:
    """A question about several ECGs of one person and its answer; present: the conditions that each holds."""
    shown = [Shown(p) for p in present]
    seen = sorted({c for p in present for c in p})
    code = str(rng.choice(seen)) if seen and rng.random() < 0.8 else str(rng.choice(OFFERED))
    kind = rng.random()
    if kind < 0.4:
        turn = turns.which(shown, code, rng)
    elif kind < 0.75:
        turn = turns.change(shown, code, rng)
    else:
        turn = turns.Turn(turns.COMPARE, turns.compared([s.findings() for s in shown]))
    return (f"{apart(rng, len(present))} {turn.question}" if rng.random() < 0.5 else turn.question), turn.answer


def apart(rng: np.random.Generator, n: int) -> str:
    """A statement of how far apart the ECGs were recorded."""
    gaps = np.cumsum(10 ** rng.uniform(1, 6, n - 1))
    parts = [f"the {turns.ordinal(i + 1)} {'ECG was recorded ' if i == 0 else ''}{distance(g)} after the first" for i, g in enumerate(gaps)]
    joined = ", ".join(parts)
    return f"{joined[0].upper()}{joined[1:]}."
