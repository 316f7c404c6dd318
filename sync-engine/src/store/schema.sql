-- A device's log. Shipped migrations never change: the next version is another file.

create table meta (
    name text primary key,
    value blob not null
) strict, without rowid;

-- A space that this device takes part in, and how far it has read the space's log.
create table space (
    id integer primary key,
    space blob not null unique,
    position integer not null,
    digest blob not null,
    -- The last head that the home server signed, in CBOR.
    signed_head blob,
    -- Why the server gives nothing, as it said last.
    no_access integer,
    server blob,
    url text not null
) strict;

-- What the list of documents shows, and the document as of some envelopes and changes.
create table document (
    id integer primary key,
    space integer not null references space (id),
    document blob not null,
    kind text not null,
    title text not null,
    first_words text not null,
    last_edit_ms integer not null,
    is_binned integer not null,
    snapshot blob,
    -- What came after the snapshot, so that a long tail is noticed without being counted.
    tail_bytes integer not null,
    tail_rows integer not null,
    unique (space, document)
) strict;

-- Every envelope that this device wrote or received, verbatim, in the order of its arrival.
create table envelope (
    id integer primary key,
    space integer not null references space (id),
    envelope blob not null,
    device blob not null,
    incarnation blob not null,
    counter integer not null,
    previous blob,
    document integer references document (id),
    -- Null until this device's own cursor has passed its row, whatever a push answered.
    position integer,
    server_ms integer,
    header blob not null,
    signature blob not null,
    payload blob,
    -- 0 here, 1 among the blobs, 2 dropped
    payload_state integer not null,
    -- 0 not placed, 1 accepted, 2 held, 3 refused
    standing integer not null,
    reason integer,
    -- 0 waiting for other changes, 1 in the document's tail, 2 in its snapshot, 3 not part of it
    state integer not null,
    -- Whether it is a snapshot that stands for older envelopes.
    is_cover integer not null,
    unique (space, envelope)
) strict;
create unique index envelope_position on envelope (space, position) where position is not null;
create index envelope_chain on envelope (space, device, incarnation, counter);
create index envelope_document on envelope (document, state) where document is not null;
create index envelope_unplaced on envelope (space, id) where position is null;
create index envelope_entry on envelope (space, position) where document is null;
create index envelope_held on envelope (space) where standing = 2;
create index envelope_cover on envelope (space) where is_cover = 1;
create index envelope_waiting on envelope (space, document) where state = 0;

-- Changes that this device made and that no envelope holds yet.
create table change (
    id integer primary key,
    document integer not null references document (id),
    hash blob not null,
    bytes blob not null
) strict;
create index change_document on change (document, id);

-- Changes that could not be applied, by document: never tried again before an upgrade.
create table quarantine (
    document integer not null references document (id),
    hash blob not null,
    envelope blob not null,
    reason text not null,
    is_duplicate integer not null,
    primary key (document, hash)
) strict, without rowid;

-- Large payloads and attachments, in parts as they came.
create table blob (
    id integer primary key,
    space integer not null references space (id),
    hash blob not null,
    total_bytes integer not null,
    stored_bytes integer not null,
    is_uploaded integer not null,
    is_wanted integer not null,
    unique (space, hash)
) strict;
-- Which attachments a document's next envelope is to name.
create table attachment (
    document integer not null references document (id),
    hash blob not null,
    is_sealed integer not null,
    primary key (document, hash)
) strict, without rowid;
create table blob_part (
    blob integer not null references blob (id),
    offset integer not null,
    bytes blob not null,
    primary key (blob, offset)
) strict, without rowid;
create index blob_to_upload on blob (space) where is_uploaded = 0;
create index blob_wanted on blob (space) where is_wanted = 1;
