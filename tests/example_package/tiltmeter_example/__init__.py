"""A source, a language and a theatre for tiltmeter."""
