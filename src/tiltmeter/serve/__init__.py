"""The live page and the HTTP API: the web process answers, processes of their own do the work."""
