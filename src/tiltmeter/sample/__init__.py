"""The bundled sample: written reports, votes on record and computed figures, each with its origin."""
