//! Who is behind a device, as this device knows them.

use serde::Serialize;
use sync_engine::ids::DeviceId;
use sync_engine::roster::Roster;

/// A member, or a device that is in no roster.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Who {
    pub member: Option<DeviceId>,
    pub device: Option<DeviceId>,
    pub name: Option<String>,
    pub organisation: Option<String>,
    pub is_me: bool,
}

impl Who {
    pub(crate) fn of(roster: &Roster, device: &DeviceId, me: &DeviceId) -> Self {
        let found = roster.member_of(device);
        let mine = roster.member_of(me).map(|(member, _)| member);
        Self {
            member: found.map(|(member, _)| member),
            device: Some(*device),
            name: found.map(|(_, member)| member.person.name.clone()),
            organisation: found.map(|(_, member)| member.person.organisation.clone()),
            is_me: device == me || found.is_some_and(|(member, _)| Some(member) == mine),
        }
    }
}
