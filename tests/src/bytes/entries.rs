//! The border at which membership comes in: entries, and what they do to who may write.

use sync_engine::entry::{Entry, Home, Person, Role, join_proof, space_id};
use sync_engine::envelope::{Encoding, Header, SignedHeader};
use sync_engine::ids::{DeviceId, EnvelopeId, ServerId, SpaceId};
use sync_engine::keys::{SecretKey, Signature};
use sync_engine::roster::{Roster, Row, Standing};

use super::{Reach, Target, cbor, envelopes, keys, mutate};
use crate::sim::random::Random;

const NOON_MS: u64 = 1_795_348_800_000;

/// An admin, an editor, a viewer, somebody who was removed, and two whom nobody knows.
const DEVICES: usize = 6;

/// An input is entries one after the other: who signs, the kind of row, the length in two bytes, and the bytes.
pub(super) struct Entries {
    roster: Roster,
    space: SpaceId,
    invite: SecretKey,
    /// The envelope of a join that waits for an admin.
    waiting: EnvelopeId,
}

fn key(nth: usize) -> SecretKey {
    keys::key(nth as u8 + 1)
}

fn person(name: &str) -> Person {
    Person { name: name.into(), organisation: "العتبة".into() }
}

impl Entries {
    pub(super) fn new() -> Self {
        let found = Entry::Found {
            title: "المؤتمر الثامن".into(),
            founder: person("زهراء"),
            recovery: SecretKey::from_seed(&[99; 32]).device(),
            home: None,
            nonce: [7; 16],
        };
        let space = space_id(&found.to_bytes());
        let invite = SecretKey::from_seed(&[50; 32]);
        let waiting = EnvelopeId([0; 32]);
        let mut entries = Self { roster: Roster::new(space), space, invite, waiting };
        entries.say(0, &found);
        for (nth, role) in [(1, Role::Editor), (2, Role::Viewer), (3, Role::Editor)] {
            let seed = SecretKey::from_seed(&[60 + nth as u8; 32]);
            entries.say(0, &Entry::Invite { key: seed.device(), role, uses: 1, expires_ms: NOON_MS * 2 });
            let proof = join_proof(&seed, &space, &key(nth).device());
            entries.say(nth, &Entry::Join { invite: seed.device(), proof, person: person("علي") });
        }
        entries.say(0, &Entry::RemoveMember { member: key(3).device() });
        let open = Entry::Invite { key: entries.invite.device(), role: Role::Viewer, uses: 9, expires_ms: NOON_MS * 2 };
        entries.say(0, &open);
        // Joins that wait for an admin, under ids that inputs can name.
        entries.say(4, &Entry::Join { invite: DeviceId([1; 32]), proof: Signature([0; 64]), person: person("حسن") });
        entries.waiting = SignedHeader::sign(entries.header(4), &key(4)).id();
        entries
    }

    fn header(&self, who: usize) -> Header {
        let mut random = Random::new(who as u64, 1);
        let header = envelopes::header(&mut random, &key(who), self.space, b"");
        Header {
            document: None,
            encoding: Encoding::ENTRY,
            counter: 1,
            previous: None,
            blobs: vec![],
            cover: None,
            ..header
        }
    }

    fn say(&mut self, who: usize, entry: &Entry) {
        let (header, bytes) = (self.header(who), entry.to_bytes());
        let id = SignedHeader::sign(header.clone(), &key(who)).id();
        self.roster.take(Row { id, header: &header, entry: Some(&bytes), server_ms: NOON_MS });
    }

    /// An entry that may well be right.
    fn entry(&self, random: &mut Random) -> (usize, Entry) {
        let who = if random.chance(60) { 0 } else { random.below(DEVICES) };
        let signer = key(who).device();
        let device = key(random.below(DEVICES)).device();
        let role = [Role::Viewer, Role::Editor, Role::Admin][random.below(3)];
        let ids = vec![[EnvelopeId([1; 32]), self.waiting][random.below(2)]; random.below(4)];
        let home = Home { server: ServerId([5; 32]), url: "https://multaqa.example".into() };
        let entry = match random.below(13) {
            0 => Entry::Invite { key: DeviceId([random.below(9) as u8; 32]), role, uses: 3, expires_ms: NOON_MS },
            1 | 2 => {
                let proof = join_proof(&self.invite, &self.space, &signer);
                Entry::Join { invite: self.invite.device(), proof, person: person("حسن") }
            }
            3 => {
                let new = keys::key(200 + random.below(9) as u8);
                let consent = join_proof(&new, &self.space, &signer);
                Entry::AddDevice { device: new.device(), label: "حاسوب".into(), consent }
            }
            4 => Entry::ChangeRole { member: device, role },
            5 => Entry::RemoveMember { member: device },
            6 => Entry::RemoveDevice { device },
            7 => Entry::RevokeInvite { key: self.invite.device() },
            8 => Entry::Home { home },
            9 => Entry::Admit { envelopes: ids },
            10 => Entry::Refuse { envelopes: ids },
            11 => Entry::Vouch { snapshot: EnvelopeId([1; 32]) },
            _ => Entry::Object { snapshot: EnvelopeId([1; 32]) },
        };
        (who, entry)
    }
}

/// An entry's bytes, mostly with something wrong.
pub(super) fn wrong(random: &mut Random, entry: &Entry, other: &Entry) -> Vec<u8> {
    let (mut bytes, other) = (entry.to_bytes(), other.to_bytes());
    match random.below(10) {
        0..3 => {}
        3..5 => mutate::some(random, &mut bytes, &other),
        _ => cbor::mutate(random, &mut bytes, &other),
    }
    bytes
}

impl Target for Entries {
    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        let mut input = Vec::new();
        for _ in 0..1 + random.below(4) {
            let ((who, entry), (_, other)) = (self.entry(random), self.entry(random));
            let mut bytes = wrong(random, &entry, &other);
            bytes.truncate(0xffff);
            input.extend([who as u8, if random.chance(4) { random.below(256) as u8 } else { 0 }]);
            input.extend((bytes.len() as u16).to_be_bytes());
            input.extend(bytes);
        }
        input
    }

    fn take(&mut self, mut bytes: &[u8]) -> Reach {
        let mut roster = self.roster.clone();
        let mut best = Reach::new(0, "none");
        while let Some(([who, kind, high, low], rest)) = bytes.split_first_chunk::<4>() {
            let Some((entry, rest)) = rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low]))) else {
                break;
            };
            bytes = rest;
            let who = usize::from(*who) % DEVICES;
            let mut header = self.header(who);
            (header.encoding, header.payload_bytes) = (Encoding(*kind), entry.len() as u64);
            let id = EnvelopeId([*high ^ *low; 32]);
            let reach = match Entry::read(entry) {
                Ok(read) => {
                    assert_eq!(Entry::read(&read.to_bytes()).as_ref(), Ok(&read), "an entry is read as it is written");
                    Reach::new(1, "entry")
                }
                Err(error) => Reach::error(0, &error),
            };
            let taken = roster.take(Row { id, header: &header, entry: Some(entry), server_ms: NOON_MS });
            let reach = match taken.standing {
                _ if reach.depth == 0 => reach,
                Standing::Held(why) => Reach::error(2, &why),
                Standing::Accepted => Reach::new(3, "accepted"),
            };
            if reach.depth >= best.depth {
                best = reach;
            }
            for device in 0..DEVICES {
                roster.role(&key(device).device());
            }
        }
        best
    }
}
