"""The tokenizer: byte-level BPE in the Hugging Face layout, with the special tokens of Llama 3.

Times are split so that a time is two tokens, seconds and tenths (" 6", ".8").
"""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from . import localization, tasks
from .anyecg.turns import ORDINALS

BOS, EOT, END = "<|begin_of_text|>", "<|eot_id|>", "<|end_of_text|>"
HEAD, HEAD_END = "<|start_header_id|>", "<|end_header_id|>"
ECG_START, ECG, ECG_END = "<|ecg_start|>", "<|ecg|>", "<|ecg_end|>"
PAD = "<|pad|>"
SEVERAL = [f"<|{nth}_ecg|>" for nth in ORDINALS]  # placeholders of several ECGs, whose own embeddings tell which is which
SPECIAL = [BOS, END, HEAD, HEAD_END, EOT, ECG_START, ECG, ECG_END, PAD]

SPLIT = r"s[-,]|\.\d| ?\d{1,3}| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+"


def build(size: int = 896, texts: Iterable[str] = ()) -> Tokenizer:
    """texts: what it is to write well, besides the answers of localization."""
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tok.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size - len(SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tok.train_from_iterator(chain(_corpus(), texts), trainer)
    tok.add_special_tokens(SPECIAL)
    return tok


def shipped() -> Tokenizer:
    """That of the default model."""
    tok = build()
    tok.add_special_tokens(SEVERAL)
    return tok


def places(tok: Tokenizer) -> list[int]:
    """What stands for an embedding of the only ECG, and of the first, second … of several, where the tokenizer tells them apart."""
    known = [tok.token_to_id(p) for p in (ECG, *SEVERAL)]
    return [p for p in known if p is not None]


def _corpus():
    for _ in range(200):
        for second in range(61):
            for tenth in range(10):
                yield f" {second}.{tenth}s-{second}.{tenth}s, {second}"
    for code in localization.NAMES:
        for form in range(len(localization.FORMS)):
            yield from [localization.question(code, form)] * 40
        yield from [localization.answer(code, [])] * 40
    yield from ["Duration: ", "\n\n", "user", "assistant"] * 2000
    yield from tasks.texts() * 40


def load(path: Path) -> Tokenizer:
    return Tokenizer.from_file(str(path))


def prompt(tok: Tokenizer, question: str, tokens: list[int]) -> list[int]:
    """Ids of a one-turn prompt over ECGs of so many embeddings each."""
    return shown(tok, tokens) + asked(tok, question)


def shown(tok: Tokenizer, tokens: list[int]) -> list[int]:
    """The prompt up to the last ECG."""
    places = SEVERAL if len(tokens) > 1 else [ECG]
    ecgs = "".join(f"{ECG_START}{place * n}{ECG_END}" for place, n in zip(places, tokens, strict=False))
    return tok.encode(f"{BOS}{HEAD}user{HEAD_END}\n\n{ecgs}", add_special_tokens=False).ids


def asked(tok: Tokenizer, question: str) -> list[int]:
    """The rest of it."""
    return tok.encode(f"{question}{EOT}{HEAD}assistant{HEAD_END}\n\n", add_special_tokens=False).ids
