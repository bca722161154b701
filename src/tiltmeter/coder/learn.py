"""A linear classifier over named features: multinomial logistic regression, trained the same way every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


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

    def scores(self, rows: Sequence[Iterable[str]]) -> Floats:
        """Unnormalised log odds, shape (rows, classes)."""
        get = self.index.get
        found = [[place for name in row if (place := get(name)) is not None] for row in rows]
        counts = np.fromiter((len(places) for places in found), dtype=np.int64, count=len(found))
        out = np.zeros((len(rows), len(self.classes)), dtype=np.float32)
        full = counts > 0
        if full.any():
            flat = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=int(counts.sum()))
            starts = np.concatenate(([0], np.cumsum(counts[full])[:-1]))
            out[full] = np.add.reduceat(self.weights[flat], starts, axis=0)
        return out + self.bias

    def probabilities(self, rows: Sequence[Iterable[str]]) -> Floats:
        """Probability of each class, shape (rows, classes)."""
        return softmax(self.scores(rows))

    def arrays(self, name: str) -> dict[str, npt.NDArray[Any]]:
        """The classifier as arrays to save, their keys beginning with `name`."""
        return {
            f"{name}.classes": np.array(self.classes),
            f"{name}.features": np.frombuffer("\n".join(self.index).encode(), dtype=np.uint8),
            f"{name}.weights": self.weights.astype(np.float16),
            f"{name}.bias": self.bias,
        }

    @classmethod
    def restored(cls, name: str, arrays: Any) -> Linear:
        """The inverse of `arrays`."""
        names = arrays[f"{name}.features"].tobytes().decode().split("\n")
        return cls(
            tuple(str(label) for label in arrays[f"{name}.classes"]),
            {feature: place for place, feature in enumerate(names)},
            arrays[f"{name}.weights"].astype(np.float32),
            arrays[f"{name}.bias"],
        )


def softmax(scores: Floats) -> Floats:
    """Probabilities from unnormalised log odds, along the last axis."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)


def train(
    rows: Sequence[Sequence[str]],
    labels: Sequence[str],
    *,
    classes: Sequence[str],
    ridge: float = 1.0,
    rare: int = 2,
    weight: Sequence[float] | None = None,
    rounds: int = 40,
) -> Linear:
    """
    Fit by L-BFGS from zero: no chance is involved, equal input gives equal weights.

    Args:
        rows: Feature names of each example.
        labels: Class of each example.
        classes: All classes, in the order of the answer's columns.
        ridge: Penalty on half the squared weights.
        rare: Features of fewer examples than this are dropped.
        weight: Weight of each example; all 1 by default.
        rounds: Steps of L-BFGS at most.
    """
    from scipy.optimize import minimize
    from scipy.sparse import csr_matrix

    counts = Counter(name for row in rows for name in set(row))
    index = {name: place for place, name in enumerate(sorted(n for n, c in counts.items() if c >= rare))}
    columns = [sorted({index[name] for name in row if name in index}) for row in rows]
    pointer = np.concatenate(([0], np.cumsum([len(column) for column in columns])))
    flat = np.fromiter(chain.from_iterable(columns), dtype=np.int64, count=int(pointer[-1]))
    table = csr_matrix((np.ones(len(flat)), flat, pointer), shape=(len(rows), len(index)))
    turned = table.T.tocsr()
    order = {label: place for place, label in enumerate(classes)}
    truth = np.array([order[label] for label in labels])
    each = np.ones(len(rows)) if weight is None else np.asarray(weight, dtype=float)
    shape = (len(index) + 1, len(classes))

    def loss(flat_weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        both = flat_weights.reshape(shape)
        scores = table @ both[:-1] + both[-1]
        scores -= scores.max(axis=1, keepdims=True)
        total = np.exp(scores).sum(axis=1)
        likelihood = scores[np.arange(len(truth)), truth] - np.log(total)
        error = np.exp(scores) / total[:, None]
        error[np.arange(len(truth)), truth] -= 1.0
        error *= each[:, None]
        gradient = np.vstack([turned @ error + ridge * both[:-1], error.sum(axis=0)])
        value = -float(each @ likelihood) + 0.5 * ridge * float((both[:-1] ** 2).sum())
        return value, gradient.ravel()

    answer = minimize(
        loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": rounds, "maxcor": 4}
    )
    both = answer.x.reshape(shape)
    kept = np.abs(both[:-1]).max(axis=1) > 1e-3
    names = [name for name, keep in zip(index, kept, strict=True) if keep]
    # rounded at once, so that the classifier in memory is the one that is saved
    weights = both[:-1][kept].astype(np.float16).astype(np.float32)
    return Linear(
        tuple(classes),
        {name: place for place, name in enumerate(names)},
        weights,
        both[-1].astype(np.float32),
    )
