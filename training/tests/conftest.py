from pathlib import Path

import curriculum_files
import pytest
import torch


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
def made(tmp_path_factory) -> tuple[Path, Path]:
    """A few recordings, and questions about them."""
    folder = tmp_path_factory.mktemp("anyecg")
    curriculum_files.make(folder / "data", folder / "sets")
    return folder / "data", folder / "sets"
