"""Reads CSV tables; what is wrong with one is said with its name and the line."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from .record import DataError


class Row(dict):
    """A row that knows where it stands."""

    where: str

    def value(self, column: str, convert: Callable[[str], object]):
        try:
            return convert(self[column])
        except (ValueError, SyntaxError, AttributeError, TypeError) as e:
            raise DataError(f"{self.where}: {column} is {self[column]!r}: {e}") from e


def rows(file: Path, columns: list[str]) -> Iterator[Row]:
    """The rows of a table that has at least these columns."""
    if not file.exists():
        raise DataError(f"{file}: there is no such file; it is part of the data set")
    with open(file, encoding="utf-8", newline="") as f:
        reader = csv.DictReader(f)
        if missing := [c for c in columns if c not in (reader.fieldnames or [])]:
            raise DataError(f"{file}: line 1 names no column {', '.join(missing)}")
        for raw in reader:
            row = Row(raw)
            row.where = f"{file}: line {reader.line_num}"
            if None in raw or any(raw[c] is None for c in columns):
                raise DataError(f"{row.where}: has not as many cells as the first line has names")
            yield row
