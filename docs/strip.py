"""Draws docs/strip.png: a simulated recording and what the model answers about it.

Needs bin/holter, and wfdb and matplotlib: python docs/strip.py
"""

import re
import subprocess
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import wfdb

HOLTER = Path(__file__).parent.parent / "bin/holter"
QUESTION = "Where is the Premature ventricular contraction located in this ECG?"
START, SECONDS = 20, 10


def holter(*words: str) -> str:
    return subprocess.run([str(HOLTER), *words], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


with tempfile.TemporaryDirectory() as folder:
    record = f"{folder}/strip"
    episodes = ["--episode", "pvcs@22s:1", "--episode", "pvcs@26s:2"]
    holter("simulate", "strip", "--out", folder, "--duration", "60s", "--seed", "3", *episodes)
    answer = holter("locate", record, "--ask", QUESTION, "--from", f"{START}s", "--to", f"{START + SECONDS}s")
    signal, info = wfdb.rdsamp(record, sampfrom=START * 360, sampto=(START + SECONDS) * 360)

figure, axes = plt.subplots(2, 1, figsize=(10, 4.2), sharex=True, layout="constrained")
t = np.arange(len(signal)) / info["fs"]
for axis, lead, name in zip(axes, signal.T, info["sig_name"]):
    for a, b in re.findall(r"([\d.]+)s-([\d.]+)s", answer):
        axis.axvspan(float(a), float(b), color="#f4a259", alpha=0.45, lw=0)
    axis.plot(t, lead, color="#1d3557", lw=1)
    axis.set_xticks(np.arange(0, SECONDS + 0.1, 0.2), minor=True)
    axis.set_xticks(np.arange(0, SECONDS + 0.1, 1))
    axis.grid(which="both", color="#e9c7c7", lw=0.5)
    axis.set_ylabel(f"{name}, mV")
    axis.set_xlim(0, SECONDS)
axes[0].set_title(f"{QUESTION}\n→ {answer}", fontsize=10, loc="left")
axes[1].set_xlabel("seconds (simulated recording; orange: the answer)")
figure.savefig(Path(__file__).parent / "strip.png", dpi=110)
