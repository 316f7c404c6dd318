//! The index of words: derived from the documents, and brought up to date after them. Knows no letters; what it is
//! given is folded already.

use rusqlite::{OptionalExtension, params};

use super::{DocumentKey, SpaceKey, Store, StoreError, Tx, id};
use crate::arabic::Terms;
use crate::ids::{DocumentId, SpaceId};

/// A document that the index does not hold as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub document: DocumentKey,
    pub is_binned: bool,
}

/// What the index holds of one record of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassageRow {
    pub id: i64,
    pub at: String,
    pub title: String,
    pub text: String,
}

/// A record of a document for the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPassage {
    pub at: String,
    /// Of the document's own record: how it is called.
    pub title: String,
    pub text: String,
    pub title_terms: Terms,
    pub text_terms: Terms,
    /// Of an item: how its document is called.
    pub context: Terms,
}

/// A record that a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub space: SpaceId,
    pub document: DocumentId,
    pub kind: String,
    /// How the document is called, as the index knows it.
    pub document_title: String,
    pub is_binned: bool,
    pub passage: PassageRow,
}

impl Store {
    /// Documents to index, the last edited first, without those that were edited after `quiet_since_ms` and before
    /// `now_ms`: somebody may be typing in them.
    pub fn due(&self, limit: usize, quiet_since_ms: i64, now_ms: i64) -> Result<Vec<Due>, StoreError> {
        let sql = "select d.id, d.is_binned or d.kind = '' from due u cross join document d on d.id = u.document
            where d.last_edit_ms not between ?2 and ?3 order by d.last_edit_ms desc limit ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![limit as i64, quiet_since_ms, now_ms], |row| {
            Ok(Due { document: DocumentKey(row.get(0)?), is_binned: row.get(1)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What the index holds of a document.
    pub fn passages(&self, document: DocumentKey) -> Result<Vec<PassageRow>, StoreError> {
        let sql = "select p.id, p.at, t.title, t.text from passage p join passage_text t on t.passage = p.id
            where p.document = ?1 order by p.id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([document.0], |row| {
            Ok(PassageRow { id: row.get(0)?, at: row.get(1)?, title: row.get(2)?, text: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The records that a query of the index matches, each with its document; the last edited first.
    pub fn matching(
        &self,
        query: &str,
        space: Option<SpaceKey>,
        limit: usize,
    ) -> Result<Vec<(i64, DocumentKey)>, StoreError> {
        let sql = "select p.id, p.document from word w cross join passage p on p.id = w.rowid
            where word match ?1 and (?2 is null or p.space = ?2)
            order by p.last_edit_ms desc, p.id limit ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![query, space.map(|space| space.0), limit as i64], |row| {
            Ok((row.get(0)?, DocumentKey(row.get(1)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn found(&self, passage: i64) -> Result<Option<Found>, StoreError> {
        let sql = "select s.space, d.document, d.kind, d.title, d.is_binned, p.at, t.title, t.text
            from passage p join passage_text t on t.passage = p.id join document d on d.id = p.document
            join space s on s.id = d.space where p.id = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([passage])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some(Found {
            space: id(&row.get::<_, Vec<u8>>(0)?)?,
            document: id(&row.get::<_, Vec<u8>>(1)?)?,
            kind: row.get(2)?,
            document_title: row.get(3)?,
            is_binned: row.get(4)?,
            passage: PassageRow { id: passage, at: row.get(5)?, title: row.get(6)?, text: row.get(7)? },
        }))
    }
}

impl Tx<'_> {
    /// Marks a document as not indexed as it is now.
    pub(super) fn add_due(&self, document: DocumentKey) -> Result<(), StoreError> {
        let sql = "insert into due (document) values (?1) on conflict (document) do nothing";
        self.0.prepare_cached(sql)?.execute([document.0])?;
        Ok(())
    }

    pub fn remove_due(&self, document: DocumentKey) -> Result<(), StoreError> {
        self.0.prepare_cached("delete from due where document = ?1")?.execute([document.0])?;
        Ok(())
    }

    pub fn add_passage(&self, document: DocumentKey, new: &NewPassage) -> Result<(), StoreError> {
        let sql = "insert into passage (document, space, at, last_edit_ms)
            select id, space, ?2, last_edit_ms from document where id = ?1 returning id";
        let found = self.0.prepare_cached(sql)?.query_row(params![document.0, new.at], |row| row.get(0)).optional()?;
        let Some::<i64>(passage) = found else { return Ok(()) };
        let sql = "insert into passage_text (passage, title, text) values (?1, ?2, ?3)";
        self.0.prepare_cached(sql)?.execute(params![passage, new.title, new.text])?;
        let sql = "insert into word (rowid, title, title_folded, body, body_folded, context)
            values (?1, ?2, ?3, ?4, ?5, ?6 || ' ' || ?7)";
        let (title, text, context) = (&new.title_terms, &new.text_terms, &new.context);
        let terms = params![passage, title.exact, title.folded, text.exact, text.folded, context.exact, context.folded];
        self.0.prepare_cached(sql)?.execute(terms)?;
        Ok(())
    }

    pub fn remove_passage(&self, passage: i64) -> Result<(), StoreError> {
        self.0.prepare_cached("delete from word where rowid = ?1")?.execute([passage])?;
        self.0.prepare_cached("delete from passage_text where passage = ?1")?.execute([passage])?;
        self.0.prepare_cached("delete from passage where id = ?1")?.execute([passage])?;
        Ok(())
    }

    /// The passages that stay are as recent as their document.
    pub fn touch_passages(&self, document: DocumentKey) -> Result<(), StoreError> {
        let sql = "update passage set last_edit_ms = (select last_edit_ms from document where id = ?1)
            where document = ?1";
        self.0.prepare_cached(sql)?.execute([document.0])?;
        Ok(())
    }
}
