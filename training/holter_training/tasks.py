"""What the default model is asked beside localization: report, verify / choose / query, comparison; and an honest refusal.

The questions and answers are those of the anyECG-style data sets, of clips whose annotation is a dense map.
"""

import datetime
import re

import numpy as np

from . import maps
from .anyecg import compare, qa, report, turns
from .anyecg.record import Clip
from .config import CONDITIONS, OFFERED
from .localization import question

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
Pair = tuple[str, str]  # a question and its answer

# Filled with words that there are not: what is refused is whatever holds words that were never taught.
STRANGE = [
    "What is the {} of {}?",
    "What is {} {}?",
    "Is the patient {}?",
    "Is it {} {}?",
    "Is there {} {} in this ECG?",
    "Is the {} {}?",
    "Does this ECG show {}?",
    "Does this ECG show {} {}?",
    "Where is the {} in this ECG?",
    "Where is the {} {} located in this ECG?",
    "Who {} the {}?",
    "How {} is the {}?",
    "How many {} has a {}?",
    "Why is the {} {}?",
    "When was this {} {}?",
    "Which {} is this {} from?",
    "Which {} {} the {}?",
    "Tell me a {}.",
    "Please {} a {}.",
    "Please {} this into {}.",
    "Can you {} the {}?",
    "{} {} {}?",
]


def strange(rng: np.random.Generator) -> str:
    """A question about nothing that there is."""

    def word() -> str:
        syllable = lambda: "".join(rng.choice(list(of)) for of in ("bcdfghjklmnprstvwyz", "aeiou", "lmnrst"))
        cut = syllable() if rng.random() < 0.5 else syllable()[:2]
        text = cut + "".join(syllable()[: rng.integers(2, 4)] for _ in range(rng.integers(3)))
        return text.capitalize() if rng.random() < 0.15 else text

    form = str(rng.choice(STRANGE))
    text = form.format(*(word() for _ in range(form.count("{}"))))
    return text[0].upper() + text[1:]


def unknown(rng: np.random.Generator) -> Pair:
    """A question that was never taught, and the answer to it."""
    return str(rng.choice(UNKNOWN)) if rng.random() < 0.4 else strange(rng), REFUSAL


RATES = ["What is the heart rate?", "What is the heart rate in this ECG?", "How fast does the heart beat?"]


def clip(prob: np.ndarray, **known) -> Clip:
    """One ECG whose segments have these maps [segments, kinds, frames]; known: age, sex, when it was recorded."""
    r = maps.record(prob, **known)
    return Clip(r, 0.0, r.seconds)


def choose(rng: np.random.Generator, shown: Clip) -> Pair:
    """A question about one ECG."""
    kind = rng.random()
    if kind < 0.2:
        return unknown(rng)
    if kind < 0.42:
        return str(rng.choice(report.QUESTIONS)), report.report(shown)
    if kind < 0.5:
        rate = shown.rate()
        return str(rng.choice(RATES)), "It cannot be told." if rate is None else f"{rate}/min"
    return qa.ask(shown, rng).turns[0]


def between(rng: np.random.Generator, shown: list[Clip], wanted: int) -> list[Pair]:
    """Questions about several ECGs of one person, most of them after a statement of who it is and how far apart they are."""
    possible = turns.possible(shown, rng) + turns.possible(shown, rng)
    chosen = list({**{t.question: t.answer for t in possible}, **dict([*reports(rng, shown, 2), unknown(rng)])}.items())
    preface = compare.preface(shown)
    said = lambda question: f"{preface} {question}" if rng.random() < 0.6 else question
    return [(said(chosen[i][0]), chosen[i][1]) for i in rng.permutation(len(chosen))[:wanted]]


def reports(rng: np.random.Generator, shown: list[Clip], wanted: int) -> list[Pair]:
    """For the reports of some of several ECGs."""
    asked = [turns.report_of(shown, nth) for nth in rng.permutation(len(shown))[:wanted]]
    return [(t.question, t.answer) for t in asked]


def person(rng: np.random.Generator, n: int) -> list[dict]:
    """Who n ECGs are of, and when each was recorded."""
    who = {"age": int(rng.integers(18, 95)), "sex": str(rng.choice(["man", "woman"]))} if rng.random() < 0.7 else {}
    gaps = np.cumsum([0.0, *10 ** rng.uniform(1, 6 if rng.random() < 0.3 else 3.5, n - 1)])
    return [{**who, "recorded": datetime.datetime(2000, 1, 1) + datetime.timedelta(seconds=float(g))} for g in gaps]


def texts() -> list[str]:
    """Questions and answers of every form, from which the tokenizer is made; without numbers, so that those of three
    digits, or that no time has, are written by their parts."""
    rng = np.random.default_rng(0)
    pairs: list[Pair] = []
    for n in rng.integers(2, 7, 100):
        shown = [clip(maps.made(rng)[None], **known) for known in person(rng, n)]
        pairs += between(rng, shown, 8) + [choose(rng, one) for one in shown for _ in range(4)]
    return [re.sub(r" ?\d+", "", text) for pair in pairs for text in pair] + UNKNOWN * 5
