"""Where a record is and whose: what is known of it before it is read."""

import dataclasses
from collections.abc import Iterable
from typing import Protocol

from .record import Record


@dataclasses.dataclass(frozen=True)
class Ref:
    path: str
    person: str
    split: str | None = None  # the published one
    group: str | None = None  # a published fold, which --leave-out may name


class Source(Protocol):
    name: str
    whole_records: bool  # a record is asked about as a whole

    def refs(self) -> Iterable[Ref]: ...

    def read(self, ref: Ref) -> Record: ...
