"""The data sets that are known, by the name of their folder."""

from collections.abc import Callable
from pathlib import Path

from .cinc2017 import Cinc2017
from .mimic import Mimic
from .mit import European, LongTerm, Mit
from .ptbxl import PtbXl
from .record import DataError
from .ref import Source

# By the file that a folder of it holds: some data sets are around in other forms too.
KNOWN: dict[str, tuple[str, Callable[[Path, str], Source]]] = {
    "mitdb": ("*.atr", Mit),
    "stdb": ("*.atr", Mit),
    "edb": ("*.atr", European),
    "ltstdb": ("*.atr", LongTerm),
    "ptbxl": ("ptbxl_database.csv", PtbXl),
    "mimic-iv-ecg": ("record_list.csv", Mimic),
    "cinc2017": ("**/REFERENCE*.csv", Cinc2017),
}
ECGQA = "ecgqa"


def found(data: Path) -> list[str]:
    """The known data sets that are there."""
    out = [name for name, (sign, _) in KNOWN.items() if next((data / name).glob(sign), None)]
    return out + ([ECGQA] if "ptbxl" in out and next((data / ECGQA).rglob("*.json*"), None) else [])


def open_source(data: Path, name: str, st_annotator: str = "stb") -> Source:
    """A known data set, or any folder of WFDB records with .atr files."""
    if name == "ltstdb":
        return LongTerm(data, name, st_annotator)
    sign, make = KNOWN.get(name, ("*.atr", Mit))
    if next((data / name).glob(sign), None) is None:
        raise DataError(f"{data / name}: holds no {sign}; give the folder above the data sets with --data")
    return make(data, name)
