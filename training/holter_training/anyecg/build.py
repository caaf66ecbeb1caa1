"""Makes the data set part by part: a part is some people of one source; one that is there is not made again."""

import dataclasses
import json
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from tqdm import tqdm

from . import compare, localize, qa, report
from .ecgqa import EcgQa
from .record import DataError, Record, Sample
from .ref import Ref, Source
from .sources import ECGQA, open_source
from .split import Split

TASKS = ["ReportGen", "Localization", "MultiECG", "ECG-QA"]
PEOPLE = 256  # parts of a source of many people with short recordings


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the lines depend on, besides the recordings."""

    seed: int = 1
    per_record: int = 20
    tasks: tuple[str, ...] = tuple(TASKS)
    leave_out: tuple[str, ...] = ()
    st_annotator: str = "stb"
    ecgqa_share: float = 1.0


@dataclasses.dataclass(frozen=True)
class Part:
    name: str  # of its file, without extension
    lines: Callable[[], Iterator[dict]]


def samples(records: list[Record], whole: bool, s: Settings) -> Iterator[Sample]:
    """Everything that is asked about one person."""
    if report.TASK in s.tasks:
        yield from report.samples(records, s.per_record, s.seed, whole)
    if "Localization" in s.tasks:
        yield from localize.samples(records, s.per_record, s.seed)
    if compare.TASK in s.tasks:
        yield from compare.samples(records, s.per_record, s.seed, whole)
    if qa.TASK in s.tasks:
        yield from qa.samples(records, s.per_record, s.seed, whole)


def digest(refs: list[Ref]) -> str:
    """Another one when records come or go, so that a part is made anew."""
    return f"{zlib.crc32(' '.join(sorted(r.path for r in refs)).encode()):08x}"


def record_parts(source: Source, split: Split, s: Settings) -> list[Part]:
    """A part for everyone with long recordings, else 256 by the person's name; its name changes with its records."""
    groups: dict[str, dict[str, list[Ref]]] = {}
    for ref in source.refs():
        group = f"{zlib.crc32(ref.person.encode()) % PEOPLE:02x}" if source.whole_records else ref.person.replace("/", "-")
        groups.setdefault(group, {}).setdefault(ref.person, []).append(ref)
    out = []
    for group, people in sorted(groups.items()):
        splits = {person: split.of(refs) for person, refs in people.items()}

        def lines(people=people, splits=splits) -> Iterator[dict]:
            for person, refs in sorted(people.items()):
                records = [source.read(r) for r in sorted(refs, key=lambda r: r.path)]
                for sample in samples(records, source.whole_records, s):
                    yield sample.line(splits[person])

        out.append(Part(f"{group}.{digest([r for refs in people.values() for r in refs])}", lines))
    return out


def ecgqa_parts(data: Path, split: Split, s: Settings) -> list[Part]:
    source = EcgQa(data, s.ecgqa_share)
    ecgs: dict = {}
    out = []
    for file in source.files() if "ECG-QA" in s.tasks else []:

        def lines(file=file) -> Iterator[dict]:
            if not ecgs:
                ecgs.update(source.ecgs(split))
            for sample, of in source.samples(file, ecgs):
                yield sample.line(of)

        name = file.relative_to(source.folder).as_posix()
        out.append(Part(f"{name.replace('/', '-')}.{digest(source.refs)}", lines))
    return out


def write(file: Path, lines: Iterator[dict]) -> None:
    """All of it or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(file.name + ".tmp")
    with open(unfinished, "w", encoding="utf-8") as f:
        for line in lines:
            f.write(json.dumps(line, ensure_ascii=False) + "\n")
    os.replace(unfinished, file)


def keep_settings(file: Path, s: Settings) -> None:
    """Parts of different settings are not mixed."""
    said = json.dumps(dataclasses.asdict(s), indent=1) + "\n"
    if file.exists() and file.read_text() != said:
        raise DataError(f"{file}: the parts beside it were made with these other settings; give another --out or delete {file.parent}")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(said)


def build(data: Path, out: Path, sources: list[str], s: Settings, split: Split) -> list[Path]:
    """The files of all parts, in their order."""
    keep_settings(out / "parts/settings.json", s)
    files = []
    for name in sources:
        parts = ecgqa_parts(data, split, s) if name == ECGQA else record_parts(open_source(data, name, s.st_annotator), split, s)
        paths = [out / "parts" / name / f"{part.name}.jsonl" for part in parts]
        done = sum(p.exists() for p in paths)
        with tqdm(total=len(parts), initial=done, desc=name, unit="part") as bar:
            for part, path in zip(parts, paths):
                if not path.exists():
                    write(path, part.lines())
                    bar.update()
        files += paths
    return files


def join(files: list[Path], out: Path, tasks: tuple[str, ...]) -> dict[tuple[str, str, str], int]:
    """Writes <task>.jsonl from the parts; counts lines by task, source and split."""
    counts: dict[tuple[str, str, str], int] = {}
    open_files = {task: open(out / f"{task}.jsonl.tmp", "w", encoding="utf-8") for task in tasks}
    for file in tqdm(files, desc="join", unit="part"):
        for line in file.read_text(encoding="utf-8").splitlines():
            said = json.loads(line)
            key = said["task"], said["source"], said["split"]
            counts[key] = counts.get(key, 0) + 1
            open_files[said["task"]].write(line + "\n")
    for task, f in open_files.items():
        f.close()
        os.replace(f.name, out / f"{task}.jsonl")
    return counts
