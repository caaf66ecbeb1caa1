"""Trains the paper's model in the paper's way; a run that was stopped goes on where it was.

  pretrain  the encoder, ECGs against their reports
  language  a language model that has no weights yet (none where --llama names some)
  stage1    ReportGen: encoder and connector
  stage2    + Localization: encoder, connector and LoRA
  stage3    + MultiECG and ECG-QA: connector and LoRA
  single    instead of the three stages, in a run --without curriculum
  all       all phases of the run, in order
  release   writes the model of the run for the export, and says the command that exports it

python -m holter_training.curriculum all --data DIR --sets DIR --run runs/paper --preset paper --llama Meta-Llama-3-8B-Instruct
python -m holter_training.curriculum release --run runs/paper --llama Meta-Llama-3-8B-Instruct --out runs/paper/release
"""

import argparse
from pathlib import Path

from .. import preset
from ..paper.config import LayoutError
from . import release, setup, stages


def arguments() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser("holter_training.curriculum", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("phase", choices=[*stages.TRAINED, "all", "release"])
    p.add_argument("--run", type=Path, required=True, help="folder for checkpoints and logs")
    p.add_argument("--data", type=Path, help="folder of the recordings that the samples name")
    p.add_argument("--sets", type=Path, help="folder with ReportGen.jsonl, Localization.jsonl, MultiECG.jsonl, ECG-QA.jsonl")
    p.add_argument("--preset", help=f"{', '.join(preset.NAMES)}, or a JSON file; needed when a run begins")
    p.add_argument("--llama", type=Path, help="Hugging Face folder of the language model; without it one is trained")
    p.add_argument("--text-encoder", type=Path, help="Hugging Face folder of an encoder of reports; without it one is trained")
    rows = "; ".join(f"{name}: {says}" for name, says in preset.WITHOUT.items())
    p.add_argument("--without", action="append", default=[], choices=preset.WITHOUT, metavar="WHAT", help=f"ablation, repeatable. {rows}")
    p.add_argument("--device", help="cuda, cpu, …; what is there, if not given")
    p.add_argument("--out", type=Path, help="of release")
    return p


def main(args: list[str] | None = None) -> None:
    parser = arguments()
    a = parser.parse_args(args)
    if a.phase == "release" and not a.out:
        parser.error("release needs --out")
    if a.phase != "release" and not (a.data and a.sets):
        parser.error(f"{a.phase} needs --data and --sets")
    try:
        t = setup.opened(a.run, a.preset, a.data, a.sets, a.llama, a.text_encoder, tuple(a.without), a.device)
        if a.phase == "release":
            print(f"{a.out}: after {', '.join(t.run.state['done']) or 'no phase'}. To export it:\n{release.write(t, a.out)}")
            return
        for name in stages.order(t.preset) if a.phase == "all" else [a.phase]:
            stages.train(t, name)
    except LayoutError as e:
        raise SystemExit(str(e)) from e


if __name__ == "__main__":
    main()
