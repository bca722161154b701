"""A sequence classifier on disk in the place of the coder's classifier of roots."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tiltmeter.coder.build import Bundle
from tiltmeter.coder.train import NONE
from tiltmeter.engines.local import Local
from tiltmeter.errors import CoderError
from tiltmeter.nouns import ROOTS

TEXTS = [
    ("Poland condemned Belarus on Monday. Chad thanked Peru.", "en", None),
    ("Nothing happened.", "en", None),
    ("Die EU verhängte Sanktionen gegen Iran.", "de", None),
]


LABELS = (*ROOTS, NONE)


@pytest.fixture
def named(tmp_path: Path) -> Path:
    """A folder that names a model's labels and has no weights."""
    labels = {"id2label": {str(number): label for number, label in enumerate(LABELS)}}
    (tmp_path / "config.json").write_text(json.dumps(labels), encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with weights drawn by chance, and a tokenizer of characters, as `save_pretrained` writes them."""
    torch = pytest.importorskip("torch", reason="the extra `transformers` is not installed")
    transformers = pytest.importorskip("transformers", reason="the extra `transformers` is not installed")
    tokenizers: Any = pytest.importorskip("tokenizers")
    place = tmp_path_factory.mktemp("model")
    signs = [chr(code) for code in range(32, 127)]
    vocabulary = {sign: number for number, sign in enumerate(["[PAD]", "[UNK]", *signs])}
    own = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))
    own.pre_tokenizer = tokenizers.pre_tokenizers.Split("", "isolated")
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=own, pad_token="[PAD]", unk_token="[UNK]", model_max_length=256
    ).save_pretrained(place)
    torch.manual_seed(1)
    labels = dict(enumerate(LABELS))
    config = transformers.BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=256, id2label=labels, label2id={label: number for number, label in labels.items()},
    )  # fmt: skip
    transformers.BertForSequenceClassification(config).save_pretrained(place)
    return place


def test_a_models_roots_stand_in_the_coders_pairs(folder: Path, bundle: Bundle) -> None:
    reader = Local(bundle[0], folder, threshold=0.0)
    found = reader.code_all(TEXTS)
    assert found == reader.code_all(TEXTS)
    assert [one.language for one in found] == ["en", "en", "de"]
    events = [event for one in found for event in one.events]
    assert {frozenset((one.giver, one.taker)) for one in events} <= {
        frozenset(pair) for pair in (("POL", "BLR"), ("TCD", "PER"), ("EU", "IRN"))
    }
    assert all(one.root in ROOTS and 1 / 17 < one.confidence < 1 for one in events)
    assert found[1].events == ()
    assert [one.events for one in Local(bundle[0], folder, threshold=0.99).code_all(TEXTS)] == [(), (), ()]


def test_the_model_reads_the_sentence_with_its_sides_marked(
    named: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    sure = {label: float(label == "ACCUSE") for label in LABELS}

    def known(_: Local, marked: list[str]) -> list[list[float]]:
        read.extend(marked)
        return [list(sure.values()) for _ in marked]

    monkeypatch.setattr(Local, "_probabilities", known)
    (coded,) = Local(bundle[0], named).code_all(TEXTS[:1])
    assert "<s>Poland</s> condemned <t>Belarus</t> on Monday." in read
    assert {(one.giver, one.root, one.taker) for one in coded.events} >= {("POL", "ACCUSE", "BLR")}
    assert all(one.confidence == 1 for one in coded.events)


def test_a_symmetric_root_keeps_the_order_of_the_text(
    named: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = [float(label == "CONSULT") for label in LABELS]
    monkeypatch.setattr(Local, "_probabilities", lambda _, marked: [row for _ in marked])
    (coded,) = Local(bundle[0], named).code_all(TEXTS[:1])
    assert ("POL", "CONSULT", "BLR") in {(one.giver, one.root, one.taker) for one in coded.events}
    assert ("BLR", "CONSULT", "POL") not in {(one.giver, one.root, one.taker) for one in coded.events}


@pytest.mark.parametrize(
    ("config", "what"),
    [(None, "no sequence classifier here"), ({"id2label": {"0": "YES"}}, "its labels are not the roots and NONE")],
)
def test_a_folder_that_holds_no_such_model_is_refused(
    config: dict[str, Any] | None, what: str, tmp_path: Path, bundle: Bundle
) -> None:
    if config is not None:
        (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(CoderError, match=what):
        Local(bundle[0], tmp_path)


def test_without_the_extra_it_is_said_how_to_get_it(
    named: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("torch", "transformers"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(CoderError, match="not installed") as caught:
        Local(bundle[0], named).code_all(TEXTS)
    assert "tiltmeter[transformers]" in caught.value.mend
