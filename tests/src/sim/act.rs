//! What happens in a world: people type, delete, invite and remove; devices and the server die, come back, and go
//! back in time.

use std::collections::BTreeSet;

use automerge::transaction::Transactable;
use automerge::{ChangeHash, ROOT};
use sync_engine::document::{self, Block, Kind};
use sync_engine::engine::{DocumentName, EngineError};
use sync_engine::entry::Role;
use sync_engine::ids::EnvelopeId;
use sync_engine::session::{Mode, Session};
use sync_engine::store::CommitFault;

use super::carry::Turn;
use super::custody::{Hash, Holder};
use super::plant::Plant;
use super::token::{Token, Typed, body, find, gaps, token};
use super::world::{Decision, Failure, World, person};

/// One in three hundred texts is so long that its payload travels apart.
const LONG_CHARS: usize = 60_000;

/// Of those, one in so many is typed in letters. The others have a long value beside them, which is one operation: so
/// many letters take as long to apply and load again as a world without them does.
const LONG_IN_LETTERS: usize = 10;

/// Where the long value stands.
const LONG_VALUE: &str = "summary";

impl World {
    /// Lets one thing happen, and the network do some of its work.
    pub(super) fn step(&mut self) -> Result<(), Failure> {
        let at = self.random.below(self.devices.len());
        let weather = self.weather;
        match self.random.below(100) {
            0..36 => self.type_token(at)?,
            36..44 => self.delete_token(at)?,
            44..47 if self.documents.len() < 2 => self.create(at)?,
            47..62 => self.begin_sync(at),
            62..66 if weather.partitions => self.toggle_network(at),
            66..76 if weather.crashes => self.arm(at),
            76..78 if weather.crashes => {
                self.count("device crash");
                self.trace(|| format!("device {at}: dies"));
                self.devices[at].restart();
            }
            78..80 if weather.crashes => {
                self.count("server crash");
                self.trace(|| "server: dies".into());
                self.server.restart();
                self.break_streams();
            }
            80..84 if weather.device_restores => self.back_up_device(at),
            84..87 if weather.device_restores => self.restore_device(),
            87..90 if weather.server_restores => self.back_up_server(),
            90..92 if weather.server_restores => self.restore_server(),
            92..93 if weather.server_restores => self.confirm(),
            93 if weather.clones => self.clone_once(at),
            94..96 if weather.compaction => self.compact(at)?,
            96 if weather.compaction => self.drop_covered(60_000),
            97 if weather.removal => self.remove(at)?,
            98 if weather.joins => self.join()?,
            99 => self.tidy(at)?,
            _ => self.now_ms += self.random.below(90_000) as u64,
        }
        for _ in 0..self.random.below(14) {
            self.move_something()?;
        }
        Ok(())
    }

    /// One small thing on the way between devices and server.
    fn move_something(&mut self) -> Result<(), Failure> {
        self.now_ms += self.random.below(400) as u64;
        match self.random.below(4) {
            0 => {
                self.carry_request();
            }
            1 => {
                self.carry_reply()?;
            }
            _ => {
                let at = self.random.below(self.devices.len());
                if let Turn::Idle(Some(until_ms)) = self.turn(at)?
                    && self.random.chance(20)
                {
                    self.now_ms = self.now_ms.max(until_ms.min(self.now_ms + 120_000));
                }
            }
        }
        Ok(())
    }

    fn begin_sync(&mut self, at: usize) {
        if self.devices[at].mode == Mode::Once && self.devices[at].waiting.is_none() {
            self.devices[at].reading = None;
            self.devices[at].session = Session::new(Mode::Once);
        } else if self.devices[at].is_online {
            self.devices[at].session.on_network();
        }
    }

    /// A document that is on the device.
    fn document_on(&mut self, at: usize) -> Option<DocumentName> {
        let documents = self.documents.clone();
        let here: Vec<_> = documents.into_iter().filter(|name| self.devices[at].engine().heads(name).is_ok()).collect();
        let name = self.random.pick(&here)?;
        // Of a document whose beginning is not here yet nothing can be shown.
        let text = self.devices[at].engine().read(&name, |doc| body(doc, None)).ok()?;
        (!text.is_empty()).then_some(name)
    }

    fn heads(&mut self, at: usize, name: &DocumentName) -> BTreeSet<ChangeHash> {
        self.devices[at].engine().heads(name).map(|heads| heads.into_iter().collect()).unwrap_or_default()
    }

    /// What a device said to an edit: the change that it made, or why there is none.
    fn typed<T>(
        &mut self,
        at: usize,
        name: &DocumentName,
        before: &BTreeSet<ChangeHash>,
        result: Result<T, EngineError>,
    ) -> Result<Typed, Failure> {
        let fault = self.devices[at].gate.peek_fired();
        Ok(match self.survived(at, result)? {
            Some(_) => match self.heads(at, name).difference(before).next() {
                Some(hash) => {
                    let hash: Hash = hash.0;
                    self.custody.add(Holder::Device(at), hash);
                    Typed::Stored(hash)
                }
                None => return Err(format!("device {at}: an edit made no change")),
            },
            None if fault == Some(CommitFault::CrashAfter) => Typed::Unknown,
            None => Typed::Failed,
        })
    }

    fn type_token(&mut self, at: usize) -> Result<(), Failure> {
        let Some(name) = self.document_on(at) else { return Ok(()) };
        let before = self.heads(at, &name);
        if self.random.chance(20) {
            self.devices[at].seen = Some((name, before.iter().copied().collect()));
        }
        // Now and then somebody types into what they saw a while ago.
        let seen = self.devices[at].seen.clone().filter(|(of, _)| *of == name && self.random.chance(30));
        let seen = seen.map(|(_, heads)| heads);
        let shown = self.devices[at].engine().read(&name, |doc| body(doc, seen.as_deref()));
        let Ok(Some(place)) = shown.map(|shown| self.random.pick(&gaps(&shown))) else { return Ok(()) };
        let mut text = token(&mut self.random, self.tokens.len());
        let mut long_value = None;
        if self.random.below(300) == 0 {
            let letters: String = (0..LONG_CHARS).map(|_| self.random.rare_letter()).collect();
            if self.tokens.len().is_multiple_of(LONG_IN_LETTERS) {
                self.count("long text");
                text = letters + &text;
            } else {
                self.count("long value");
                long_value = Some(letters);
            }
        }
        let is_paragraph = self.random.chance(10) && seen.is_none();
        let now_ms = self.devices[at].now_ms(self.now_ms);
        let result = self.devices[at].engine().edit(&name, seen.as_deref(), now_ms, |tx| {
            if let Some(value) = &long_value {
                tx.put(ROOT, LONG_VALUE, value.as_str())?;
            }
            match is_paragraph {
                true => document::append_paragraph(tx, &Block::paragraph(), &text),
                false => document::insert_text(tx, place, &text),
            }
        });
        // A version may have gone with a restored database.
        if matches!(result, Err(EngineError::NoSuchVersion(_))) && seen.is_some() {
            self.devices[at].seen = None;
            return Ok(());
        }
        self.count(if seen.is_some() { "typed at old heads" } else { "typed" });
        let typed = self.typed(at, &name, &before, result)?;
        self.trace(|| {
            let shown: String = text.chars().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect();
            format!("device {at}: types {shown} {typed:02x?}")
        });
        self.tokens.push(Token { text, document: name, by: at, typed, deleted: vec![], is_doubtful: false });
        Ok(())
    }

    fn delete_token(&mut self, at: usize) -> Result<(), Failure> {
        let own: Vec<usize> = (0..self.tokens.len()).filter(|nth| self.tokens[*nth].by == at).collect();
        let Some(nth) = self.random.pick(&own) else { return Ok(()) };
        let (name, text) = (self.tokens[nth].document, self.tokens[nth].text.clone());
        let shown = self.devices[at].engine().read(&name, |doc| body(doc, None)).unwrap_or_default();
        let Some(range) = find(&shown, &text) else { return Ok(()) };
        let before = self.heads(at, &name);
        let now_ms = self.devices[at].now_ms(self.now_ms);
        let result = self.devices[at].engine().edit(&name, None, now_ms, |tx| document::delete_text(tx, range));
        self.count("deleted");
        let typed = self.typed(at, &name, &before, result)?;
        self.trace(|| format!("device {at}: deletes token {nth} {typed:02x?}"));
        match typed {
            Typed::Stored(hash) => self.tokens[nth].deleted.push(hash),
            Typed::Unknown => self.tokens[nth].is_doubtful = true,
            Typed::Failed => {}
        }
        Ok(())
    }

    fn create(&mut self, at: usize) -> Result<(), Failure> {
        let now_ms = self.devices[at].now_ms(self.now_ms);
        let space = self.space;
        if self.devices[at].engine().confirmed_roster(&space).is_none() {
            return Ok(());
        }
        let made = self.devices[at].engine().create(&space, Kind::Note, "ملاحظات", now_ms);
        if let Some(name) = self.survived(at, made)? {
            self.count("created");
            self.trace(|| format!("device {at}: makes document {}", name.document));
            let hash = self.heads(at, &name).iter().next().map(|hash| hash.0);
            hash.into_iter().for_each(|hash| self.custody.add(Holder::Device(at), hash));
            self.documents.push(name);
        }
        Ok(())
    }

    fn toggle_network(&mut self, at: usize) {
        let is_online = !self.devices[at].is_online;
        self.devices[at].is_online = is_online;
        self.trace(|| format!("device {at}: {}", if is_online { "online" } else { "offline" }));
        if is_online {
            self.devices[at].session.on_network();
            return;
        }
        self.count("partition");
        // Some of what is under way is lost; the rest comes late.
        let random = &mut self.random;
        self.network.requests.retain(|(from, _)| *from != at || random.chance(50));
        self.network.replies.retain(|(to, _, _)| *to != at || random.chance(50));
    }

    fn arm(&mut self, at: usize) {
        let faults = [CommitFault::Full, CommitFault::CrashBefore, CommitFault::CrashAfter];
        let fault = faults[self.random.below(faults.len())];
        self.devices[at].gate.arm(self.random.below(4) as u32, fault);
    }

    fn back_up_device(&mut self, at: usize) {
        let number = self.devices[at].back_up();
        self.custody.back_up(Holder::Device(at), number);
        self.device_backups.push((at, number));
        self.trace(|| format!("device {at}: backup {number}"));
    }

    fn restore_device(&mut self) {
        let Some((at, number)) = self.random.pick(&self.device_backups) else { return };
        self.count("device restore");
        self.trace(|| format!("device {at}: goes back to backup {number}"));
        self.devices[at].restore(number);
        self.custody.restore(Holder::Device(at), number);
    }

    fn back_up_server(&mut self) {
        let number = self.server.back_up();
        self.custody.back_up(Holder::Server, number);
        self.server_backups.push(number);
        self.trace(|| format!("server: backup {number}"));
    }

    /// Mostly to the last backup: then other devices' cursors may still fit, although the log lost rows.
    fn restore_server(&mut self) {
        let picked = self.random.pick(&self.server_backups);
        let last = self.server_backups.last().copied().filter(|_| self.random.chance(60));
        let Some(number) = last.or(picked) else { return };
        self.count("server restore");
        self.trace(|| format!("server: goes back to backup {number}"));
        self.server.restore(number);
        self.break_streams();
        self.custody.restore(Holder::Server, number);
    }

    fn confirm(&mut self) {
        let space = self.space;
        self.server.confirm(&space);
    }

    fn clone_once(&mut self, at: usize) {
        if !self.tally.contains_key("clone") {
            self.count("clone");
            self.trace(|| format!("device {at}: runs twice from here on"));
            self.clone_device(at);
        }
    }

    pub(super) fn compact(&mut self, at: usize) -> Result<(), Failure> {
        let Some(name) = self.document_on(at) else { return Ok(()) };
        match self.devices[at].engine().compact(&name) {
            Err(EngineError::NotCompactable(_)) => {}
            result => {
                if let Some(snapshot) = self.survived(at, result)? {
                    self.count("snapshot");
                    self.trace(|| format!("device {at}: snapshot {snapshot:?} of {}", name.document));
                    if self.has(Plant::CoveredDeletedEarly) {
                        self.drop_payloads(&name.document);
                    }
                }
            }
        }
        Ok(())
    }

    /// The server drops what vouched snapshots stand for, where it is older than up to `grace_ms`.
    pub(super) fn drop_covered(&mut self, grace_ms: usize) {
        let before_ms = self.now_ms - self.random.below(grace_ms) as u64;
        let dropped = self.server.compact(before_ms);
        if dropped > 0 {
            self.count("payloads dropped");
            self.trace(|| format!("server: drops {dropped} payloads"));
        }
    }

    /// The founder removes another member, once in a world.
    fn remove(&mut self, at: usize) -> Result<(), Failure> {
        let (space, device) = (self.space, self.devices[at].id());
        if !self.removed.is_empty() || device == self.devices[0].id() {
            return Ok(());
        }
        let removed = self.devices[0].engine().remove_member(&space, device);
        // Who is no member yet, because their joining came before its invitation, cannot be removed.
        if matches!(removed, Err(EngineError::NotAllowed | EngineError::NoSuchMember(_))) {
            return Ok(());
        }
        self.survived(0, removed)?;
        // If a crash hides whether it was said, the log will tell.
        self.removed.insert(device);
        self.count("removal");
        self.trace(|| format!("device 0: removes device {at}"));
        Ok(())
    }

    /// The founder invites somebody, who joins offline.
    fn join(&mut self) -> Result<(), Failure> {
        if self.tally.contains_key("join") {
            return Ok(());
        }
        let (space, expires_ms) = (self.space, self.now_ms + (1 << 40));
        let link = self.devices[0].engine().invite(&space, Role::Editor, 1, expires_ms);
        if matches!(link, Err(EngineError::NotAllowed)) {
            return Ok(());
        }
        let Some(link) = self.survived(0, link)? else { return Ok(()) };
        let at = self.add_device();
        self.devices[at].engine().join(&link, person("البصرة")).map_err(|error| format!("join: {error}"))?;
        self.count("join");
        self.trace(|| format!("device {at}: joins"));
        Ok(())
    }

    fn tidy(&mut self, at: usize) -> Result<(), Failure> {
        let tidied = self.devices[at].engine().tidy(1);
        self.survived(at, tidied)?;
        Ok(())
    }

    /// The admin decides about what is held.
    pub(super) fn decide(&mut self) -> Result<(), Failure> {
        let space = self.space;
        let held = self.devices[0].engine().held(&space).map_err(|error| format!("held: {error}"))?;
        let mut admitted = Vec::new();
        let mut refused = Vec::new();
        for row in held {
            let is_removed = self.removed.contains(&row.device);
            match self.decision {
                _ if !is_removed || self.has(Plant::RemovalIgnored) => admitted.push(row.envelope),
                Decision::Admit => admitted.push(row.envelope),
                Decision::Refuse => refused.push(row.envelope),
                Decision::Leave => {}
            }
        }
        if !admitted.is_empty() {
            self.count("admitted");
            self.trace(|| format!("device 0: admits {admitted:?}"));
            let said = self.devices[0].engine().admit(&space, &admitted);
            self.survived(0, said)?;
        }
        if !refused.is_empty() {
            self.count("refused");
            self.trace(|| format!("device 0: refuses {refused:?}"));
            self.refuse(&refused)?;
        }
        Ok(())
    }

    /// What an accepted change builds on cannot be refused, so the admin takes it in after all.
    fn refuse(&mut self, held: &[EnvelopeId]) -> Result<(), Failure> {
        let space = self.space;
        match self.devices[0].engine().refuse(&space, held) {
            Err(EngineError::BuiltOn(_)) if held.len() == 1 => {
                self.count("admitted because something builds on it");
                self.trace(|| format!("device 0: has to admit {held:?}"));
                self.built_on.extend(held);
                let said = self.devices[0].engine().admit(&space, held);
                self.survived(0, said)?;
            }
            Err(EngineError::BuiltOn(_)) => {
                for one in held {
                    self.refuse(std::slice::from_ref(one))?;
                }
            }
            said => {
                self.survived(0, said)?;
            }
        }
        Ok(())
    }
}
