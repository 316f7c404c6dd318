//! How the envelopes of a space hang together: each device's chains, their branches and ends, and the log's order.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, params};

use super::{SpaceKey, Store, StoreError, id};
use crate::envelope::Chain;
use crate::ids::{DeviceId, EnvelopeId, Position};
use crate::wire::Tip;

/// An envelope that a device wrote, and its place as far as this device has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    pub id: EnvelopeId,
    pub incarnation: crate::ids::Incarnation,
    pub counter: u64,
    pub position: Option<Position>,
}

impl Store {
    /// What a device wrote in a space, in the order of its arrival.
    pub fn written_by(&self, space: SpaceKey, device: &crate::ids::DeviceId) -> Result<Vec<Written>, StoreError> {
        let sql = "select envelope, incarnation, counter, position from envelope
            where space = ?1 and device = ?2 order by id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![space.0, device.as_bytes()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let position = row.get::<_, Option<i64>>(3)?;
            found.push(Written {
                id: id(&row.get::<_, Vec<u8>>(0)?)?,
                incarnation: id(&row.get::<_, Vec<u8>>(1)?)?,
                counter: row.get::<_, i64>(2)?.unsigned_abs(),
                position: position.map(|at| Position(at.cast_unsigned())),
            });
        }
        Ok(found)
    }

    /// These envelopes and everything before them in their chains, as far as they are here.
    pub fn ancestry(&self, space: SpaceKey, tips: &[EnvelopeId]) -> Result<BTreeSet<EnvelopeId>, StoreError> {
        let sql = "with recursive back (envelope, previous) as (
                select envelope, previous from envelope where space = ?1 and envelope = ?2
                union all
                select e.envelope, e.previous from envelope e join back b on e.envelope = b.previous
                where e.space = ?1)
            select envelope from back";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut found = BTreeSet::new();
        for tip in tips {
            let mut rows = statement.query(params![space.0, tip.as_bytes()])?;
            while let Some(row) = rows.next()? {
                found.insert(id(&row.get::<_, Vec<u8>>(0)?)?);
            }
        }
        Ok(found)
    }

    /// The rows of a log up to a place, by what its digest is made of.
    pub fn passed(&self, space: SpaceKey, up_to: Position) -> Result<Vec<(EnvelopeId, u64)>, StoreError> {
        let sql = "select envelope, server_ms from envelope
            where space = ?1 and position between 1 and ?2 order by position";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![space.0, up_to.0.cast_signed()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((id(&row.get::<_, Vec<u8>>(0)?)?, row.get::<_, i64>(1)?.cast_unsigned()));
        }
        Ok(found)
    }

    /// A device within a range of ids that has signed an envelope of the space.
    pub fn device_between(
        &self,
        space: SpaceKey,
        range: &std::ops::RangeInclusive<DeviceId>,
    ) -> Result<Option<DeviceId>, StoreError> {
        let sql = "select device from envelope where space = ?1 and device between ?2 and ?3 limit 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let values = params![space.0, range.start().as_bytes(), range.end().as_bytes()];
        super::optional_id(statement.query_row(values, |row| row.get(0)).optional()?)
    }

    /// The end of a chain: its last counter and envelope; the one that came first where the chain has branches.
    pub fn chain_end(&self, space: SpaceKey, chain: &Chain) -> Result<Option<(u64, EnvelopeId)>, StoreError> {
        let sql = "select counter, envelope from envelope where space = ?1 and device = ?2 and incarnation = ?3
            order by counter desc, id limit 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let found = statement
            .query_row(params![space.0, chain.device.as_bytes(), chain.incarnation.as_bytes()], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
            })
            .optional()?;
        found.map(|(counter, bytes)| Ok((counter.unsigned_abs(), id(&bytes)?))).transpose()
    }

    /// Whether two envelopes of a chain have the same counter.
    pub fn is_branched(&self, space: SpaceKey, chain: &Chain) -> Result<bool, StoreError> {
        let sql = "select 1 from envelope where space = ?1 and device = ?2 and incarnation = ?3
            group by counter having count(*) > 1 limit 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.exists(params![space.0, chain.device.as_bytes(), chain.incarnation.as_bytes()])?)
    }

    /// The envelope before one in its chain.
    pub fn previous(&self, space: SpaceKey, envelope: &EnvelopeId) -> Result<Option<EnvelopeId>, StoreError> {
        let sql = "select previous from envelope where space = ?1 and envelope = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let found = statement.query_row(params![space.0, envelope.as_bytes()], |row| row.get(0)).optional()?;
        super::optional_id(found.flatten())
    }

    /// An envelope and so many before it in its chain that there are `count`, the first one first; none if one of
    /// them is not here.
    pub fn chain_up_to(
        &self,
        space: SpaceKey,
        last: &EnvelopeId,
        count: u32,
    ) -> Result<Option<Vec<EnvelopeId>>, StoreError> {
        let (mut chain, mut at) = (Vec::new(), Some(*last));
        for _ in 0..count {
            let Some(id) = at else { return Ok(None) };
            chain.push(id);
            at = self.previous(space, &id)?;
        }
        chain.reverse();
        Ok(Some(chain))
    }

    /// The last envelope of every branch of every chain that this device holds.
    pub fn tips(&self, space: SpaceKey) -> Result<Vec<Tip>, StoreError> {
        let sql = "select device, incarnation, counter, envelope from envelope e where space = ?1
            and not exists (
                select 1 from envelope n where n.space = e.space and n.device = e.device
                    and n.incarnation = e.incarnation and n.counter = e.counter + 1 and n.previous = e.envelope)
            order by device, incarnation, counter, envelope";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([space.0])?;
        let mut tips = Vec::new();
        while let Some(row) = rows.next()? {
            let bytes = |at: usize| row.get::<_, Vec<u8>>(at);
            let chain = Chain { device: id(&bytes(0)?)?, incarnation: id(&bytes(1)?)? };
            let counter = row.get::<_, i64>(2)?.unsigned_abs();
            tips.push(Tip { chain, counter, id: id(&bytes(3)?)? });
        }
        Ok(tips)
    }
}
