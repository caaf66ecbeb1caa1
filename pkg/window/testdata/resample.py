#!/usr/bin/env python3
"""Writes resample.json: what scipy makes of synthetic signals, for the tests of
the Go resampler. Needs numpy and scipy; run it in this folder.

Each signal is a sum of sines (so that the Go test can make the same input) over
an offset. "stock" is resample_poly with its own filter and the edge values held;
"unit" is that divided by what the filter makes of a constant 1, which is the
same filter with unit gain in every phase.
"""
import json
from fractions import Fraction

import numpy as np
import scipy
from scipy.signal import resample_poly

SINES = [[1.2, 0.5, 0.1], [5.3, 0.8, 1.0], [17.0, 0.3, 2.0], [41.0, 0.2, 0.5], [90.0, 0.3, 0.0]]  # Hz, mV, rad
OFFSET = 0.4  # mV
SECONDS = 2.5

cases = []
for rate in ["50", "64", "99", "100", "125", "128", "128.5", "250", "257", "333.3", "360", "500", "999.9", "1000"]:
    ratio = Fraction(100) / Fraction(rate)
    n = int(SECONDS * float(rate))
    t = np.arange(n) / float(rate)
    x = OFFSET + sum(a * np.sin(2 * np.pi * f * t + p) for f, a, p in SINES if f < float(rate) / 2)
    up, down = ratio.numerator, ratio.denominator
    stock = resample_poly(x, up, down, padtype="edge")
    unit = stock / resample_poly(np.ones(n), up, down, padtype="edge")
    cases.append({
        "rate": float(rate), "up": up, "down": down, "n": n,
        "stock": [round(float(v), 9) for v in stock],
        "unit": [round(float(v), 9) for v in unit],
    })

with open("resample.json", "w") as f:
    f.write('{"scipy": "%s", "offset": %g, "sines": %s, "cases": [\n' % (scipy.__version__, OFFSET, json.dumps(SINES)))
    f.write(",\n".join(json.dumps(c, separators=(",", ":")) for c in cases))
    f.write("\n]}\n")
