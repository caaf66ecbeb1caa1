from pathlib import Path

import curriculum_files
import pytest
import torch
from tokenizers import Tokenizer

from holter_training import tokenizer


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """A small checkpoint of the released layout."""
    pytest.importorskip("transformers")
    import released_layout

    torch.manual_seed(1)
    out = tmp_path_factory.mktemp("released")
    released_layout.make(out, released_layout.SIZES, released_layout.LLAMA, released_layout.small_tokenizer(), shards="20KB")
    assert len(list((out / "llama").glob("*.safetensors"))) > 1
    return out


@pytest.fixture(scope="session")
def tok() -> Tokenizer:
    """A tokenizer as the presets of this project build it, once for all tests."""
    return tokenizer.build(402)


@pytest.fixture(scope="session")
def made(tmp_path_factory, tok) -> tuple[Path, Path]:
    """Folders of a few recordings, and of questions about them; beside them is a tokenizer."""
    folder = tmp_path_factory.mktemp("made")
    curriculum_files.make(folder / "data", folder / "sets")
    tok.save(str(folder / "tokenizer.json"))
    return folder / "data", folder / "sets"
