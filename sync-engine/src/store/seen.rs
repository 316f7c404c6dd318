//! Up to which version each document was looked at on this device, and whether others changed it since.

use rusqlite::{OptionalExtension, params};

use super::{DocumentKey, Store, StoreError, Tx};

/// The hash of an Automerge change.
type Hash = [u8; 32];

impl Store {
    /// The version that was looked at last; none for a document that nobody looked at here.
    pub fn seen(&self, document: DocumentKey) -> Result<Option<Vec<Hash>>, StoreError> {
        let mut statement = self.connection.prepare_cached("select heads from seen where document = ?1")?;
        let bytes: Option<Vec<u8>> = statement.query_row([document.0], |row| row.get(0)).optional()?;
        let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else { return Ok(None) };
        let (heads, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() {
            return Err(StoreError::Corrupt(format!("a seen version of {} bytes", bytes.len())));
        }
        Ok(Some(heads.to_vec()))
    }

    /// Whether somebody else changed the document since it was marked as seen.
    pub fn is_unseen(&self, document: DocumentKey) -> Result<bool, StoreError> {
        let sql = "select exists (select 1 from seen where document = ?1 and is_unseen = 1)";
        Ok(self.connection.prepare_cached(sql)?.query_row([document.0], |row| row.get(0))?)
    }
}

impl Tx<'_> {
    pub fn set_seen(&self, document: DocumentKey, heads: &[Hash], is_unseen: bool) -> Result<(), StoreError> {
        let sql = "insert into seen (document, heads, is_unseen) values (?1, ?2, ?3)
            on conflict (document) do update set heads = ?2, is_unseen = ?3";
        self.0.prepare_cached(sql)?.execute(params![document.0, heads.concat(), is_unseen])?;
        Ok(())
    }

    /// Somebody else has changed the document.
    pub fn set_unseen(&self, document: DocumentKey) -> Result<(), StoreError> {
        let sql = "insert into seen (document, heads, is_unseen) values (?1, x'', 1)
            on conflict (document) do update set is_unseen = 1";
        self.0.prepare_cached(sql)?.execute([document.0])?;
        Ok(())
    }

    /// This device's own edit has brought the document to `heads`: whoever had seen all of it still has.
    pub fn keep_seen(&self, document: DocumentKey, heads: &[Hash]) -> Result<(), StoreError> {
        let sql = "update seen set heads = ?2 where document = ?1 and is_unseen = 0";
        self.0.prepare_cached(sql)?.execute(params![document.0, heads.concat()])?;
        Ok(())
    }
}
