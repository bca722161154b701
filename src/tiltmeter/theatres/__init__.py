"""The shelf of theatres: one TOML file each, named for the theatre."""
