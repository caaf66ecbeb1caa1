"""What every reader gives, and what is known of a stretch of it."""

import dataclasses
import datetime
from functools import cached_property

import numpy as np

from .. import localization
from ..conditions import BEAT, CONDITIONS, ST

Span = tuple[float, float]  # seconds

KIN = {"A": {"a", "S"}, "V": {"r"}, "/": {"f"}}  # aberrated or unspecified beats, R-on-T beats, fusions with paced beats
PAUSE = 3.0  # seconds between beats from which on no heart rate is told


class DataError(Exception):
    """A file that cannot be read as its format has it; says which file and where in it."""


@dataclasses.dataclass(frozen=True)
class Record:
    """What is known of one WFDB record; what a source does not tell is None or not among the keys, never a guess."""

    path: str  # below the data folder, without extension
    source: str
    person: str
    rate: float  # samples per second
    seconds: float
    times: np.ndarray | None = None  # seconds of every beat
    symbols: np.ndarray | None = None
    rhythms: tuple[tuple[float, float, str], ...] = ()  # every rhythm that was named, in order
    episodes: dict[str, list[Span]] = dataclasses.field(default_factory=dict)  # of the conditions that were looked for
    doubtful: tuple[Span, ...] = ()  # where nothing is said of the ST segment
    present: frozenset[str] = frozenset()  # conditions of the whole record, somewhere in it
    absent: frozenset[str] = frozenset()
    statements: tuple[str, ...] = ()  # the published report
    recorded: datetime.datetime | None = None
    age: int | None = None
    sex: str | None = None  # "man" or "woman"

    @cached_property
    def whole(self) -> "Clip":
        return Clip(self, 0.0, None)

    def located(self) -> list[str]:
        """Conditions whose places are known."""
        beats = [] if self.times is None else [c.code for c in CONDITIONS.values() if c.kind == BEAT]
        return beats + [c for c in CONDITIONS if c in self.episodes]

    def events(self, code: str) -> list[Span]:
        """Every beat or episode of a condition of located()."""
        if CONDITIONS[code].kind == BEAT:
            return [(t, t) for t in self.times[self.symbols == code].tolist()]
        return self.episodes[code]


@dataclasses.dataclass(frozen=True)
class Clip:
    record: Record
    start: float
    end: float | None  # None: to the record's end

    @property
    def until(self) -> float:
        return self.record.seconds if self.end is None else self.end

    @property
    def is_whole(self) -> bool:
        return self.start == 0 and self.end is None

    def spans(self, code: str) -> list[Span] | None:
        """Where the condition is, in seconds from the clip's start; None where that is not known."""
        r = self.record
        kind = CONDITIONS[code].kind
        if kind == BEAT:
            return None if r.times is None else localization.spans(r.times, r.symbols, code, self.start, self.until)
        if code not in r.episodes or kind == ST and localization.within(list(r.doubtful), self.start, self.until):
            return None
        return localization.merge(localization.within(r.episodes[code], self.start, self.until))

    def holds(self, code: str) -> bool | None:
        spans = self.spans(code)
        if spans is not None:
            return bool(spans)
        if not self.is_whole:
            return None
        return True if code in self.record.present else False if code in self.record.absent else None

    def known(self) -> dict[str, bool]:
        """The conditions of which a yes or no is right: a location is by the letter of the annotation, words are not.

        Not those that say the same as others, nor atrial or paced beats where only kin of theirs are.
        """
        out = {code: held for code in CONDITIONS if (held := self.holds(code)) is not None}
        beats = set(self.beats())
        doubtful = {c for c, kin in KIN.items() if beats & kin and not out.get(c)}
        doubtful |= {"S"} if "A" in out else set()
        doubtful |= {"ST"} if {"STE", "STD"} & set(out) else set()
        return {code: held for code, held in out.items() if code not in doubtful}

    def beats(self) -> list[str]:
        """The symbols of the clip's beats."""
        if self.record.times is None:
            return []
        a, b = np.searchsorted(self.record.times, [self.start, self.until])
        return self.record.symbols[a:b].tolist()

    def rhythms(self) -> list[str]:
        """The rhythms of the clip that last a second of it, each once, in order."""
        found = [name for a, b, name in self.record.rhythms if min(b, self.until) - max(a, self.start) >= 1]
        return list(dict.fromkeys(found))

    def rate(self) -> int | None:
        """Heart rate: 60 over the mean RR interval of the clip, per minute."""
        if self.record.times is None:
            return None
        a, b = np.searchsorted(self.record.times, [self.start, self.until])
        intervals = np.diff(self.record.times[a:b])
        if len(intervals) < 2 or intervals.max() >= PAUSE:
            return None
        return round(60 / intervals.mean())


@dataclasses.dataclass(frozen=True)
class Sample:
    task: str
    clips: tuple[Clip, ...]
    turns: tuple[tuple[str, str], ...]  # questions and answers
    condition: str | None = None
    source: str | None = None  # the first clip's, unless said
    form: str | None = None  # the sort of the first question, as ECG-QA's question_type

    def line(self, split: str) -> dict:
        """The sample as a line of the data set."""
        first = self.clips[0].record
        return {
            "task": self.task,
            "source": self.source or first.source,
            "person": "+".join(dict.fromkeys(c.record.person for c in self.clips)),
            "split": split,
            "condition": self.condition,
            "type": self.form,
            "ecgs": [{"path": c.record.path, "start": round(c.start, 6), "end": c.end and round(c.end, 6)} for c in self.clips],
            "turns": [{"question": q, "answer": a} for q, a in self.turns],
        }
