"""Questions and answers of localization: names, forms, and the interval rule."""

import numpy as np

from .conditions import name
from .config import CONDITIONS

# What the default model's questions name.
NAMES = {code: name(code) for code in CONDITIONS}

FORMS = [
    "Locate the {} on this ECG for me, please.",
    "Could you identify where the {} is on this ECG?",
    "Where should I look to find the {} on this ECG?",
    "Please locate the specific location of the {} on this ECG.",
    "Determine where the {} is on this electrocardiogram.",
    "On this ECG, where can I see the {}?",
    "Tell me where to find the {} on this ECG.",
    "Help me find where the {} shows up on this ECG.",
    "Can you locate the {} on this ECG?",
    "Examine this ECG and point out where the {} is located.",
    "Where is the {} located in this ECG?",
    "I need to find the {} on this ECG; where should I look?",
    "Check this ECG and tell me where the {} appears.",
]

BEAT_SYMBOLS = set("NLRBAaJSVrFejnE/fQ?")


def question(code: str, form: int = 10) -> str:
    return FORMS[form].format(name(code))


def spans(times: np.ndarray, symbols: np.ndarray, code: str, start: float, end: float) -> list[tuple[float, float]]:
    """The interval rule, in seconds from `start`.

    times, symbols: every annotated beat of the record, in order (seconds).
    A beat of the kind inside [start, end) covers the time from the beat before
    it to the beat after it, clipped to the clip; touching spans are merged and
    the ends rounded to 0.1 s.
    """
    out: list[tuple[float, float]] = []
    first, last = np.searchsorted(times, [start, end])
    for i in range(first, last):
        if symbols[i] != code:
            continue
        a = times[i - 1] if i else start
        b = times[i + 1] if i + 1 < len(times) else end
        a, b = round(max(a, start) - start, 1), round(min(b, end) - start, 1)
        if out and a <= out[-1][1]:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        elif b > a:
            out.append((a, b))
    return out


def within(episodes: list[tuple[float, float]], start: float, end: float) -> list[tuple[float, float]]:
    """Episodes (seconds) clipped to [start, end), in seconds from `start`, rounded to 0.1 s."""
    out = [(round(max(a, start) - start, 1), round(min(b, end) - start, 1)) for a, b in episodes if a < end and b > start]
    return [(a, b) for a, b in out if b > a]


def answer(code: str, found: list[tuple[float, float]]) -> str:
    if not found:
        return f"No {name(code)} Found"
    return "Duration: " + ", ".join(f"{a:.1f}s-{b:.1f}s" for a, b in found)


def parse(text: str) -> list[tuple[float, float]] | None:
    """Spans of an answer; [] for "No … Found"; None when unreadable."""
    text = text.strip()
    if text.startswith("No ") and text.endswith(" Found"):
        return []
    if not text.startswith("Duration: "):
        return None
    out = []
    try:
        for part in text.removeprefix("Duration: ").split(", "):
            a, b = part.split("-")
            if not (a.endswith("s") and b.endswith("s")):
                return None
            out.append((float(a[:-1]), float(b[:-1])))
    except ValueError:
        return None
    return out


def merge(found: list[tuple[float, float]]) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for a, b in sorted(found):
        if out and a <= out[-1][1]:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out


def iou(truth: str, prediction: str) -> float:
    """Intersection over union of two answers; repeated spans are merged."""
    if truth == prediction:
        return 1.0
    t, p = parse(truth), parse(prediction)
    if not t or not p:
        return 0.0
    t, p = merge(t), merge(p)
    inter = sum(max(0.0, min(b, d) - max(a, c)) for a, b in t for c, d in p)
    union = sum(b - a for a, b in t) + sum(b - a for a, b in p) - inter
    return inter / union if union > 0 else 0.0
