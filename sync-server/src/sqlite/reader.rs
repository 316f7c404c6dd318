//! The reading half: pages, heads, tips and the membership, each from one moment of the file. Never waits for the
//! writer, and cannot write.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};
use sync_engine::entry::Entry;
use sync_engine::envelope::Chain;
use sync_engine::frame::{FRAME_ROWS_MAX, PageRow};
use sync_engine::ids::{BlobHash, Cursor, DeviceId, EnvelopeId, Position, SpaceId};
use sync_engine::roster::Roster;
use sync_engine::wire::Tip;

use super::rows::{self, SpaceKey};
use super::{blobs, open_reading};
use crate::log::{Known, LogError, LogReader, ReadAfter, SpaceInfo};

/// 4 reading connections: pages are short, and a small server has few cores.
const CONNECTIONS_MAX: usize = 4;

/// 256 spaces' memberships stay in memory; others are read again.
const ROSTERS_MAX: usize = 256;

/// What a bare id counts for in a page, in bytes: the id and its time.
const KNOWN_BYTES: usize = 40;

/// Reads the log. Clones share their connections.
#[derive(Clone, Debug)]
pub struct SqliteReader {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    returned: Condvar,
    /// Each with the position up to which it has been read.
    rosters: Mutex<HashMap<SpaceId, (Position, Arc<Roster>)>>,
}

impl SqliteReader {
    pub(super) fn open(path: &Path) -> Result<Self, LogError> {
        let idle = (0..CONNECTIONS_MAX).map(|_| open_reading(path)).collect::<Result<_, _>>()?;
        let shared = Shared {
            path: path.to_owned(),
            idle: Mutex::new(idle),
            returned: Condvar::new(),
            rosters: Mutex::new(HashMap::new()),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Reads from one moment of the file.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, LogError>) -> Result<T, LogError> {
        let mut lent = Lent::take(&self.shared);
        let tx = lent.connection()?.transaction()?;
        read(&tx)
    }

    fn read_space<T>(
        &self,
        space: &SpaceId,
        read: impl FnOnce(&Connection, SpaceKey) -> Result<T, LogError>,
    ) -> Result<Option<T>, LogError> {
        self.read(|conn| match rows::find_space(conn, space)? {
            Some(found) => read(conn, found.key).map(Some),
            None => Ok(None),
        })
    }

    /// Entries are only ever added, so a membership that was read once is brought up to date by the newer ones.
    fn roster_in(&self, conn: &Connection, space: &SpaceId, key: SpaceKey) -> Result<Arc<Roster>, LogError> {
        let mut last = conn.prepare_cached(
            "select position from envelope
             where space = ?1 and document is null order by position desc limit 1",
        )?;
        let last = last.query_row(params![key.0], |row| rows::position(row, 0)).optional()?.unwrap_or_default();
        let cached = lock(&self.shared.rosters).get(space).cloned();
        let (read_to, roster) = cached.unwrap_or_else(|| (Position::START, Arc::new(Roster::new(*space))));
        if last <= read_to {
            return Ok(roster);
        }
        let mut roster = Roster::clone(&roster);
        rows::take_entries(conn, key, read_to, &mut roster)?;
        let roster = Arc::new(roster);
        let mut rosters = lock(&self.shared.rosters);
        if rosters.len() >= ROSTERS_MAX {
            rosters.clear();
        }
        rosters.insert(*space, (last, roster.clone()));
        Ok(roster)
    }
}

impl LogReader for SqliteReader {
    fn read_after(
        &self,
        space: &SpaceId,
        cursor: Cursor,
        known: &Known,
        bytes_max: usize,
    ) -> Result<ReadAfter, LogError> {
        let read = self.read_space(space, |conn, key| {
            if rows::cursor_at(conn, key, cursor.position)? != Some(cursor) {
                return Ok(ReadAfter::Reset { head: rows::head(conn, key)?.0 });
            }
            let (rows, next) = page(conn, key, cursor, known, bytes_max)?;
            Ok(if rows.is_empty() { ReadAfter::CaughtUp { head: cursor } } else { ReadAfter::Rows { rows, next } })
        })?;
        Ok(read.unwrap_or(match cursor {
            Cursor::START => ReadAfter::CaughtUp { head: Cursor::START },
            _ => ReadAfter::Reset { head: Cursor::START },
        }))
    }

    fn head(&self, space: &SpaceId) -> Result<Option<Cursor>, LogError> {
        self.read_space(space, |conn, key| Ok(rows::head(conn, key)?.0))
    }

    fn digest_at(&self, space: &SpaceId, position: Position) -> Result<Option<Cursor>, LogError> {
        Ok(self.read_space(space, |conn, key| rows::cursor_at(conn, key, position))?.flatten())
    }

    fn tips(&self, space: &SpaceId) -> Result<Vec<Tip>, LogError> {
        Ok(self.read_space(space, tips)?.unwrap_or_default())
    }

    fn ancestry(&self, space: &SpaceId, tips: &[EnvelopeId]) -> Result<Known, LogError> {
        Ok(self.read_space(space, |conn, key| ancestry(conn, key, tips))?.unwrap_or_default())
    }

    fn roster(&self, space: &SpaceId) -> Result<Option<Arc<Roster>>, LogError> {
        self.read_space(space, |conn, key| self.roster_in(conn, space, key))
    }

    fn get_blob(
        &self,
        space: &SpaceId,
        hash: &BlobHash,
        offset: u64,
        bytes_max: usize,
    ) -> Result<Option<(u64, Vec<u8>)>, LogError> {
        Ok(self.read_space(space, |conn, key| blobs::get(conn, key, hash, offset, bytes_max))?.flatten())
    }

    fn lacking(&self, space: &SpaceId, count_max: usize) -> Result<Vec<BlobHash>, LogError> {
        Ok(self.read_space(space, |conn, key| blobs::lacking(conn, key, count_max))?.unwrap_or_default())
    }

    fn is_recovering(&self, space: &SpaceId) -> Result<bool, LogError> {
        self.read(|conn| Ok(rows::find_space(conn, space)?.is_some_and(|found| found.is_recovering)))
    }

    fn spaces(&self) -> Result<Vec<SpaceInfo>, LogError> {
        self.read(|conn| {
            let mut all =
                conn.prepare_cached("select space, id, stored_bytes, is_recovering from space order by id")?;
            let mut found = all.query([])?;
            let mut spaces = vec![];
            while let Some(row) = found.next()? {
                let (key, space) = (SpaceKey(row.get(0)?), rows::id(row, 1)?);
                let roster = self.roster_in(conn, &space, key)?;
                let sheet = recovery_sheet(conn, key)?;
                let people = roster.members().iter().filter(|(id, member)| !member.is_removed && Some(**id) != sheet);
                let mut held = conn.prepare_cached("select count(*) from envelope where space = ?1 and verdict = 1")?;
                spaces.push(SpaceInfo {
                    space,
                    title: roster.title().to_owned(),
                    position: rows::head(conn, key)?.0.position.0,
                    held: held.query_row(params![key.0], |row| rows::number(row, 0))?,
                    members: people.count() as u64,
                    stored_bytes: rows::number(row, 2)?,
                    is_recovering: row.get(3)?,
                });
            }
            Ok(spaces)
        })
    }
}

/// The recovery key that the founding entry names: a member only on paper.
pub(super) fn recovery_sheet(conn: &Connection, space: SpaceKey) -> Result<Option<DeviceId>, LogError> {
    let mut first = conn.prepare_cached("select payload from envelope where space = ?1 and position = 1")?;
    let entry: Option<Option<Vec<u8>>> = first.query_row(params![space.0], |row| row.get(0)).optional()?;
    Ok(match entry.flatten().map(|bytes| Entry::read(&bytes)) {
        Some(Ok(Entry::Found { recovery, .. })) => Some(recovery),
        _ => None,
    })
}

fn page(
    conn: &Connection,
    space: SpaceKey,
    cursor: Cursor,
    known: &Known,
    bytes_max: usize,
) -> Result<(Vec<PageRow>, Cursor), LogError> {
    let mut after = conn.prepare_cached(
        "select e.position, e.digest, e.server_ms, e.id, c.device, c.incarnation,
                length(e.header) + iif(e.payload_state = 0, e.payload_bytes, 0),
                e.header, e.signature, e.payload_state, e.payload, e.previous
         from envelope e join chain c on c.chain = e.chain
         where e.space = ?1 and e.position > ?2 order by e.position",
    )?;
    let mut found = after.query(params![space.0, rows::integer(cursor.position.0)?])?;
    let (mut page, mut next, mut bytes, mut count) = (vec![], cursor, 0_usize, 0_usize);
    while let Some(row) = found.next()? {
        let (position, server_ms, id) = (rows::position(row, 0)?, rows::number(row, 2)?, rows::id(row, 3)?);
        let chain = Chain { device: rows::id(row, 4)?, incarnation: rows::id(row, 5)? };
        let is_known = known.holds(&chain, position, &id);
        bytes = bytes.saturating_add(if is_known { KNOWN_BYTES } else { row.get::<_, u32>(6)? as usize });
        if !page.is_empty() && (bytes > bytes_max || count == FRAME_ROWS_MAX) {
            break;
        }
        count += 1;
        let is_next_in_chain = row.get::<_, Option<i64>>(11)? == Some(rows::integer(next.position.0)?);
        match page.last_mut() {
            Some(PageRow::Known { id: last, server_ms: its_ms, rows })
                if is_known && is_next_in_chain && *its_ms == server_ms =>
            {
                (*last, *rows) = (id, *rows + 1);
            }
            _ if is_known => page.push(PageRow::Known { id, server_ms, rows: 1 }),
            // SQLite reads a long payload only when it is asked for, so known rows cost little.
            _ => page.push(PageRow::Envelope { envelope: rows::envelope(row, 7)?, server_ms }),
        }
        next = Cursor { position, digest: rows::id(row, 1)? };
    }
    Ok((page, next))
}

/// A chain's last row is a tip. Only chains with branches have others, and only those are searched.
fn tips(conn: &Connection, space: SpaceKey) -> Result<Vec<Tip>, LogError> {
    let mut ends = conn.prepare_cached(
        "select c.device, c.incarnation, e.counter, e.id from chain c join envelope e on e.chain = c.chain
         where c.space = ?1 and not exists (select 1 from envelope b where b.chain = c.chain and b.is_branch = 1)
           and e.counter = (select max(m.counter) from envelope m where m.chain = c.chain)
         union all
         select c.device, c.incarnation, e.counter, e.id from chain c join envelope e on e.chain = c.chain
         where c.space = ?1 and exists (select 1 from envelope b where b.chain = c.chain and b.is_branch = 1)
           and not exists (select 1 from envelope s
                           where s.chain = e.chain and s.counter = e.counter + 1 and s.previous = e.position)
         order by 1, 2, 3, 4",
    )?;
    let tips = ends.query_map(params![space.0], |row| {
        let chain = Chain { device: rows::id(row, 0)?, incarnation: rows::id(row, 1)? };
        Ok(Tip { chain, counter: rows::number(row, 2)?, id: rows::id(row, 3)? })
    })?;
    Ok(tips.collect::<Result<_, _>>()?)
}

/// Tips that are not here say nothing, so they are passed over.
pub(super) fn ancestry(conn: &Connection, space: SpaceKey, tips: &[EnvelopeId]) -> Result<Known, LogError> {
    let mut find = conn.prepare_cached(
        "select e.position, c.device, c.incarnation,
                exists (select 1 from envelope b where b.chain = c.chain and b.is_branch = 1)
         from envelope e join chain c on c.chain = e.chain where e.id = ?1 and e.space = ?2",
    )?;
    let mut step = conn.prepare_cached("select id, previous from envelope where space = ?1 and position = ?2")?;
    let mut known = Known::default();
    for tip in tips {
        let found = find.query_row(params![tip.as_bytes(), space.0], |row| {
            let chain = Chain { device: rows::id(row, 1)?, incarnation: rows::id(row, 2)? };
            Ok((row.get::<_, i64>(0)?, chain, row.get::<_, bool>(3)?))
        });
        match found.optional()? {
            None => {}
            Some((position, chain, false)) => known.add_chain(chain, Position(position.unsigned_abs())),
            Some((position, _, true)) => {
                let mut at = Some(position);
                while let Some(position) = at {
                    let (id, previous) =
                        step.query_row(params![space.0, position], |row| Ok((rows::id(row, 0)?, row.get(1)?)))?;
                    at = if known.add(id) { previous } else { None };
                }
            }
        }
    }
    Ok(known)
}

/// A connection of the pool; it goes back when this is dropped.
struct Lent<'a> {
    shared: &'a Shared,
    connection: Option<Connection>,
}

impl<'a> Lent<'a> {
    fn take(shared: &'a Shared) -> Self {
        let idle = lock(&shared.idle);
        let mut idle = shared.returned.wait_while(idle, |idle| idle.is_empty()).unwrap_or_else(PoisonError::into_inner);
        Self { shared, connection: idle.pop() }
    }

    fn connection(&mut self) -> Result<&mut Connection, LogError> {
        self.connection.as_mut().ok_or_else(|| LogError::Busy("no connection is free".into()))
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            lock(&self.shared.idle).push(connection);
            self.shared.returned.notify_one();
        }
    }
}

/// What the locks guard is whole between any two statements, so a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
