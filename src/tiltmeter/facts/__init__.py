"""The shelf of dated ties: one TOML file each, every tie with a source a reader can look up."""
