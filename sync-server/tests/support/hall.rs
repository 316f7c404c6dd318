//! A space with a member of every role, someone who was removed from it, a member of another space and a stranger;
//! and a watch over the server's file, which tells whether anything at all was written.

use std::collections::BTreeMap;

use sync_engine::entry::{Entry, Role, join_proof};
use sync_engine::envelope::{Encoding, Envelope};
use sync_engine::frame::PageRow;
use sync_engine::ids::*;
use sync_engine::keys::SecretKey;
use sync_engine::roster::Roster;
use sync_engine::wire::*;
use sync_server::log::{Known, LogReader, LogWriter, Quota, ReadAfter};
use sync_server::rates::Rate;
use sync_server::service::Limits;
use sync_server::sqlite::SqliteLog;

use super::{Chain, Device, World, assert_accepted, person};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    Stranger,
    Viewer,
    Editor,
    Admin,
    Removed,
    /// An admin of another space on the same server.
    Elsewhere,
}

impl Caller {
    pub const ALL: [Self; 6] =
        [Self::Stranger, Self::Viewer, Self::Editor, Self::Admin, Self::Removed, Self::Elsewhere];
}

/// Bytes that one member of the space has uploaded.
pub const BLOB: &[u8] = b"the minutes of a closed session";

/// Bytes that lie in the other space only.
pub const BLOB_ELSEWHERE: &[u8] = b"a photograph of the other conference";

pub struct Hall {
    pub world: World,
    pub space: SpaceId,
    pub elsewhere: SpaceId,
    pub missing: SpaceId,
    /// Members whom an entry may be about.
    pub victims: Vec<DeviceId>,
    /// What the removed device wrote too late, each held.
    pub held: Vec<Envelope>,
    /// Secrets of the operator that nobody has used.
    pub secrets: Vec<[u8; 32]>,
    /// The key of an invite that was used up, of one that has expired, and of one that was revoked.
    pub dead_invites: [SecretKey; 3],
    devices: BTreeMap<Caller, Device>,
    operator: SqliteLog,
    watch: rusqlite::Connection,
    random: u64,
    chains: u64,
}

impl Hall {
    /// `spares` are how many entries may have a victim, a held envelope or a secret of their own.
    pub async fn new(seed: u64, spares: u8) -> Self {
        let rate = Rate { requests_per_second: 1 << 20, requests_burst: 1 << 20, ..Rate::default() };
        let world = World::with(Limits { rate, ..Limits::default() }).await;
        let path = world.folder.path().join("server.db");
        let mut operator = SqliteLog::open(&path, Quota::default(), &[0; 32]).expect("the same database");
        let watch = rusqlite::Connection::open(&path).expect("the same database");
        let first = (seed as u8).wrapping_mul(7) % 100;
        let (admin, elsewhere) = (world.founder(first + 1).await, world.founder(first + 2).await);
        let mut admins = admin.found("المؤتمر الثامن").await;
        let other_space = elsewhere.found("مؤتمر آخر").await.space;

        let mut devices = BTreeMap::new();
        for (nth, caller, role) in
            [(3, Caller::Viewer, Role::Viewer), (4, Caller::Editor, Role::Editor), (5, Caller::Removed, Role::Editor)]
        {
            let device = world.device(first + nth);
            device.join(&admin, &mut admins, role).await;
            devices.insert(caller, device);
        }
        devices.insert(Caller::Stranger, world.device(first + 6));

        let mut entries = vec![Entry::RemoveMember { member: devices[&Caller::Removed].id() }];
        let dead_invites = [240, 241, 242].map(|seed| SecretKey::from_seed(&[seed; 32]));
        for (invite, (uses, expires_ms)) in dead_invites.iter().zip([(0, u64::MAX), (9, 1), (9, u64::MAX)]) {
            entries.push(Entry::Invite { key: invite.device(), role: Role::Admin, uses, expires_ms });
        }
        entries.push(Entry::RevokeInvite { key: dead_invites[2].device() });
        let many = SecretKey::from_seed(&[243; 32]);
        entries.push(Entry::Invite { key: many.device(), role: Role::Viewer, uses: 1000, expires_ms: u64::MAX });
        let said: Vec<Envelope> = entries.iter().map(|entry| admins.entry(entry)).collect();
        assert_accepted(&admin.push(&said).await.expect("pushed"));

        let (mut victims, mut joins, mut secrets, mut held) = (vec![], vec![], vec![], vec![]);
        let mut late = Chain::new(&devices[&Caller::Removed].key, admins.space);
        late.incarnation = Incarnation([9; 8]);
        for nth in 0..spares {
            let victim = SecretKey::from_seed(&std::array::from_fn(|at| [first + 100, nth, 3][at % 3]));
            let proof = join_proof(&many, &admins.space, &victim.device());
            let join = Entry::Join { invite: many.device(), proof, person: person("حسن") };
            joins.push(Chain::new(&victim, admins.space).entry(&join));
            victims.push(victim.device());
            held.push(late.text("بعد الإزالة"));
            let secret: [u8; 32] = std::array::from_fn(|at| if at == 0 { nth } else { 77 });
            operator.writer.add_invite(BlobHash::of(&secret), u64::MAX >> 1).expect("added");
            secrets.push(secret);
        }
        devices.insert(Caller::Admin, admin);
        devices.insert(Caller::Elsewhere, elsewhere);
        let mut hall = Self {
            space: admins.space,
            elsewhere: other_space,
            missing: SpaceId([13; 32]),
            victims,
            held,
            secrets,
            dead_invites,
            devices,
            operator,
            watch,
            random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            chains: 0,
            world,
        };
        // Each join by a device of its own, relayed by the admin.
        for batch in joins.chunks(64) {
            assert_accepted(&hall.device(Caller::Admin).push(batch).await.expect("pushed"));
        }
        if !hall.held.is_empty() {
            let outcomes = hall.device(Caller::Removed).push(&hall.held).await.expect("pushed");
            assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Held { .. })), "{outcomes:?}");
        }
        hall.upload(Caller::Admin, hall.space, BLOB).await;
        hall.upload(Caller::Elsewhere, hall.elsewhere, BLOB_ELSEWHERE).await;
        // One secret that a seventh device has used, and one that has expired.
        let seventh = hall.world.device(first + 7);
        hall.operator.writer.add_invite(BlobHash::of(USED_SECRET), u64::MAX >> 1).expect("added");
        hall.operator.writer.add_invite(BlobHash::of(EXPIRED_SECRET), 1).expect("added");
        let enter = Enter { secret: USED_SECRET.to_vec().into() };
        seventh.call::<_, Done>(Route::Enter, &enter).await.expect("let in");
        hall.random();
        hall
    }

    async fn upload(&self, caller: Caller, space: SpaceId, bytes: &[u8]) {
        let total_bytes = bytes.len() as u64;
        let put = PutBlob { space, hash: BlobHash::of(bytes), total_bytes, offset: 0, part: bytes.to_vec().into() };
        let reply: PutBlobReply = self.device(caller).call(Route::PutBlob, &put).await.expect("stored");
        assert_eq!(reply.stored_bytes, total_bytes);
    }

    pub fn device(&self, caller: Caller) -> &Device {
        &self.devices[&caller]
    }

    /// A chain of that caller's own that nobody has seen.
    pub fn chain(&mut self, caller: Caller, space: SpaceId) -> Chain {
        self.chains += 1;
        let mut chain = Chain::new(&self.device(caller).key, space);
        chain.incarnation = Incarnation((self.chains + (1 << 40)).to_be_bytes());
        chain
    }

    /// A chain's first envelope, with this entry.
    pub fn entry(&mut self, caller: Caller, entry: &Entry) -> Envelope {
        self.chain(caller, self.space).entry(entry)
    }

    /// A chain's first envelope, with these bytes for a document.
    pub fn text(&mut self, caller: Caller, encoding: Encoding) -> Envelope {
        let bytes = self.random().to_be_bytes().to_vec();
        self.chain(caller, self.space).seal(Some(DocumentId([7; 16])), encoding, bytes)
    }

    /// The next of this hall's own numbers (xorshift).
    pub fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.random() as usize % (at + 1));
        }
    }

    /// A number that changes with every commit that changes anything in the server's file.
    pub fn written(&self) -> i64 {
        self.watch.query_row("pragma data_version", [], |row| row.get(0)).expect("a number")
    }

    pub fn head(&self, space: SpaceId) -> Cursor {
        self.operator.reader.head(&space).expect("read").expect("the space is kept")
    }

    /// All rows of the space.
    pub fn rows(&self) -> Vec<PageRow> {
        let read = self.operator.reader.read_after(&self.space, Cursor::START, &Known::default(), usize::MAX);
        match read.expect("read") {
            ReadAfter::Rows { rows, .. } => rows,
            other => panic!("{other:?}"),
        }
    }

    pub fn roster(&self) -> std::sync::Arc<Roster> {
        self.operator.reader.roster(&self.space).expect("read").expect("the space is kept")
    }

    pub fn set_recovering(&mut self, is_recovering: bool) {
        self.operator.writer.set_recovering(None, is_recovering).expect("set");
    }

    /// Ends the server, and checks its whole file against what was signed.
    pub async fn assert_sound(mut self) {
        let roles = Caller::ALL.map(|caller| self.roster().role(&self.device(caller).id()));
        assert_eq!(roles, [None, Some(Role::Viewer), Some(Role::Editor), Some(Role::Admin), None, None]);
        self.world.shutdown().await;
        let report = self.operator.reader.verify();
        assert!(report.is_sound(), "{:?}", report.findings);
    }
}

pub const USED_SECRET: &[u8] = b"a secret that another device used";
pub const EXPIRED_SECRET: &[u8] = b"a secret that nobody used in time";
