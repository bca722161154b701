-- Which reports tell one story: each document's signature, and the first telling it is like.

ALTER TABLE codings ADD COLUMN likeness VARCHAR DEFAULT '';
ALTER TABLE codings ALTER COLUMN likeness SET NOT NULL;

CREATE TABLE stories (
    source VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    run VARCHAR NOT NULL,
    first VARCHAR NOT NULL
);
