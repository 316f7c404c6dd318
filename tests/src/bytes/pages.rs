//! The border of a device: pages that its server sends, and what a member beside it hands over. Everything in them is
//! signed by a member of the space, so that it comes as far as a document.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use sync_engine::document::Kind;
use sync_engine::engine::{DocumentName, Engine, Event};
use sync_engine::entry::{Entry, Home, Person, Role, join_proof};
use sync_engine::envelope::{Encoding, Envelope};
use sync_engine::frame::{PageRow, read_push, write_page, write_push};
use sync_engine::ids::{DocumentId, Position, ServerId, SpaceId};
use sync_engine::keys::SecretKey;
use sync_engine::store::Durability;

use super::requests::{key, odd, sealed};
use super::{Reach, Target, changes, chunk, documents, entries, frames};
use crate::disk::Disk;
use crate::sim::random::Random;

const NOON_MS: u64 = 1_795_348_800_000;

/// The member who sends wrong bytes: an editor, by the number of its key.
const MEMBER: usize = 1;

/// An input is one byte, 0 for a page and 1 for rows that are handed over, and a frame.
pub(super) struct Pages {
    engine: Engine,
    space: SpaceId,
    _disk: Disk,
}

impl Pages {
    pub(super) fn new() -> Self {
        let disk = Disk::new();
        let mut chance = ChaCha8Rng::from_seed([3; 32]);
        let entropy = Box::new(move |bytes: &mut [u8]| chance.fill_bytes(bytes));
        let mut engine = Engine::open(&disk.path("device.db"), Durability::ProcessOnly, entropy).expect("a device");
        let person = Person { name: "زهراء".into(), organisation: "العتبة".into() };
        let home = Home { server: ServerId([5; 32]), url: "https://multaqa.example".into() };
        let space = engine.found("المؤتمر الثامن", person.clone(), Some(home)).expect("founded").space;
        let link = engine.invite(&space, Role::Editor, 3, NOON_MS * 2).expect("invited");
        engine.create(&space, Kind::Note, "الجلسة", NOON_MS as i64).expect("a note");
        let mut pages = Self { engine, space, _disk: disk };
        let own = pages.engine.hand_unplaced(&space).expect("written");
        let own = read_push(&space, &own).expect("a push");
        let invite = SecretKey::from_seed(&link.seed);
        let mut random = Random::new(0, 0xba6e);
        let joining = key(MEMBER).device();
        let join = Entry::Join { invite: invite.device(), proof: join_proof(&invite, &space, &joining), person };
        let join = sealed(&mut random, MEMBER, space, None, Encoding::ENTRY, join.to_bytes());
        let mut rows = own;
        rows.push(join);
        // The documents that wrong changes are for, as the member wrote them.
        for (nth, written) in documents::all().iter().enumerate() {
            let document = Some(DocumentId([nth as u8; 16]));
            rows.push(sealed(&mut random, MEMBER, space, document, Encoding::SNAPSHOT, written.saved[0].clone()));
        }
        let page = page(&space, rows);
        let reach = pages.take(&[&[0][..], &page].concat());
        assert_eq!(reach.depth, 3, "{reach:?}");
        pages
    }
}

fn page(space: &SpaceId, envelopes: Vec<Envelope>) -> Vec<u8> {
    let row = |envelope| PageRow::Envelope { envelope, server_ms: NOON_MS };
    write_page(space, &envelopes.into_iter().map(row).collect::<Vec<_>>())
}

impl Target for Pages {
    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        let space = self.space;
        let one = |random: &mut Random| {
            let nth = random.below(3);
            let document = Some(DocumentId([nth as u8; 16]));
            match random.below(10) {
                0 => {
                    let entry = Entry::RemoveDevice { device: SecretKey::from_seed(&[9; 32]).device() };
                    let bytes = entries::wrong(random, &entry, &entry);
                    sealed(random, MEMBER, space, None, Encoding::ENTRY, bytes)
                }
                1 => {
                    let saved = &documents::all()[nth].saved;
                    let bytes = chunk::document(random, &saved[1], &saved[2]);
                    sealed(random, MEMBER, space, document, Encoding::SNAPSHOT, bytes)
                }
                _ => {
                    let (encoding, payload) = changes::payload(random, nth);
                    sealed(random, MEMBER, space, document, encoding, payload)
                }
            }
        };
        let mut envelopes: Vec<Envelope> = (0..1 + random.below(4)).map(|_| one(random)).collect();
        if random.chance(25) {
            let next = one(random);
            envelopes.push(odd(random, MEMBER, next, envelopes.first()));
        }
        let is_handed = random.chance(30);
        let frame = if is_handed { write_push(&space, &envelopes) } else { page(&space, envelopes) };
        let frame = if random.chance(80) { frame } else { frames::wrong(random, &frame, &frame) };
        [&[u8::from(is_handed)][..], &frame].concat()
    }

    fn take(&mut self, bytes: &[u8]) -> Reach {
        let Some((kind, frame)) = bytes.split_first() else { return Reach::new(0, "empty") };
        let space = self.space;
        let (heads, cursor) = {
            let spaces = self.engine.spaces().expect("read");
            let cursor =
                spaces.iter().find(|row| row.space == space).map_or(Position::START, |row| row.cursor.position);
            (self.engine.documents(Some(&space)).expect("the list").len(), cursor)
        };
        let result = match kind {
            0 => self.engine.on_pages(&space, &[(cursor, frame)]).map(|effect| format!("{effect:?}")),
            _ => self.engine.take_unplaced(&space, frame).map(|taken| format!("{} handed over", taken.min(1))),
        };
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => {
                let is_page = !format!("{error:?}").contains("Frame");
                return Reach::error(usize::from(is_page), &error);
            }
        };
        let mut is_shown = self.engine.documents(Some(&space)).expect("the list").len() != heads;
        for event in self.engine.take_events() {
            if let Event::DocumentChanged { name, .. } = event {
                is_shown = true;
                self.engine.read(&name, |document| documents::look_at(document, &[])).expect("it can be shown");
                self.engine.history(&name).expect("its versions");
            }
        }
        for nth in 0..3 {
            let name = DocumentName { space, document: DocumentId([nth; 16]) };
            // It may not be here yet.
            let _ = self.engine.conflicts(&name);
        }
        self.engine.search("نص", None, 10).expect("found");
        Reach::new(2 + usize::from(is_shown), &answer)
    }
}
