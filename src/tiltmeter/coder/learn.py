"""A linear classifier over named features: multinomial logistic regression, trained alike every time."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, compress, repeat
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

SMOOTH: Final = 1.0
"""Evens out the steps of rare and frequent features; chosen, with the rates, on folds of the training sentences."""
LEAST: Final = 1e-2
"""Features whose weights are all nearer to zero are dropped."""


class Numbers(dict[str, int]):
    """A number for each name, in the order in which they are first asked for."""

    def __missing__(self, name: str) -> int:
        return self.setdefault(name, len(self))


class Examples:
    """
    Named features of many examples, each name kept once and each feature once an example.

    Args:
        rows: Feature names of each example.
        places: Names and their numbers, shared with other examples; empty by default.
    """

    def __init__(self, rows: Iterable[Iterable[str]] = (), *, places: Numbers | None = None) -> None:
        self.places = Numbers() if places is None else places
        self._flat = array("i")
        self._sizes = array("i")
        self.add(rows)

    def add(self, rows: Iterable[Iterable[str]]) -> None:
        """Put more examples behind those there are."""
        number = self.places.__getitem__
        for row in rows:
            once = dict.fromkeys(row)
            self._flat.extend(map(number, once))
            self._sizes.append(len(once))

    def join(self, others: Examples) -> None:
        """Put the examples of others behind those there are; both number the same names."""
        self._flat.extend(others._flat)
        self._sizes.extend(others._sizes)

    def absorb(self, others: Examples) -> None:
        """Put the examples of others, whatever numbers their names have, behind those there are."""
        numbers = np.fromiter(map(self.places.__getitem__, others.places), dtype=np.int32, count=len(others.places))
        self._flat.frombytes(numbers[others.arrays()[0]].tobytes())
        self._sizes.extend(others._sizes)

    def merge(self, parts: Iterable[Examples]) -> None:
        """Put one more example behind those there are: the features of all `parts`, which number the same names."""
        size = len(self._flat)
        for part in parts:
            self._flat.extend(part._flat)
        self._sizes.append(len(self._flat) - size)

    def __len__(self) -> int:
        return len(self._sizes)

    def arrays(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """The features of all examples in a row, as places of their names, and where each example's begin."""
        sizes = np.frombuffer(self._sizes, dtype=np.int32) if len(self) else np.zeros(0, dtype=np.int32)
        flat = np.frombuffer(self._flat, dtype=np.int32) if len(self._flat) else np.zeros(0, dtype=np.int32)
        return flat, np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)


@dataclass(frozen=True)
class Linear:
    """
    A trained classifier.

    `index` gives the row of `weights`, shape (features, classes), of each feature
    name; names it does not hold count for nothing.
    """

    classes: tuple[str, ...]
    index: dict[str, int]
    weights: Floats
    bias: Floats

    def scores(self, rows: Examples | Sequence[Iterable[str]]) -> Floats:
        """Unnormalised log odds, shape (rows, classes)."""
        if not self.index:
            return np.zeros((len(rows), len(self.classes)), dtype=np.float32) + self.bias
        if isinstance(rows, Examples):
            flat, begins = rows.arrays()
            own = self._places(rows.places, len(rows.places))[flat]
        else:
            once = [dict.fromkeys(row) for row in rows]
            begins = np.concatenate(([0], np.cumsum([len(row) for row in once], dtype=np.int64)))
            own = self._places(chain.from_iterable(once), int(begins[-1]))
        known = own >= 0
        kept = np.concatenate(([0], np.cumsum(known)))
        return self._sums(own[known], np.diff(kept[begins]))

    def _places(self, names: Iterable[str], count: int) -> npt.NDArray[np.int64]:
        """The row of each feature's weights, -1 where it has none."""
        return np.fromiter(map(self.index.get, names, repeat(-1)), dtype=np.int64, count=count)

    def _sums(self, flat: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> Floats:
        """Weights summed over each row's features, `counts` of them each, and the bias."""
        out = np.zeros((len(counts), len(self.classes)), dtype=np.float32)
        full = counts > 0
        if full.any():
            starts = np.concatenate(([0], np.cumsum(counts[full])[:-1]))
            out[full] = np.add.reduceat(self.weights[flat], starts, axis=0)
        return out + self.bias

    def probabilities(self, rows: Sequence[Iterable[str]]) -> Floats:
        """Probability of each class, shape (rows, classes)."""
        return softmax(self.scores(rows))

    def arrays(self, name: str) -> dict[str, npt.NDArray[Any]]:
        """The classifier as arrays to save, their keys beginning with `name`."""
        # the numbers of the features tell in which order they were met: of no use, and not the same in two processes
        names = sorted(self.index)
        return {
            f"{name}.classes": np.array(self.classes),
            f"{name}.features": text_array(names),
            f"{name}.weights": self.weights[[self.index[one] for one in names]].astype(np.float16),
            f"{name}.bias": self.bias,
        }

    @classmethod
    def restored(cls, name: str, arrays: Any) -> Linear:
        """The inverse of `arrays`."""
        names = text_lines(arrays[f"{name}.features"])
        return cls(
            tuple(str(label) for label in arrays[f"{name}.classes"]),
            {feature: place for place, feature in enumerate(names)},
            arrays[f"{name}.weights"].astype(np.float32),
            arrays[f"{name}.bias"],
        )


def text_array(lines: Iterable[str]) -> npt.NDArray[np.uint8]:
    """Lines of text as an array of bytes, to be saved."""
    return np.frombuffer("\n".join(lines).encode(), dtype=np.uint8)


def text_lines(array: npt.NDArray[np.uint8]) -> list[str]:
    """The inverse of `text_array`."""
    return array.tobytes().decode().split("\n")


def softmax(scores: Floats) -> Floats:
    """Probabilities from unnormalised log odds, along the last axis."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)


def train(
    rows: Examples | Sequence[Sequence[str]],
    labels: Sequence[str],
    *,
    classes: Sequence[str],
    only: npt.NDArray[np.bool_] | None = None,
    rare: int = 2,
    passes: int = 8,
    rate: float = 0.05,
) -> Linear:
    """
    Fit by gradient steps: the order of the examples is fixed, equal input gives equal weights.

    Args:
        rows: Feature names of each example.
        labels: Class of each example.
        classes: All classes, in the order of the answer's columns.
        only: Which examples to learn from; all by default.
        rare: Features of fewer examples than this are dropped.
        passes: Times every example is seen.
        rate: Step of a feature seen for the first time.
    """
    from tiltmeter.coder.descent import follow

    examples = rows if isinstance(rows, Examples) else Examples(rows)
    every, begins = examples.arrays()
    sizes = np.diff(begins)
    own = np.ones(len(examples), dtype=np.bool_) if only is None else only
    mine = np.repeat(own, sizes)
    often = np.bincount(every[mine], minlength=len(examples.places)) >= rare
    kept = mine & often[every]
    flat = (np.cumsum(often, dtype=np.int32) - 1)[every[kept]]
    counts = np.diff(np.concatenate(([0], np.cumsum(kept)))[begins])[own]
    pointer = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    index = list(compress(examples.places, often))
    order = {label: place for place, label in enumerate(classes)}
    truth = np.array([order[label] for label in labels], dtype=np.int32)[own]
    rng = np.random.default_rng(0)
    orders = np.stack([rng.permutation(len(truth)) for _ in range(passes)]).astype(np.int32)
    weights, bias = follow(flat, pointer, truth, orders, len(index), len(classes), np.float32(rate), np.float32(SMOOTH))
    strong = np.abs(weights).max(axis=1, initial=0.0) > LEAST
    names = [name for name, keep in zip(index, strong, strict=True) if keep]
    # rounded at once, so that the classifier in memory is the one that is saved
    rounded = weights[strong].astype(np.float16).astype(np.float32)
    return Linear(tuple(classes), {name: place for place, name in enumerate(names)}, rounded, bias)
