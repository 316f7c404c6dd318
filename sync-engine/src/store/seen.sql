-- Up to which version each document was looked at. A document without a row was never looked at, and nobody else
-- has changed it since this table is there.
create table seen (
    document integer primary key references document (id),
    -- The version's change hashes, 32 bytes each; none for a document that was never looked at.
    heads blob not null,
    -- Whether a change by somebody else has come since.
    is_unseen integer not null
) strict;
