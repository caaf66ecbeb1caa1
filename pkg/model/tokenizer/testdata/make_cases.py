"""Makes small tokenizers of three layouts and what the `tokenizers` library
does with ECG texts and random Unicode: testdata/<layout>.json and
testdata/<layout>.cases.json.

    pip install tokenizers
    python pkg/model/tokenizer/testdata/make_cases.py [CASES_EACH]
"""

import json
import random
import sys
import unicodedata
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

OUT = Path(__file__).parent
SPECIAL = ["<|begin_of_text|>", "<|eot_id|>", "<|ecg_start|>", "<|ecg|>"]
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TIMES = r"s[-,]|\.\d| ?\d{1,3}| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+"
NAMES = ["Premature ventricular contraction", "Atrial premature beat", "Left bundle branch block beat"]
CORPUS = (
    [f"Where is the {n} located in this ECG? No {n} Found" for n in NAMES] * 9
    + [f"Duration: {a}.{b}s-{a + 1}.{b}s, " for a in range(60) for b in range(10)]
    + ["Report: Sinus rhythm, don't, WE'LL\n\nuser assistant"] * 20
    + ["naïve café — Здравствуйте, 世界! Ελληνικά हिन्दी العربية 日本語 한국어 🙂🫀"] * 30
)
WORDS = (
    "Where is the Premature ventricular contraction located in this ECG? Duration: 1.9s-3.1s, 6.8s No Found "
    "Report: Sinus rhythm 's 'LL 'Re don't 'ſ ' ,. <|eot_id|> <|ecg|> <|ecg_start|> <|eot_id|>> ECG lead"
).split() + ["\n", "\n\n", "\t", "\r\n", "   ", "ECG lead"]
SPACES = [" ", "\n", "\r", "\t", "\u00a0", "\u3000", "\u2028", "\x85", "\x1c", "\u180e", "\u200b"]
RANGES = [(0, 127)] * 6 + [
    (128, 0x24F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0xDFF), (0x1100, 0x11FF), (0x2000, 0x2BFF),
    (0x3000, 0x30FF), (0x4E00, 0x4FFF), (0xFB00, 0xFFFF), (0x1F300, 0x1FAFF), (0x10000, 0x10FFFF),
]  # fmt: skip


def build(pre, ignore_merges):
    tok = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    tok.pre_tokenizer, tok.decoder = pre, decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tok.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=460, initial_alphabet=alphabet, show_progress=False))
    tok.add_special_tokens(SPECIAL)
    tok.add_tokens(["ECG lead"])
    return tok


def split(regex):
    plain = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(regex), "isolated"), plain])


def character(rng):
    while True:
        c = chr(rng.randint(*rng.choice(RANGES)))
        if unicodedata.category(c) not in ("Cn", "Cs"):  # what no library knows yet, and surrogates
            return c


def text(rng):
    out = []
    for _ in range(rng.randint(1, 8)):
        kind = rng.random()
        if kind < 0.5:
            out.append(rng.choice(WORDS) + rng.choice(["", " ", "  "]))
        elif kind < 0.6:
            out.append(rng.choice(SPACES) * rng.randint(1, 4))
        else:
            out.append("".join(character(rng) for _ in range(rng.randint(1, 6))))
    return "".join(out)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 120
    layouts = {
        "llama3": build(split(LLAMA3), True),
        "gpt2": build(pre_tokenizers.ByteLevel(add_prefix_space=False), False),
        "times": build(split(TIMES), False),
    }
    for name, tok in layouts.items():
        rng = random.Random(name)
        path = OUT / f"{name}.json"
        tok.save(str(path), pretty=False)
        literal = Tokenizer.from_file(str(path))
        literal.encode_special_tokens = True
        rows = []
        for t in ["", "it'ſ 'ſab", *WORDS] + [text(rng) for _ in range(count)]:
            ids = tok.encode(t, add_special_tokens=False).ids
            some = ids[rng.randint(0, len(ids)) :] + [rng.randrange(tok.get_vocab_size()) for _ in range(6)]
            plain = literal.encode(t, add_special_tokens=False).ids
            rows.append({"text": t, "ids": ids, "plain": plain, "some": some, "decoded": tok.decode(some)})
        lines = ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows)
        (OUT / f"{name}.cases.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
