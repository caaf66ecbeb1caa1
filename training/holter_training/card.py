"""Writes the model card: the text below with the figures of a cross-validation.

python -m holter_training.card --results FILE.json --model DIR --settings "--dense-steps 5500 …" --out ../models/default/MODEL_CARD.md
"""

import argparse
import hashlib
import json
from pathlib import Path
from string import Template

import numpy as np
import onnx

from .config import BEAT_CONDITIONS as CONDITIONS
from .crossval import steps
from .localization import NAMES

LEADS = {"all": "both leads", "first": "first lead only", "second": "second lead only", "random": "a random lead left out"}


def score_rows(results: dict) -> str:
    rows = ["| clips, leads | " + " | ".join(CONDITIONS) + " | macro | always \"No\" |", "|---|" + "---|" * (len(CONDITIONS) + 2)]
    for kind, title in (("short", "10 s"), ("long", "10–60 s")):
        for leads, words in LEADS.items():
            if f"{kind}-{leads}" not in results:
                continue  # of an earlier cross-validation
            t = results[f"{kind}-{leads}"]
            cells = " | ".join(f"{t['kinds'][c]['iou']:.3f}" if c in t["kinds"] else "–" for c in CONDITIONS)
            rows.append(f"| {title}, {words} | {cells} | **{t['macro']['iou']:.3f}** | {t['macro']['always_no']:.3f} |")
    return "\n".join(rows)


def presence_rows(results: dict) -> str:
    rows = ["| kind | questions where present | IoU there | where absent | IoU there |", "|---|---|---|---|---|"]
    kinds = results["short-all"]["kinds"]
    none = {"n": 0, "iou": 0.0}
    for c in CONDITIONS:
        p, a = kinds.get(f"{c} present", none), kinds.get(f"{c} absent", none)
        rows.append(f"| {c} {NAMES[c]} | {p['n']} | {p['iou']:.3f} | {a['n']} | {a['iou']:.3f} |")
    return "\n".join(rows)


def minute_rows(results: dict) -> str:
    rows = ["| fold | asked for | recordings | with it | Se | +P | F1 | AUC |", "|---|---|---|---|---|---|---|---|"]
    for fold, kinds in results["minutes"].items():
        for code, r in kinds.items():
            figures = " | ".join(f"{r[m]:.3f}" for m in ("sensitivity", "positive_predictivity", "f1", "auc"))
            rows.append(f"| {fold} | {code} {NAMES[code]} | {r['n']} | {r['with']} | {figures} |")
    return "\n".join(rows)


def beat_rows(results: dict) -> str:
    rows = ["| record | VEB Se | VEB +P | VEB F1 | SVEB Se | SVEB +P | SVEB F1 |", "|---|---|---|---|---|---|---|"]
    for r in sorted(results["beats"], key=lambda r: (r["record"] in ("average", "gross"), r["record"])):
        cells = [share(r[c].get(m)) for c in ("veb", "sveb") for m in ("sensitivity", "positive_predictivity", "f1")]
        rows.append(f"| {r['record']} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def share(r: dict | None) -> str:
    """A share of `holter score`: of a number of beats or episodes, of a time, or a mean over records."""
    if r is None:
        return "–"  # of an earlier cross-validation
    of = r.get("of", r.get("of_s", r.get("records")))
    if not of:
        return "–"
    value = r["mean"] if "mean" in r else r.get("part", r.get("part_s")) / of
    return f"{100 * value:.1f} %" + (f" of {of}" if "of" in r else "")


def episode_rows(results: dict) -> str:
    rows = ["| rhythm | | Se | +P | duration Se | duration +P |", "|---|---|---|---|---|---|"]
    for which in ("gross", "average"):
        for e in results.get("episodes", {}).get(which) or []:
            cells = [share(part[m]) for part in (e, e["duration"]) for m in ("sensitivity", "positive_predictivity")]
            rows.append(f"| {e['kind']} | {which} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def noise_rows(files: list[dict]) -> str:
    rows = ["| record | noise | VEB Se | VEB +P | false VEB a minute |", "|---|---|---|---|---|"]
    for r in (r for f in files for r in f["noise"] if r["record"] != "gross"):
        level = "none" if r["snr"] is None else f"{r['snr']} dB"
        cells = [share(r["noisy"]["veb"][m]) for m in ("sensitivity", "positive_predictivity")]
        rows.append(f"| {r['record']} | {level} | {' | '.join(cells)} | {r['false_veb_per_minute']:.2f} |")
    return "\n".join(rows)


def normal_rows(files: list[dict]) -> str:
    rows = ["| recordings | of people | hours | VEB an hour | SVEB an hour | recordings with a VEB |", "|---|---|---|---|---|---|"]
    for source, n in ((source, n) for f in files for source, n in f["normal"].items()):
        figures = f"{n['hours']:.2f} | {n['veb_per_hour']:.1f} | {n['sveb_per_hour']:.1f} | {n['recordings_with_veb']}"
        rows.append(f"| {source}: {n['recordings']} | {n['people']} | {figures} |")
    return "\n".join(rows)


def crossed_rows(calibration: dict) -> str:
    rows = ["| kind | answers | error as it was | calibrated |", "|---|---|---|---|"]
    for kind, c in calibration.items():
        rows.append(f"| {kind} | {c['ece']['n']} | {c['ece']['raw']:.3f} | {c['ece']['calibrated']:.3f} |")
    return "\n".join(rows)


def calibration_rows(results: dict) -> str:
    rows = ["| clips, leads | kind | answers | mean confidence | right | expected calibration error |", "|---|---|---|---|---|---|"]
    for kind, title in (("short", "10 s"), ("long", "10–60 s")):
        for c in results[f"{kind}-all"].get("calibration", []):
            figures = " | ".join(f"{c[m]:.3f}" for m in ("confidence", "right", "expected_calibration_error"))
            rows.append(f"| {title}, both leads | {c['kind']} | {c['questions']} | {figures} |")
    return "\n".join(rows)


def word_rows(words: dict) -> str:
    rows = ["| task | questions | exact match | commonest answer | BLEU-1 | ROUGE-L | macro-AUC of labels |", "|---|---|---|---|---|---|---|"]
    for task, w in words.items():
        exact, usual = w.get("exact_match"), w["commonest_answer"].get("exact_match")
        auc = w.get("labels", {}).get("macro_auc")
        cells = [f"{x:.3f}" if x is not None else "–" for x in (exact, usual, w["bleu"][0], w["rouge"]["l"], auc)]
        rows.append(f"| {task} | {w['questions']} | {' | '.join(cells)} |")
    rows += ["", "| sort of question | questions | exact match | commonest answer |", "|---|---|---|---|"]
    for task, w in words.items():
        for k in w.get("kinds", []):
            usual = k["commonest_answer"]["exact_match"]
            rows.append(f"| {task}: {k['kind']} | {k['questions']} | {k['exact_match']:.3f} | {usual:.3f} |")
    return "\n".join(rows)


def counted(taken: dict[str, int]) -> str:
    return ", ".join(f"{taken[phase]} {phase} steps" for phase in ("dense", "taught", "text"))


def people_rows(curve: dict) -> str:
    rows = ["| annotated people | mean IoU | V | A | L | R | VEB F1 | SVEB F1 |", "|---|---|---|---|---|---|---|---|"]
    for p in curve["points"]:
        cells = [f"{x:.3f}" for x in (p["macro"]["iou"], *(p[k] for k in "VALR"), p["veb"], p["sveb"])]
        rows.append(f"| {p['people']} | {' | '.join(cells)} |")
    return "\n".join(rows)


def target_rows(results: dict, noise: list[dict], calibration: dict) -> str:
    """What the project aims at beside what the cross-validation gave."""
    gross = next(r for r in results["beats"] if r["record"] == "gross")
    beats = lambda c: " / ".join(share(gross[c][m]).split(" of ")[0] for m in ("sensitivity", "positive_predictivity"))
    iou = lambda key, *kinds: " / ".join(f"{results[key]['kinds'][k]['iou']:.3f}" for k in kinds)
    macro = {key: results[key]["macro"]["iou"] for key in ("short-all", "long-all", "short-first", "short-second")}
    false = " / ".join(f"{100 - 100 * results['short-all']['kinds'][f'{k} absent']['iou']:.1f} %" for k in "LR")
    loud = [r for f in noise for r in f["noise"] if r["snr"] is not None and r["record"] != "gross"]
    noisy = [f"{r['record']} at {r['snr']} dB {share(r['noisy']['veb']['positive_predictivity'])}" for r in loud]
    quiet = [f"{n['veb_per_hour']:.1f}" for f in noise for n in f["normal"].values()]
    af = [f"{m['AFIB']['f1']:.3f}" for m in results["minutes"].values() if "AFIB" in m]
    rows = [
        ("VEB by EC57, Se / +P", "96.5 % / 96.5 %", beats("veb")),
        ("IoU 10 s, V / A", ".96 / .78", iou("short-all", "V", "A")),
        ("IoU 10–60 s, V / A", ".94 / .75", iou("long-all", "V", "A")),
        ("IoU 10 s where present, L / R", ".80 / .80", iou("short-all", "L present", "R present")),
        ("false answers where absent, L / R", "2 % / 2 %", false),
        ("mean IoU over V, A, L, R, 10 s / 10–60 s", ".85 / .82", f"{macro['short-all']:.3f} / {macro['long-all']:.3f}"),
        ("loss with the first / second lead only", ".03", " / ".join(f"{macro['short-all'] - macro[k]:.3f}" for k in ("short-first", "short-second"))),
        ("VEB +P in electrode motion, 12 dB / 6 dB", "95 % / 85 %", "; ".join(noisy)),
        ("SVEB by EC57, Se / +P", "75 % / 60 %", beats("sveb")),
        ("F1 of atrial fibrillation on home recordings", ".85", ", ".join(af)),
        ("AUC of ST change, 60 s", ".90", "declined; .61 to .64 in version 0.2.0"),
        ("false PVCs an hour, normal recordings from other hardware", "2", ", ".join(quiet)),
        ("expected calibration error, worst kind", ".05", f"{max(c['ece']['calibrated'] for c in calibration.values()):.3f}"),
    ]
    return "\n".join(["| figure | to reach | reached |", "|---|---|---|", *(f"| {a} | {b} | {c} |" for a, b, c in rows)])


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--results", type=Path, required=True, help="what crossval wrote")
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("--noise", type=Path, nargs="*", default=[], help="what noise wrote, of each fold")
    p.add_argument("--calibration", type=Path, required=True, help="what calibrate wrote")
    p.add_argument("--words", type=Path, required=True, help="what holter eval --json gave of report, qa and comparison")
    p.add_argument("--people", type=Path, required=True, help="what people wrote")
    p.add_argument("--run", type=Path, required=True, help="the run of the shipped model")
    p.add_argument("--settings", required=True, help="of the shipped model's training, as holter_training.train took them")
    p.add_argument("--out", type=Path, required=True)
    a = p.parse_args()
    results = json.loads(a.results.read_text())
    calibration = json.loads(a.calibration.read_text())
    people = json.loads(a.people.read_text())
    noise = [json.loads(f.read_text()) for f in a.noise]
    manifest = json.loads((a.model / "manifest.json").read_text())
    files = sorted(f for f in a.model.iterdir() if f.suffix == ".onnx")
    text = Template((Path(__file__).parent / "card.md").read_text()).substitute(
        name=manifest["name"],
        version=manifest["version"],
        size=f"{sum(f.stat().st_size for f in a.model.iterdir()) / 1e6:.1f}",
        sums="\n".join(f"| {f.name} | {hashlib.sha256(f.read_bytes()).hexdigest()} |" for f in files),
        folds="\n".join(
            f"- fold {k} ({counted(results['steps'][k])}) leaves out {', '.join(v)}"
            for k, v in results["folds"].items()
        ),
        only=",".join(results["folds"]),
        settings=" ".join(results["settings"]),
        final_settings=a.settings,
        parameters=f"{sum(np.prod(t.dims) for f in files for t in onnx.load(f).graph.initializer) / 1e6:.1f}",
        scores=score_rows(results),
        presence=presence_rows(results),
        beats=beat_rows(results),
        episodes=episode_rows(results),
        calibration=calibration_rows(results),
        crossed=crossed_rows(calibration),
        words=word_rows(json.loads(a.words.read_text())),
        noise=noise_rows(noise),
        targets=target_rows(results, noise, calibration),
        normal=normal_rows(noise),
        minutes=minute_rows(results),
        final_steps=counted(steps(a.run)),
        people=people_rows(people),
        people_steps=people["steps"],
        people_fold=people["fold"],
    )
    a.out.write_text(text)
    print(a.out)


if __name__ == "__main__":
    main()
