"""Questions that compare ECGs, with answers from what is known of each.

An answer says first what each ECG holds and then what follows from it: so a reader can check it, and a language model,
which writes one token after another, has in front of it what it concludes from.
"""

import dataclasses
import re
from collections.abc import Sequence

import numpy as np

from ..conditions import phrase
from .record import Clip
from .report import NOTHING, report, sentences

ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth"]
SAME_RATE = 5  # a difference of heart rate below this, per minute, is none
PREMATURE = "VAaJSr"


@dataclasses.dataclass(frozen=True)
class Turn:
    question: str
    answer: str
    form: str  # the sort of question
    condition: str | None = None


def ordinal(i: int) -> str:
    return ORDINALS[i]


def enumerated(numbers: list[int]) -> str:
    """ "the first, third and fourth ECG" """
    words = [ordinal(i) for i in numbers]
    joined = words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
    return f"the {joined} ECG"


def sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def told(numbers: Sequence[int], values: list[str]) -> str:
    """ "First: yes, third: no." """
    return sentence(", ".join(f"{ordinal(i)}: {v}" for i, v in zip(numbers, values, strict=True)))


def those(shown: list[int], n: int) -> str:
    return "None of them." if not shown else "All of them." if len(shown) == n else sentence(enumerated(shown))


def yes(known: bool) -> str:
    return "yes" if known else "no"


def which(clips: list[Clip], code: str, rng: np.random.Generator) -> Turn:
    there = [c.known()[code] for c in clips]
    question = str(rng.choice(["Which of these ECGs show {}?", "In which of these ECGs can {} be seen?"])).format(phrase(code))
    every = range(len(clips))
    answer = f"{told(every, [yes(k) for k in there])} {those([i for i in every if there[i]], len(clips))}"
    return Turn(question, answer, "which", code)


def change(clips: list[Clip], code: str, rng: np.random.Generator) -> Turn:
    """Of the last ECG against one before it."""
    early, late = int(rng.integers(len(clips) - 1)), len(clips) - 1
    before, after = clips[early].known()[code], clips[late].known()[code]
    a, b = f"the {ordinal(early)} ECG", f"the {ordinal(late)} ECG"
    said = {
        (False, True): "It has newly appeared.",
        (True, False): "It has resolved.",
        (True, True): "It has persisted.",
        (False, False): "It is in neither of them.",
    }
    question = f"Compared with {a}, has {phrase(code)} newly appeared, resolved or persisted in {b}?"
    return Turn(question, f"{told([early, late], [yes(before), yes(after)])} {said[before, after]}", "change", code)


def rates(clips: list[Clip], rng: np.random.Generator) -> list[Turn]:
    rate = [c.rate() for c in clips]
    if None in rate:
        return []
    per_minute = [f"{r}/min" for r in rate]
    early, late = int(rng.integers(len(clips) - 1)), len(clips) - 1
    difference = rate[late] - rate[early]
    verdict = "about the same" if abs(difference) < SAME_RATE else "higher" if difference > 0 else "lower"
    question = f"Is the heart rate of the {ordinal(late)} ECG higher or lower than that of the {ordinal(early)}?"
    out = [Turn(question, f"{told([early, late], [per_minute[early], per_minute[late]])} It is {verdict}.", "rate")]
    ranked = sorted(rate)
    if ranked[-1] - ranked[-2] >= SAME_RATE:
        answer = f"{told(range(len(clips)), per_minute)} {sentence(enumerated([rate.index(ranked[-1])]))}"
        out.append(Turn("In which ECG is the heart rate highest?", answer, "highest rate"))
    return out


def premature(clips: list[Clip]) -> list[Turn]:
    if any(c.record.times is None for c in clips):
        return []
    counts = [sum(s in PREMATURE for s in c.beats()) for c in clips]
    most = [i for i, n in enumerate(counts) if n == max(counts) > 0]
    answer = f"{told(range(len(clips)), [str(n) for n in counts])} {those(most, len(clips))}"
    return [Turn("In which ECG are there the most premature beats?", answer, "premature beats")]


def findings(sentences: list[str]) -> list[str]:
    """What the sentences name, without counts: "2 ventricular couplets" and "1 ventricular couplet" are the same."""
    named = [t for t in sentences if t != NOTHING and not t.startswith("Heart rate")]
    bare = [re.sub(r"\b\d+ (.*?)s?$", r"\1", t) for t in named]
    return list(dict.fromkeys(t[0].upper() + t[1:] for t in bare))


COMPARE = "How do these ECGs compare?"


def compared(texts: list[list[str]]) -> str:
    """What each ECG shows, and what is new in the last one or no longer there."""
    shown = " ".join(f"{ordinal(i).capitalize()} ECG: {', '.join(t)}." for i, t in enumerate(texts))
    first, last = findings(texts[0]), findings(texts[-1])
    new, gone = [t for t in last if t not in first], [t for t in first if t not in last]
    changes = [f"{label}: {', '.join(x)}." for label, x in (("New in the last ECG", new), ("No longer reported", gone)) if x]
    return " ".join([shown, *(changes or ["The first and the last ECG show the same."])])


def reports(clips: list[Clip]) -> list[Turn]:
    texts = [sentences(c) for c in clips]
    if not all(texts):
        return []
    return [Turn(COMPARE, compared(texts), "compare"), report_of(clips, len(clips) - 1)]


def report_of(clips: list[Clip], number: int) -> Turn:
    return Turn(f"Please provide the report for the {ordinal(number)} ECG.", report(clips[number]), "report")


def possible(clips: list[Clip], rng: np.random.Generator) -> list[Turn]:
    """One question of each kind that can be answered; what some of the ECGs hold is asked for rather than what none does."""
    known = [c.known() for c in clips]
    shared = [code for code in known[0] if all(code in k for k in known)]
    somewhere = [code for code in shared if any(k[code] for k in known)]
    out = rates(clips, rng) + premature(clips) + reports(clips)
    if shared:
        asked = somewhere if somewhere and rng.random() < 0.8 else shared
        out.append(which(clips, str(rng.choice(asked)), rng))
        out.append(change(clips, str(rng.choice(asked)), rng))
    return out
