"""Asks where PVCs are in PTB-XL clips whose V was never shown in training: those coded PVC, and others without ectopy.

python -m holter_training.strangers --run DIR --ptbxl DIR
"""

import argparse
import ast
import csv
from pathlib import Path

import torch

from . import evaluate, localization, records
from .clips import scale
from .config import LEADS, SEGMENT

ECTOPIC = {"PVC", "PAC", "BIGU", "TRIGU"}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--ptbxl", type=Path, required=True)
    a = p.parse_args()
    model, tok = evaluate.load(a.run)
    with open(a.ptbxl / "ptbxl_database.csv") as f:
        codes = {f"ptbxl{r['ecg_id']}": set(ast.literal_eval(r["scp_codes"])) for r in csv.DictReader(f)}
    clips = records.ptbxl(a.ptbxl)
    groups = {
        "coded PVC": [r for r in clips if "PVC" in codes[r.name]],
        "no ectopy": [r for r in clips if not codes[r.name] & ECTOPIC][:60],
    }
    for name, group in groups.items():
        for leads in (["II", "V1"], ["II"], ["I"]):
            slots = [LEADS.index(x) for x in leads]
            ecg = torch.zeros(len(group), len(LEADS), SEGMENT)
            for i, r in enumerate(group):
                ecg[i, slots] = torch.from_numpy(scale(r.signal[[r.slots.index(s) for s in slots]]))
            texts, _ = evaluate.answers(model, tok, ecg, [localization.question("V")] * len(group))
            found = sum(t.startswith("Duration") for t in texts)
            print(f"{name}, leads {'+'.join(leads)}: spans in {found} of {len(group)}")


if __name__ == "__main__":
    main()
