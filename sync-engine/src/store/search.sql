-- What a note belongs to, so that the notes of an agenda item are listed without being opened. Beside the document's
-- row, because what stands behind a long snapshot is slow to read.
create table belonging (
    document integer primary key references document (id),
    conference blob,
    agenda_item text
) strict;

-- Documents that the index of words does not hold as they are now. All of them, to begin with.
create table due (
    document integer primary key references document (id)
) strict;
insert into due (document) select id from document;

-- The index's rows: a document's own words, and those of each of its items.
create table passage (
    id integer primary key,
    document integer not null references document (id),
    space integer not null references space (id),
    -- The keys that lead to the record, with slashes between; empty for the document itself.
    at text not null,
    last_edit_ms integer not null
) strict;
create index passage_document on passage (document);

-- The words as they were written, apart from what is read to rank them.
create table passage_text (
    passage integer primary key references passage (id),
    title text not null,
    text text not null
) strict;

-- The text is folded before it comes here, so the plainest tokenizer will do. `context` is what the item's document is
-- called.
create virtual table word using fts5 (
    title, title_folded, body, body_folded, context,
    content = '', contentless_delete = 1, detail = column, tokenize = 'ascii', prefix = '1 2 3'
);
