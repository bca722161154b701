"""The answers where people look at them: the page, its charts, and the terminal."""
