"""Finds the special tokens that the model was trained with in a tokenizer.json."""

import json
from pathlib import Path

from ..tokenizer import BOS, ECG, ECG_END, ECG_START, END, EOT, HEAD, HEAD_END
from .config import LayoutError, Tokens

# The names that Llama 3's tokenizer.json has at the released ids; a smaller tokenizer has them elsewhere.
RELEASED = {
    "ecg_start": "<|reserved_special_token_1|>",
    "ecg": "<|reserved_special_token_3|>",
    "ecg_end": "<|reserved_special_token_2|>",
}
OURS = {"ecg_start": ECG_START, "ecg": ECG, "ecg_end": ECG_END}  # in tokenizers that are built here


def read(path: Path, t: Tokens, vocab: int) -> dict:
    """The manifest's tokens. vocab: rows of the language model's table."""
    raw = json.loads(path.read_text())
    added = {a["id"]: a["content"] for a in raw.get("added_tokens", [])}
    known = set(added.values())
    size = 1 + max([*added, *raw.get("model", {}).get("vocab", {}).values()], default=0)
    if size > vocab:
        raise LayoutError(f"{path}: has {size} tokens, the language model {vocab}: not its tokenizer")
    ids = {"ecg_start": t.ecg_start, "ecg": t.ecg, "ecg_end": t.ecg_end}
    chat = {BOS, END, HEAD, HEAD_END, EOT}
    tables = ({key: added.get(i) for key, i in ids.items()}, RELEASED, OURS)
    names = next((t for t in tables if all(n in known - chat for n in t.values())), None)
    if names is None:
        raise LayoutError(
            f"{path}: no special tokens with the ids {', '.join(map(str, ids.values()))} besides those of the chat form, and "
            f"none named {', '.join(RELEASED.values())}: give the ids with --config ({{\"tokens\": {{\"ecg_start\": …}}}})"
        )
    if absent := [n for n in (BOS, HEAD, HEAD_END, EOT) if n not in known]:
        raise LayoutError(f"{path}: no special token {absent[0]}: not Llama 3's tokenizer")
    return {"bos": BOS, "eos": [n for n in (EOT, END) if n in known], **names, "turn": "llama-3"}
