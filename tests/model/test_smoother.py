"""The compiled smoothers against dense linear algebra, and the Polya-Gamma draws against their moments."""

from __future__ import annotations

import numpy as np
import pytest

from tiltmeter.model import bands, polya, votes_loops
from tiltmeter.model.observe import Told
from tiltmeter.model.options import FitSettings
from tiltmeter.model.paths import Prior, Walker, prior
from tiltmeter.model.world import simulate_world

PERIODS, GAUGES, EFFECTS = 7, 2, 3


def problem(seed: int = 3) -> tuple[Told, Prior, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    told = rng.gamma(1.0, 1.0, (PERIODS, GAUGES))
    linear = rng.normal(size=(PERIODS, GAUGES))
    cross = 0.2 * rng.normal(size=(PERIODS, GAUGES, EFFECTS))
    root = rng.normal(size=(EFFECTS, EFFECTS))
    fixed, fixed_linear = root @ root.T + 5.0 * np.eye(EFFECTS), rng.normal(size=EFFECTS)
    years = np.full(PERIODS, 0.3)
    before = Prior(
        years=years, shift=0.1 * rng.normal(size=(1, PERIODS)), extra=np.zeros((1, PERIODS)),
        start=np.array([[0.2, 1.5]]), keep=np.exp(-years), jump=0.25, odds=0.01, jumps=2,
    )  # fmt: skip
    return (
        Told(told, linear, cross, fixed, fixed_linear),
        before,
        np.array([1.3, 0.7]),
        np.array([0.4, 0.6]),
        before.step(0.5)[0],
    )


def dense(told: Told, before: Prior, slope: np.ndarray, spread: np.ndarray, step: np.ndarray) -> tuple[np.ndarray, ...]:
    """The same Gaussian as one big precision matrix over (t, tilt and deviations) and the effects."""
    size, total = GAUGES + 1, PERIODS * (GAUGES + 1) + EFFECTS
    matrix, vector = np.zeros((total, total)), np.zeros(total)
    logs = 0.0

    def prior_term(row: np.ndarray, mean: float, var: float) -> None:
        nonlocal matrix, vector, logs
        matrix += np.outer(row, row) / var
        vector += row * mean / var
        logs -= 0.5 * (np.log(var) + mean**2 / var)

    for t in range(PERIODS):
        row = np.zeros(total)
        row[t * size] = 1.0
        if t:
            row[(t - 1) * size] = -1.0
            prior_term(row, before.shift[0, t], step[t])
        else:
            prior_term(row, before.start[0, 0], before.start[0, 1])
        for g in range(GAUGES):
            row = np.zeros(total)
            row[t * size + g + 1] = 1.0
            if t:
                row[(t - 1) * size + g + 1] = -before.keep[t]
                prior_term(row, 0.0, spread[g] ** 2 * (1 - before.keep[t] ** 2))
            else:
                prior_term(row, 0.0, spread[g] ** 2)
            load = np.zeros(total)
            load[t * size] = load[t * size + g + 1] = slope[g]
            matrix += told.told[t, g] * np.outer(load, load)
            vector += told.linear[t, g] * load
            for m in range(EFFECTS):
                at = PERIODS * size + m
                matrix[at, :] += told.cross[t, g, m] * load
                matrix[:, at] += told.cross[t, g, m] * load
    end = slice(PERIODS * size, total)
    matrix[end, end] += told.fixed
    vector[end] += told.fixed_linear
    cov = np.linalg.inv(matrix)
    mean = cov @ vector
    score = logs + 0.5 * vector @ mean - 0.5 * np.linalg.slogdet(matrix)[1]
    return mean, cov, np.array(score)


def test_elimination_by_blocks_equals_one_dense_solve() -> None:
    told, before, slope, spread, step = problem()
    walker = Walker(told)
    score = walker.forward(slope, spread, step, before, 0)
    mean, _, expected = dense(told, before, slope, spread, step)
    paths, effects = walker.mean()
    size = GAUGES + 1
    np.testing.assert_allclose(paths.T.ravel(), mean[: PERIODS * size], atol=1e-10)
    np.testing.assert_allclose(effects, mean[PERIODS * size :], atol=1e-10)
    assert score == pytest.approx(float(expected), abs=1e-8)


def test_drawn_paths_have_the_dense_covariance() -> None:
    told, before, slope, spread, step = problem()
    walker = Walker(told)
    walker.forward(slope, spread, step, before, 0)
    rng = np.random.default_rng(1)
    paths, _ = walker.sample(rng.standard_normal((40_000, PERIODS, 3)), rng.standard_normal((40_000, EFFECTS)))
    _, cov, _ = dense(told, before, slope, spread, step)
    found = np.cov(paths.transpose(0, 2, 1).reshape(40_000, -1).T)
    np.testing.assert_allclose(found, cov[: PERIODS * 3, : PERIODS * 3], atol=0.04)


def test_steps_of_the_tilt_have_the_dense_mean_and_variance() -> None:
    told, before, slope, spread, step = problem()
    walker = Walker(told)
    walker.forward(slope, spread, step, before, 0)
    mean, var = np.zeros(PERIODS), np.zeros(PERIODS)
    inverse, _, reach, tie, across, fixed_out = walker.out
    bands.steps_told(inverse, reach, tie, across, fixed_out, mean, var)
    full_mean, cov, _ = dense(told, before, slope, spread, step)
    for t in range(1, PERIODS):
        a, b = 3 * t, 3 * (t - 1)
        assert mean[t] == pytest.approx(full_mean[a] - full_mean[b], abs=1e-9)
        assert var[t] == pytest.approx(cov[a, a] + cov[b, b] - 2 * cov[a, b], abs=1e-9)


def test_odds_of_a_jump_are_the_ratio_of_marginal_likelihoods() -> None:
    told, before, slope, spread, step = problem()
    walker = Walker(told)
    base = walker.forward(slope, spread, step, before, 0)
    mean, var, chance = np.zeros(PERIODS), np.zeros(PERIODS), np.zeros(PERIODS)
    inverse, _, reach, tie, across, fixed_out = walker.out
    bands.steps_told(inverse, reach, tie, across, fixed_out, mean, var)
    bands.place_jump(mean, var, step, before.shift[0], 0.25, 0.01, chance, 0.5)
    ratio = np.zeros(PERIODS)
    for t in range(1, PERIODS):
        wider = step.copy()
        wider[t] += 0.25
        ratio[t] = 0.01 * np.exp(Walker(told).forward(slope, spread, wider, before, 0) - base)
    np.testing.assert_allclose(chance, ratio / (1.0 + ratio.sum()), rtol=1e-6)


def test_actors_walks_equal_a_dense_solve() -> None:
    rng = np.random.default_rng(2)
    told = np.stack([rng.gamma(1.0, 1.0, (1, 6)), rng.normal(size=(1, 6))], axis=-1)
    step, start, span = np.full((1, 6), 0.3), np.array([[0.1, 0.8]]), np.array([[1, 6]])
    place, lag = np.zeros((1, 6, 2)), np.zeros((1, 6))
    votes_loops.smooth(told, span, step, start, place, lag)
    matrix, vector = np.diag(told[0, 1:, 0]), told[0, 1:, 1].copy()
    matrix[0, 0] += 1 / 0.8
    vector[0] += 0.1 / 0.8
    for t in range(1, 5):
        matrix[t - 1 : t + 1, t - 1 : t + 1] += np.array([[1.0, -1.0], [-1.0, 1.0]]) / 0.3
    cov = np.linalg.inv(matrix)
    np.testing.assert_allclose(place[0, 1:, 0], cov @ vector, atol=1e-10)
    np.testing.assert_allclose(place[0, 1:, 1], np.diag(cov), atol=1e-10)
    np.testing.assert_allclose(lag[0, 2:], np.diag(cov, 1), atol=1e-10)
    out = np.zeros((40_000, 1, 6))
    votes_loops.draw_walks(told, span, step, start, rng.standard_normal(out.shape), out)
    np.testing.assert_allclose(np.cov(out[:, 0, 1:].T), cov, atol=0.01)


@pytest.mark.parametrize("tilt", [0.0, 0.5, 3.0, 12.0])
def test_polya_gamma_draws_have_the_known_mean_and_variance(tilt: float) -> None:
    draws = polya.draw_many(np.random.default_rng(5), tilt, 100_000)
    mean = np.tanh(tilt / 2) / (2 * tilt) if tilt else 0.25
    var = (np.sinh(tilt) - tilt) / (4 * tilt**3 * np.cosh(tilt / 2) ** 2) if tilt else 1 / 24
    assert abs(draws.mean() - mean) < 4.5 * np.sqrt(var / 100_000)
    assert draws.var() == pytest.approx(var, rel=0.04)


def test_the_weight_of_the_compiled_loop_is_the_exact_one() -> None:
    x = np.concatenate([np.linspace(1e-3, 40.0, 400), [7.999, 8.001]])
    exact = np.tanh(x / 2) / (2 * x)
    found = np.array([votes_loops._weight(float(square)) for square in x**2])
    np.testing.assert_allclose(found, exact, rtol=1e-7)


def test_a_tie_begun_shifts_the_prior_toward_its_pole() -> None:
    panel = simulate_world(seed=1, weeks=20).panel
    from dataclasses import replace

    from tiltmeter.model.panels import Steps

    steps = Steps(np.array([1]), np.array([5]), np.array([-1.0]), ("pact",), np.array([0.0, 2.0, 0.0, 0.0, 0.0]))
    before = prior(replace(panel, steps=steps), np.full(20, 7 / 365.25), FitSettings())
    assert before.shift[1, 5] < 0 == before.shift[0, 5]
    assert before.start[1, 0] > 0 == before.start[0, 0]
