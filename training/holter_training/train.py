"""Trains the model phase by phase; stops and goes on where it stopped.

  reports the language model learns to report, from what is counted on made-up dense maps, the ECG of several that is asked for
  words   it learns to answer all other questions from that
  reader  it learns to put the maps themselves into words
  dense   the encoder learns the dense maps of ECGs
  taught  it learns also from recordings whose beats nobody annotated: what it then holds of them are its labels
  text    the language model learns to read what the trained encoder gives

python -m holter_training.train --data DIR --run DIR [--config FILE] [--leave-out 101,106,…] [--reader RUN]
"""

import argparse
import dataclasses
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader

from . import config, evaluate, sources, tokenizer
from .batches import LESSONS, Batches, Made, questions
from .clips import Sampler
from .config import TOKENS
from .loop import Run
from .model import EcgChat
from .tokenizer import places

READER = ("embed.", "decoder.", "encoder.connector.", "encoder.feedback.", "encoder.time", "encoder.fed.", "encoder.fact")


def reads(name: str) -> bool:
    """Whether a weight belongs to what reads maps: the language model and what its tokens are made of."""
    return name.startswith(READER)


def looks(name: str) -> bool:
    """Whether a weight belongs to what makes maps of ECGs."""
    return name.startswith("encoder.") and not reads(name)


def dense_loss(logits: torch.Tensor, b: dict) -> torch.Tensor:
    """Mean over the frames whose truth is known."""
    known = b["known"].unsqueeze(-1)
    each = F.binary_cross_entropy_with_logits(logits.float(), b["want"], reduction="none")
    return (each * known).sum() / (known.sum() * logits.shape[-1] + 1e-9)


def gathered(embeds: torch.Tensor, clips: list[list[int]]) -> torch.Tensor:
    """The tokens of each clip: the mean [CLS] of its segments and their other tokens; [all tokens, hidden]."""
    if all(len(c) == 1 for c in clips):
        return embeds
    return torch.cat([torch.cat([embeds[c, 0].mean(0, keepdim=True), embeds[c, 1:].flatten(0, 1)]) for c in clips])


def text_loss(model: EcgChat, embeds: torch.Tensor, q: dict, places: list[int]) -> torch.Tensor:
    """Weighted mean over the tokens of the answers."""
    x = model.fuse(q["ids"], gathered(embeds, q["clips"]), places)
    theirs, ours = q["part"].unsqueeze(1), q["part"].unsqueeze(2)
    hidden, _ = model.decoder(x, (theirs == 0) | (theirs == ours), q["position"], head=False)
    wanted = q["labels"] != -100
    each = F.cross_entropy(model.decoder.head(hidden[wanted]).float(), q["labels"][wanted], reduction="none")
    return (each * q["weight"][wanted]).sum() / q["weight"].sum()


def loader(batches, run: Run, after: int):
    """Batches made beside the training; `after` batches were used before a stop."""
    batches.seed += after
    return iter(DataLoader(batches, batch_size=None, num_workers=run.settings.workers, prefetch_factor=4, pin_memory=run.device.type == "cuda"))


def present() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def moved(batch: dict, device: torch.device) -> dict:
    return {k: v.to(device, non_blocking=True) if isinstance(v, torch.Tensor) else v for k, v in batch.items()}


def mixed(device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, torch.bfloat16)


def train_reader(run: Run, tok, name: str, steps: int) -> None:
    model, t, lesson = run.model, run.settings, LESSONS[name]
    phase = run.phase(name, steps, t.rate, [p for n, p in model.named_parameters() if reads(n)])
    seed = 1000 * t.seed + list(LESSONS).index(name) * 100_000
    made, rng = loader(Made(t.batch, seed), run, phase.done), np.random.default_rng([seed, phase.done])
    nothing = torch.zeros(t.batch, TOKENS + 1, run.sizes.encoder, device=run.device)
    for _ in phase:
        prob = next(made)
        q = moved(questions(prob.numpy(), tok, rng, lesson), run.device)
        with mixed(run.device):
            embeds = model.encoder.project(nothing, prob.to(run.device))[:, : 1 + lesson.tokens]
            loss = text_loss(model, embeds, q, places(tok))
        phase.learn(loss)


def train_dense(run: Run, make_sampler, name: str, steps: int, rate: float) -> None:
    model, t = run.model, run.settings
    encoder = [p for n, p in model.named_parameters() if looks(n)]
    phase = run.phase(name, steps, rate, encoder)
    clips = loader(Batches(make_sampler, t.batch, t.seed + 3 * (name == "taught")), run, phase.done)
    for _ in phase:
        b = moved(next(clips), run.device)
        with mixed(run.device):
            logits = model.encoder.look(b["ecg"])[1]
        phase.learn(dense_loss(logits, b))


def train_text(run: Run, make_sampler, tok) -> None:
    """On any recording, labelled or not: the answers to learn are what the dense map says."""
    model, t = run.model, run.settings
    phase = run.phase("text", t.text_steps, t.text_rate, [p for n, p in model.named_parameters() if reads(n)])
    clips = loader(Batches(make_sampler, t.batch, t.seed + 7), run, phase.done)
    rng = np.random.default_rng([t.seed, 7, phase.done])
    for _ in phase:
        with torch.no_grad(), mixed(run.device):
            y, dense = model.encoder.look(next(clips)["ecg"].to(run.device))
            prob = model.encoder.map(torch.sigmoid(dense.float()))
        q = moved(questions(prob.cpu().numpy(), tok, rng), run.device)
        y = y.float() * (torch.rand(len(y), 1, 1, device=run.device) < 0.5)  # half of the time there is nothing but the map
        with mixed(run.device):
            loss = text_loss(model, model.encoder.project(y, prob), q, places(tok))
        phase.learn(loss)


def train(data: Path, folder: Path, mc: config.ModelConfig, tc: config.TrainConfig, leave_out: set[str], reader: Path | None = None, taught_by: Sequence[Path] = (), device: str | None = None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(tc.threads)
    torch.manual_seed(tc.seed)
    if reader:
        shutil.copy(reader / "tokenizer.json", folder)
    elif not (folder / "tokenizer.json").exists():
        tokenizer.shipped().save(str(folder / "tokenizer.json"))
    tok = tokenizer.load(folder / "tokenizer.json")
    mc.vocab = tok.get_vocab_size()
    model = EcgChat(mc)
    model.tell_apart(places(tok)[1:])
    run = Run(folder, model, mc, tc, leave_out, device=torch.device(device) if device else present())
    if reader:
        run.borrow(reader, reads, "reader")
    else:
        train_reader(run, tok, "reports", tc.reports_steps)
        train_reader(run, tok, "words", tc.words_steps)
        train_reader(run, tok, "reader", tc.reader_steps)
    if tc.dense_steps + tc.taught_steps + tc.text_steps == 0 or "text" in run.state["done"]:
        return
    known = sources.read(data, leave_out, tc.synthetic)
    train_dense(run, partial(Sampler, known), "dense", tc.dense_steps, tc.rate)
    if tc.taught_steps:
        known.label([evaluate.load(other)[0].to(run.device) for other in [graduated(run), *taught_by]])
        train_dense(run, partial(Sampler, known), "taught", tc.taught_steps, tc.taught_rate)
    train_text(run, partial(Sampler, known), tok)


def graduated(run: Run) -> Path:
    """The run as the phase "dense" left it: a training that goes on after a stop is to have the same teacher."""
    folder, half = run.folder / "teacher", run.folder / "teacher.tmp"
    if not folder.exists():
        half.mkdir(exist_ok=True)
        for name in ("tokenizer.json", "checkpoint.pt"):
            shutil.copy(run.folder / name, half)
        half.rename(folder)
    return folder


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True, help="folder that holds mitdb/, and, if there, ptbxl/, …")
    p.add_argument("--run", type=Path, required=True, help="folder for checkpoints and logs")
    p.add_argument("--config", type=Path, help="JSON file with sizes and settings")
    p.add_argument("--leave-out", default="", help="records and subjects to keep for testing, comma-separated")
    p.add_argument("--reader", type=Path, help="run whose reader is taken, instead of training one")
    p.add_argument("--taught-by", type=Path, nargs="+", default=[], help="runs whose models label what nobody annotated together with this one")
    p.add_argument("--device", help="cuda, cpu, …; what is there, if not given")
    kinds = {f.name: f.type for f in dataclasses.fields(config.TrainConfig)}
    for name, kind in kinds.items():
        p.add_argument("--" + name.replace("_", "-"), type=kind)
    a = p.parse_args()
    mc, tc = config.load(a.config) if a.config else (config.ModelConfig(), config.TrainConfig())
    for name in kinds:
        if getattr(a, name) is not None:
            setattr(tc, name, getattr(a, name))
    train(a.data, a.run, mc, tc, {x for x in a.leave_out.split(",") if x}, a.reader, a.taught_by, a.device)


if __name__ == "__main__":
    main()
