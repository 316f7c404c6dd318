//! The documents of the device's log: what the list shows of them, their snapshots, and the changes that this
//! device made and has not sealed yet.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, ToSql, params};

use super::{SpaceKey, Store, StoreError, Tx, id, optional_id};
use crate::ids::{DocumentId, EnvelopeId, SpaceId};

/// A document's row in this database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentKey(pub(super) i64);

/// What the list of documents shows without opening one.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct DocumentText {
    pub kind: String,
    pub title: String,
    pub first_words: String,
    /// By its author's clock, in Unix milliseconds.
    pub last_edit_ms: i64,
    pub is_binned: bool,
    /// Of a note: the conference that it was taken at.
    pub conference: Option<DocumentId>,
    /// Of a note: the agenda item, as `<document id>/<item id>`.
    pub agenda_item: Option<String>,
    /// Of a note.
    pub tags: BTreeSet<String>,
}

/// Which documents a list is to have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// None for those of all spaces.
    pub space: Option<SpaceId>,
    pub kind: Option<&'static str>,
    pub only: Only,
    /// At most so many, the last edited ones; none for all.
    pub limit: Option<u32>,
}

/// What the documents of a list have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Only {
    #[default]
    All,
    /// Not in the bin.
    Kept,
    Binned,
    /// Others changed it since it was last marked as seen on this device.
    Unseen,
    /// Something of it is only on this device.
    OnDevice,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct DocumentInfo {
    pub space: SpaceId,
    pub document: DocumentId,
    #[serde(flatten)]
    pub text: DocumentText,
    /// Whether something of this document is only on this device, as far as this device knows.
    pub is_on_device_only: bool,
    /// Whether others changed it since it was last marked as seen on this device.
    pub is_unseen: bool,
}

/// A change of this device's own that no envelope holds yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    pub id: i64,
    pub bytes: Vec<u8>,
}

/// What has not become part of a document.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Unsettled {
    pub document: DocumentId,
    pub envelope: EnvelopeId,
    pub reason: String,
}

impl Store {
    pub fn document_key(&self, space: SpaceKey, document: &DocumentId) -> Result<Option<DocumentKey>, StoreError> {
        let sql = "select id from document where space = ?1 and document = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let found = statement.query_row(params![space.0, document.as_bytes()], |row| row.get(0)).optional()?;
        Ok(found.map(DocumentKey))
    }

    /// Lists documents, the last edited first, and opens none of them.
    pub fn documents(&self, listed: &Listed) -> Result<Vec<DocumentInfo>, StoreError> {
        let mut values: Vec<&dyn ToSql> = vec![];
        let mut sql = "select s.space, d.document, d.kind, d.title, d.first_words, d.last_edit_ms, d.is_binned,
                exists (select 1 from change c where c.document = d.id)
                or exists (select 1 from envelope e where e.document = d.id and e.position is null),
                coalesce(n.is_unseen, 0), b.conference, b.agenda_item, b.tags
            from document d join space s on s.id = d.space left join seen n on n.document = d.id
            left join belonging b on b.document = d.id where "
            .to_owned();
        match &listed.kind {
            Some(kind) => {
                sql += "d.kind = ? ";
                values.push(kind);
            }
            None => sql += "d.kind <> '' ",
        }
        let space = listed.space.as_ref().map(|space| space.as_bytes());
        if let Some(space) = &space {
            sql += "and d.space = (select id from space where space = ?) ";
            values.push(space);
        }
        sql += match listed.only {
            Only::All => "",
            Only::Kept => "and d.is_binned = 0 ",
            Only::Binned => "and d.is_binned = 1 ",
            Only::Unseen => "and d.id in (select document from seen where is_unseen = 1) ",
            Only::OnDevice => {
                "and d.id in (select document from change union all
                    select document from envelope where position is null and document is not null) "
            }
        };
        sql += "order by d.last_edit_ms desc, d.id desc limit ?";
        let limit = listed.limit.map_or(-1, i64::from);
        values.push(&limit);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(values.as_slice())?;
        let mut documents = Vec::new();
        while let Some(row) = rows.next()? {
            documents.push(DocumentInfo {
                space: id(&row.get::<_, Vec<u8>>(0)?)?,
                document: id(&row.get::<_, Vec<u8>>(1)?)?,
                text: DocumentText {
                    kind: row.get(2)?,
                    title: row.get(3)?,
                    first_words: row.get(4)?,
                    last_edit_ms: row.get(5)?,
                    is_binned: row.get(6)?,
                    conference: optional_id(row.get(9)?)?,
                    agenda_item: row.get(10)?,
                    tags: row.get::<_, Option<String>>(11)?.map_or(Ok(BTreeSet::new()), |tags| tags_of(&tags))?,
                },
                is_on_device_only: row.get(7)?,
                is_unseen: row.get(8)?,
            });
        }
        Ok(documents)
    }

    /// Every document of a space, those of no known kind among them, in the order in which they came.
    pub fn all_documents(&self, space: SpaceKey) -> Result<Vec<(DocumentKey, DocumentId)>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("select id, document from document where space = ?1 order by id")?;
        let mut rows = statement.query([space.0])?;
        let mut documents = Vec::new();
        while let Some(row) = rows.next()? {
            documents.push((DocumentKey(row.get(0)?), id(&row.get::<_, Vec<u8>>(1)?)?));
        }
        Ok(documents)
    }

    /// How many documents of a space hold something that the server has not confirmed.
    pub fn documents_on_device_only(&self, space: SpaceKey) -> Result<usize, StoreError> {
        let sql = "select count(*) from (
                select c.document from change c cross join document d on d.id = c.document where d.space = ?1
                union select e.document from envelope e
                where e.space = ?1 and e.position is null and e.document is not null)";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([space.0], |row| row.get::<_, i64>(0))?.try_into().unwrap_or_default())
    }

    /// Whether a document holds something that the server has not confirmed.
    pub fn is_on_device_only(&self, document: DocumentKey) -> Result<bool, StoreError> {
        let sql = "select exists (select 1 from change where document = ?1)
                or exists (select 1 from envelope where document = ?1 and position is null)";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([document.0], |row| row.get(0))?)
    }

    /// The document as Automerge saved it last; none while it is only a tail.
    pub fn snapshot(&self, document: DocumentKey) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.connection.prepare_cached("select snapshot from document where id = ?1")?;
        Ok(statement.query_row([document.0], |row| row.get(0))?)
    }

    /// The bytes and rows that came after the document's snapshot.
    pub fn tail_size(&self, document: DocumentKey) -> Result<(u64, u64), StoreError> {
        let mut statement =
            self.connection.prepare_cached("select tail_bytes, tail_rows from document where id = ?1")?;
        let (bytes, rows): (i64, i64) = statement.query_row([document.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((bytes.unsigned_abs(), rows.unsigned_abs()))
    }

    /// The changes of this document that no envelope holds yet, in the order in which they were made.
    pub fn unsealed(&self, document: DocumentKey) -> Result<Vec<ChangeRow>, StoreError> {
        let sql = "select id, bytes from change where document = ?1 order by id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([document.0], |row| Ok(ChangeRow { id: row.get(0)?, bytes: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The documents of a space that have unsealed changes, small ones first.
    pub fn documents_to_seal(&self, space: SpaceKey) -> Result<Vec<(DocumentKey, DocumentId)>, StoreError> {
        // `cross join` begins with the few changes that wait: a space may have many documents.
        let sql = "select d.id, d.document from change c cross join document d on d.id = c.document
            where d.space = ?1 group by d.id order by sum(length(c.bytes)), d.id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([space.0])?;
        let mut documents = Vec::new();
        while let Some(row) = rows.next()? {
            documents.push((DocumentKey(row.get(0)?), id(&row.get::<_, Vec<u8>>(1)?)?));
        }
        Ok(documents)
    }

    pub fn has_unsealed(&self, space: SpaceKey) -> Result<bool, StoreError> {
        let sql =
            "select exists (select 1 from change c cross join document d on d.id = c.document where d.space = ?1)";
        Ok(self.connection.prepare_cached(sql)?.query_row([space.0], |row| row.get(0))?)
    }

    /// The hashes of changes that this document must go without.
    pub fn quarantined(&self, document: DocumentKey) -> Result<Vec<[u8; 32]>, StoreError> {
        let mut statement = self.connection.prepare_cached("select hash from quarantine where document = ?1")?;
        let rows = statement.query_map([document.0], |row| row.get::<_, [u8; 32]>(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The documents of a space in which another change of the same actor and sequence number came first.
    pub fn documents_with_duplicates(&self, space: SpaceKey) -> Result<Vec<DocumentKey>, StoreError> {
        let sql = "select distinct d.id from quarantine q join document d on d.id = q.document
            where d.space = ?1 and q.is_duplicate = 1 order by d.id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([space.0], |row| row.get(0).map(DocumentKey))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Everything quarantined in a space, for its user.
    pub fn quarantine(&self, space: SpaceKey) -> Result<Vec<Unsettled>, StoreError> {
        let sql = "select d.document, q.envelope, q.reason from quarantine q join document d on d.id = q.document
            where d.space = ?1 order by d.id, q.hash";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([space.0])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(Unsettled {
                document: id(&row.get::<_, Vec<u8>>(0)?)?,
                envelope: id(&row.get::<_, Vec<u8>>(1)?)?,
                reason: row.get(2)?,
            });
        }
        Ok(found)
    }

    pub fn document_name(&self, document: DocumentKey) -> Result<(SpaceKey, DocumentId), StoreError> {
        let mut statement = self.connection.prepare_cached("select space, document from document where id = ?1")?;
        let (space, bytes): (i64, Vec<u8>) = statement.query_row([document.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((SpaceKey(space), id(&bytes)?))
    }
}

fn tags_of(json: &str) -> Result<BTreeSet<String>, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::Corrupt(format!("stored tags: {error}")))
}

impl Tx<'_> {
    /// The row of a document; a new one has no text yet and is in no list.
    pub fn ensure_document(&self, space: SpaceKey, document: &DocumentId) -> Result<DocumentKey, StoreError> {
        let insert = "insert into document (space, document, kind, title, first_words, last_edit_ms, is_binned,
                tail_bytes, tail_rows)
            values (?1, ?2, '', '', '', 0, 0, 0, 0) on conflict (space, document) do nothing";
        self.0.prepare_cached(insert)?.execute(params![space.0, document.as_bytes()])?;
        let select = "select id from document where space = ?1 and document = ?2";
        let mut statement = self.0.prepare_cached(select)?;
        Ok(DocumentKey(statement.query_row(params![space.0, document.as_bytes()], |row| row.get(0))?))
    }

    pub fn set_document_text(&self, document: DocumentKey, text: &DocumentText) -> Result<(), StoreError> {
        let sql = "update document set kind = ?2, title = ?3, first_words = ?4, last_edit_ms = ?5, is_binned = ?6
            where id = ?1";
        let DocumentText { kind, title, first_words, last_edit_ms, is_binned, .. } = text;
        let values = params![document.0, kind, title, first_words, last_edit_ms, is_binned];
        self.0.prepare_cached(sql)?.execute(values)?;
        self.set_belonging(document, text)?;
        self.add_due(document)
    }

    /// Sets what a note belongs to, and its tags.
    pub fn set_belonging(&self, document: DocumentKey, text: &DocumentText) -> Result<(), StoreError> {
        let DocumentText { conference, agenda_item, tags, .. } = text;
        if conference.is_none() && agenda_item.is_none() && tags.is_empty() {
            self.0.prepare_cached("delete from belonging where document = ?1")?.execute([document.0])?;
            return Ok(());
        }
        let sql = "insert into belonging (document, conference, agenda_item, tags) values (?1, ?2, ?3, ?4)
            on conflict (document) do update set conference = ?2, agenda_item = ?3, tags = ?4";
        let conference = conference.as_ref().map(|conference| conference.as_bytes());
        let tags = serde_json::to_string(tags).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        self.0.prepare_cached(sql)?.execute(params![document.0, conference, agenda_item, tags])?;
        Ok(())
    }

    pub fn add_tail(&self, document: DocumentKey, bytes: usize, rows: usize) -> Result<(), StoreError> {
        let sql = "update document set tail_bytes = tail_bytes + ?2, tail_rows = tail_rows + ?3 where id = ?1";
        self.0.prepare_cached(sql)?.execute(params![document.0, bytes as i64, rows as i64])?;
        Ok(())
    }

    /// What settling envelopes came to: so much more of a tail, and what the list shows now.
    pub fn set_settled(
        &self,
        document: DocumentKey,
        bytes: usize,
        rows: usize,
        text: &DocumentText,
    ) -> Result<(), StoreError> {
        let sql = "update document set kind = ?2, title = ?3, first_words = ?4, last_edit_ms = ?5, is_binned = ?6,
                tail_bytes = tail_bytes + ?7, tail_rows = tail_rows + ?8
            where id = ?1";
        let DocumentText { kind, title, first_words, last_edit_ms, is_binned, .. } = text;
        let values = params![document.0, kind, title, first_words, last_edit_ms, is_binned, bytes as i64, rows as i64];
        self.0.prepare_cached(sql)?.execute(values)?;
        self.set_belonging(document, text)?;
        self.add_due(document)
    }

    /// Stores the document as it stands after everything in its tail; what no envelope holds yet stays apart.
    pub fn set_snapshot(&self, document: DocumentKey, snapshot: &[u8]) -> Result<(), StoreError> {
        let sql = "update document set snapshot = ?2, tail_bytes = 0, tail_rows = 0 where id = ?1";
        self.0.prepare_cached(sql)?.execute(params![document.0, snapshot])?;
        let sql = "update envelope set state = 2 where document = ?1 and state = 1";
        self.0.prepare_cached(sql)?.execute([document.0])?;
        Ok(())
    }

    pub fn add_change(&self, document: DocumentKey, hash: &[u8; 32], bytes: &[u8]) -> Result<(), StoreError> {
        let sql = "insert into change (document, hash, bytes) values (?1, ?2, ?3)";
        self.0.prepare_cached(sql)?.execute(params![document.0, hash, bytes])?;
        self.add_tail(document, bytes.len(), 1)
    }

    /// Takes changes out of the outbox of changes, once an envelope holds them.
    pub fn remove_changes(&self, document: DocumentKey, through_id: i64) -> Result<(), StoreError> {
        let sql = "delete from change where document = ?1 and id <= ?2";
        self.0.prepare_cached(sql)?.execute(params![document.0, through_id])?;
        Ok(())
    }

    pub fn add_quarantine(
        &self,
        document: DocumentKey,
        hash: &[u8; 32],
        envelope: &EnvelopeId,
        reason: &str,
        is_duplicate: bool,
    ) -> Result<(), StoreError> {
        let sql = "insert into quarantine (document, hash, envelope, reason, is_duplicate) values (?1, ?2, ?3, ?4, ?5)
            on conflict (document, hash) do nothing";
        let values = params![document.0, hash, envelope.as_bytes(), reason, is_duplicate];
        self.0.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }
}
