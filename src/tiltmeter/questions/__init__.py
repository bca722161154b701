"""What we ask of a fit and its rows: claims, influence, verdicts, episodes, what-ifs, briefs and walks."""
