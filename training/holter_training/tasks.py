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

WHICH = ["Which of these ECGs show {}?", "In which of these ECGs is {} seen?"]
NEW = [
    "What does the last ECG show that the first does not?",
    "What is new in the last ECG as compared with the first?",
    "What abnormalities have newly appeared since the first ECG?",
]
GONE = ["What does the first ECG show that the last does not?", "What has gone since the first ECG?"]
STILL = ["What do the first and the last ECG both show?", "What has remained since the first ECG?"]
SAME = ["Do these ECGs show the same?", "Are these ECGs alike?"]
COMPARE = ["Compare these ECGs.", "Please compare these ECGs.", "Please provide a report for each of these ECGs."]

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
    *(question(c, form) for c in CONDITIONS if c not in OFFERED for form in (0, 1, 10)),
]
REFUSAL = "I was not trained to answer this question."

NOTHING = "Report: No abnormal beat or rhythm found"


def report(present: list[str]) -> str:
    """The conditions found in a clip, in the paper's form of a report."""
    return "Report: " + ", ".join(NAMES[c] for c in present) if present else NOTHING


def texts() -> list[str]:
    rng = np.random.default_rng(0)
    asked = [form.format(name.lower()) for form in VERIFY for name in NAMES.values()]
    several = [compare(rng, [[], ["V"], ["A"], ["V"], ["L"], ["AFIB"]])[i % 2] for i in range(200)]
    return [*several, *REPORTS, *UNKNOWN, *QUERY, *asked, *CHOOSE, REFUSAL, NOTHING, "yes", "no", "both", "none", *(report([c]) for c in NAMES)]


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


def compare(rng: np.random.Generator, present: list[list[str]]) -> tuple[str, str]:
    """A question about several ECGs of one person and its answer; present: the conditions that each holds."""
    words = lambda codes: ", ".join(NAMES[c].lower() for c in codes) or "none"
    first, last, kind = present[0], present[-1], rng.random()
    if kind < 0.35:
        seen = sorted({c for p in present for c in p})
        code = str(rng.choice(seen)) if seen and rng.random() < 0.75 else str(rng.choice(OFFERED))
        answer = ", ".join(f"ECG {i + 1}" for i, p in enumerate(present) if code in p) or "none"
        return str(rng.choice(WHICH)).format(NAMES[code].lower()), answer
    if kind < 0.5:
        return str(rng.choice(NEW)), words([c for c in last if c not in first])
    if kind < 0.6:
        return str(rng.choice(GONE)), words([c for c in first if c not in last])
    if kind < 0.7:
        return str(rng.choice(STILL)), words([c for c in last if c in first])
    if kind < 0.8:
        return str(rng.choice(SAME)), "yes" if all(set(p) == set(first) for p in present) else "no"
    lines = [f"ECG {i + 1}: " + (", ".join(NAMES[c] for c in p) or "no abnormal beat or rhythm") for i, p in enumerate(present)]
    return str(rng.choice(COMPARE)), "Report: " + "; ".join(lines)
