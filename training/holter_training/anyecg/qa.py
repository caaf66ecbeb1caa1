"""ECG-QA's kinds of question about one ECG, verify, choose and query, from annotations."""

import numpy as np

from ..conditions import CONDITIONS, ST, lower, phrase
from .localize import SHORT, anywhere, around, seeded
from .record import Clip, Record, Sample

TASK = "ECG-QA"
OF_WHOLE = 3  # questions about a short recording

VERIFY = [
    "Does this ECG show {}?",
    "Is there {} in this ECG?",
    "Can {} be seen on this ECG?",
    "Is {} present on this ECG?",
    "Does this ECG reveal any sign of {}?",
]
CHOOSE = [
    "Which does this ECG show, {} or {}?",
    "Which of the two is seen on this ECG, {} or {}?",
    "Does this ECG present {} or {}?",
]
QUERY = [
    "Which beats and rhythms out of the ordinary does this ECG show?",
    "What abnormal beats or rhythms are seen on this ECG?",
    "List the abnormal beats and rhythms of this ECG.",
]


def listed(codes: list[str]) -> str:
    return ", ".join(lower(c) for c in codes) or "none"


def verify(code: str, held: bool, rng: np.random.Generator) -> tuple[str, str]:
    return str(rng.choice(VERIFY)).format(phrase(code)), "yes" if held else "no"


def choose(pair: list[str], known: dict[str, bool], rng: np.random.Generator) -> tuple[str, str]:
    found = [c for c in pair if known[c]]
    return str(rng.choice(CHOOSE)).format(*map(phrase, pair)), "both" if len(found) == 2 else listed(found)


def ask(clip: Clip, rng: np.random.Generator) -> Sample | None:
    """A question and its answer; of three conditions asked for two are there, where there are any."""
    known = clip.known()
    there, not_there = ([c for c in known if known[c] == held] for held in (True, False))
    first = [str(x) for x in rng.permutation(there if there and (rng.random() < 2 / 3 or not not_there) else not_there)[:1]]
    if not first:
        return None
    kind = rng.random()
    if kind < 0.2 and {"V", "AFIB"} <= set(known):
        found = [c for c in there if CONDITIONS[c].kind != ST]
        return Sample(TASK, (clip,), ((str(rng.choice(QUERY)), listed(found)),), form="single-query")
    others = [c for c in known if c != first[0]]
    if kind < 0.5 and others and there:
        pair = [str(c) for c in rng.permutation([first[0], str(rng.choice(others))])]
        return Sample(TASK, (clip,), (choose(pair, known, rng),), first[0], form="single-choose")
    return Sample(TASK, (clip,), (verify(first[0], known[first[0]], rng),), first[0], form="single-verify")


def samples(records: list[Record], wanted: int, seed: int, whole: bool) -> list[Sample]:
    """Every second clip of a long recording lies around an abnormal beat or episode, if it has one."""
    out = []
    for r in records:
        if not whole and r.seconds < SHORT:
            continue
        rng = seeded(seed, TASK, r.path)
        events = {c: e for c in r.located() if (e := r.events(c))}
        for i in range(min(wanted, OF_WHOLE) if whole else wanted):
            if whole:
                clip = r.whole
            elif events and i % 2:
                of_code = events[str(rng.choice(list(events)))]
                clip = around(r, of_code[rng.integers(len(of_code))], SHORT, rng)
            else:
                clip = anywhere(r, SHORT, rng)
            if sample := ask(clip, rng):
                out.append(sample)
            if whole and not any(clip.known().values()):
                break  # one question is enough about an ECG that shows nothing
    return out
