-- One table per noun of nouns.py, in the order of its fields. (source, key) is unique: the store's insert keeps
-- it so by a join, since an index over every key would have to fit in memory.

CREATE TABLE documents (
    source VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    run VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    date DATE,
    title VARCHAR NOT NULL,
    outlet VARCHAR NOT NULL,
    author VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    written BOOLEAN NOT NULL
);

CREATE TABLE events (
    source VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    run VARCHAR NOT NULL,
    giver VARCHAR NOT NULL,
    taker VARCHAR NOT NULL,
    root VARCHAR NOT NULL,
    mode VARCHAR NOT NULL,
    quad BIGINT NOT NULL,
    "start" DATE,
    "end" DATE,
    reported DATE,
    confidence DOUBLE NOT NULL,
    document VARCHAR NOT NULL,
    span_start BIGINT NOT NULL,
    span_end BIGINT NOT NULL,
    sentence VARCHAR NOT NULL,
    attributed_to VARCHAR,
    background BOOLEAN NOT NULL,
    written BOOLEAN NOT NULL,
    witnesses BIGINT NOT NULL,
    giver_name VARCHAR NOT NULL,
    taker_name VARCHAR NOT NULL,
    cameo VARCHAR NOT NULL
);

CREATE TABLE figures (
    source VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    run VARCHAR NOT NULL,
    a VARCHAR NOT NULL,
    b VARCHAR NOT NULL,
    "start" DATE NOT NULL,
    "end" DATE NOT NULL,
    kind VARCHAR NOT NULL,
    value DOUBLE NOT NULL,
    rows BIGINT NOT NULL,
    directed BOOLEAN NOT NULL,
    origin VARCHAR NOT NULL
);

CREATE TABLE rollcalls (
    source VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    run VARCHAR NOT NULL,
    session BIGINT NOT NULL,
    date DATE NOT NULL,
    symbol VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    kinds VARCHAR NOT NULL
);

CREATE TABLE votes (
    source VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    run VARCHAR NOT NULL,
    rollcall VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    choice VARCHAR NOT NULL
);

CREATE TABLE facts (
    source VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    run VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    a VARCHAR NOT NULL,
    b VARCHAR NOT NULL,
    since DATE,
    until DATE,
    citation VARCHAR NOT NULL,
    note VARCHAR NOT NULL
);

CREATE TABLE rejects (
    source VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    run VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    reason VARCHAR NOT NULL,
    row VARCHAR NOT NULL
);

-- What was done to the store: the verb, its settings, the program's version, and each input with its SHA-256.
CREATE TABLE runs (
    id VARCHAR PRIMARY KEY,
    verb VARCHAR NOT NULL,
    settings JSON NOT NULL,
    version VARCHAR NOT NULL,
    started TIMESTAMP NOT NULL,
    ended TIMESTAMP,
    inputs JSON NOT NULL
);
