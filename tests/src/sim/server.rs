//! The server of a simulated world: the real log and the real decisions, on requests that were carried as bytes.
//! It stops, starts and goes back to backups as the world says.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::path::PathBuf;

use minicbor::{Decode, Encode};
use sync_engine::envelope::Envelope;
use sync_engine::frame::{PageRow, write_page};
use sync_engine::ids::{BlobHash, Cursor, DeviceId, ServerId, SpaceId};
use sync_engine::keys::SecretKey;
use sync_engine::wire::{
    BLOB_PART_BYTES_MAX, Done, GetBlob, GetBlobReply, NoAccess, Outcome, Pull, PullPart, Push, PushReply, PutBlob,
    PutBlobReply, Return, Route, SignedHead,
};
use sync_server::log::{Batch, BlobPart, LogReader, LogWriter, PutPart, Quota, ReadAfter};
use sync_server::offered::Offered;
use sync_server::places::{Place, access, turned_away};
use sync_server::returned;
use sync_server::sqlite::{self, SqliteLog};

use super::plant::Plant;

/// The server's secret key, the same in every world.
const SEED: [u8; 32] = [42; 32];

/// A request as the network carries it. `id` stands for its nonce.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) id: u64,
    pub(super) device: DeviceId,
    pub(super) route: Route,
    pub(super) body: Vec<u8>,
}

/// What a request came to.
#[derive(Default)]
pub(super) struct Handled {
    /// None where the request is refused as a whole.
    pub(super) reply: Option<Vec<u8>>,
    /// Envelopes that the log has now, by this request.
    pub(super) stored: Vec<Envelope>,
}

/// A pull's answer on its way.
struct Stream {
    device: DeviceId,
    is_following: bool,
    behind: VecDeque<Place>,
    current: Vec<Place>,
    is_over: bool,
}

pub(super) struct SimServer {
    path: PathBuf,
    log: Option<SqliteLog>,
    key: SecretKey,
    streams: BTreeMap<u64, Stream>,
    answered: BTreeSet<u64>,
    plant: Option<Plant>,
    backups: usize,
}

impl SimServer {
    pub(super) fn open(path: PathBuf, plant: Option<Plant>) -> Self {
        let mut server = Self {
            path,
            log: None,
            key: SecretKey::from_seed(&SEED),
            streams: BTreeMap::new(),
            answered: BTreeSet::new(),
            plant,
            backups: 0,
        };
        server.start();
        server
    }

    pub(super) fn id(&self) -> ServerId {
        self.key.server()
    }

    fn start(&mut self) {
        self.log = Some(SqliteLog::open(&self.path, Quota::default(), &SEED).expect("the server's log opens"));
    }

    fn stop(&mut self) {
        self.log = None;
        self.streams.clear();
    }

    fn log(&self) -> &SqliteLog {
        self.log.as_ref().expect("the server runs")
    }

    fn writer(&mut self) -> &mut impl LogWriter {
        &mut self.log.as_mut().expect("the server runs").writer
    }

    /// The process dies and starts again. All streams are broken.
    pub(super) fn restart(&mut self) {
        self.stop();
        self.start();
    }

    pub(super) fn let_in(&mut self, device: DeviceId, now_ms: u64) {
        let secret = device.0;
        self.writer().add_invite(BlobHash::of(&secret), now_ms + 1).expect("stored");
        assert!(self.writer().enter(device, &secret, now_ms).expect("let in"));
    }

    /// Copies the log, and returns the backup's number.
    pub(super) fn back_up(&mut self) -> usize {
        self.backups += 1;
        self.log().reader.backup(&self.backup(self.backups)).expect("backed up");
        self.backups
    }

    fn backup(&self, number: usize) -> PathBuf {
        self.path.with_extension(format!("backup-{number}"))
    }

    /// Puts a backup in the log's place.
    pub(super) fn restore(&mut self, number: usize) {
        self.stop();
        sqlite::restore(&self.backup(number), &self.path).expect("restored");
        self.start();
    }

    pub(super) fn confirm(&mut self, space: &SpaceId) {
        self.writer().set_recovering(Some(space), false).expect("stored");
    }

    /// Drops what vouched snapshots stand for; says how many payloads.
    pub(super) fn compact(&mut self, before_ms: u64) -> u64 {
        self.writer().compact(before_ms).expect("compacted").0
    }

    /// The database's file, for planted bugs.
    pub(super) fn path(&self) -> &PathBuf {
        &self.path
    }

    pub(super) fn head(&self, space: &SpaceId) -> Cursor {
        self.log().reader.head(space).expect("the head").unwrap_or(Cursor::START)
    }

    /// What is wrong with the log by itself.
    pub(super) fn verify(&self) -> Vec<String> {
        self.log().reader.verify().findings.iter().map(ToString::to_string).collect()
    }

    /// Whether the device is a member at the log's head.
    pub(super) fn is_member(&self, space: &SpaceId, device: &DeviceId) -> bool {
        access(&self.log().reader, space, device).expect("the membership") == Ok(())
    }

    /// All rows of the log.
    pub(super) fn rows(&self, space: &SpaceId) -> Vec<PageRow> {
        let (mut all, mut cursor) = (Vec::new(), Cursor::START);
        let known = Default::default();
        while let ReadAfter::Rows { rows, next } =
            self.log().reader.read_after(space, cursor, &known, usize::MAX >> 1).expect("the rows")
        {
            all.extend(rows);
            cursor = next;
        }
        all
    }

    /// The payloads that rows name and that are not here.
    pub(super) fn lacking(&self, space: &SpaceId) -> Vec<BlobHash> {
        self.log().reader.lacking(space, 1 << 20).expect("the payloads that are not here")
    }

    /// Answers a request. A pull's answer is read from its stream, by the request's id.
    pub(super) fn handle(&mut self, request: &Request, now_ms: u64) -> Handled {
        match request.route {
            Route::Push => self.push(request.device, read(&request.body), now_ms),
            Route::Pull => self.pull(request),
            Route::PutBlob => self.put(request.device, &read(&request.body), now_ms),
            Route::GetBlob => self.get(request.device, &read(&request.body)),
            Route::Return => self.take_back(&read(&request.body)),
            _ => Handled::default(),
        }
    }

    fn push(&mut self, device: DeviceId, push: Push, now_ms: u64) -> Handled {
        let Ok(mut offered) = Offered::read(&push.space, &push.frame) else { return Handled::default() };
        let envelopes = std::mem::take(&mut offered.envelopes);
        let lacks: HashSet<BlobHash> = push.lacks.unwrap_or_default().into_iter().collect();
        let mut taken = vec![];
        if !envelopes.is_empty() {
            let (envelopes, lacks) = (envelopes.clone(), lacks.clone());
            let batch = Batch { space: push.space, sender: device, envelopes, lacks, now_ms };
            taken = self.writer().append(&[batch]).expect("appended").remove(0).outcomes;
        }
        let is_stored = |outcome: &Outcome| matches!(outcome, Outcome::Accepted { .. } | Outcome::Held { .. });
        let stored = envelopes.into_iter().zip(&taken).filter(|(_, outcome)| is_stored(outcome));
        // A row whose payload did not come with it does not bring what was typed.
        let stored = stored.map(|(envelope, _)| envelope);
        let stored = stored.filter(|envelope| !lacks.contains(&envelope.header().payload_hash)).collect();
        Handled { reply: Some(write(&PushReply { outcomes: offered.outcomes(taken) })), stored }
    }

    fn pull(&mut self, request: &Request) -> Handled {
        // A read that was answered before is not answered again, as its nonce is known.
        if !self.answered.insert(request.id) {
            return Handled::default();
        }
        let pull: Pull = read(&request.body);
        let places = pull.spaces.into_iter().map(|mut of| {
            if self.plant == Some(Plant::DigestNotCompared) {
                let here = self.log().reader.digest_at(&of.space, of.cursor.position).expect("the digest");
                of.cursor = here.unwrap_or(of.cursor);
            }
            Place::open(&self.log().reader, of, request.device).expect("the place")
        });
        let behind = places.collect();
        let (device, is_following) = (request.device, pull.is_following);
        let stream = Stream { device, is_following, behind, current: vec![], is_over: false };
        self.streams.insert(request.id, stream);
        Handled { reply: Some(vec![]), stored: vec![] }
    }

    fn put(&mut self, sender: DeviceId, put: &PutBlob, now_ms: u64) -> Handled {
        let &PutBlob { space, hash, total_bytes, offset, ref part } = put;
        let part = PutPart { space, sender, hash, total_bytes, offset, part, now_ms };
        let reply = match self.writer().put_blob(&part).expect("stored") {
            BlobPart::Stored(stored_bytes) => Some(write(&PutBlobReply { stored_bytes })),
            BlobPart::Later(_) => None,
        };
        Handled { reply, stored: vec![] }
    }

    fn get(&mut self, device: DeviceId, get: &GetBlob) -> Handled {
        let reader = &self.log().reader;
        let may_read = access(reader, &get.space, &device).expect("the membership").is_ok();
        let found = reader.get_blob(&get.space, &get.hash, get.offset, BLOB_PART_BYTES_MAX).expect("read");
        let reply = found.filter(|_| may_read);
        let reply = reply.map(|(total_bytes, part)| write(&GetBlobReply { total_bytes, part: part.into() }));
        Handled { reply, stored: vec![] }
    }

    fn take_back(&mut self, back: &Return) -> Handled {
        if back.head.space != back.space || !back.head.is_signed_by(&self.id()) {
            return Handled::default();
        }
        let found = match self.log().reader.digest_at(&back.space, back.after).expect("the digest") {
            None if back.after == Cursor::START.position => Some(Cursor::START),
            found => found,
        };
        let Some(after) = found else { return Handled::default() };
        let Ok(rows) = returned::rows(back, after) else { return Handled::default() };
        if self.writer().take_back(&back.space, after, &rows).is_err() {
            return Handled::default();
        }
        let envelopes = rows.into_iter().filter_map(|row| match row {
            PageRow::Envelope { envelope, .. } => Some(envelope),
            PageRow::Known { .. } => None,
        });
        Handled { reply: Some(write(&Done {})), stored: envelopes.collect() }
    }

    /// The next part of a stream, with pages of at most about so many bytes; none where it has ended, and
    /// `Some(None)` where it waits for new rows.
    pub(super) fn next_part(&mut self, id: u64, page_bytes_max: usize, now_ms: u64) -> Option<Option<PullPart>> {
        let mut stream = self.streams.remove(&id)?;
        if stream.is_following && stream.behind.is_empty() {
            let head = |place: &Place| self.head(&place.space) != place.cursor;
            let grown = stream.current.iter().position(head);
            stream.behind.extend(grown.map(|at| stream.current.remove(at)));
        }
        let part = stream.behind.pop_front().map(|place| self.turn(&mut stream, place, page_bytes_max, now_ms));
        let has_ended = part.is_none() && (stream.is_over || !stream.is_following || stream.current.is_empty());
        if has_ended {
            return None;
        }
        self.streams.insert(id, stream);
        Some(part)
    }

    fn turn(&self, stream: &mut Stream, mut place: Place, page_bytes_max: usize, now_ms: u64) -> PullPart {
        let (space, reader) = (place.space, &self.log().reader);
        if let Err(reason) = access(reader, &space, &stream.device).expect("the membership") {
            if reason == NoAccess::Removed {
                stream.is_over = true;
                stream.behind.clear();
            }
            return turned_away(reader, space, &stream.device, reason).expect("the tips");
        }
        match reader.read_after(&space, place.cursor, &place.holds.known(), page_bytes_max).expect("the rows") {
            ReadAfter::Rows { mut rows, next } => {
                let after = place.cursor.position;
                if self.plant == Some(Plant::PositionGivenTwice) && stream.device.0[0].is_multiple_of(2) {
                    rows.reverse();
                }
                place.cursor = next;
                stream.behind.push_back(place);
                let head = self.head(&space).position;
                PullPart::Page { space, after, frame: write_page(&space, &rows).into(), head }
            }
            ReadAfter::CaughtUp { head } => {
                let lacks = place.on_caught_up(reader).expect("the blobs");
                stream.current.push(place);
                PullPart::CaughtUp { head: SignedHead::sign(space, head, now_ms, &self.key), lacks }
            }
            ReadAfter::Reset { head } => PullPart::Reset { head: SignedHead::sign(space, head, now_ms, &self.key) },
        }
    }
}

pub(super) fn write<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("writing into memory")
}

/// Reads what this world wrote.
pub(super) fn read<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> T {
    minicbor::decode(bytes).expect("its own bytes")
}
