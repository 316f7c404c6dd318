//! A server's log: two authors' envelopes come in, alone or several at once, with what is too large for them; old
//! payloads are dropped.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use sync_engine::entry::{Entry, Role};
use sync_engine::envelope::{Cover, Encoding, Envelope, Payload};
use sync_engine::frame::PageRow;
use sync_engine::ids::{BlobHash, Cursor, DeviceId, SpaceId};
use sync_engine::wire::Outcome;
use sync_server::conformance::world::{Author, SECRET, found, key};
use sync_server::log::{Batch, BlobPart, Known, LogError, LogReader, LogWriter, PutPart, Quota, ReadAfter};
use sync_server::sqlite::SqliteLog;
use tests::disk::{Disk, Fault};

use super::keeper::{Facts, Keeper};

/// The many steps fill the write-ahead log, so that it is written back and begun again.
const EDITS: usize = 100;

#[derive(Clone, Debug)]
enum Step {
    Invite,
    Enter(DeviceId),
    /// Each batch's envelopes, and what is answered.
    Append(Vec<(DeviceId, Vec<Envelope>)>, Vec<Vec<Outcome>>),
    /// A part of a blob, and what is answered.
    Put {
        sender: DeviceId,
        blob: Arc<Vec<u8>>,
        part: std::ops::Range<usize>,
        answer: BlobPart,
    },
    Compact,
    Reopen,
}

/// What was asked for, and what it did not answer as it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LedgerError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("it answers {0}")]
    Answer(String),
}

pub(crate) struct Ledger {
    steps: Arc<Vec<Step>>,
    log: Option<SqliteLog>,
}

static FEW: LazyLock<Arc<Vec<Step>>> = LazyLock::new(|| Arc::new(Authors::steps(0)));
static MANY: LazyLock<Arc<Vec<Step>>> = LazyLock::new(|| Arc::new(Authors::steps(EDITS)));

fn space() -> SpaceId {
    sync_engine::entry::space_id(&found(0).to_bytes())
}

fn open(disk: &Disk) -> Result<SqliteLog, LogError> {
    SqliteLog::open(&disk.path(Ledger::FILE), Quota::default(), &[7; 32])
}

/// Both authors before a log of their own, which answers as every other has to.
struct Authors {
    log: SqliteLog,
    admin: Author,
    editor: Author,
    steps: Vec<Step>,
}

impl Authors {
    fn steps(edits: usize) -> Vec<Step> {
        let disk = Disk::new();
        let log = open(&disk).expect("opened");
        let mut both = Self { log, admin: Author::new(1), editor: Author::new(2), steps: vec![] };
        both.write(edits);
        both.steps
    }

    fn write(&mut self, edits: usize) {
        let space = space();
        self.log.writer.add_invite(BlobHash::of(SECRET), u64::MAX).expect("invited");
        assert!(self.log.writer.enter(self.admin.id(), SECRET, 1).expect("entered"));
        self.steps.extend([Step::Invite, Step::Enter(self.admin.id())]);
        let invite = key(100);
        let entry = Entry::Invite { key: invite.device(), role: Role::Editor, uses: 1, expires_ms: u64::MAX };
        let founding = self.admin.say(space, &found(0));
        let inviting = self.admin.say(space, &entry);
        let joining = self.editor.join(space, &invite);
        self.append(vec![(self.admin.id(), vec![founding])]);
        self.append(vec![(self.admin.id(), vec![inviting]), (self.editor.id(), vec![joining])]);
        for nth in 0..6 {
            self.edit(nth);
        }
        self.put(20_000);
        let (tips, seen) = (vec![self.admin.previous, self.editor.previous], self.head());
        let cover = Cover { tips: tips.into_iter().flatten().collect(), heads: BlobHash::of(b"heads") };
        let snapshot = self.admin.seal(space, Payload::Inline("لقطة".into()), |header| {
            (header.encoding, header.seen, header.cover) = (Encoding::SNAPSHOT, seen, Some(cover));
        });
        let vouching = self.editor.say(space, &Entry::Vouch { snapshot: snapshot.id() });
        self.append(vec![(self.admin.id(), vec![snapshot])]);
        self.append(vec![(self.editor.id(), vec![vouching])]);
        self.steps.extend([Step::Compact, Step::Reopen]);
        for nth in 6..edits {
            self.edit(nth);
            match nth % 25 {
                11 => self.put(30_000 + nth),
                22 => self.steps.push(Step::Reopen),
                _ => {}
            }
        }
        for nth in 0..4 {
            self.edit(1000 + nth);
        }
    }

    /// One author's envelope, or several of both in one transaction.
    fn edit(&mut self, nth: usize) {
        let text = format!("التعديل {nth} ").repeat(1 + nth % 40);
        let space = space();
        let (admin, editor) = (self.admin.id(), self.editor.id());
        let batches = match nth % 4 {
            0 => vec![(admin, vec![self.admin.write(space, &text)])],
            1 => vec![(editor, vec![self.editor.write(space, &text)])],
            _ => vec![
                (admin, (0..nth % 4).map(|part| self.admin.write(space, &format!("{part} {text}"))).collect()),
                (editor, vec![self.editor.write(space, &text), self.editor.write(space, "وبعده")]),
            ],
        };
        self.append(batches);
    }

    fn append(&mut self, batches: Vec<(DeviceId, Vec<Envelope>)>) {
        let now_ms = self.steps.len() as u64;
        let appended = self.log.writer.append(&as_batches(&batches, now_ms)).expect("appended");
        let outcomes: Vec<_> = appended.into_iter().map(|appended| appended.outcomes).collect();
        assert!(outcomes.iter().flatten().all(|outcome| matches!(outcome, Outcome::Accepted { .. })), "{outcomes:?}");
        self.steps.push(Step::Append(batches, outcomes));
    }

    fn put(&mut self, bytes: usize) {
        let blob: Arc<Vec<u8>> = Arc::new((0..bytes).map(|at| (at * at % 251) as u8).collect());
        for part in [0..bytes / 2, bytes / 2..bytes] {
            let sender = self.editor.id();
            let put = put_part(&blob, &part, sender);
            let answer = self.log.writer.put_blob(&put).expect("stored");
            assert_eq!(answer, BlobPart::Stored(part.end as u64));
            self.steps.push(Step::Put { sender, blob: blob.clone(), part, answer });
        }
    }

    fn head(&self) -> Cursor {
        self.log.reader.head(&space()).expect("read").expect("founded")
    }
}

fn as_batches(batches: &[(DeviceId, Vec<Envelope>)], now_ms: u64) -> Vec<Batch> {
    let batch = |(sender, envelopes): &(DeviceId, Vec<Envelope>)| {
        let (sender, envelopes) = (*sender, envelopes.clone());
        Batch { space: space(), sender, envelopes, lacks: HashSet::new(), now_ms }
    };
    batches.iter().map(batch).collect()
}

fn put_part<'a>(blob: &'a [u8], part: &std::ops::Range<usize>, sender: DeviceId) -> PutPart<'a> {
    PutPart {
        space: space(),
        sender,
        hash: BlobHash::of(blob),
        total_bytes: blob.len() as u64,
        offset: part.start as u64,
        part: &blob[part.clone()],
        now_ms: 5,
    }
}

impl Ledger {
    fn log(&mut self) -> &mut SqliteLog {
        self.log.as_mut().expect("it is open")
    }
}

fn answers<T: PartialEq + std::fmt::Debug>(answer: T, expected: &T) -> Result<(), LedgerError> {
    if answer == *expected {
        return Ok(());
    }
    Err(LedgerError::Answer(format!("{answer:?}, and not {expected:?}")))
}

impl Keeper for Ledger {
    type Error = LedgerError;

    const FILE: &'static str = "server.db";

    fn new(has_many: bool) -> Self {
        Self { steps: if has_many { MANY.clone() } else { FEW.clone() }, log: None }
    }

    fn restarted(&self, _: usize) -> Self {
        Self { steps: self.steps.clone(), log: None }
    }

    fn steps(&self) -> usize {
        self.steps.len()
    }

    fn open(&mut self, disk: &Disk) -> Result<(), LedgerError> {
        self.log = None;
        self.log = Some(open(disk)?);
        Ok(())
    }

    fn is_open(&self) -> bool {
        self.log.is_some()
    }

    fn close(&mut self) {
        self.log = None;
    }

    fn step(&mut self, disk: &Disk, nth: usize) -> Result<(), LedgerError> {
        let steps = self.steps.clone();
        match &steps[nth] {
            Step::Invite => Ok(self.log().writer.add_invite(BlobHash::of(SECRET), u64::MAX)?),
            Step::Enter(device) => answers(self.log().writer.enter(*device, SECRET, 1)?, &true),
            Step::Append(batches, outcomes) => {
                let appended = self.log().writer.append(&as_batches(batches, nth as u64))?;
                answers(appended.into_iter().map(|appended| appended.outcomes).collect(), outcomes)
            }
            Step::Put { sender, blob, part, answer } => {
                answers(self.log().writer.put_blob(&put_part(blob, part, *sender))?, answer)
            }
            Step::Compact => Ok(self.log().writer.compact(u64::MAX).map(drop)?),
            Step::Reopen => self.open(disk),
        }
    }

    fn facts(&mut self) -> Result<Facts, LedgerError> {
        let steps = self.steps.clone();
        let reader = &self.log().reader;
        let mut facts: Facts = reader.spaces()?.into_iter().map(|space| format!("{space:?}")).collect();
        facts.push(format!("{:?}", reader.head(&space())?));
        if let ReadAfter::Rows { rows, .. } =
            reader.read_after(&space(), Cursor::START, &Known::default(), usize::MAX)?
        {
            for (at, row) in (1..).zip(rows) {
                let PageRow::Envelope { envelope, server_ms } = row else { continue };
                let is_whole = match &envelope.payload {
                    Payload::Inline(bytes) => Some(BlobHash::of(bytes) == envelope.header().payload_hash),
                    _ => None,
                };
                facts.push(format!("{at}: {} at {server_ms}, {is_whole:?}", envelope.id()));
            }
        }
        for step in steps.iter() {
            if let Step::Put { blob, .. } = step {
                let stored = reader.get_blob(&space(), &BlobHash::of(blob), 0, usize::MAX)?;
                facts.push(format!("{:?}", stored.map(|(bytes, part)| (bytes, part == blob[..part.len()]))));
            }
        }
        Ok(facts)
    }

    fn told(&self) -> usize {
        0
    }

    fn check(&mut self) -> Result<(), String> {
        let report = self.log().reader.verify();
        if report.is_sound() { Ok(()) } else { Err(format!("{:?}", report.findings)) }
    }

    fn is_fair(error: &LedgerError, fault: Fault) -> bool {
        match error {
            LedgerError::Log(LogError::Busy(_)) => fault == Fault::Full,
            LedgerError::Log(LogError::Storage(_)) => fault != Fault::Full,
            _ => false,
        }
    }
}
