-- Lists of one kind, the last edited first, and the short lists of what waits for somebody.
create index document_kind on document (kind, space, last_edit_ms desc, id desc);
create index document_binned on document (space) where is_binned = 1;
create index seen_unseen on seen (document) where is_unseen = 1;

-- A note's tags, as a JSON array.
alter table belonging add column tags text not null default '[]';
insert or ignore into due (document) select id from document;
