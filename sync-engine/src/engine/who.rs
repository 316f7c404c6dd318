//! Who is behind a change: from its Automerge actor to the device, and from there to the member, as the roster
//! knows them.

use automerge::ActorId;
use serde::{Deserialize, Serialize};

use super::admit::device_prefix;
use super::{Engine, EngineError};
use crate::ids::{DeviceId, SpaceId};
use crate::roster::Roster;
use crate::store::{SpaceRow, Store};

/// A member as this device knows them, removed or not; or a device that is in no roster, without a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Who {
    pub member: Option<DeviceId>,
    /// None where not even the device is known.
    pub device: Option<DeviceId>,
    pub name: Option<String>,
    pub organisation: Option<String>,
    /// Whether it is this device's own person, on whichever of their devices.
    pub is_me: bool,
}

/// The people of one space.
pub(super) struct People<'a> {
    space: SpaceRow,
    roster: Roster,
    own: DeviceId,
    store: &'a Store,
}

impl Engine {
    /// Who a device belongs to.
    pub fn who(&self, space: &SpaceId, device: &DeviceId) -> Result<Who, EngineError> {
        Ok(self.people(space)?.who(Some(*device)))
    }

    pub(super) fn people(&self, space: &SpaceId) -> Result<People<'_>, EngineError> {
        let roster = self.roster(space)?;
        Ok(People { space: self.space(space)?, roster, own: self.device(), store: &self.store })
    }
}

impl People<'_> {
    fn who(&self, device: Option<DeviceId>) -> Who {
        let member_of = |device: &DeviceId| self.roster.member_of(device);
        let found = device.as_ref().and_then(member_of);
        let member = found.map(|(member, _)| member);
        let is_same_person = member.is_some() && member == member_of(&self.own).map(|(own, _)| own);
        let known = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Who {
            member,
            device,
            name: found.and_then(|(_, member)| known(&member.person.name)),
            organisation: found.and_then(|(_, member)| known(&member.person.organisation)),
            is_me: device == Some(self.own) || is_same_person,
        }
    }

    /// Who an actor is. It holds only the beginning of a device's id, so the device is one that this device has
    /// heard of: from the roster, or from an envelope that it signed.
    pub(super) fn of_actor(&self, actor: &ActorId) -> Result<Who, EngineError> {
        let Some(prefix) = device_prefix(actor.to_bytes()) else { return Ok(self.who(None)) };
        let end = |fill: u8| {
            let mut id = [fill; 32];
            id[..16].copy_from_slice(&prefix);
            DeviceId(id)
        };
        let range = end(0)..=end(u8::MAX);
        if range.contains(&self.own) {
            return Ok(self.who(Some(self.own)));
        }
        let device = match self.roster.devices().range(range.clone()).next() {
            Some((device, _)) => Some(*device),
            None => self.store.device_between(self.space.key, &range)?,
        };
        Ok(self.who(device))
    }
}
