//! The writing half: every call is one transaction, durable before it returns. It alone gives positions.

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use sync_engine::envelope::Chain;
use sync_engine::frame::PageRow;
use sync_engine::ids::{BlobHash, Cursor, DeviceId, EnvelopeId, Position, SpaceId};
use sync_engine::wire::{LaterReason, Outcome};

use super::rows::{self, SpaceKey};
use super::spaces::{Place, Space, Spaces};
use super::{blobs, compact};
use crate::append::{self, Decision, Facts, Placed, Stored};
use crate::log::{Appended, Batch, BlobPart, LogError, LogWriter, PutPart, Quota};

/// Writes the log.
#[derive(Debug)]
pub struct SqliteWriter {
    conn: Connection,
    quota: Quota,
    spaces: Spaces,
    /// SQLite's count of what other connections have committed.
    others_version: i64,
}

impl SqliteWriter {
    pub(super) fn new(conn: Connection, quota: Quota) -> Self {
        Self { conn, quota, spaces: Spaces::default(), others_version: 0 }
    }

    /// One transaction: all of it, or nothing.
    pub(super) fn write<T>(
        &mut self,
        write: impl FnOnce(&Transaction<'_>, &mut Spaces, &Quota) -> Result<T, LogError>,
    ) -> Result<T, LogError> {
        let done = self.try_write(write);
        if done.is_err() {
            // Some of them have seen rows that are not in the file.
            self.spaces.forget();
        }
        done
    }

    fn try_write<T>(
        &mut self,
        write: impl FnOnce(&Transaction<'_>, &mut Spaces, &Quota) -> Result<T, LogError>,
    ) -> Result<T, LogError> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // The operator's commands write from another process.
        let version = tx.query_row("pragma data_version", [], |row| row.get(0))?;
        if version != self.others_version {
            self.spaces.forget();
            self.others_version = version;
        }
        let done = write(&tx, &mut self.spaces, &self.quota)?;
        tx.commit()?;
        Ok(done)
    }
}

impl LogWriter for SqliteWriter {
    fn append(&mut self, batches: &[Batch]) -> Result<Vec<Appended>, LogError> {
        self.write(|conn, spaces, quota| batches.iter().map(|batch| append(conn, spaces, quota, batch)).collect())
    }

    fn add_invite(&mut self, secret_hash: BlobHash, expires_ms: u64) -> Result<(), LogError> {
        self.write(|conn, _, _| {
            let expires_ms = i64::try_from(expires_ms).unwrap_or(i64::MAX);
            conn.prepare_cached("insert or ignore into invite (secret_hash, expires_ms) values (?1, ?2)")?
                .execute(params![secret_hash.as_bytes(), expires_ms])?;
            Ok(())
        })
    }

    fn enter(&mut self, device: DeviceId, secret: &[u8], now_ms: u64) -> Result<bool, LogError> {
        self.write(|conn, _, _| {
            let hash = BlobHash::of(secret);
            let mut find = conn.prepare_cached("select expires_ms, used_by from invite where secret_hash = ?1")?;
            let invite = find.query_row(params![hash.as_bytes()], |row| {
                Ok((rows::number(row, 0)?, row.get::<_, Option<[u8; 32]>>(1)?))
            });
            match invite.optional()? {
                Some((_, Some(used_by))) => Ok(DeviceId(used_by) == device),
                Some((expires_ms, None)) if now_ms <= expires_ms => {
                    conn.prepare_cached("update invite set used_by = ?2 where secret_hash = ?1")?
                        .execute(params![hash.as_bytes(), device.as_bytes()])?;
                    conn.prepare_cached("insert or ignore into let_in (device) values (?1)")?
                        .execute(params![device.as_bytes()])?;
                    Ok(true)
                }
                _ => Ok(false),
            }
        })
    }

    fn put_blob(&mut self, part: &PutPart<'_>) -> Result<BlobPart, LogError> {
        self.write(|conn, spaces, quota| {
            let Some(space) = spaces.take(conn, &part.space)? else {
                return Ok(BlobPart::Later(LaterReason::NoSuchSpace));
            };
            let facts = SqlFacts { conn, space: Some(space.key()) };
            let is_member = space.kept().is_member(&part.sender);
            let done = blobs::put(conn, space.key(), part, is_member, || {
                append::has_room(&facts, &space.kept(), &part.sender, part.total_bytes, quota)
            })?;
            spaces.put(part.space, space);
            Ok(done)
        })
    }

    fn take_back(&mut self, space: &SpaceId, after: Cursor, rows: &[PageRow]) -> Result<Cursor, LogError> {
        self.write(|conn, spaces, _| take_back(conn, spaces, space, after, rows))
    }

    fn set_recovering(&mut self, space: Option<&SpaceId>, is_recovering: bool) -> Result<(), LogError> {
        self.write(|conn, spaces, _| {
            spaces.forget();
            match space {
                Some(space) => conn
                    .prepare_cached("update space set is_recovering = ?2 where id = ?1 and is_recovering <> ?2")?
                    .execute(params![space.as_bytes(), is_recovering])?,
                None => conn.execute("update space set is_recovering = ?1", params![is_recovering])?,
            };
            Ok(())
        })
    }

    fn compact(&mut self, before_ms: u64) -> Result<(u64, u64), LogError> {
        compact::compact(self, before_ms)
    }
}

/// Appends one sender's envelopes.
pub(super) fn append(
    conn: &Connection,
    spaces: &mut Spaces,
    quota: &Quota,
    batch: &Batch,
) -> Result<Appended, LogError> {
    let mut space = spaces.take(conn, &batch.space)?;
    let (mut outcomes, mut removed) = (Vec::with_capacity(batch.envelopes.len()), vec![]);
    for envelope in &batch.envelopes {
        let facts = SqlFacts { conn, space: space.as_ref().map(Space::key) };
        let kept = space.as_ref().map(Space::kept);
        let decision = append::decide(&facts, &batch.space, kept, &batch.sender, envelope, &batch.lacks, quota)?;
        let (previous, is_branch) = match decision {
            Decision::Repeated(outcome) => {
                outcomes.push(outcome);
                continue;
            }
            Decision::Later(reason) => {
                outcomes.push(Outcome::Later { reason });
                continue;
            }
            Decision::Place { previous, is_branch } => (previous, is_branch),
        };
        let space = match &mut space {
            Some(space) => space,
            none => none.insert(Space::found(conn, &batch.space, &batch.sender, false)?),
        };
        let place = Place { sender: batch.sender, server_ms: batch.now_ms.max(space.head_ms()), previous, is_branch };
        let (verdict, taken) = space.place(conn, envelope, place)?;
        outcomes.push(verdict.outcome(space.head().position, is_branch));
        removed.extend(taken.removed);
    }
    let head = space.as_ref().map(Space::head);
    if let Some(space) = space {
        spaces.put(batch.space, space);
    }
    Ok(Appended { outcomes, head, removed })
}

/// Puts rows back at their places. Their order was this server's own, so nothing is decided again but the verdicts.
fn take_back(
    conn: &Connection,
    spaces: &mut Spaces,
    id: &SpaceId,
    after: Cursor,
    rows: &[PageRow],
) -> Result<Cursor, LogError> {
    let unfit = |what: &str, at: Position| LogError::Unfit(format!("row {at} of space {id} {what}"));
    let mut space = spaces.take(conn, id)?;
    let key = space.as_ref().map(Space::key);
    let here = key.map_or(Ok(Some(Cursor::START)), |key| rows::cursor_at(conn, key, after.position))?;
    if here != Some(after) {
        return Err(unfit("is not where they begin", after.position));
    }
    let mut cursor = after;
    for row in rows {
        let PageRow::Envelope { envelope, server_ms } = row else {
            return Err(unfit("came back as a bare id", Position(cursor.position.0 + 1)));
        };
        let header = envelope.header();
        cursor = cursor.step(&envelope.id(), *server_ms);
        let at = cursor.position;
        if space.is_none() && append::is_founding(envelope) && at.0 == 1 {
            space = Some(Space::found(conn, id, &header.device, true)?);
        }
        let Some(space) = &mut space else { return Err(unfit("does not found it", at)) };
        if at <= space.head().position {
            if rows::cursor_at(conn, space.key(), at)? != Some(cursor) {
                return Err(unfit("is another one here", at));
            }
            continue;
        }
        if header.space != *id || !append::is_well_formed(envelope) {
            return Err(unfit("is not one of it", at));
        }
        if *server_ms < space.head_ms() {
            return Err(unfit("is older than the one before", at));
        }
        let facts = SqlFacts { conn, space: Some(space.key()) };
        let Ok((previous, is_branch)) = append::place_in_chain(&facts, envelope, u32::MAX)? else {
            return Err(unfit("does not continue its chain", at));
        };
        let place = Place { sender: header.device, server_ms: *server_ms, previous, is_branch };
        space.place(conn, envelope, place)?;
    }
    let head = space.as_ref().map_or(Cursor::START, Space::head);
    if let Some(space) = space {
        spaces.put(*id, space);
    }
    Ok(head)
}

/// What the decision asks, from the tables.
struct SqlFacts<'a> {
    conn: &'a Connection,
    /// None for a space that is not here.
    space: Option<SpaceKey>,
}

impl Facts for SqlFacts<'_> {
    fn placed(&self, id: &EnvelopeId) -> Result<Option<Placed>, LogError> {
        self.space.map_or(Ok(None), |space| rows::placed(self.conn, space, id))
    }

    fn successors(&self, chain: &Chain, counter: u64, previous: Option<Position>) -> Result<u32, LogError> {
        let Some(space) = self.space else { return Ok(0) };
        let mut count = self.conn.prepare_cached(
            "select count(*) from envelope e join chain c on c.chain = e.chain
             where c.space = ?1 and c.device = ?2 and c.incarnation = ?3 and e.counter = ?4 and e.previous is ?5",
        )?;
        let previous = previous.map(|position| rows::integer(position.0)).transpose()?;
        let (device, incarnation) = (chain.device.as_bytes(), chain.incarnation.as_bytes());
        let counter = rows::integer(counter)?;
        Ok(count.query_row(params![space.0, device, incarnation, counter, previous], |row| row.get(0))?)
    }

    fn has_blob(&self, hash: &BlobHash, bytes: u64, sender: Option<&DeviceId>) -> Result<bool, LogError> {
        self.space.map_or(Ok(false), |space| match sender {
            Some(sender) => blobs::has_of(self.conn, space, hash, bytes, sender),
            None => blobs::has(self.conn, space, hash, bytes),
        })
    }

    fn is_let_in(&self, device: &DeviceId) -> Result<bool, LogError> {
        let mut find = self.conn.prepare_cached("select 1 from let_in where device = ?1")?;
        Ok(find.exists(params![device.as_bytes()])?)
    }

    fn stored_bytes(&self, sender: &DeviceId) -> Result<Stored, LogError> {
        let Some(space) = self.space else { return Ok(Stored::default()) };
        let mut sums = self.conn.prepare_cached(
            "select s.stored_bytes, coalesce(d.stored_bytes, 0) from space s
             left join sender d on d.space = s.space and d.device = ?2 where s.space = ?1",
        )?;
        let stored = sums.query_row(params![space.0, sender.as_bytes()], |row| {
            Ok(Stored { by_all: rows::number(row, 0)?, by_sender: rows::number(row, 1)? })
        });
        Ok(stored?)
    }

    fn stored_by_each(&self) -> Result<Vec<(DeviceId, u64)>, LogError> {
        let Some(space) = self.space else { return Ok(vec![]) };
        let mut senders = self.conn.prepare_cached("select device, stored_bytes from sender where space = ?1")?;
        let each = senders.query_map(params![space.0], |row| Ok((rows::id(row, 0)?, rows::number(row, 1)?)))?;
        Ok(each.collect::<Result<_, _>>()?)
    }
}
