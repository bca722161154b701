"""The bundled sample: reports written for the demo, votes on record and computed figures, with their origin."""
