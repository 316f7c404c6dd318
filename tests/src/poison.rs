//! Changes that a member with a right key makes in bad faith, beside good ones, for documents that are alike.

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, AutoCommit, ChangeHash, LoadOptions, ROOT, ReadDoc, TextEncoding};
use rand_chacha::ChaCha8Rng;
use rand_core::Rng;
use sync_engine::ids::DeviceId;

use crate::bombs::{self, KIND_CHANGE, framed};

/// A change that is to be in its document in the end.
pub struct Good {
    pub bytes: Vec<u8>,
    pub hash: ChangeHash,
}

/// What is wrong with a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Some of its bytes, under a checksum that is right again. It may turn out to be a change all the same.
    Bytes,
    /// Its actor is another device's.
    Actor,
    /// It claims a sequence number that is taken.
    Sequence,
    /// It builds on a change that nobody sends.
    Dependency,
    /// It claims more than it holds.
    Size,
    /// It is no change at all.
    Noise,
}

impl Wrong {
    pub const ALL: [Self; 6] = [Self::Bytes, Self::Actor, Self::Sequence, Self::Dependency, Self::Size, Self::Noise];
}

/// Makes changes for one document, of which `saved` is the part that everybody has.
pub struct Brewer {
    saved: Vec<u8>,
    rng: ChaCha8Rng,
}

impl Brewer {
    pub fn new(saved: Vec<u8>, rng: ChaCha8Rng) -> Self {
        Self { saved, rng }
    }

    fn copy(&self, actor: ActorId) -> AutoCommit {
        let options = LoadOptions::new().text_encoding(TextEncoding::Utf16CodeUnit);
        AutoCommit::load_with_options(&self.saved, options).expect("a saved document").with_actor(actor)
    }

    /// An actor of `device` that nobody else has.
    fn actor(&mut self, device: &DeviceId) -> ActorId {
        let mut life = [0; 8];
        self.rng.fill_bytes(&mut life);
        ActorId::from([&device.as_bytes()[..16], &life].concat())
    }

    /// As many changes in a row as there are words, each with one of them.
    pub fn good(&mut self, by: &DeviceId, words: &[&str]) -> Vec<Good> {
        let actor = self.actor(by);
        let mut doc = self.copy(actor);
        words.iter().map(|word| typed(&mut doc, word)).collect()
    }

    /// A change with something wrong, and what must go before it for that.
    pub fn bad(&mut self, by: &DeviceId, other: &DeviceId, wrong: Wrong) -> (Vec<Good>, Vec<u8>) {
        match wrong {
            Wrong::Bytes => {
                let change = self.good(by, &["محرَّف"]).remove(0).bytes;
                (vec![], self.mutated(&change))
            }
            Wrong::Actor => (vec![], self.good(other, &["منتحَل"]).remove(0).bytes),
            Wrong::Sequence => {
                let actor = self.actor(by);
                let first = typed(&mut self.copy(actor.clone()), "أول");
                (vec![first], typed(&mut self.copy(actor), "مكرَّر").bytes)
            }
            Wrong::Dependency => (vec![], self.good(by, &["غائب", "معلَّق"]).remove(1).bytes),
            Wrong::Size => (vec![], bombs::change_of(by, 1_000_000_000 + i64::from(self.rng.next_u32()))),
            Wrong::Noise => {
                let mut noise = vec![0; 60];
                self.rng.fill_bytes(&mut noise);
                (vec![], noise)
            }
        }
    }

    /// Changes a few bytes of the contents of a change, and frames it anew.
    fn mutated(&mut self, chunk: &[u8]) -> Vec<u8> {
        let length_bytes = chunk[9..].iter().take_while(|byte| **byte & 0x80 != 0).count() + 1;
        let mut contents = chunk[9 + length_bytes..].to_vec();
        for _ in 0..1 + self.rng.next_u32() % 3 {
            let place = self.rng.next_u32() as usize % contents.len();
            match self.rng.next_u32() % 4 {
                0 => contents[place] = self.rng.next_u32() as u8,
                1 => contents[place] ^= 1 << (self.rng.next_u32() % 8),
                2 => contents.insert(place, self.rng.next_u32() as u8),
                _ => drop(contents.remove(place)),
            }
        }
        framed(KIND_CHANGE, &contents, true)
    }
}

fn typed(doc: &mut AutoCommit, word: &str) -> Good {
    let (_, body) = doc.get(ROOT, "body").expect("readable").expect("the note's body");
    doc.splice_text(&body, 1, 0, word).expect("typed");
    doc.commit_with(CommitOptions::default().with_time(0));
    let change = doc.get_last_local_change().expect("a change");
    Good { bytes: change.raw_bytes().to_vec(), hash: change.hash() }
}
