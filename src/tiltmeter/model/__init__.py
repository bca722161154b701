"""The model: from a panel of votes, events, figures and facts to the tilt of each state."""

from tiltmeter.model.fitting import fit
from tiltmeter.model.gather import panel
from tiltmeter.model.options import FitSettings
from tiltmeter.model.panels import Panel, without
from tiltmeter.model.tilt import Positions, Tilt
from tiltmeter.model.world import World, simulate_world

__all__ = ["FitSettings", "Panel", "Positions", "Tilt", "World", "fit", "panel", "simulate_world", "without"]
