-- Which documents were coded, so that coding can go on where it was interrupted.

CREATE TABLE codings (
    source VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    run VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    abstained VARCHAR NOT NULL,
    events BIGINT NOT NULL
);
