//! Who may write in a space: the sum of its membership entries, read in the log's order. Every device and the
//! server compute it from the same rows, so they judge each row alike.

use std::collections::{BTreeMap, BTreeSet};

use crate::entry::{Entry, EntryError, Home, Person, Role, is_join_proof, space_id};
use crate::envelope::{Encoding, Header};
use crate::ids::{DeviceId, EnvelopeId, SpaceId};

/// Why an envelope waits for an admin. The same on every device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, minicbor::Encode, minicbor::Decode, serde::Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum HeldReason {
    /// The device belongs to no member.
    #[n(0)]
    NotAMember,
    /// The device, or its member, was removed before this row.
    #[n(1)]
    Removed,
    /// The member's role does not allow it.
    #[n(2)]
    Role,
    /// The invite is unknown, revoked, or its proof is wrong.
    #[n(3)]
    InviteUnknown,
    /// The invite has been used as often as it may be.
    #[n(4)]
    InviteUsedUp,
    /// The invite's time was over at this row.
    #[n(5)]
    InviteExpired,
    /// The entry is of a newer version.
    #[n(6)]
    EntryUnknown,
    /// The entry contradicts the log or breaks a limit: a second founding, an unknown member or device, an endless name.
    #[n(7)]
    EntryUnfit,
}

/// What the roster says of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Accepted,
    Held(HeldReason),
}

/// What taking a row in brought about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub standing: Standing,
    /// Held envelopes that this row admits.
    pub admitted: Vec<EnvelopeId>,
    /// Held envelopes that this row refuses.
    pub refused: Vec<EnvelopeId>,
    /// Devices whose access this row ends.
    pub removed: Vec<DeviceId>,
    /// Devices that this row makes editors although they joined before it: it admits what they wrote meanwhile.
    pub let_in: Vec<DeviceId>,
}

impl Taken {
    fn standing(standing: Standing) -> Self {
        Self { standing, admitted: vec![], refused: vec![], removed: vec![], let_in: vec![] }
    }

    fn held(reason: HeldReason) -> Self {
        Self::standing(Standing::Held(reason))
    }
}

/// One row, as far as the roster needs it.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    pub id: EnvelopeId,
    pub header: &'a Header,
    /// The payload's bytes, for a membership entry.
    pub entry: Option<&'a [u8]>,
    /// The server's time of the row, in Unix milliseconds.
    pub server_ms: u64,
}

/// A person in a space. Named by the id of their first device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub person: Person,
    pub role: Role,
    pub is_removed: bool,
}

impl Member {
    /// The recovery key acts as a member, and is nobody.
    pub fn is_on_paper(&self) -> bool {
        self.person.name.is_empty() && self.person.organisation.is_empty()
    }
}

/// A device in a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub member: DeviceId,
    /// The device that added this one; none for a member's first.
    pub added_by: Option<DeviceId>,
    pub label: String,
    pub is_removed: bool,
}

/// An invite as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    pub role: Role,
    pub uses_left: u32,
    pub expires_ms: u64,
    pub issuer: DeviceId,
    pub is_revoked: bool,
}

/// A join that was held.
#[derive(Clone, Debug, PartialEq, Eq)]
struct WaitingJoin {
    device: DeviceId,
    role: Role,
    person: Person,
    server_ms: u64,
    /// The invite that it proves, where the log does not have that yet: whoever made it may be out of reach longer than
    /// whoever was invited.
    awaits: Option<DeviceId>,
}

/// What was said of a snapshot that covers older envelopes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vouching {
    /// Members whose devices found the same heads; the snapshot's own author is not among them.
    pub vouched_by: BTreeSet<DeviceId>,
    pub is_objected: bool,
}

/// The state of a space's membership after some prefix of its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    space: SpaceId,
    title: String,
    home: Option<Home>,
    members: BTreeMap<DeviceId, Member>,
    devices: BTreeMap<DeviceId, Device>,
    invites: BTreeMap<DeviceId, Invite>,
    /// Joins that wait for an admin, by their envelope.
    waiting_joins: BTreeMap<EnvelopeId, WaitingJoin>,
    vouchings: BTreeMap<EnvelopeId, Vouching>,
    has_unknown_entries: bool,
}

impl Roster {
    /// Before the first row of `space`.
    pub fn new(space: SpaceId) -> Self {
        Self {
            space,
            title: String::new(),
            home: None,
            members: BTreeMap::new(),
            devices: BTreeMap::new(),
            invites: BTreeMap::new(),
            waiting_joins: BTreeMap::new(),
            vouchings: BTreeMap::new(),
            has_unknown_entries: false,
        }
    }

    pub fn space(&self) -> SpaceId {
        self.space
    }

    /// Empty until the founding row was taken.
    pub fn title(&self) -> &str {
        &self.title
    }

    pub fn home(&self) -> Option<&Home> {
        self.home.as_ref()
    }

    pub fn members(&self) -> &BTreeMap<DeviceId, Member> {
        &self.members
    }

    pub fn devices(&self) -> &BTreeMap<DeviceId, Device> {
        &self.devices
    }

    pub fn invites(&self) -> &BTreeMap<DeviceId, Invite> {
        &self.invites
    }

    /// What was said of each covering snapshot.
    pub fn vouching(&self, snapshot: &EnvelopeId) -> Option<&Vouching> {
        self.vouchings.get(snapshot)
    }

    /// Whether an entry was met that only a newer version can read: this one must not write any more.
    pub fn has_unknown_entries(&self) -> bool {
        self.has_unknown_entries
    }

    pub fn is_founded(&self) -> bool {
        !self.devices.is_empty()
    }

    /// The role under which `device` may act now; none for strangers and for those removed.
    pub fn role(&self, device: &DeviceId) -> Option<Role> {
        let device = self.devices.get(device).filter(|device| !device.is_removed)?;
        let member = self.members.get(&device.member).filter(|member| !member.is_removed)?;
        Some(member.role)
    }

    /// The member that `device` belongs to, removed or not.
    pub fn member_of(&self, device: &DeviceId) -> Option<(DeviceId, &Member)> {
        let member = self.devices.get(device)?.member;
        self.members.get(&member).map(|found| (member, found))
    }

    /// Judges a row at this place of the log, and lets it take effect.
    pub fn take(&mut self, row: Row<'_>) -> Taken {
        match (row.header.document, row.entry) {
            (Some(_), _) => Taken::standing(self.judge_document(&row.header.device)),
            (None, Some(bytes)) if row.header.encoding == Encoding::ENTRY => match Entry::read(bytes) {
                Ok(entry) => self.take_entry(row, bytes, entry),
                Err(EntryError::Unknown(_)) => self.take_unknown(&row.header.device),
                // Its kind is known, and no version makes it so.
                Err(_) => Taken::held(HeldReason::EntryUnfit),
            },
            (None, _) => self.take_unknown(&row.header.device),
        }
    }

    fn judge_document(&self, device: &DeviceId) -> Standing {
        match self.role(device) {
            Some(role) if role >= Role::Editor => Standing::Accepted,
            Some(_) => Standing::Held(HeldReason::Role),
            None => Standing::Held(self.why_no_role(device)),
        }
    }

    fn why_no_role(&self, device: &DeviceId) -> HeldReason {
        if self.devices.contains_key(device) { HeldReason::Removed } else { HeldReason::NotAMember }
    }

    /// An admin's unknown entry may change everyone's rights, so this version is too old. Whatever others may say is
    /// about themselves: it is only held, as no one of them may stop the rest from writing.
    fn take_unknown(&mut self, device: &DeviceId) -> Taken {
        if self.role(device) == Some(Role::Admin) {
            self.has_unknown_entries = true;
        }
        Taken::held(HeldReason::EntryUnknown)
    }

    fn take_entry(&mut self, row: Row<'_>, bytes: &[u8], entry: Entry) -> Taken {
        let signer = row.header.device;
        if let Entry::Found { title, founder, recovery, home, .. } = entry {
            return self.take_found(signer, bytes, title, founder, recovery, home);
        }
        if let Entry::Join { invite, proof, person } = entry {
            let is_proven = is_join_proof(&invite, &self.space, &signer, &proof);
            return self.take_join(row, is_proven.then_some(invite), person);
        }
        let Some(role) = self.role(&signer) else { return Taken::held(self.why_no_role(&signer)) };
        if role < self.least_role(&signer, &entry) {
            return Taken::held(HeldReason::Role);
        }
        self.act(signer, entry)
    }

    /// Whom one must at least be to say this.
    fn least_role(&self, signer: &DeviceId, entry: &Entry) -> Role {
        let own = |device: &DeviceId| {
            self.member_of(device).is_some_and(|(of, _)| self.member_of(signer).is_some_and(|(by, _)| of == by))
        };
        match entry {
            Entry::AddDevice { .. } => Role::Viewer,
            Entry::RemoveMember { member } if own(member) => Role::Viewer,
            Entry::RemoveDevice { device } if own(device) => Role::Viewer,
            Entry::Vouch { .. } | Entry::Object { .. } => Role::Viewer,
            _ => Role::Admin,
        }
    }

    fn take_found(
        &mut self,
        signer: DeviceId,
        bytes: &[u8],
        title: String,
        founder: Person,
        recovery: DeviceId,
        home: Option<Home>,
    ) -> Taken {
        if self.is_founded() || space_id(bytes) != self.space {
            return Taken::held(HeldReason::EntryUnfit);
        }
        self.title = title;
        self.home = home;
        let sheet = Person { name: String::new(), organisation: String::new() };
        for (device, person) in [(signer, founder), (recovery, sheet)] {
            self.add_member(device, Member { person, role: Role::Admin, is_removed: false });
        }
        Taken::standing(Standing::Accepted)
    }

    /// `invite` is none where the proof is another one's.
    fn take_join(&mut self, row: Row<'_>, invite: Option<DeviceId>, person: Person) -> Taken {
        let (device, server_ms) = (row.header.device, row.server_ms);
        if self.role(&device).is_some() {
            return Taken::standing(Standing::Accepted);
        }
        match self.use_invite(&device, invite.as_ref(), server_ms) {
            Ok(role) => {
                self.add_member(device, Member { person, role, is_removed: false });
                Taken::standing(Standing::Accepted)
            }
            Err((reason, role)) => {
                let was_removed = self.devices.contains_key(&device);
                let awaits = invite.filter(|key| !was_removed && !self.invites.contains_key(key));
                self.waiting_joins.insert(row.id, WaitingJoin { device, role, person, server_ms, awaits });
                Taken::held(reason)
            }
        }
    }

    /// The role that an invite gives to whoever joins at that time; or why not, with the role it would have given.
    fn use_invite(
        &mut self,
        device: &DeviceId,
        invite: Option<&DeviceId>,
        server_ms: u64,
    ) -> Result<Role, (HeldReason, Role)> {
        // A lost phone still holds the link that let it in, so whoever was removed comes back by an admin only.
        let was_removed = self.devices.contains_key(device);
        let Some(invite) = invite.and_then(|key| self.invites.get_mut(key)) else {
            return Err((HeldReason::InviteUnknown, Role::Viewer));
        };
        let held_for = if invite.is_revoked {
            HeldReason::InviteUnknown
        } else if was_removed {
            HeldReason::Removed
        } else if server_ms > invite.expires_ms {
            HeldReason::InviteExpired
        } else if invite.uses_left == 0 {
            HeldReason::InviteUsedUp
        } else {
            invite.uses_left -= 1;
            return Ok(invite.role);
        };
        Err((held_for, invite.role))
    }

    /// An invite lets in whoever proved it before it was here, in the order of their coming.
    fn let_in_early(&mut self, key: DeviceId, taken: &mut Taken) {
        let early = self.waiting_joins.iter().filter(|(_, join)| join.awaits == Some(key));
        let mut early: Vec<_> = early.map(|(id, join)| (join.server_ms, *id, join.device)).collect();
        early.sort_unstable();
        for (server_ms, id, device) in early {
            if self.role(&device).is_some() {
                self.waiting_joins.remove(&id);
                taken.admitted.push(id);
                continue;
            }
            let used = self.use_invite(&device, Some(&key), server_ms);
            if let Some(join) = self.waiting_joins.get_mut(&id) {
                (join.role, join.awaits) = (used.unwrap_or_else(|(_, role)| role), None);
            }
            if let Ok(role) = used {
                self.admit_join(&id);
                taken.admitted.push(id);
                taken.let_in.extend((role >= Role::Editor).then_some(device));
            }
        }
    }

    fn act(&mut self, signer: DeviceId, entry: Entry) -> Taken {
        let mut taken = Taken::standing(Standing::Accepted);
        let by = self.member_of(&signer).map(|(member, _)| member).unwrap_or(signer);
        let is_fit = match entry {
            Entry::Found { .. } | Entry::Join { .. } => false,
            Entry::Invite { key, role, uses, expires_ms } => {
                let invite = Invite { role, uses_left: uses, expires_ms, issuer: by, is_revoked: false };
                let is_new = !self.invites.contains_key(&key);
                if is_new {
                    self.invites.insert(key, invite);
                    self.let_in_early(key, &mut taken);
                }
                is_new
            }
            Entry::AddDevice { device, label, consent } => {
                let has_agreed = is_join_proof(&device, &self.space, &signer, &consent);
                let is_fit = has_agreed && !self.devices.contains_key(&device);
                if is_fit {
                    let added = Device { member: by, added_by: Some(signer), label, is_removed: false };
                    self.devices.insert(device, added);
                }
                is_fit
            }
            Entry::ChangeRole { member, role } => match self.members.get_mut(&member) {
                Some(found) => {
                    found.role = role;
                    true
                }
                None => false,
            },
            Entry::RemoveMember { member } => self.remove_member(member, &mut taken.removed),
            Entry::RemoveDevice { device } => self.remove_device(device, &mut taken.removed),
            Entry::RevokeInvite { key } => match self.invites.get_mut(&key) {
                Some(found) => {
                    found.is_revoked = true;
                    true
                }
                None => false,
            },
            Entry::Home { home } => {
                self.home = Some(home);
                true
            }
            Entry::Admit { envelopes } => {
                for id in &envelopes {
                    self.admit_join(id);
                }
                taken.admitted = envelopes;
                true
            }
            Entry::Refuse { envelopes } => {
                for id in &envelopes {
                    self.waiting_joins.remove(id);
                }
                taken.refused = envelopes;
                true
            }
            Entry::Vouch { snapshot } => {
                self.vouchings.entry(snapshot).or_default().vouched_by.insert(signer);
                true
            }
            Entry::Object { snapshot } => {
                self.vouchings.entry(snapshot).or_default().is_objected = true;
                true
            }
        };
        if is_fit { taken } else { Taken::held(HeldReason::EntryUnfit) }
    }

    fn add_member(&mut self, device: DeviceId, member: Member) {
        self.members.insert(device, member);
        let first = Device { member: device, added_by: None, label: String::new(), is_removed: false };
        self.devices.insert(device, first);
    }

    fn admit_join(&mut self, id: &EnvelopeId) {
        if let Some(WaitingJoin { device, role, person, .. }) = self.waiting_joins.remove(id) {
            self.add_member(device, Member { person, role, is_removed: false });
        }
    }

    /// Revokes the invites that the member issued, too: they were trust in that person.
    fn remove_member(&mut self, member: DeviceId, removed: &mut Vec<DeviceId>) -> bool {
        let Some(found) = self.members.get_mut(&member) else { return false };
        found.is_removed = true;
        for invite in self.invites.values_mut().filter(|invite| invite.issuer == member) {
            invite.is_revoked = true;
        }
        for (id, device) in self.devices.iter_mut().filter(|(_, device)| device.member == member) {
            device.is_removed = true;
            removed.push(*id);
        }
        true
    }

    fn remove_device(&mut self, device: DeviceId, removed: &mut Vec<DeviceId>) -> bool {
        if !self.devices.contains_key(&device) {
            return false;
        }
        let mut to_remove = vec![device];
        while let Some(next) = to_remove.pop() {
            if let Some(found) = self.devices.get_mut(&next).filter(|found| !found.is_removed) {
                found.is_removed = true;
                removed.push(next);
            }
            let added = self.devices.iter().filter(|(_, d)| d.added_by == Some(next) && !d.is_removed);
            to_remove.extend(added.map(|(id, _)| *id));
        }
        true
    }
}

#[cfg(test)]
#[path = "roster_tests.rs"]
mod tests;
