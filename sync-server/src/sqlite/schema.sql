-- The server's log, version 1. A space, a chain and a sender have small numbers here, to keep the rows compact.

create table meta (
    name text not null primary key,
    value blob not null
) strict, without rowid;

create table space (
    space integer primary key,
    id blob not null unique,
    -- The device that the operator let in, and that brought the space here.
    kept_for blob not null,
    stored_bytes integer not null,
    is_recovering integer not null
) strict;

-- A device that brought something into a space, and how many bytes of it are stored.
create table sender (
    sender integer primary key,
    space integer not null references space (space),
    device blob not null,
    stored_bytes integer not null,
    unique (space, device)
) strict;

create table chain (
    chain integer primary key,
    space integer not null references space (space),
    device blob not null,
    incarnation blob not null,
    unique (space, device, incarnation)
) strict;

create table envelope (
    space integer not null references space (space),
    position integer not null,
    server_ms integer not null,
    -- The log's running digest after this row.
    digest blob not null,
    id blob not null unique,
    chain integer not null references chain (chain),
    counter integer not null,
    -- The position of the envelope before this one in its chain; null for the first.
    previous integer,
    -- Whether `previous` had another successor already.
    is_branch integer not null,
    -- Null for a membership entry.
    document blob,
    -- Whether this is a snapshot that stands for older envelopes.
    is_covering integer not null,
    header blob not null,
    signature blob not null,
    -- 0 accepted, 1 held, 2 refused.
    verdict integer not null,
    -- Why the row was held at first, as the format numbers it; null if it was not.
    reason integer,
    -- The place in the log at which the row was accepted: its own, or that of the entry that admitted it.
    accepted_at integer,
    -- 0 in `payload`, 1 with the blobs, 2 dropped.
    payload_state integer not null,
    payload blob,
    payload_bytes integer not null,
    sender integer not null references sender (sender),
    primary key (space, position)
) strict;

create index envelope_chain on envelope (chain, counter);
create index envelope_branch on envelope (chain) where is_branch = 1;
create index envelope_entry on envelope (space, position) where document is null;
create index envelope_held on envelope (space) where verdict = 1;
create index envelope_covering on envelope (space, position) where is_covering = 1;

-- A payload or attachment, complete or on its way in. Unfinished ones are their sender's own.
create table blob (
    blob integer primary key,
    space integer not null references space (space),
    hash blob not null,
    sender integer not null references sender (sender),
    total_bytes integer not null,
    stored_bytes integer not null,
    begun_ms integer not null,
    unique (space, hash, sender)
) strict;

-- All parts of a blob are equally long, but the last.
create table blob_part (
    blob integer not null references blob (blob),
    part integer not null,
    bytes blob not null,
    primary key (blob, part)
) strict;

-- The blobs that a row's header names, here or not.
create table blob_use (
    space integer not null references space (space),
    hash blob not null,
    position integer not null,
    primary key (space, hash, position)
) strict, without rowid;

create table invite (
    secret_hash blob not null primary key,
    expires_ms integer not null,
    used_by blob
) strict, without rowid;

create table let_in (
    device blob not null primary key
) strict, without rowid;
