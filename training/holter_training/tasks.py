"""Questions beside localization that version 0 knows: a short report, and an honest refusal."""

import numpy as np

from .localization import NAMES

REPORTS = [
    "Please provide the report for the following ECG.",
    "Please provide the report for this ECG.",
    "What does this ECG show?",
    "Describe this ECG.",
    "Summarize this ECG.",
    "Write a report for this ECG.",
]

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
    "Compare this ECG with the previous one.",
    "What is the weather like?",
    "Hello, how are you?",
    "Is there ST segment elevation in this ECG?",
    "Does this ECG show atrial fibrillation?",
]
REFUSAL = "I was not trained to answer this question."

NOTHING = "Report: No abnormal beat found"


def report(present: list[str]) -> str:
    """The conditions found in a clip, in the paper's form of a report."""
    return "Report: " + ", ".join(NAMES[c] for c in present) if present else NOTHING


def texts() -> list[str]:
    return [*REPORTS, *UNKNOWN, REFUSAL, NOTHING, *(report([c]) for c in NAMES)]


def choose(rng: np.random.Generator, present: list[str] | None) -> tuple[str, str]:
    """A question and its answer; present None: the clip's conditions are not all known."""
    if present is None or rng.random() < 0.4:
        return str(rng.choice(UNKNOWN)), REFUSAL
    return str(rng.choice(REPORTS)), report(present)
