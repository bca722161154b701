"""Forms that texts come in: each file here is one, and finds the texts of a file with what it tells of them."""

from tiltmeter.sources.texts._form import MAX_BYTES, Form, Found, all_of, body, form_of

__all__ = ["MAX_BYTES", "Form", "Found", "all_of", "body", "form_of"]
