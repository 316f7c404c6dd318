//! The end of a world: everything that was broken is mended, everyone syncs, and then nothing may be lost, doubled,
//! revived or different anywhere.

use std::collections::{BTreeMap, BTreeSet};

use sync_engine::engine::{DocumentName, Engine};
use sync_engine::entry::Entry;
use sync_engine::envelope::Payload;
use sync_engine::exchange::take_in;
use sync_engine::frame::PageRow;
use sync_engine::ids::{BlobHash, DeviceId, DocumentId};
use sync_engine::session::Session;
use sync_engine::store::Durability;
use sync_engine::wire::{BLOB_PART_BYTES_MAX, Route};

use super::custody::{Hash, Holder};
use super::random::Random;
use super::server::{Request, write};
use super::token::{Token, Typed, body};
use super::world::{Decision, Failure, World};

/// Rounds in which everyone syncs once. A restore of both sides takes five.
const ROUNDS_MAX: usize = 14;

/// What is not shown as everything else is.
struct Apart {
    /// Changes that must not be shown.
    changes: BTreeSet<Hash>,
    /// Those that build on what no copy is known of: they may be shown, or wait.
    orphaned: BTreeSet<Hash>,
    /// Documents in which accepted changes wait for those that are not, or a row for its payload, of which no copy is left.
    waiting_in: BTreeSet<DocumentId>,
}

/// Documents as one reader sees them: heads and text.
type Shown = BTreeMap<DocumentName, (BTreeSet<Hash>, String)>;

impl World {
    /// Mends everything, and lets everyone sync until nothing moves any more.
    pub(super) fn heal(&mut self) -> Result<(), Failure> {
        self.trace(|| "all is mended".into());
        (self.network.drop_percent, self.network.duplicate_percent) = (0, 0);
        let space = self.space;
        self.server.confirm(&space);
        for at in 0..self.devices.len() {
            let device = &mut self.devices[at];
            (device.is_online, device.session) = (true, Session::new(device.mode));
            device.gate.disarm();
            device.hang_up();
            if self.random.chance(50) {
                device.restart();
            }
        }
        while self.carry_request() {}
        self.network.replies.clear();
        self.rest()?;
        if self.weather.compaction {
            // Whoever comes after this reads snapshots where there were rows.
            for at in 0..self.devices.len() {
                self.compact(at)?;
            }
            self.rest()?;
            self.drop_covered(1);
        }
        Ok(())
    }

    /// Lets everyone sync until nothing moves any more.
    fn rest(&mut self) -> Result<(), Failure> {
        let space = self.space;
        let mut before = None;
        for _ in 0..ROUNDS_MAX {
            for at in 0..self.devices.len() {
                self.sync(at)?;
            }
            self.decide()?;
            // What the server would not take is offered again after half a minute.
            self.now_ms += 60_000;
            let now = (self.server.head(&space), self.positions());
            if before.as_ref() == Some(&now) {
                return Ok(());
            }
            before = Some(now);
        }
        Err(format!("no rest after {ROUNDS_MAX} rounds"))
    }

    /// How far each device is, and whether it has something to send.
    fn positions(&mut self) -> Vec<(u64, bool)> {
        let space = self.space;
        let position = |device: &mut super::device::SimDevice| {
            let rows = device.engine().spaces().expect("the spaces");
            let row = rows.into_iter().find(|row| row.space == space);
            let has_outbox = device.engine().has_outbox(&space).unwrap_or(false);
            (row.map_or(0, |row| row.cursor.position.0), has_outbox)
        };
        self.devices.iter_mut().map(position).collect()
    }

    /// Compares everything with everything.
    pub(super) fn check(&mut self) -> Result<(), Failure> {
        // Every new reader checks the rows; the file as a whole is checked now and then, because it takes long.
        let findings = if self.seed.is_multiple_of(4) { self.server.verify() } else { vec![] };
        if let Some(finding) = findings.first() {
            return Err(format!("the server's log: {finding}"));
        }
        let space = self.space;
        let ids: Vec<DeviceId> = self.devices.iter().map(|device| device.id()).collect();
        let members: Vec<usize> = (0..ids.len()).filter(|at| self.server.is_member(&space, &ids[*at])).collect();
        if !members.contains(&0) {
            return Err("the founder is no member any more".into());
        }
        for (at, id) in ids.iter().enumerate() {
            if !members.contains(&at) && !self.removed.contains(id) {
                return Err(format!("device {at} is no member, and was not removed"));
            }
        }
        let fresh = self.read_anew()?;
        let apart = self.apart();
        for at in &members {
            self.check_rest(*at, &apart)?;
            let shown = self.shown(*at);
            if let Some(what) = difference(&fresh, &shown) {
                return Err(format!("device {at} and a new reader differ: {what}"));
            }
        }
        self.check_tokens(&fresh, &members, &apart)
    }

    /// The device has everything, and the server has everything of it.
    fn check_rest(&mut self, at: usize, apart: &Apart) -> Result<(), Failure> {
        let space = self.space;
        let head = self.server.head(&space);
        let engine = self.devices[at].engine();
        let rows = engine.spaces().expect("the spaces");
        let row = rows.iter().find(|row| row.space == space).ok_or(format!("device {at} has no space"))?;
        if row.cursor != head {
            return Err(format!("device {at} is at {:?}, the log at {head:?}", row.cursor));
        }
        if engine.has_outbox(&space).expect("the outbox") {
            return Err(format!("device {at} still has something to send"));
        }
        let documents = engine.documents(Some(&space)).expect("the list");
        if let Some(document) = documents.iter().find(|document| document.is_on_device_only) {
            return Err(format!("device {at}: document {} is on this device only", document.document));
        }
        let parked = engine.parked(&space).expect("what is parked");
        // Whoever leaves something held leaves what was built on it waiting. So does whoever restores the last copy
        // of something away. Nothing else may wait.
        if let Some(document) = parked.iter().find(|document| !apart.waiting_in.contains(document)) {
            return Err(format!("device {at}: document {document} waits for changes"));
        }
        let quarantine = engine.quarantine(&space).expect("the quarantine");
        match quarantine.first() {
            Some(bad) => Err(format!("device {at}: quarantined {:?}: {}", bad.envelope, bad.reason)),
            None => Ok(()),
        }
    }

    fn shown(&mut self, at: usize) -> Shown {
        let space = self.space;
        show(self.devices[at].engine(), &space, &self.documents)
    }

    /// What somebody sees who has never been here before.
    fn read_anew(&mut self) -> Result<Shown, Failure> {
        let (space, home, server) = (self.space, self.home(), self.server.id());
        let mut random = Random::new(self.seed, u64::MAX);
        let entropy = Box::new(move |bytes: &mut [u8]| random.fill(bytes));
        let path = self.folder.path().join("fresh.db");
        let mut engine = Engine::open(&path, Durability::ProcessOnly, entropy).expect("a new device");
        engine.follow_space(&space, &home).expect("followed");
        // It reads in the founder's name, whose rows it hasn't got.
        engine.reread_own(&space);
        let device = self.devices[0].id();
        for _ in 0..3 {
            self.requests += 1;
            let pull = engine.pull(&server, false).map_err(|error| format!("a new reader: {error}"))?;
            let id = self.requests;
            self.server.handle(&Request { id, device, route: Route::Pull, body: write(&pull) }, self.now_ms);
            while let Some(Some(part)) = self.server.next_part(id, 1 << 20, self.now_ms) {
                let taken = take_in(&mut engine, vec![part], 0).map_err(|error| format!("a new reader: {error}"))?;
                if taken.reset.is_some() || taken.must_ask_again {
                    return Err("a new reader is sent back".into());
                }
            }
            while let Ok(Some(fetch)) = engine.next_fetch(&space, BLOB_PART_BYTES_MAX) {
                self.requests += 1;
                let (id, body) = (self.requests, write(&fetch.get));
                let handled = self.server.handle(&Request { id, device, route: Route::GetBlob, body }, self.now_ms);
                if let Some(reply) = handled.reply {
                    let taken = engine.on_fetched(&fetch, &super::server::read(&reply));
                    taken.map_err(|error| format!("a new reader: {error}"))?;
                } else if let Some(at) = self.bearer_of(&fetch.get.hash) {
                    return Err(format!("a new reader lacks a payload that device {at} has"));
                } else {
                    engine.on_absent(&fetch);
                }
            }
        }
        Ok(show(&mut engine, &space, &self.documents))
    }

    /// A device that has all of a blob.
    fn bearer_of(&mut self, hash: &BlobHash) -> Option<usize> {
        let space = self.space;
        let mut all = 0..self.devices.len();
        all.find(|at| self.devices[*at].engine().attachment(&space, hash).expect("read").is_some())
    }

    fn check_tokens(&mut self, fresh: &Shown, members: &[usize], apart: &Apart) -> Result<(), Failure> {
        for (nth, token) in self.tokens.iter().enumerate() {
            let shown = fresh.get(&token.document).map_or(0, |(_, text)| text.matches(token.text.as_str()).count());
            let end: String = token.text.chars().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect();
            let of = format!("token {nth} ({end}) of device {}", token.by);
            let (least, most) = self.expected(token, members, apart);
            if shown < least {
                return Err(format!("{of} is lost"));
            }
            if shown > most {
                return Err(format!("{of} is there {shown} times, not {most}"));
            }
        }
        Ok(())
    }

    /// How often a token may be there, at least and at most.
    fn expected(&self, token: &Token, members: &[usize], apart: &Apart) -> (usize, usize) {
        let hash = match token.typed {
            Typed::Failed => return (0, 0),
            Typed::Unknown => return (0, 1),
            Typed::Stored(hash) => hash,
        };
        if apart.changes.contains(&hash) {
            return (0, 0);
        }
        let survives = |hash: &Hash| self.survives(hash, members) && !apart.changes.contains(hash);
        if token.deleted.iter().any(|hash| survives(hash) && !apart.orphaned.contains(hash)) {
            return (0, 0);
        }
        // What it builds on may be in a snapshot that this does not know to be anywhere.
        let is_certain = token.deleted.is_empty() && !token.is_doubtful && !apart.orphaned.contains(&hash);
        (usize::from(is_certain && survives(&hash)), 1)
    }

    /// Whether a change is at a place from which it must have come to everyone.
    fn survives(&self, hash: &Hash, members: &[usize]) -> bool {
        self.custody.holds(Holder::Server, hash)
            || members.iter().any(|at| self.custody.holds(Holder::Device(*at), hash))
    }

    /// Changes that came after their author's removal and were not admitted, what was built on them, and what was
    /// built on something of which no copy is left.
    fn apart(&mut self) -> Apart {
        let space = self.space;
        let mut removed = BTreeSet::new();
        let (mut banned, mut accepted) = (BTreeSet::new(), BTreeMap::new());
        let mut waiting_in = BTreeSet::new();
        let mut lacking = self.server.lacking(&space);
        lacking.retain(|hash| self.bearer_of(hash).is_none());
        for row in self.server.rows(&space) {
            let PageRow::Envelope { envelope, .. } = row else { continue };
            let header = envelope.header();
            if let Some(document) = header.document {
                let hashes = self.custody.hashes_of(&envelope.id());
                if lacking.contains(&header.payload_hash) {
                    waiting_in.insert(document);
                }
                let is_admitted = self.decision == Decision::Admit || self.built_on.contains(&envelope.id());
                if removed.contains(&header.device) && !is_admitted {
                    banned.extend(hashes.iter().copied());
                } else {
                    accepted.extend(hashes.iter().map(|hash| (*hash, document)));
                }
            } else if let Payload::Inline(bytes) = &envelope.payload
                && let Ok(Entry::RemoveMember { member }) = Entry::read(bytes)
                && !removed.contains(&header.device)
            {
                removed.insert(member);
            }
        }
        banned.retain(|hash| !accepted.contains_key(hash));
        let known = accepted.keys().copied().collect();
        // Nobody may wait for what was refused: only for what has no decision, or is nowhere any more.
        let waiting =
            if self.decision == Decision::Leave { self.custody.built_on(&banned, &known) } else { BTreeSet::new() };
        let orphaned = self.custody.built_on(&self.custody.lost(&known), &known);
        waiting_in.extend(waiting.union(&orphaned).filter_map(|hash| accepted.get(hash).copied()));
        Apart { changes: &banned | &waiting, orphaned, waiting_in }
    }
}

fn show(engine: &mut Engine, space: &sync_engine::ids::SpaceId, documents: &[DocumentName]) -> Shown {
    let mut shown = Shown::new();
    for name in documents.iter().filter(|name| name.space == *space) {
        let read = engine.read(name, |doc| {
            let heads = doc.get_heads().iter().map(|head| head.0).collect();
            (heads, body(doc, None))
        });
        if let Ok(read) = read {
            shown.insert(*name, read);
        }
    }
    shown
}

fn difference(fresh: &Shown, shown: &Shown) -> Option<String> {
    let names: BTreeSet<&DocumentName> = fresh.keys().chain(shown.keys()).collect();
    for name in names {
        match (fresh.get(name), shown.get(name)) {
            (Some(a), Some(b)) if a == b => {}
            // A row of a document that nothing could be made of leaves an empty one.
            (Some((heads, _)), None) | (None, Some((heads, _))) if heads.is_empty() => {}
            (Some((_, a)), Some((_, b))) => {
                return Some(format!("document {}: {:?} against {:?}", name.document, cut(a), cut(b)));
            }
            _ => return Some(format!("document {} is with one of them only", name.document)),
        }
    }
    None
}

fn cut(text: &str) -> String {
    text.chars().filter(|c| !('\u{4e00}'..'\u{a000}').contains(c)).collect()
}
