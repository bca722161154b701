-- Events of bulk sources lie as Parquet files in the lake beside the store; a file counts once it is named here.

CREATE TABLE segments (
    path VARCHAR NOT NULL,
    run VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    week DATE NOT NULL,
    rows BIGINT NOT NULL,
    low BIGINT,
    high BIGINT
);

-- Files that were taken without a reject, and what became of their rows: taken again as they are, they need no reading.

CREATE TABLE taken (
    sha256 VARCHAR NOT NULL,
    member VARCHAR NOT NULL,
    reading VARCHAR NOT NULL,
    run VARCHAR NOT NULL,
    tallies JSON NOT NULL
);
