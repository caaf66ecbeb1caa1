"""ST episodes of the European ST-T Database and the Long-Term ST Database, from the texts of their annotations.

European: "(ST0+" begins an episode of signal 0 with the ST segment raised, "AST0+200" is its extremum, 200 µV,
"ST0+)" its end. In lower case the same marks tell of a shift of the heart's axis, which only looks like one.
Long-Term: "(st0-120", "ast0-160", "st0-90)"; "(rtst0-120" and so on where the heart rate explains it; "(urd0" to
"urd0)" cannot be read; "noi0-50" is noise; "sst0" and "sccst0" are shifts; "GRST0" and "LRST0-30" references.
An episode that has no beginning was there before the recording, one that has no end went on after it.
"""

import re

from .record import DataError, Span
from .wfdb_files import Mark

ST_MARK = re.compile(r"(?P<open>\()?(?P<peak>[Aa])?(?P<kind>rtst|st|ST)(?P<signal>\d)(?P<sign>[+-])\d*(?P<close>\))?")
UNREADABLE = re.compile(r"(?P<open>\()?urd(?P<signal>\d)(?P<close>\))?")
LOOKS_LIKE_ST = re.compile(r"\(?[Aa]?(rtst|st|ST)\d")


def european(found: list[Mark], end: float, file: str) -> tuple[dict[str, list[Span]], tuple[Span, ...]]:
    """Episodes by condition, and the axis shifts."""
    read = [(m, match(m, file)) for m in found if m.symbol == "s"]
    episodes = by_condition([(m, x) for m, x in read if x and x["kind"] == "ST"], end)
    shifts = by_condition([(m, x) for m, x in read if x and x["kind"] == "st"], end)
    return episodes, tuple(shifts["ST"])


def long_term(found: list[Mark], end: float, file: str) -> tuple[dict[str, list[Span]], tuple[Span, ...]]:
    """Episodes by condition, ischaemic or of the heart rate, and what cannot be read."""
    episodes = by_condition([(m, x) for m in found if (x := match(m, file))], end)
    unread = [(m, x) for m in found if (x := UNREADABLE.fullmatch(m.text))]
    return episodes, tuple((a, b) for a, b, _ in paired(unread, end))


def match(mark: Mark, file: str) -> re.Match | None:
    found = ST_MARK.fullmatch(mark.text)
    if found is None and LOOKS_LIKE_ST.match(mark.text):
        raise DataError(f"{file}: annotation {mark.number} at {mark.time:.3f} s: {mark.text!r} is no ST mark of this database")
    return found


def by_condition(read: list[tuple[Mark, re.Match]], end: float) -> dict[str, list[Span]]:
    out: dict[str, list[Span]] = {"STE": [], "STD": [], "ST": []}
    for a, b, sign in paired(read, end):
        out["ST"].append((a, b))
        out["STE" if sign == "+" else "STD"].append((a, b))
    return {code: sorted(spans) for code, spans in out.items()}


def paired(read: list[tuple[Mark, re.Match]], end: float) -> list[tuple[float, float, str]]:
    """Beginnings and ends of each signal's stretches, with the sign of the extremum."""
    out, running = [], {}
    for mark, x in read:
        at, sign = (mark.time, x.groupdict().get("sign") or "+")
        key = x["signal"], x.groupdict().get("kind")
        if x["open"]:
            if key in running:
                out.append((running[key][0], at, running[key][1]))
            running[key] = (at, sign)
        elif x["close"]:
            a, peak = running.pop(key, (0.0, sign))
            out.append((a, at, peak))
        else:
            running[key] = (running.get(key, (0.0, sign))[0], sign)
    return sorted(out + [(a, end, sign) for a, sign in running.values()])
