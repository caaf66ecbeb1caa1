"""Makes the golden files of this folder: WFDB records of synthetic numbers, and what
the Python wfdb package (4.3.1) reads from them, in golden.json.

Formats that wfdb writes are written by it; the others are packed here, by the words
of signal(5), and must read back through wfdb. Run it in this folder:

    python make.py
"""

import json
import os

import numpy as np
import wfdb

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(2)


def numbers(n, signals, low, high):
    """Random values with the extremes of the range among them."""
    x = rng.integers(low, high, size=(n, signals), endpoint=True)
    x[0], x[-1] = low, high
    return x


def pack310(flat):
    out = bytearray()
    for a, b, c in flat.reshape(-1, 3) & 0x3FF:
        first = (a << 1) | ((c & 0x1F) << 11)
        second = (b << 1) | ((c >> 5) << 11)
        out += int(first).to_bytes(2, "little") + int(second).to_bytes(2, "little")
    return bytes(out)


def pack311(flat):
    return b"".join(int(a | b << 10 | c << 20).to_bytes(4, "little") for a, b, c in flat.reshape(-1, 3) & 0x3FF)


PACK = {
    "8": lambda x: np.diff(x, axis=0, prepend=np.zeros((1, x.shape[1]), int)).astype("i1").tobytes(),
    "61": lambda x: x.astype(">i2").tobytes(),
    "160": lambda x: (x + 32768).astype("<u2").tobytes(),
    "310": lambda x: pack310(x.reshape(-1)),
    "311": lambda x: pack311(x.reshape(-1)),
}
RANGE = {
    "8": (-60, 60), "16": (-32767, 32767), "24": (-(2**23) + 1, 2**23 - 1), "32": (-(2**30), 2**30),
    "61": (-32767, 32767), "80": (-127, 127), "160": (-32767, 32767), "212": (-2047, 2047),
    "310": (-511, 511), "311": (-511, 511),
}


def write(name, text, **files):
    with open(name + ".hea", "w", newline="") as f:
        f.write(text)
    for suffix, data in files.items():
        with open(name + "." + suffix, "wb") as f:
            f.write(data)


def checksum(x):
    return int(np.int64(x.sum()) % 65536)


def single_formats():
    for fmt, (low, high) in RANGE.items():
        x = numbers(21, 2, low, high)
        name = "format" + fmt
        if fmt in PACK:
            text = f"{name} 2 125 21\n"
            for i in range(2):
                first = 0 if fmt == "8" else x[0, i]
                text += f"{name}.dat {fmt} 100(7)/mV 12 0 {first} {checksum(x[:, i])} 0 lead {i}\n"
            write(name, text, dat=PACK[fmt](x))
        else:
            wfdb.wrsamp(name, fs=125, units=["mV"] * 2, sig_name=["lead 0", "lead 1"], d_signal=x, fmt=[fmt] * 2,
                        adc_gain=[100.0] * 2, baseline=[7] * 2)
        yield name


def odd():
    """Three signals of format 212: groups straddle frames, the last one is cut."""
    x = numbers(7, 3, -2047, 2047)
    wfdb.wrsamp("odd", fs=360, units=["mV"] * 3, sig_name=["I", "II", "V5"], d_signal=x, fmt=["212"] * 3,
                adc_gain=[200.0] * 3, baseline=[0] * 3)
    return "odd"


def crowded():
    """All that a header may say: CRLF, comments, several files, skew, preamble, units, missing samples, a date."""
    a, b, c = numbers(30, 2, -2000, 2000), numbers(30, 1, -30000, 30000), numbers(30, 1, -100, 100)
    b[5], c[9] = -32768, -128
    text = (
        "# before the record line\r\n"
        "crowded 4 250.5/1000(17) 30 13:05:07.5 25/04/1989\r\n"
        f"crowded.dat 16+10 200.5(-12)/uV 12 0 {a[0, 0]} {checksum(a[:, 0])} 0 MLII\r\n"
        "# in between\r\n"
        f"crowded.dat 16+10 0 12 1024 {a[0, 1]} {checksum(a[:, 1])} 0 V1 with blanks\r\n"
        f"crowded.one 61:3 1e3/mV 16 0 {b[0, 0]} {checksum(b)} 0 aVR\r\n"
        f"crowded.two 80 10/mmHg 8 0 {c[0, 0]} {checksum(c)} 0 ABP\r\n"
        "# 69 M 1085 1629 x1\r\n"
        "#no blank\r\n"
        "\r\n"
    )
    write("crowded", text, dat=b"0123456789" + a.astype("<i2").tobytes(), one=b.astype(">i2").tobytes(),
          two=(c + 128).astype("u1").tobytes())
    return "crowded"


def listed(values):
    return [None if np.isnan(v) else float(v) for v in values]


def describe(name):
    raw, rec = wfdb.rdrecord(name, physical=False), wfdb.rdrecord(name)
    return {
        "rate": raw.fs, "names": raw.sig_name, "units": raw.units, "gain": raw.adc_gain, "baseline": raw.baseline,
        "start": raw.base_datetime.isoformat() if raw.base_date else "",
        "adc": [[int(v) for v in column] for column in raw.d_signal.T],
        "physical": [listed(column) for column in rec.p_signal.T],
    }


def annotations():
    sample = np.array([5, 5, 1028, 1029, 300000, 300001, 5000000])
    symbol = ["+", "N", "V", "~", "N", '"', "A"]
    subtype = np.array([0, 0, 0, 127, 3, 0, 0])
    chan = np.array([0, 0, 1, 1, 1, 0, 0])
    num = np.array([0, 0, 0, 2, 2, 127, 0])
    aux = ["(AFIB", "", "", "", "", "odd", "even"]
    wfdb.wrann("plain", "atr", sample, symbol, subtype, chan, num, aux)
    yield "plain.atr"
    wfdb.wrann("timed", "atr", np.array([10, 2000]), ["N", "V"], fs=250)
    yield "timed.atr"
    own = [(42, "h", "Hiccup"), (43, "z", "Sneeze")]
    wfdb.wrann("own", "atr", np.array([10, 20, 30]), ["h", "N", "z"], custom_labels=own)
    yield "own.atr"


def describe_annotations(name):
    a = wfdb.rdann(*name.split("."))
    return {"resolution": a.fs or 0, "annotations": [
        {"Sample": int(s), "Symbol": y, "Subtype": int(t), "Chan": int(c), "Num": int(n), "Aux": x.rstrip("\0")}
        for s, y, t, c, n, x in zip(a.sample, a.symbol, a.subtype, a.chan, a.num, a.aux_note)]}


def main():
    os.chdir(HERE)
    records = [*single_formats(), odd(), crowded()]
    golden = {
        "records": {name: describe(name) for name in records},
        "annotations": {name: describe_annotations(name) for name in annotations()},
    }
    with open("golden.json", "w") as f:
        f.write("{\n" + ",\n".join(
            json.dumps(part) + ": {\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in entries.items()) + "\n}"
            for part, entries in golden.items()) + "\n}\n")


if __name__ == "__main__":
    main()
