"""What can be chosen about a fit, with the priors' scales and where they come from."""

from __future__ import annotations

from dataclasses import dataclass

from tiltmeter.errors import ModelError


@dataclass(frozen=True, kw_only=True)
class FitSettings:
    """
    Settings of a fit; every default is the one of the method page.

    Axis units are half the distance between the poles' reference means.

    >>> FitSettings(seed=3).chains
    4
    """

    seed: int = 0
    chains: int = 4
    draws: int = 500
    only: str | None = None
    """`votes` leaves out everything else; None uses all."""
    check: bool = False
    """Also run the exact sampler and report how far the fast answer is from it."""
    absence: str = "missing"
    """`missing`: absence says nothing; `choice`: it counts as an abstention (in the specification curve)."""
    slope_sd: float = 1.0
    intercept_sd: float = 5.0
    level_sd: float = 1.0
    """Prior sd of a state's first tilt, axis units."""
    step_year: float = 0.3
    """Prior median of a tilt's ordinary drift over a year, axis units."""
    jump_sd: float = 0.5
    """Size of a jump, axis units."""
    jumps: int = 3
    """Most jumps per state."""
    jump_rate: float = 0.1
    """Prior chance of a jump per state and year."""
    deviation_sd: float = 0.25
    """Prior median of a gauge's own deviation from the tilt, axis units."""
    tie_pull: float = 0.1
    """Mean step toward a pole when a tie with it begins (and away when it ends), axis units."""
    prior_scale: float = 1.0
    """Multiplies the prior step and deviation scales (for the specification curve)."""

    def __post_init__(self) -> None:
        if self.only not in (None, "votes"):
            raise ModelError(f"cannot fit only {self.only}", mend="use only='votes', or leave it out")
        if self.absence not in ("missing", "choice"):
            raise ModelError(f"absence cannot be {self.absence}", mend="use 'missing' or 'choice'")
        if self.chains < 1 or self.draws < 1:
            raise ModelError(f"{self.chains} × {self.draws} draws", mend="ask for at least one chain and draw")
        scales = (
            "slope_sd",
            "intercept_sd",
            "level_sd",
            "step_year",
            "jump_sd",
            "deviation_sd",
            "prior_scale",
        )
        for name in scales:
            if not getattr(self, name) > 0:
                raise ModelError(f"{name} is {getattr(self, name)}", mend="a scale is a positive number")
