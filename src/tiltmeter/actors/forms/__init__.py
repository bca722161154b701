"""How names, adjectives, peoples and roles of a language change their endings: one file a language."""
