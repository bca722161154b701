"""The coder's languages: a folder each, found by its name."""
