//! The spaces that this device takes part in, and how far it has read each one's log.

use rusqlite::{OptionalExtension, Row, params};

use super::{Store, StoreError, Tx, id, optional_id};
use crate::ids::{Cursor, LogDigest, Position, ServerId, SpaceId};
use crate::wire::{NoAccess, SignedHead};

/// A space's row in this database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpaceKey(pub(super) i64);

/// A space as this device knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceRow {
    pub key: SpaceKey,
    pub space: SpaceId,
    pub cursor: Cursor,
    pub signed_head: Option<SignedHead>,
    pub no_access: Option<NoAccess>,
    pub server: Option<ServerId>,
    pub url: String,
}

impl SpaceRow {
    /// Whether the server has given nothing of it so far, or gives nothing any more.
    pub fn is_unknown(&self) -> bool {
        self.no_access.is_some() || self.signed_head.is_none()
    }
}

const COLUMNS: &str = "id, space, position, digest, signed_head, no_access, server, url";

impl Store {
    pub fn spaces(&self) -> Result<Vec<SpaceRow>, StoreError> {
        let sql = format!("select {COLUMNS} from space order by id");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        let mut spaces = Vec::new();
        while let Some(row) = rows.next()? {
            spaces.push(read(row)?);
        }
        Ok(spaces)
    }

    pub fn space(&self, space: &SpaceId) -> Result<Option<SpaceRow>, StoreError> {
        let sql = format!("select {COLUMNS} from space where space = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let found = statement.query_row([space.as_bytes()], |row| Ok(read(row))).optional()?;
        found.transpose()
    }
}

impl Tx<'_> {
    pub fn add_space(&self, space: &SpaceId, server: Option<&ServerId>, url: &str) -> Result<SpaceKey, StoreError> {
        let sql = "insert into space (space, position, digest, server, url) values (?1, 0, ?2, ?3, ?4)";
        let start = Cursor::START.digest;
        self.0.prepare_cached(sql)?.execute(params![
            space.as_bytes(),
            start.as_bytes(),
            server.map(ServerId::as_bytes),
            url
        ])?;
        Ok(SpaceKey(self.0.last_insert_rowid()))
    }

    pub fn set_cursor(&self, space: SpaceKey, cursor: Cursor) -> Result<(), StoreError> {
        let sql = "update space set position = ?2, digest = ?3 where id = ?1";
        let position = cursor.position.0.cast_signed();
        self.0.prepare_cached(sql)?.execute(params![space.0, position, cursor.digest.as_bytes()])?;
        Ok(())
    }

    pub fn set_signed_head(&self, space: SpaceKey, head: Option<&SignedHead>) -> Result<(), StoreError> {
        let bytes = head.and_then(|head| minicbor::to_vec(head).ok());
        let sql = "update space set signed_head = ?2, no_access = null where id = ?1";
        self.0.prepare_cached(sql)?.execute(params![space.0, bytes])?;
        Ok(())
    }

    pub fn set_no_access(&self, space: SpaceKey, reason: NoAccess) -> Result<(), StoreError> {
        let sql = "update space set no_access = ?2 where id = ?1";
        self.0.prepare_cached(sql)?.execute(params![space.0, reason as i64])?;
        Ok(())
    }

    pub fn set_home(&self, space: SpaceKey, server: &ServerId, url: &str) -> Result<(), StoreError> {
        let sql = "update space set server = ?2, url = ?3 where id = ?1";
        self.0.prepare_cached(sql)?.execute(params![space.0, server.as_bytes(), url])?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<SpaceRow, StoreError> {
    let position: i64 = row.get(2)?;
    let digest: LogDigest = id(&row.get::<_, Vec<u8>>(3)?)?;
    let head: Option<Vec<u8>> = row.get(4)?;
    let no_access = match row.get::<_, Option<i64>>(5)? {
        Some(0) => Some(NoAccess::NoSuchSpace),
        Some(1) => Some(NoAccess::NotAMember),
        Some(_) => Some(NoAccess::Removed),
        None => None,
    };
    Ok(SpaceRow {
        key: SpaceKey(row.get(0)?),
        space: id(&row.get::<_, Vec<u8>>(1)?)?,
        cursor: Cursor { position: Position(position.cast_unsigned()), digest },
        signed_head: head.and_then(|bytes| minicbor::decode(&bytes).ok()),
        no_access,
        server: optional_id(row.get(6)?)?,
        url: row.get(7)?,
    })
}
