"""Questions beside localization: a short report, verify / choose / query as in ECG-QA, and an honest refusal."""

import numpy as np

from .config import CONDITIONS, OFFERED
from .localization import NAMES, question

REPORTS = [
    "Please provide the report for the following ECG.",
    "Please provide the report for this ECG.",
    "What does this ECG show?",
    "Describe this ECG.",
    "Summarize this ECG.",
    "Write a report for this ECG.",
]

VERIFY = ["Does this ECG show {}?", "Is there {} in this ECG?", "Does the ECG present {}?", "Is {} seen in this ECG?"]
CHOOSE = ["Which does this ECG show, {} or {}?", "Which of these is seen in this ECG: {} or {}?"]
QUERY = ["What abnormalities does this ECG show?", "Which conditions are seen in this ECG?"]

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
    "Does this ECG show static noise?",
    "Does this ECG show left ventricular hypertrophy?",
    "Is there ST segment elevation in this ECG?",
    "Where is the P wave in this ECG?",
    *(question(c, form) for c in CONDITIONS if c not in OFFERED for form in (0, 1, 10)),
]
REFUSAL = "I was not trained to answer this question."

NOTHING = "Report: No abnormal beat or rhythm found"


def report(present: list[str]) -> str:
    """The conditions found in a clip, in the paper's form of a report."""
    return "Report: " + ", ".join(NAMES[c] for c in present) if present else NOTHING


def texts() -> list[str]:
    asked = [form.format(name.lower()) for form in VERIFY for name in NAMES.values()]
    return [*REPORTS, *UNKNOWN, *QUERY, *asked, *CHOOSE, REFUSAL, NOTHING, "yes", "no", "both", "none", *(report([c]) for c in NAMES)]


def choose(rng: np.random.Generator, present: list[str]) -> tuple[str, str]:
    """A question and its answer; present: the conditions that the clip holds."""
    kind = rng.random()
    if kind < 0.25:
        return str(rng.choice(UNKNOWN)), REFUSAL
    if kind < 0.5:
        return str(rng.choice(REPORTS)), report(present)
    if kind < 0.6:
        return str(rng.choice(QUERY)), ", ".join(NAMES[c].lower() for c in present) or "none"
    asked = [str(c) for c in rng.permutation(OFFERED)[:2]]
    if present and rng.random() < 0.6 and not set(asked) & set(present):
        asked[rng.integers(2)] = str(rng.choice(present))
    if kind < 0.85:
        return str(rng.choice(VERIFY)).format(NAMES[asked[0]].lower()), "yes" if asked[0] in present else "no"
    found = [NAMES[c].lower() for c in asked if c in present]
    answer = "both" if len(found) == 2 else found[0] if found else "none"
    return str(rng.choice(CHOOSE)).format(*(NAMES[c].lower() for c in asked)), answer
