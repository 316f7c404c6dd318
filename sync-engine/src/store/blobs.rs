//! Large payloads and attachments of the device's log, by hash: complete, or as far as they came.

use rusqlite::{OptionalExtension, params};

use super::{DocumentKey, SpaceKey, Store, StoreError, Tx, id};
use crate::ids::BlobHash;
use crate::wire::BLOB_PART_BYTES_MAX;

impl Store {
    /// The whole blob; none while any of it is missing.
    pub fn blob(&self, space: SpaceKey, hash: &BlobHash) -> Result<Option<Vec<u8>>, StoreError> {
        let Some((key, total, stored)) = self.blob_row(space, hash)? else { return Ok(None) };
        if stored < total {
            return Ok(None);
        }
        let sql = "select bytes from blob_part where blob = ?1 order by offset";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([key])?;
        let mut bytes = Vec::new();
        while let Some(row) = rows.next()? {
            bytes.extend_from_slice(row.get_ref(0)?.as_blob().map_err(|e| StoreError::Corrupt(e.to_string()))?);
        }
        Ok(Some(bytes))
    }

    /// The bytes of a complete blob from `offset` on, as many as are stored together; empty past its end.
    pub fn blob_part(&self, space: SpaceKey, hash: &BlobHash, offset: u64) -> Result<Vec<u8>, StoreError> {
        let sql = "select p.offset, p.bytes from blob_part p join blob b on b.id = p.blob
            where b.space = ?1 and b.hash = ?2 and p.offset <= ?3 order by p.offset desc limit 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let values = params![space.0, hash.as_bytes(), offset.cast_signed()];
        let found: Option<(i64, Vec<u8>)> =
            statement.query_row(values, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((start, mut bytes)) = found else { return Ok(vec![]) };
        let skipped = (offset - start.unsigned_abs()).min(bytes.len() as u64);
        bytes.drain(..skipped as usize);
        Ok(bytes)
    }

    /// How long the blob is, and how much of it is here.
    pub fn blob_bytes(&self, space: SpaceKey, hash: &BlobHash) -> Result<Option<(u64, u64)>, StoreError> {
        Ok(self.blob_row(space, hash)?.map(|(_, total, stored)| (total.unsigned_abs(), stored.unsigned_abs())))
    }

    /// The attachments of a document that no envelope names yet, at most `limit` of them.
    pub fn unsealed_attachments(&self, document: DocumentKey, limit: usize) -> Result<Vec<BlobHash>, StoreError> {
        let sql = "select hash from attachment where document = ?1 and is_sealed = 0 order by hash limit ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![document.0, limit as i64])?;
        let mut hashes = Vec::new();
        while let Some(row) = rows.next()? {
            hashes.push(id(&row.get::<_, Vec<u8>>(0)?)?);
        }
        Ok(hashes)
    }

    /// A complete blob that the server may not have; small ones first.
    pub fn blob_to_upload(&self, space: SpaceKey) -> Result<Option<BlobHash>, StoreError> {
        self.first_blob(space, "is_uploaded = 0 and stored_bytes = total_bytes", |_| false)
    }

    /// A blob that is to be fetched, and not left out now; small ones first.
    pub fn blob_to_fetch(
        &self,
        space: SpaceKey,
        is_left_out: impl Fn(&BlobHash) -> bool,
    ) -> Result<Option<BlobHash>, StoreError> {
        self.first_blob(space, "is_wanted = 1", is_left_out)
    }

    fn first_blob(
        &self,
        space: SpaceKey,
        filter: &str,
        is_left_out: impl Fn(&BlobHash) -> bool,
    ) -> Result<Option<BlobHash>, StoreError> {
        let sql = format!("select hash from blob where space = ?1 and {filter} order by total_bytes, id");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([space.0])?;
        while let Some(row) = rows.next()? {
            let hash = id(&row.get::<_, Vec<u8>>(0)?)?;
            if !is_left_out(&hash) {
                return Ok(Some(hash));
            }
        }
        Ok(None)
    }

    fn blob_row(&self, space: SpaceKey, hash: &BlobHash) -> Result<Option<(i64, i64, i64)>, StoreError> {
        let sql = "select id, total_bytes, stored_bytes from blob where space = ?1 and hash = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let row =
            statement.query_row(params![space.0, hash.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        Ok(row.optional()?)
    }
}

impl Tx<'_> {
    /// Stores a blob that this device made.
    pub fn add_blob(&self, space: SpaceKey, hash: &BlobHash, bytes: &[u8]) -> Result<(), StoreError> {
        self.want_blob(space, hash, bytes.len() as u64)?;
        for (nth, part) in bytes.chunks(BLOB_PART_BYTES_MAX).enumerate() {
            self.add_blob_part(space, hash, (nth * BLOB_PART_BYTES_MAX) as u64, part)?;
        }
        let sql = "update blob set is_uploaded = 0, is_wanted = 0 where space = ?1 and hash = ?2";
        self.0.prepare_cached(sql)?.execute(params![space.0, hash.as_bytes()])?;
        Ok(())
    }

    /// The document's next envelope is to name this attachment.
    pub fn add_attachment(&self, document: DocumentKey, hash: &BlobHash) -> Result<(), StoreError> {
        let sql = "insert into attachment (document, hash, is_sealed) values (?1, ?2, 0)
            on conflict (document, hash) do nothing";
        self.0.prepare_cached(sql)?.execute(params![document.0, hash.as_bytes()])?;
        Ok(())
    }

    /// An envelope of the document names these.
    pub fn seal_attachments(&self, document: DocumentKey, hashes: &[BlobHash]) -> Result<(), StoreError> {
        let sql = "update attachment set is_sealed = 1 where document = ?1 and hash = ?2";
        let mut statement = self.0.prepare_cached(sql)?;
        for hash in hashes {
            statement.execute(params![document.0, hash.as_bytes()])?;
        }
        Ok(())
    }

    /// Notes a blob that the server has and this device wants. One that is here already stays as it is.
    pub fn want_blob(&self, space: SpaceKey, hash: &BlobHash, total_bytes: u64) -> Result<(), StoreError> {
        let sql = "insert into blob (space, hash, total_bytes, stored_bytes, is_uploaded, is_wanted)
            values (?1, ?2, ?3, 0, 1, 1) on conflict (space, hash) do nothing";
        self.0.prepare_cached(sql)?.execute(params![space.0, hash.as_bytes(), total_bytes.cast_signed()])?;
        Ok(())
    }

    /// The server says how long a wanted blob is, where no header has said it.
    pub fn set_blob_total(&self, space: SpaceKey, hash: &BlobHash, total_bytes: u64) -> Result<(), StoreError> {
        let sql = "update blob set total_bytes = ?3 where space = ?1 and hash = ?2 and stored_bytes = 0";
        self.0.prepare_cached(sql)?.execute(params![space.0, hash.as_bytes(), total_bytes.cast_signed()])?;
        Ok(())
    }

    /// Stores the part that follows what is here; any other is ignored, as a repeated reply is. The blob stays
    /// wanted until `set_fetched`.
    pub fn add_blob_part(&self, space: SpaceKey, hash: &BlobHash, offset: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let sql = "update blob set stored_bytes = stored_bytes + ?4
            where space = ?1 and hash = ?2 and stored_bytes = ?3 and stored_bytes < total_bytes returning id";
        let values = params![space.0, hash.as_bytes(), offset.cast_signed(), bytes.len() as i64];
        let key: Option<i64> = self.0.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?;
        if let Some(key) = key {
            let sql = "insert into blob_part (blob, offset, bytes) values (?1, ?2, ?3)";
            self.0.prepare_cached(sql)?.execute(params![key, offset.cast_signed(), bytes])?;
        }
        Ok(())
    }

    /// A wanted blob is whole, and what waited for it is in its document.
    pub fn set_fetched(&self, space: SpaceKey, hash: &BlobHash) -> Result<(), StoreError> {
        let sql = "update blob set is_wanted = 0 where space = ?1 and hash = ?2";
        self.0.prepare_cached(sql)?.execute(params![space.0, hash.as_bytes()])?;
        Ok(())
    }

    /// Forgets what came of a blob: it was not what its hash says.
    pub fn restart_blob(&self, space: SpaceKey, hash: &BlobHash) -> Result<(), StoreError> {
        let sql = "update blob set stored_bytes = 0, is_wanted = 1 where space = ?1 and hash = ?2 returning id";
        let key: Option<i64> =
            self.0.prepare_cached(sql)?.query_row(params![space.0, hash.as_bytes()], |row| row.get(0)).optional()?;
        self.0.prepare_cached("delete from blob_part where blob = ?1")?.execute([key])?;
        Ok(())
    }

    pub fn set_uploaded(&self, space: SpaceKey, hash: &BlobHash, is_uploaded: bool) -> Result<(), StoreError> {
        let sql = "update blob set is_uploaded = ?3 where space = ?1 and hash = ?2";
        self.0.prepare_cached(sql)?.execute(params![space.0, hash.as_bytes(), is_uploaded])?;
        Ok(())
    }

    /// The server's blobs may be an old backup's: all complete ones are offered again.
    pub fn offer_all_blobs(&self, space: SpaceKey) -> Result<(), StoreError> {
        let sql = "update blob set is_uploaded = 0 where space = ?1 and stored_bytes = total_bytes";
        self.0.prepare_cached(sql)?.execute([space.0])?;
        Ok(())
    }
}
