"""Every condition that a question may name: the codes, names and kinds of pkg/localize/condition.go."""

import dataclasses

BEAT, RHYTHM, ST = "beat", "rhythm", "st"


@dataclasses.dataclass(frozen=True)
class Condition:
    code: str
    name: str
    kind: str


CONDITIONS = {
    c.code: c
    for c in [
        Condition("V", "Premature ventricular contraction", BEAT),
        Condition("A", "Atrial premature beat", BEAT),
        Condition("S", "Supraventricular premature or ectopic beat (atrial or nodal)", BEAT),
        Condition("L", "Left bundle branch block beat", BEAT),
        Condition("R", "Right bundle branch block beat", BEAT),
        Condition("F", "Fusion of ventricular and normal beat", BEAT),
        Condition("/", "Paced beat", BEAT),
        Condition("AFIB", "Atrial fibrillation", RHYTHM),
        Condition("AFL", "Atrial flutter", RHYTHM),
        Condition("VT", "Ventricular tachycardia", RHYTHM),
        Condition("SVTA", "Supraventricular tachyarrhythmia", RHYTHM),
        Condition("B", "Ventricular bigeminy", RHYTHM),
        Condition("T", "Ventricular trigeminy", RHYTHM),
        Condition("P", "Pause", RHYTHM),
        Condition("STE", "ST segment elevation", ST),
        Condition("STD", "ST segment depression", ST),
        Condition("ST", "ST segment change", ST),
    ]
}


def codes(kind: str) -> list[str]:
    return [c.code for c in CONDITIONS.values() if c.kind == kind]


def name(code: str) -> str:
    return CONDITIONS[code].name


def lower(code: str) -> str:
    """The name within a sentence: "ST segment change", "atrial fibrillation"."""
    text = name(code)
    return text if text.startswith("ST ") else text[0].lower() + text[1:]


def phrase(code: str) -> str:
    """The name with the article that it takes: "an atrial premature beat", "atrial fibrillation"."""
    text = lower(code)
    if CONDITIONS[code].kind != BEAT and code != "P":
        return text
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}"
