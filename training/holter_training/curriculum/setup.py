"""A run: its preset, tokenizer and language model, checked against one another and written down when it begins."""

import dataclasses
from itertools import islice
from pathlib import Path

import torch
from tokenizers import Tokenizer

from .. import preset, tokenizer
from ..loop import Run
from ..paper import llama, tokens
from ..paper.config import LayoutError, Tokens
from ..preset import Preset
from . import contrast
from .model import Chat
from .samples import TASKS, read

TEXTS = 50_000  # conversations that a tokenizer of one's own is made from


@dataclasses.dataclass
class Training:
    run: Run
    preset: Preset
    tok: Tokenizer
    device: torch.device
    data: Path | None
    sets: Path | None
    weights: Path | None  # of the language model

    def autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.preset.train.precision == "bf16")


def opened(
    folder: Path, name: str | Path | None = None, data: Path | None = None, sets: Path | None = None, weights: Path | None = None,
    reports: Path | None = None, without: tuple[str, ...] = (), device: str | None = None,
) -> Training:  # fmt: skip
    """Begins a run or takes it up. name: of the preset; weights, reports: Hugging Face folders of the language model and
    of the encoder of reports."""
    kept = folder / "preset.json"
    if not name and not kept.exists():
        raise LayoutError(f"{folder} holds no run yet: give --preset ({', '.join(preset.NAMES)}, or a JSON file)")
    p = preset.load(name or kept)
    p = dataclasses.replace(p, without=tuple(sorted({*p.without, *without})))
    if reports:
        p = dataclasses.replace(p, text=dataclasses.replace(p.text, folder=str(reports), dim=contrast.width_of(str(reports))))
    p, tok = _theirs(p, weights) if weights else _own(p, folder, sets)
    if kept.exists() and preset.load(kept) != p:
        raise LayoutError(f"{folder} was begun with other settings, those of {kept}: leave --preset out, or take another --run")
    folder.mkdir(parents=True, exist_ok=True)
    tok.save(str(folder / "tokenizer.json"))
    kept.write_text(preset.dump(p))
    torch.manual_seed(p.train.seed)
    if p.train.threads:
        torch.set_num_threads(p.train.threads)
    place = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    model = Chat(p, llama.tensors(weights, p.llama) if weights else None).to(place)
    fixed = bool(weights) and "lora" not in p.without
    elsewhere = frozenset(n for n in model.state_dict() if fixed and model.part(n) == "language")
    return Training(Run(folder, model, p, p.train, set(), elsewhere), p, tok, place, data, sets, weights)


def _theirs(p: Preset, folder: Path) -> tuple[Preset, Tokenizer]:
    """The sizes are those of the folder; it needs no phase that teaches it to speak."""
    sizes, file = llama.config(folder), folder / "tokenizer.json"
    if not file.is_file():
        raise LayoutError(f"{file}: no such file")
    special, tok = tokens.read(file, p.tokens, sizes.vocab_size), Tokenizer.from_file(str(file))
    ids = Tokens(**{k: tok.token_to_id(special[k]) for k in ("ecg_start", "ecg", "ecg_end")})
    train = dataclasses.replace(p.train, language=dataclasses.replace(p.train.language, epochs=0))
    return dataclasses.replace(p, llama=sizes, tokens=ids, train=train), tok


def _own(p: Preset, folder: Path, sets: Path | None) -> tuple[Preset, Tokenizer]:
    if not p.train.language.epochs:
        raise LayoutError(
            "this preset's language model stays as it is, so it needs weights: give --llama, a Hugging Face folder, or say how "
            "many epochs train.language takes"
        )
    file = folder / "tokenizer.json"
    if file.exists():
        tok = tokenizer.load(file)
    elif sets is None:
        raise LayoutError(f"{file}: no such file, and no --sets to make it from")
    else:
        samples = read(sets, TASKS)
        every = range(0, len(samples), max(1, len(samples) // TEXTS))
        texts = (text for i in islice(every, TEXTS) for turn in samples[i].turns for text in turn)
        tok = tokenizer.build(p.llama.vocab_size, texts)
    ids = Tokens(*(tok.token_to_id(t) for t in (tokenizer.ECG_START, tokenizer.ECG, tokenizer.ECG_END)))
    return dataclasses.replace(p, llama=dataclasses.replace(p.llama, vocab_size=tok.get_vocab_size()), tokens=ids), tok
