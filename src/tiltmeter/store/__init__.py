"""The DuckDB file that keeps every row with its origin: what is put in once comes out the same."""

from tiltmeter.store.migration import Migration, migrations
from tiltmeter.store.store import TABLES, Kept, Store

__all__ = ["TABLES", "Kept", "Migration", "Store", "migrations"]
