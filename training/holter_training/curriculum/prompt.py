"""Conversations as tokens in Llama 3's chat form; the ECGs come first, each between its start and its end."""

import dataclasses

import numpy as np
from tokenizers import Tokenizer

from ..paper.config import LayoutError, Tokens
from ..tokenizer import BOS, EOT, HEAD, HEAD_END
from .samples import Sample


@dataclasses.dataclass(frozen=True)
class Prompt:
    ids: np.ndarray  # where an ECG is, its placeholder
    said: np.ndarray  # whether the assistant says this token: these are learned


class Writer:
    def __init__(self, tok: Tokenizer, special: Tokens, longest: int):
        self.tok, self.special, self.longest = tok, special, longest
        self.bos, self.head, self.head_end, self.eot = (tok.token_to_id(t) for t in (BOS, HEAD, HEAD_END, EOT))

    def text(self, text: str) -> list[int]:
        return self.tok.encode(text, add_special_tokens=False).ids

    def write(self, s: Sample, sizes: list[int]) -> Prompt:
        """sizes: embeddings of each ECG."""
        parts: list[tuple[list[int], bool]] = [([self.bos], False)]
        ask = lambda ids: parts.append((ids, False))
        for i, (question, answer) in enumerate(s.turns):
            ask([self.head, *self.text("user"), self.head_end])
            gap = "\n\n"
            for size in sizes if i == 0 else ():
                ask([*self.text(gap), self.special.ecg_start, *[self.special.ecg] * size, self.special.ecg_end])
                gap = ""
            ask([*self.text(gap + question), self.eot, self.head, *self.text("assistant"), self.head_end, *self.text("\n\n")])
            parts.append(([*self.text(answer), self.eot], True))
        ids = [i for part, _ in parts for i in part]
        if len(ids) > self.longest:
            raise LayoutError(f"a conversation has {len(ids)} tokens, the language model reads {self.longest}: {s}")
        return Prompt(np.array(ids), np.repeat([said for _, said in parts], [len(part) for part, _ in parts]))

    def spoken(self, s: Sample, sizes: list[int], rng: np.random.Generator) -> Prompt:
        """The same with words where the ECGs are: those of the answers, in their order, with placeholders between.

        With these a language model without weights learns to speak, and to say what it reads in an ECG's place.
        """
        p = self.write(s, sizes)
        place = np.flatnonzero(p.ids == self.special.ecg)
        words = p.ids[p.said][: len(place)]
        ids = p.ids.copy()
        ids[np.sort(rng.choice(place, len(words), replace=False))] = words
        return Prompt(ids, p.said)
