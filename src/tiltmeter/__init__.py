"""tiltmeter: which way states lean between rival powers, since when, how surely, on what evidence."""

__version__ = "0.1.0"
