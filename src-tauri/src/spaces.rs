//! The spaces that this device takes part in: founding, joining, and who is in each.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use sync_engine::engine::{DocumentName, Who};
use sync_engine::entry::{Home, Role};
use sync_engine::ids::{DeviceId, EnvelopeId, SpaceId};
use sync_engine::keys::SecretKey;
use sync_engine::link::{EnterLink, InviteLink, RecoveryLink};
use sync_engine::roster::HeldReason;
use sync_engine::sheet;
use sync_engine::store::SpaceRow;
use sync_engine::wire::NoAccess;

use crate::app::App;
use crate::error::CommandError;
use crate::events::AppEvent;
use crate::qr;

/// How this device stands in a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Member,
    /// It has joined, and the server has not taken the entry yet.
    Waiting,
    /// Its joining waits for an admin.
    Held,
    Removed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SpaceView {
    pub space: SpaceId,
    /// Empty while nothing of the space has come yet.
    pub title: String,
    pub role: Option<Role>,
    pub standing: Standing,
    /// The server's address; none while the space lives on this device only.
    pub server: Option<String>,
    pub organisations: BTreeSet<String>,
    pub members: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberView {
    pub member: DeviceId,
    pub name: String,
    pub organisation: String,
    pub role: Role,
    pub is_removed: bool,
    pub is_me: bool,
    pub devices: Vec<DeviceView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeviceView {
    pub device: DeviceId,
    /// Empty for the device that joined.
    pub label: String,
    pub is_removed: bool,
    pub is_this: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InviteView {
    pub key: DeviceId,
    pub role: Role,
    pub uses_left: u32,
    /// By the server's clock, in Unix milliseconds.
    pub expires_ms: u64,
    pub issuer: Who,
    pub is_revoked: bool,
}

/// An envelope that waits for an admin's decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldView {
    pub envelope: EnvelopeId,
    pub by: Who,
    pub reason: Option<HeldReason>,
    pub document: Option<DocumentName>,
    pub title: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Members {
    pub members: Vec<MemberView>,
    pub invites: Vec<InviteView>,
    pub held: Vec<HeldView>,
    pub may_decide: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewInvite {
    pub key: DeviceId,
    pub link: String,
    pub svg: String,
}

/// What a link says before anyone follows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "link", rename_all = "snake_case")]
pub enum LinkView {
    Invite {
        server: String,
        space: SpaceId,
    },
    Enter {
        server: String,
    },
    /// A recovery sheet, with its key.
    Recovery {
        server: String,
        space: SpaceId,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Founded {
    pub space: SpaceId,
    /// The recovery key in groups of four, to be printed. It is kept nowhere.
    pub recovery: String,
    /// The sheet's QR code: the key, and where the space is. None while it has no server.
    pub recovery_svg: Option<String>,
}

impl App {
    pub fn spaces(&self) -> Result<Vec<SpaceView>, CommandError> {
        let rows = self.lock()?.spaces()?;
        rows.iter().map(|row| self.space_view(row)).collect()
    }

    pub(crate) fn space(&self, space: &SpaceId) -> Result<SpaceView, CommandError> {
        let spaces = self.spaces()?.into_iter().find(|view| view.space == *space);
        spaces.ok_or_else(|| sync_engine::engine::EngineError::NoSuchSpace(*space).into())
    }

    fn space_view(&self, row: &SpaceRow) -> Result<SpaceView, CommandError> {
        let engine = self.lock()?;
        let me = engine.device();
        let roster = engine.roster(&row.space)?;
        let role = roster.role(&me);
        let standing = match row.no_access {
            // Whoever comes back by a new invitation waits for an admin.
            Some(NoAccess::Removed) if engine.has_unconfirmed_join(&row.space)? => Standing::Held,
            Some(NoAccess::Removed) => Standing::Removed,
            _ if engine.is_member(&row.space) => Standing::Member,
            // Whoever founded it has nobody to wait for.
            _ if roster.is_founded() && role.is_some() => Standing::Member,
            _ if engine.has_unconfirmed_entries(&row.space)? => Standing::Waiting,
            Some(NoAccess::NotAMember) => Standing::Held,
            _ => Standing::Waiting,
        };
        let members = || roster.members().values().filter(|member| !member.is_removed && !member.is_on_paper());
        Ok(SpaceView {
            space: row.space,
            title: roster.title().to_owned(),
            role,
            standing,
            server: row.server.map(|_| row.url.clone()),
            organisations: members().map(|member| member.person.organisation.clone()).collect(),
            members: members().count(),
        })
    }

    /// Founds a space: on the server of the link, or on this device only.
    pub fn found(self: &Arc<Self>, title: &str, enter_link: Option<&str>) -> Result<Founded, CommandError> {
        let title = named(title)?;
        let person = self.person()?;
        let link = enter_link.map(str::parse::<EnterLink>).transpose()?;
        if let Some(link) = &link {
            self.will_enter(link)?;
        }
        let home = link.map(|link| Home { server: link.server, url: link.url });
        let founding = self.lock()?.found(title, person, home.clone())?;
        self.on_new_space(founding.space)?;
        let (space, seed) = (founding.space, founding.recovery_seed);
        let link = home.map(|Home { server, url }| RecoveryLink { url, server, space, seed });
        let recovery_svg = link.map(|link| qr::svg(&link.to_string())).transpose()?;
        Ok(Founded { space, recovery: sheet::print(&seed), recovery_svg })
    }

    pub fn read_link(&self, link: &str) -> Result<LinkView, CommandError> {
        if let Ok(link) = link.parse::<EnterLink>() {
            return Ok(LinkView::Enter { server: link.url });
        }
        if let Ok(link) = link.parse::<RecoveryLink>() {
            return Ok(LinkView::Recovery { server: link.url, space: link.space });
        }
        let link: InviteLink = link.parse()?;
        Ok(LinkView::Invite { server: link.url, space: link.space })
    }

    pub fn join(self: &Arc<Self>, link: &str) -> Result<SpaceView, CommandError> {
        let link: InviteLink = link.parse()?;
        let person = self.person()?;
        self.lock()?.join(&link, person)?;
        self.on_new_space(link.space)?;
        self.space(&link.space)
    }

    /// Gives a space that lives on this device a server.
    pub fn set_server(self: &Arc<Self>, space: &SpaceId, enter_link: &str) -> Result<(), CommandError> {
        let link: EnterLink = enter_link.parse()?;
        self.will_enter(&link)?;
        self.lock()?.set_home(space, Home { server: link.server, url: link.url })?;
        self.on_new_space(*space)
    }

    pub(crate) fn on_new_space(self: &Arc<Self>, space: SpaceId) -> Result<(), CommandError> {
        let mut settings = self.settings()?;
        if settings.home_space.is_none() {
            settings.home_space = Some(space);
            self.set_settings(&settings)?;
        }
        self.connect()?;
        self.on_membership(space);
        Ok(())
    }

    fn on_membership(&self, space: SpaceId) {
        self.syncing.said();
        self.tell(vec![AppEvent::MembersChanged { space }]);
    }

    pub fn members(&self, space: &SpaceId) -> Result<Members, CommandError> {
        let engine = self.lock()?;
        let (me, roster) = (engine.device(), engine.roster(space)?);
        let mine = roster.member_of(&me).map(|(member, _)| member);
        let devices_of = |member: &DeviceId| {
            let own = roster.devices().iter().filter(|(_, device)| device.member == *member);
            own.map(|(id, device)| DeviceView {
                device: *id,
                label: device.label.clone(),
                is_removed: device.is_removed,
                is_this: *id == me,
            })
            .collect()
        };
        let people = roster.members().iter().filter(|(_, member)| !member.is_on_paper());
        let members = people.map(|(id, member)| MemberView {
            member: *id,
            name: member.person.name.clone(),
            organisation: member.person.organisation.clone(),
            role: member.role,
            is_removed: member.is_removed,
            is_me: mine == Some(*id),
            devices: devices_of(id),
        });
        let mut invites = Vec::new();
        for (key, invite) in roster.invites() {
            invites.push(InviteView {
                key: *key,
                role: invite.role,
                uses_left: invite.uses_left,
                expires_ms: invite.expires_ms,
                issuer: engine.who(space, &invite.issuer)?,
                is_revoked: invite.is_revoked,
            });
        }
        let waiting = engine.held(space)?;
        let documents = if waiting.is_empty() { vec![] } else { engine.documents(Some(space))? };
        let title =
            |document| documents.iter().find(|info| info.document == document).map(|info| info.text.title.clone());
        let mut held = Vec::new();
        for row in waiting {
            held.push(HeldView {
                envelope: row.envelope,
                by: engine.who(space, &row.device)?,
                reason: row.reason,
                document: row.document.map(|document| DocumentName { space: *space, document }),
                title: row.document.and_then(title),
            });
        }
        Ok(Members { members: members.collect(), invites, held, may_decide: roster.role(&me) == Some(Role::Admin) })
    }

    pub fn invite(&self, space: &SpaceId, role: Role, uses: u32, expires_ms: u64) -> Result<NewInvite, CommandError> {
        let link = self.lock()?.invite(space, role, uses, expires_ms)?;
        self.on_membership(*space);
        let text = link.to_string();
        let svg = qr::svg(&text)?;
        Ok(NewInvite { key: SecretKey::from_seed(&link.seed).device(), link: text, svg })
    }

    pub fn revoke_invite(&self, space: &SpaceId, key: DeviceId) -> Result<(), CommandError> {
        self.lock()?.revoke_invite(space, key)?;
        self.on_membership(*space);
        Ok(())
    }

    pub fn change_role(&self, space: &SpaceId, member: DeviceId, role: Role) -> Result<(), CommandError> {
        self.lock()?.change_role(space, member, role)?;
        self.on_membership(*space);
        Ok(())
    }

    pub fn remove_member(&self, space: &SpaceId, member: DeviceId) -> Result<(), CommandError> {
        self.lock()?.remove_member(space, member)?;
        self.on_membership(*space);
        Ok(())
    }

    pub fn remove_device(&self, space: &SpaceId, device: DeviceId) -> Result<(), CommandError> {
        self.lock()?.remove_device(space, device)?;
        self.on_membership(*space);
        Ok(())
    }

    /// Takes held envelopes in, or turns them away.
    pub fn decide(&self, space: &SpaceId, envelopes: &[EnvelopeId], admit: bool) -> Result<(), CommandError> {
        let mut engine = self.lock()?;
        match admit {
            true => engine.admit(space, envelopes)?,
            false => engine.refuse(space, envelopes)?,
        }
        drop(engine);
        self.on_membership(*space);
        Ok(())
    }
}

/// A title that says something.
pub(crate) fn named(title: &str) -> Result<&str, CommandError> {
    let title = title.trim();
    let chars = title.chars().count();
    match chars {
        1..=sync_engine::entry::NAME_CHARS_MAX => Ok(title),
        _ => Err(CommandError::invalid("a title has 1 to 200 characters")),
    }
}
