"""Which people are for training, validation and test."""

import dataclasses
import zlib
from pathlib import PurePosixPath

from .ref import Ref

VALID, TEST = 0.1, 0.1  # shares of the people of a data set that has no split of its own


@dataclasses.dataclass
class Split:
    """With leave_out, exactly these are for the test: people, records or folds ("mitdb/101", "101", "ptbxl.9").

    Without, the split of the data set, or else by the person's name: nobody is in two of them.
    """

    leave_out: frozenset[str] = frozenset()
    met: set[str] = dataclasses.field(default_factory=set)  # of leave_out

    def of(self, refs: list[Ref]) -> str:
        """The split of one person, given all records of theirs."""
        if self.leave_out:
            names = {n for r in refs for n in (r.person, PurePosixPath(r.person).name, PurePosixPath(r.path).name, r.group)}
            self.met |= names & self.leave_out
            return "test" if names & self.leave_out else "train"
        if refs[0].split:
            return refs[0].split
        share = zlib.crc32(refs[0].person.encode()) / 2**32
        return "test" if share < TEST else "valid" if share < TEST + VALID else "train"
