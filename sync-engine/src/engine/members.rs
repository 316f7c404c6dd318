//! What a person says about who may take part: each becomes an entry in this device's own chain, and holds once
//! the space's log has it.

use std::collections::BTreeMap;

use super::admit::{Received, receive};
use super::{Engine, EngineError};
use crate::entry::{Entry, Home, Person, Role, join_proof, space_id};
use crate::envelope::{Envelope, Payload};
use crate::guard::ChangeFacts;
use crate::ids::{DeviceId, EnvelopeId, ServerId, SpaceId};
use crate::keys::{SecretKey, Signature};
use crate::link::InviteLink;
use crate::roster::Roster;
use crate::store::{Applied, EnvelopeRow};

/// What a founder gets.
#[derive(Clone, Debug)]
pub struct Founding {
    pub space: SpaceId,
    /// The seed of the recovery key, to be printed and kept on paper. It is stored nowhere.
    pub recovery_seed: [u8; 32],
}

impl Engine {
    /// Founds a space. Without a home server it lives on this device until `set_home` names one.
    pub fn found(&mut self, title: &str, founder: Person, home: Option<Home>) -> Result<Founding, EngineError> {
        let recovery_seed = self.random();
        let entry = Entry::Found {
            title: title.to_owned(),
            founder,
            recovery: SecretKey::from_seed(&recovery_seed).device(),
            home: home.clone(),
            nonce: self.random(),
        };
        let space = space_id(&entry.to_bytes());
        self.begin(&space, home.as_ref(), &entry)?;
        Ok(Founding { space, recovery_seed })
    }

    /// Says how this device comes into a space, which is here from then on: a space without that would be nobody's.
    fn begin(&mut self, space: &SpaceId, home: Option<&Home>, entry: &Entry) -> Result<(), EngineError> {
        if self.store.space(space)?.is_some() {
            return self.say(space, entry).map(drop);
        }
        self.say_first(space, home, entry)?;
        self.rosters.insert(*space, Roster::new(*space));
        Ok(())
    }

    /// Names the server that the space lives on from here on.
    pub fn set_home(&mut self, space: &SpaceId, home: Home) -> Result<(), EngineError> {
        self.check_role(space, Role::Admin)?;
        self.say(space, &Entry::Home { home: home.clone() })?;
        let row = self.space(space)?;
        self.store.write(|tx| tx.set_home(row.key, &home.server, &home.url))?;
        Ok(())
    }

    /// Makes an invite for `uses` joins until `expires_ms`, Unix milliseconds by the server's clock.
    pub fn invite(
        &mut self,
        space: &SpaceId,
        role: Role,
        uses: u32,
        expires_ms: u64,
    ) -> Result<InviteLink, EngineError> {
        self.check_role(space, Role::Admin)?;
        let row = self.space(space)?;
        let seed = self.random();
        let key = SecretKey::from_seed(&seed).device();
        self.say(space, &Entry::Invite { key, role, uses, expires_ms })?;
        let server = row.server.unwrap_or(ServerId([0; 32]));
        Ok(InviteLink { url: row.url, server, space: *space, seed })
    }

    /// Joins a space by an invitation. It works without a network: the person may write at once, and is a member
    /// once the server has taken the entry.
    pub fn join(&mut self, link: &InviteLink, person: Person) -> Result<(), EngineError> {
        let space = link.space;
        let home = Home { server: link.server, url: link.url.clone() };
        // Whoever was removed has not read of it: nothing of the space was given since.
        let is_out = self.store.space(&space)?.is_some_and(|row| row.no_access.is_some());
        if !is_out && self.roster(&space).is_ok_and(|roster| roster.role(&self.device()).is_some()) {
            return Ok(());
        }
        let invite = SecretKey::from_seed(&link.seed);
        let proof = join_proof(&invite, &space, &self.device());
        self.begin(&space, Some(&home), &Entry::Join { invite: invite.device(), proof, person })
    }

    /// This device agrees to be added by `by`, another device of the same person.
    pub fn consent(&self, space: &SpaceId, by: &DeviceId) -> Signature {
        join_proof(&self.key, space, by)
    }

    /// Adds a device of the same person, which has agreed.
    pub fn add_device(
        &mut self,
        space: &SpaceId,
        device: DeviceId,
        label: &str,
        consent: Signature,
    ) -> Result<(), EngineError> {
        self.check_role(space, Role::Viewer)?;
        self.say(space, &Entry::AddDevice { device, label: label.to_owned(), consent })?;
        Ok(())
    }

    /// Takes part in a space to which another device of the same person has added this one.
    pub fn follow_space(&mut self, space: &SpaceId, home: &Home) -> Result<(), EngineError> {
        if self.store.space(space)?.is_none() {
            self.store.write(|tx| tx.add_space(space, Some(&home.server), &home.url))?;
            self.rosters.insert(*space, Roster::new(*space));
        }
        Ok(())
    }

    pub fn change_role(&mut self, space: &SpaceId, member: DeviceId, role: Role) -> Result<(), EngineError> {
        self.check_role(space, Role::Admin)?;
        self.check_member(space, &member)?;
        self.say(space, &Entry::ChangeRole { member, role })?;
        Ok(())
    }

    /// Ends a member's access, with all their devices.
    pub fn remove_member(&mut self, space: &SpaceId, member: DeviceId) -> Result<(), EngineError> {
        let is_self = self.roster(space)?.member_of(&self.device()).is_some_and(|(of, _)| of == member);
        self.check_role(space, if is_self { Role::Viewer } else { Role::Admin })?;
        self.check_member(space, &member)?;
        self.say(space, &Entry::RemoveMember { member })?;
        Ok(())
    }

    /// Ends one device's access, with the devices it added.
    pub fn remove_device(&mut self, space: &SpaceId, device: DeviceId) -> Result<(), EngineError> {
        let roster = self.roster(space)?;
        let of = |device: &DeviceId| roster.member_of(device).map(|(member, _)| member);
        let member = of(&device);
        let is_own = member.is_some() && member == of(&self.device());
        self.check_role(space, if is_own { Role::Viewer } else { Role::Admin })?;
        self.check_member(space, &member.unwrap_or(device))?;
        self.say(space, &Entry::RemoveDevice { device })?;
        Ok(())
    }

    /// Whose joining waits for a decision is no member: what would be said of them means nothing in the log.
    fn check_member(&mut self, space: &SpaceId, member: &DeviceId) -> Result<(), EngineError> {
        let is_known = self.roster(space)?.members().contains_key(member);
        if is_known { Ok(()) } else { Err(EngineError::NoSuchMember(*member)) }
    }

    pub fn revoke_invite(&mut self, space: &SpaceId, key: DeviceId) -> Result<(), EngineError> {
        self.check_role(space, Role::Admin)?;
        self.say(space, &Entry::RevokeInvite { key })?;
        Ok(())
    }

    /// Takes held envelopes in.
    pub fn admit(&mut self, space: &SpaceId, envelopes: &[EnvelopeId]) -> Result<(), EngineError> {
        self.check_held(space, envelopes)?;
        self.say(space, &Entry::Admit { envelopes: envelopes.to_vec() })?;
        Ok(())
    }

    /// Turns held envelopes away, unless an accepted change builds on them.
    pub fn refuse(&mut self, space: &SpaceId, envelopes: &[EnvelopeId]) -> Result<(), EngineError> {
        self.check_held(space, envelopes)?;
        for id in envelopes {
            if let Some(hash) = self.change_built_on(space, id)? {
                return Err(EngineError::BuiltOn(hash));
            }
        }
        self.say(space, &Entry::Refuse { envelopes: envelopes.to_vec() })?;
        Ok(())
    }

    fn check_held(&self, space: &SpaceId, envelopes: &[EnvelopeId]) -> Result<(), EngineError> {
        self.check_role(space, Role::Admin)?;
        let row = self.space(space)?;
        for id in envelopes {
            if self.store.standing_of(row.key, id)? != Some(2) {
                return Err(EngineError::NotHeld(*id));
            }
        }
        Ok(())
    }

    /// A change of a held envelope on which an accepted one, waiting here, depends: directly, or by way of others
    /// that are held.
    fn change_built_on(&self, space: &SpaceId, held: &EnvelopeId) -> Result<Option<String>, EngineError> {
        let row = self.space(space)?;
        let Some(held) = self.store.envelope(row.key, held)? else { return Ok(None) };
        let Some(document) = held.document else { return Ok(None) };
        let facts_of = |of: &EnvelopeRow| -> Result<Vec<ChangeFacts>, EngineError> {
            let Received::Changes(changes) = receive(&self.store, row.key, &of.envelope)? else { return Ok(vec![]) };
            Ok(changes.iter().filter_map(|bytes| facts(bytes)).collect())
        };
        let own: Vec<_> = facts_of(&held)?.into_iter().map(|facts| facts.hash).collect();
        let (mut below, mut next) = (BTreeMap::new(), Vec::new());
        for other in self.store.held_in(document)? {
            below.extend(facts_of(&other)?.into_iter().map(|facts| (facts.hash, facts.deps)));
        }
        for waiting in self.store.tail(document, Applied::Waiting)? {
            next.extend(facts_of(&waiting)?.into_iter().flat_map(|facts| facts.deps));
        }
        while let Some(dep) = next.pop() {
            if own.contains(&dep) {
                return Ok(Some(dep.to_string()));
            }
            next.extend(below.remove(&dep).unwrap_or_default());
        }
        Ok(None)
    }

    fn check_role(&self, space: &SpaceId, least: Role) -> Result<(), EngineError> {
        self.check_version(space)?;
        let role = self.roster(space)?.role(&self.device());
        if role.is_some_and(|role| role >= least) { Ok(()) } else { Err(EngineError::NotAllowed) }
    }

    /// Whether the space's invitation entry of this link has been taken, for a joined device that asks.
    pub fn is_member(&self, space: &SpaceId) -> bool {
        self.rosters.get(space).is_some_and(|roster| roster.role(&self.device()).is_some())
    }

    /// Whether this device has said something about membership that the server has not confirmed.
    pub fn has_unconfirmed_entries(&self, space: &SpaceId) -> Result<bool, EngineError> {
        Ok(!self.store.unplaced_entries(self.space(space)?.key)?.is_empty())
    }

    /// Whether this device has said that it joins, and the server has not confirmed it: also after it was removed.
    pub fn has_unconfirmed_join(&self, space: &SpaceId) -> Result<bool, EngineError> {
        let is_join = |envelope: &Envelope| match &envelope.payload {
            Payload::Inline(bytes) => matches!(Entry::read(bytes), Ok(Entry::Join { .. })),
            _ => false,
        };
        let entries = self.store.unplaced_entries(self.space(space)?.key)?;
        Ok(entries.iter().any(|row| row.envelope.header().device == self.device() && is_join(&row.envelope)))
    }
}

fn facts(change: &[u8]) -> Option<ChangeFacts> {
    crate::guard::change(change, &crate::guard::Limits::V1).ok()
}
