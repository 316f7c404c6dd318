//! The envelopes of the device's log, kept verbatim: its own, those it received, and where each one stands.

use rusqlite::{OptionalExtension, Row, ToSql, params};

use super::{DocumentKey, SpaceKey, Store, StoreError, Tx, id};
use crate::envelope::{Envelope, Payload, SignedHeader};
use crate::ids::{EnvelopeId, Position};
use crate::keys::Signature;
use crate::roster::{HeldReason, Standing};

/// Whether an envelope's changes are in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// Some wait for changes that are not here yet.
    Waiting = 0,
    /// All that can be are, and the document's snapshot is older.
    Tail = 1,
    /// The document's snapshot holds them.
    Snapshot = 2,
    /// It has none for the document: a membership entry, or held, refused or unreadable.
    Aside = 3,
}

/// Where an envelope stands in its space's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    pub position: Position,
    pub server_ms: u64,
}

/// An envelope as it is stored.
#[derive(Clone, Debug)]
pub struct EnvelopeRow {
    pub envelope: Envelope,
    /// Whether its changes are kept out of its document.
    pub is_aside: bool,
    pub document: Option<DocumentKey>,
    pub placed: Option<Placed>,
}

/// What the roster said of a stored envelope.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct StandingRow {
    pub envelope: EnvelopeId,
    pub device: crate::ids::DeviceId,
    pub document: Option<crate::ids::DocumentId>,
    pub reason: Option<HeldReason>,
}

const COLUMNS: &str = "header, signature, payload, payload_state, document, position, server_ms, state";

/// In the order of `HeldReason`'s numbers.
const REASONS: [HeldReason; 8] = [
    HeldReason::NotAMember,
    HeldReason::Removed,
    HeldReason::Role,
    HeldReason::InviteUnknown,
    HeldReason::InviteUsedUp,
    HeldReason::InviteExpired,
    HeldReason::EntryUnknown,
    HeldReason::EntryUnfit,
];

impl Store {
    pub fn envelope(&self, space: SpaceKey, envelope: &EnvelopeId) -> Result<Option<EnvelopeRow>, StoreError> {
        let filter = "where space = ?1 and envelope = ?2";
        Ok(self.envelopes(filter, &[&space.0, &envelope.as_bytes()])?.pop())
    }

    pub fn has_envelope(&self, space: SpaceKey, envelope: &EnvelopeId) -> Result<bool, StoreError> {
        let sql = "select 1 from envelope where space = ?1 and envelope = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.exists(params![space.0, envelope.as_bytes()])?)
    }

    /// A document's envelopes that are to be applied to its snapshot, in the log's order, own unplaced ones last.
    pub fn tail(&self, document: DocumentKey, applied: Applied) -> Result<Vec<EnvelopeRow>, StoreError> {
        let filter = "where document = ?1 and state = ?2 order by position is null, position, id";
        self.envelopes(filter, &[&document.0, &(applied as i64)])
    }

    /// All of a document's accepted envelopes, and this device's own unplaced ones after them.
    pub fn accepted(&self, document: DocumentKey) -> Result<Vec<EnvelopeRow>, StoreError> {
        let filter = "where document = ?1 and standing <= 1 order by position is null, position, id";
        self.envelopes(filter, &[&document.0])
    }

    /// A document's envelopes that an admin has yet to decide about.
    pub fn held_in(&self, document: DocumentKey) -> Result<Vec<EnvelopeRow>, StoreError> {
        self.envelopes("where document = ?1 and standing = 2 order by position is null, position, id", &[&document.0])
    }

    /// A document's envelopes that an admin has refused.
    pub fn refused(&self, document: DocumentKey) -> Result<Vec<EnvelopeRow>, StoreError> {
        self.envelopes("where document = ?1 and standing = 3 order by position is null, position, id", &[&document.0])
    }

    /// Whether a document has envelopes whose changes are not in it.
    pub fn has_outside(&self, document: DocumentKey) -> Result<bool, StoreError> {
        let sql = "select 1 from envelope where document = ?1 and state in (0, 3)";
        Ok(self.connection.prepare_cached(sql)?.exists([document.0])?)
    }

    /// The membership entries of a space that have a place, in the log's order.
    pub fn entries(&self, space: SpaceKey) -> Result<Vec<EnvelopeRow>, StoreError> {
        let filter = "where space = ?1 and document is null and position is not null order by position";
        self.envelopes(filter, &[&space.0])
    }

    /// The membership entries of a space that have no place yet, in the order of their arrival.
    pub fn unplaced_entries(&self, space: SpaceKey) -> Result<Vec<EnvelopeRow>, StoreError> {
        let filter = "where space = ?1 and position is null and document is null order by id";
        self.envelopes(filter, &[&space.0])
    }

    /// Envelopes that have no place in the log as far as this device has read, in the order of their arrival, from
    /// the one after `after` on.
    pub fn unplaced(&self, space: SpaceKey, after: i64, limit: usize) -> Result<Vec<(i64, EnvelopeRow)>, StoreError> {
        let sql = format!(
            "select id, {COLUMNS} from envelope where space = ?1 and position is null and id > ?2 order by id limit ?3"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![space.0, after, limit as i64])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((row.get(0)?, read(row, 1)?));
        }
        Ok(found)
    }

    pub fn count_unplaced(&self, space: SpaceKey) -> Result<u64, StoreError> {
        let sql = "select count(*) from envelope where space = ?1 and position is null";
        let count: i64 = self.connection.prepare_cached(sql)?.query_row([space.0], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// The rows after a position, as many as fit into about `bytes_max`: what another device may be handed.
    pub fn rows_after(
        &self,
        space: SpaceKey,
        after: Position,
        bytes_max: usize,
    ) -> Result<Vec<EnvelopeRow>, StoreError> {
        let sql = format!("select {COLUMNS} from envelope where space = ?1 and position > ?2 order by position");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![space.0, after.0.cast_signed()])?;
        let (mut found, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let row = read(row, 0)?;
            bytes += row.envelope.signed.bytes().len();
            bytes += if let Payload::Inline(payload) = &row.envelope.payload { payload.len() } else { 0 };
            if !found.is_empty() && bytes > bytes_max {
                break;
            }
            found.push(row);
        }
        Ok(found)
    }

    /// The documents of a space that have envelopes with something still missing.
    pub fn documents_waiting(&self, space: SpaceKey) -> Result<Vec<DocumentKey>, StoreError> {
        let sql = "select distinct document from envelope where space = ?1 and state = 0 and document is not null";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([space.0], |row| row.get(0).map(DocumentKey))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The accepted snapshots of a space that stand for older envelopes.
    pub fn covering(&self, space: SpaceKey) -> Result<Vec<EnvelopeRow>, StoreError> {
        let filter = "where space = ?1 and is_cover = 1 and standing = 1 order by position";
        self.envelopes(filter, &[&space.0])
    }

    /// The held envelopes of a space, in the log's order, for its admins.
    pub fn held(&self, space: SpaceKey) -> Result<Vec<StandingRow>, StoreError> {
        let sql = "select e.envelope, e.device, d.document, e.reason from envelope e
            left join document d on d.id = e.document
            where e.space = ?1 and e.standing = 2 order by e.position";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([space.0])?;
        let mut held = Vec::new();
        while let Some(row) = rows.next()? {
            let reason = row.get::<_, Option<i64>>(3)?;
            held.push(StandingRow {
                envelope: id(&row.get::<_, Vec<u8>>(0)?)?,
                device: id(&row.get::<_, Vec<u8>>(1)?)?,
                document: super::optional_id(row.get(2)?)?,
                reason: reason.and_then(|at| REASONS.get(at.unsigned_abs() as usize).copied()),
            });
        }
        Ok(held)
    }

    /// Whether an envelope is not placed (0), accepted (1), held (2) or refused (3); none if it is not here.
    pub fn standing_of(&self, space: SpaceKey, envelope: &EnvelopeId) -> Result<Option<u8>, StoreError> {
        let sql = "select standing from envelope where space = ?1 and envelope = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row(params![space.0, envelope.as_bytes()], |row| row.get(0)).optional()?)
    }

    fn envelopes(&self, filter: &str, values: &[&dyn ToSql]) -> Result<Vec<EnvelopeRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("select {COLUMNS} from envelope {filter}"))?;
        let mut rows = statement.query(values)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row, 0)?);
        }
        Ok(found)
    }
}

impl Tx<'_> {
    /// Stores an envelope without a place. One that is here already stays as it is.
    pub fn add_envelope(
        &self,
        space: SpaceKey,
        envelope: &Envelope,
        document: Option<DocumentKey>,
        applied: Applied,
    ) -> Result<(), StoreError> {
        self.insert(space, envelope, document, applied, None)
    }

    /// Stores an envelope that is not here yet, with its place in the log and what the roster said of it there.
    pub fn add_placed(
        &self,
        space: SpaceKey,
        envelope: &Envelope,
        document: Option<DocumentKey>,
        applied: Applied,
        place: (Placed, Standing),
    ) -> Result<(), StoreError> {
        self.insert(space, envelope, document, applied, Some(place))
    }

    fn insert(
        &self,
        space: SpaceKey,
        envelope: &Envelope,
        document: Option<DocumentKey>,
        applied: Applied,
        place: Option<(Placed, Standing)>,
    ) -> Result<(), StoreError> {
        let placed = place.map(|(placed, _)| placed);
        let (standing, reason) = place.map_or((0, None), |(_, standing)| numbers(standing));
        let header = envelope.header();
        let (payload, payload_state) = match &envelope.payload {
            Payload::Inline(bytes) => (Some(bytes), 0),
            Payload::Blob => (None, 1),
            Payload::Dropped => (None, 2),
        };
        let sql = "insert into envelope (space, envelope, device, incarnation, counter, previous, document, header,
                signature, payload, payload_state, state, is_cover, position, server_ms, standing, reason)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
            on conflict (space, envelope) do nothing";
        self.0.prepare_cached(sql)?.execute(params![
            space.0,
            envelope.id().as_bytes(),
            header.device.as_bytes(),
            header.incarnation.as_bytes(),
            header.counter.cast_signed(),
            header.previous.as_ref().map(EnvelopeId::as_bytes),
            document.map(|document| document.0),
            envelope.signed.bytes(),
            &envelope.signed.signature().0,
            payload,
            payload_state,
            applied as i64,
            header.cover.is_some(),
            placed.map(|placed| placed.position.0.cast_signed()),
            placed.map(|placed| placed.server_ms.cast_signed()),
            standing,
            reason,
        ])?;
        Ok(())
    }

    /// Records an envelope's place in the log, and what the roster said of it there.
    pub fn place(
        &self,
        space: SpaceKey,
        envelope: &EnvelopeId,
        placed: Placed,
        standing: Standing,
    ) -> Result<(), StoreError> {
        let (standing, reason) = numbers(standing);
        let sql = "update envelope set position = ?3, server_ms = ?4, standing = ?5, reason = ?6
            where space = ?1 and envelope = ?2";
        self.0.prepare_cached(sql)?.execute(params![
            space.0,
            envelope.as_bytes(),
            placed.position.0.cast_signed(),
            placed.server_ms.cast_signed(),
            standing,
            reason,
        ])?;
        Ok(())
    }

    /// An admin took a held envelope in.
    pub fn admit_held(&self, space: SpaceKey, envelope: &EnvelopeId) -> Result<(), StoreError> {
        let sql = "update envelope set standing = 1, reason = null where space = ?1 and envelope = ?2 and standing = 2";
        self.0.prepare_cached(sql)?.execute(params![space.0, envelope.as_bytes()])?;
        Ok(())
    }

    /// An admin turned a held envelope away. Its header stays, and its payload on the device that wrote it.
    pub fn refuse_held(&self, space: SpaceKey, envelope: &EnvelopeId) -> Result<(), StoreError> {
        let sql = "update envelope set standing = 3 where space = ?1 and envelope = ?2 and standing = 2";
        self.0.prepare_cached(sql)?.execute(params![space.0, envelope.as_bytes()])?;
        Ok(())
    }

    pub fn set_applied(&self, space: SpaceKey, envelope: &EnvelopeId, applied: Applied) -> Result<(), StoreError> {
        let sql = "update envelope set state = ?3 where space = ?1 and envelope = ?2 and state <> ?3";
        self.0.prepare_cached(sql)?.execute(params![space.0, envelope.as_bytes(), applied as i64])?;
        Ok(())
    }

    /// The server's log is not the one that was read: nothing has a place until it is read again.
    pub fn displace_all(&self, space: SpaceKey) -> Result<(), StoreError> {
        let sql = "update envelope set position = null, server_ms = null where space = ?1 and position is not null";
        self.0.prepare_cached(sql)?.execute([space.0])?;
        Ok(())
    }

    /// The document is to be made again from its accepted envelopes. What is held goes out of it, except what this
    /// device wrote itself.
    pub fn replay(&self, document: DocumentKey, own: &crate::ids::DeviceId) -> Result<(), StoreError> {
        self.0.prepare_cached("update document set snapshot = null where id = ?1")?.execute([document.0])?;
        self.0.prepare_cached("delete from quarantine where document = ?1")?.execute([document.0])?;
        let sql = "update envelope set state = case when standing <= 1 or device = ?2 then 0 else 3 end
            where document = ?1";
        self.0.prepare_cached(sql)?.execute(params![document.0, own.as_bytes()])?;
        Ok(())
    }

    /// A payload that had been dropped has come after all.
    pub fn set_payload(&self, space: SpaceKey, envelope: &EnvelopeId, payload: &[u8]) -> Result<(), StoreError> {
        let sql = "update envelope set payload = ?3, payload_state = 0
            where space = ?1 and envelope = ?2 and payload_state = 2";
        self.0.prepare_cached(sql)?.execute(params![space.0, envelope.as_bytes(), payload])?;
        Ok(())
    }
}

/// What the roster said, as it is stored.
fn numbers(standing: Standing) -> (i64, Option<i64>) {
    match standing {
        Standing::Accepted => (1, None),
        Standing::Held(reason) => (2, Some(reason as i64)),
    }
}

fn read(row: &Row<'_>, at: usize) -> Result<EnvelopeRow, StoreError> {
    let signature: [u8; 64] = row.get(at + 1)?;
    let signed = SignedHeader::read(row.get(at)?, Signature(signature))
        .map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let payload = match (row.get(at + 2)?, row.get::<_, i64>(at + 3)?) {
        (Some(bytes), 0) => Payload::Inline(bytes),
        (None, 0) => return Err(StoreError::Corrupt(format!("envelope {} has no payload", signed.id()))),
        (_, 1) => Payload::Blob,
        _ => Payload::Dropped,
    };
    let position: Option<i64> = row.get(at + 5)?;
    let server_ms: Option<i64> = row.get(at + 6)?;
    let placed = position.zip(server_ms).map(|(position, server_ms)| Placed {
        position: Position(position.cast_unsigned()),
        server_ms: server_ms.cast_unsigned(),
    });
    Ok(EnvelopeRow {
        envelope: Envelope { signed, payload },
        is_aside: row.get::<_, i64>(at + 7)? == Applied::Aside as i64,
        document: row.get::<_, Option<i64>>(at + 4)?.map(DocumentKey),
        placed,
    })
}
