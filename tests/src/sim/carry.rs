//! The way between devices and server: the real session decides, and this carries bytes as the driver does, late,
//! twice or not at all.

use sync_engine::engine::EngineError;
use sync_engine::envelope::Envelope;
use sync_engine::exchange::{next_step, take_in};
use sync_engine::frame::{PUSH_BYTES_MAX, PageRow, read_page};
use sync_engine::ids::{Position, SpaceId};
use sync_engine::session::{Mode, Session, Step};
use sync_engine::wire::{GetBlobReply, PullPart, PushReply, PutBlobReply, Route};

use super::custody::Holder;
use super::device::{Reading, Sent, Waiting};
use super::plant::Plant;
use super::server::{Request, read, write};
use super::world::{Failure, Pipe, World};

/// What a device's turn came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Moved,
    /// It waits, until that time if nothing comes.
    Idle(Option<u64>),
    Done,
}

/// Turns of one sync in a calm world: far above what any world of this size needs.
const SYNC_TURNS_MAX: usize = 600;

impl World {
    /// Lets a device do the next thing on its way to the server.
    pub(super) fn turn(&mut self, at: usize) -> Result<Turn, Failure> {
        if let Some(waiting) = &self.devices[at].waiting {
            let id = waiting.request;
            let is_under_way = self.network.requests.iter().any(|(_, request)| request.id == id)
                || self.network.replies.iter().any(|(_, request, _)| *request == id);
            let gives_up = !is_under_way || self.network.drop_percent > 0 && self.random.chance(3);
            if !gives_up {
                return Ok(Turn::Idle(None));
            }
            self.time_out(at)?;
            return Ok(Turn::Moved);
        }
        if let Some(reading) = self.devices[at].reading.filter(|reading| !reading.is_following) {
            return self.read_on(at, reading);
        }
        let server = self.server.id();
        let now_ms = self.devices[at].now_ms(self.now_ms).cast_unsigned();
        let (session, engine) = self.devices[at].session_and_engine();
        let step = next_step(session, engine, &server, now_ms);
        let Some(step) = self.synced(at, step)? else { return Ok(Turn::Moved) };
        match step {
            Step::Pull => self.ask(at, false)?,
            Step::Follow => self.ask(at, true)?,
            Step::Push(space) => self.push(at, space)?,
            Step::Upload(space) => self.upload(at, space)?,
            Step::Fetch(space) => {
                let fetch = self.devices[at].engine().next_fetch(&space, PUSH_BYTES_MAX);
                if let Some(Some(fetch)) = self.synced(at, fetch)? {
                    self.send(at, Route::GetBlob, write(&fetch.get), Sent::Get(fetch));
                }
            }
            Step::Listen { until_ms } => return self.listen(at, now_ms, until_ms),
            Step::Wait { until_ms } if now_ms >= until_ms => self.devices[at].session.on_poll(),
            Step::Wait { until_ms } => {
                // In the driver, an elapsed wait asks anew.
                let until_ms = until_ms.saturating_add_signed(-self.devices[at].skew_ms);
                return Ok(Turn::Idle(Some(until_ms)));
            }
            Step::Done => return Ok(Turn::Done),
        }
        Ok(Turn::Moved)
    }

    /// An engine's call on the way to the server: where a commit went wrong in it, the way begins anew.
    fn synced<T>(&mut self, at: usize, result: Result<T, EngineError>) -> Result<Option<T>, Failure> {
        let value = self.survived(at, result)?;
        if value.is_none() {
            self.devices[at].hang_up();
            self.devices[at].session = Session::new(self.devices[at].mode);
        }
        Ok(value)
    }

    fn ask(&mut self, at: usize, is_following: bool) -> Result<(), Failure> {
        let server = self.server.id();
        let pull = self.devices[at].engine().pull(&server, is_following);
        let Some(mut pull) = self.synced(at, pull)? else { return Ok(()) };
        if self.has(Plant::OwnRowsAlwaysKnown) {
            pull.spaces.iter_mut().for_each(|space| space.has_own = true);
        }
        self.devices[at].reading = None;
        self.send(at, Route::Pull, write(&pull), Sent::Pull { is_following });
        Ok(())
    }

    fn push(&mut self, at: usize, space: SpaceId) -> Result<(), Failure> {
        let batch = self.devices[at].engine().next_push(&space, PUSH_BYTES_MAX);
        match self.synced(at, batch)? {
            Some(Some(batch)) => self.send(at, Route::Push, write(&batch.push), Sent::Push(batch)),
            Some(None) => self.upload(at, space)?,
            None => {}
        }
        Ok(())
    }

    fn upload(&mut self, at: usize, space: SpaceId) -> Result<(), Failure> {
        let asked = self.devices[at].asked;
        let upload = self.devices[at].engine().next_upload(&space, asked, PUSH_BYTES_MAX);
        if let Some(Some(upload)) = self.synced(at, upload)? {
            self.send(at, Route::PutBlob, write(&upload.put), Sent::Put(upload));
        }
        Ok(())
    }

    fn send(&mut self, at: usize, route: Route, body: Vec<u8>, sent: Sent) {
        self.requests += 1;
        let (id, device) = (self.requests, self.devices[at].id());
        self.devices[at].waiting = Some(Waiting { request: id, sent });
        let request = Request { id, device, route, body };
        if self.random.chance(self.network.duplicate_percent) {
            self.count("duplicated request");
            self.network.requests.push((at, request.clone()));
        }
        if self.random.chance(self.network.drop_percent) {
            self.count("lost request");
        } else {
            self.network.requests.push((at, request));
        }
    }

    /// Carries one request, any of them, to the server.
    pub(super) fn carry_request(&mut self) -> bool {
        let may_go = |(_, (from, _)): &(usize, &(usize, Request))| self.devices[*from].is_online;
        let able: Vec<usize> = self.network.requests.iter().enumerate().filter(may_go).map(|(at, _)| at).collect();
        let Some(at) = self.random.pick(&able) else { return false };
        if at > 0 {
            self.count("reordered request");
        }
        let (from, request) = self.network.requests.swap_remove(at);
        let handled = self.server.handle(&request, self.now_ms);
        for envelope in &handled.stored {
            self.custody.add_envelope(Holder::Server, envelope);
        }
        self.trace(|| {
            let answer = if handled.reply.is_some() { "answered" } else { "refused" };
            let ids: Vec<_> = handled.stored.iter().map(Envelope::id).collect();
            format!("server: {} {} of device {from} {answer}; has {ids:?}", request.route.name(), request.id)
        });
        if self.random.chance(self.network.drop_percent) {
            self.count("lost reply");
        } else {
            self.network.replies.push((from, request.id, handled.reply));
        }
        true
    }

    /// Carries one reply, any of them, to its device. Whoever waits for another one by now doesn't hear it.
    pub(super) fn carry_reply(&mut self) -> Result<bool, Failure> {
        let may_go = |(_, (to, _, _)): &(usize, &(usize, u64, Option<Vec<u8>>))| self.devices[*to].is_online;
        let able: Vec<usize> = self.network.replies.iter().enumerate().filter(may_go).map(|(at, _)| at).collect();
        let Some(at) = self.random.pick(&able) else { return Ok(false) };
        let (to, id, reply) = self.network.replies.swap_remove(at);
        match self.devices[to].waiting.take_if(|waiting| waiting.request == id) {
            Some(waiting) => self.hear(to, waiting, reply)?,
            None => self.count("late reply"),
        }
        Ok(true)
    }

    fn hear(&mut self, at: usize, waiting: Waiting, reply: Option<Vec<u8>>) -> Result<(), Failure> {
        let now_ms = self.devices[at].now_ms(self.now_ms).cast_unsigned();
        let Some(reply) = reply else {
            if let Sent::Return(space) = waiting.sent {
                let result = self.devices[at].engine().repair(&space);
                if self.synced(at, result)?.is_some() {
                    self.devices[at].session.on_ask_again();
                }
                return Ok(());
            }
            if let Sent::Get(fetch) = waiting.sent {
                self.count("payload not there yet");
                self.devices[at].engine().on_absent(&fetch);
                self.devices[at].session.on_absent(now_ms);
                return Ok(());
            }
            return self.fail(at);
        };
        match waiting.sent {
            Sent::Pull { is_following } => {
                self.devices[at].reading = Some(Reading { stream: waiting.request, is_following });
                self.devices[at].session.on_connected(now_ms, is_following);
            }
            Sent::Push(batch) => {
                let space = batch.push.space;
                let reply: PushReply = read(&reply);
                let pushed = self.devices[at].engine().on_push_reply(&batch, &reply);
                if self.has(Plant::AcknowledgedIsDone) {
                    self.confirm_at_once(at, &batch.ids, &reply);
                }
                let Some(pushed) = self.synced(at, pushed)? else { return Ok(()) };
                let was_taken = pushed.accepted + pushed.held > 0;
                let was_unknown = self.is_unknown(at, &space);
                let session = &mut self.devices[at].session;
                session.on_pushed(now_ms, space, was_taken, pushed.later.is_some(), was_unknown);
                if let Some(reason) = pushed.later {
                    self.trace(|| format!("device {at}: {reason:?}"));
                }
                if pushed.needs_repair {
                    self.count("repair asked for by a push");
                    let doubted = self.devices[at].engine().doubt(&space);
                    if self.synced(at, doubted)?.is_some() {
                        self.devices[at].reading = None;
                        self.devices[at].session.on_ask_again();
                    }
                }
            }
            Sent::Put(upload) => {
                let reply: PutBlobReply = read(&reply);
                let done = self.devices[at].engine().on_uploaded(&upload, reply.stored_bytes);
                if let Some(is_complete) = self.synced(at, done)? {
                    self.devices[at].asked = (!is_complete).then_some((upload.put.hash, reply.stored_bytes));
                    self.count("payload uploaded apart");
                }
            }
            Sent::Get(fetch) => {
                let reply: GetBlobReply = read(&reply);
                let done = self.devices[at].engine().on_fetched(&fetch, &reply);
                self.synced(at, done)?;
            }
            Sent::Return(space) => {
                self.count("rows given back");
                let done = self.devices[at].engine().on_given_back(&space);
                if self.synced(at, done)?.is_some() {
                    self.devices[at].session.on_ask_again();
                }
            }
        }
        Ok(())
    }

    fn is_unknown(&mut self, at: usize, space: &SpaceId) -> bool {
        let spaces = self.devices[at].engine().spaces().expect("the spaces");
        spaces.iter().any(|row| row.space == *space && row.is_unknown())
    }

    /// No answer came: the request or its reply is lost, or late.
    fn time_out(&mut self, at: usize) -> Result<(), Failure> {
        let waiting = self.devices[at].waiting.take();
        if let Some(Sent::Push(batch)) = waiting.map(|waiting| waiting.sent)
            && self.has(Plant::LostReplyRefused)
        {
            self.forget_unplaced(at, &batch.ids);
        }
        self.count("timeout");
        self.fail(at)
    }

    fn fail(&mut self, at: usize) -> Result<(), Failure> {
        let (jitter, device) = (self.random.below(1 << 30) as u64, &mut self.devices[at]);
        device.hang_up();
        let now_ms = device.now_ms(self.now_ms).cast_unsigned();
        device.session.on_failed(now_ms, jitter, None);
        Ok(())
    }

    fn listen(&mut self, at: usize, now_ms: u64, until_ms: u64) -> Result<Turn, Failure> {
        let Some(reading) = self.devices[at].reading else {
            let jitter = self.random.below(1 << 30) as u64;
            self.devices[at].session.on_stream_ended(now_ms, jitter, false);
            return Ok(Turn::Moved);
        };
        let turn = self.read_on(at, reading)?;
        if turn == Turn::Moved || now_ms < until_ms {
            let until_ms = until_ms.saturating_add_signed(-self.devices[at].skew_ms);
            return Ok(if turn == Turn::Moved { turn } else { Turn::Idle(Some(until_ms)) });
        }
        if self.devices[at].is_online {
            // Heartbeats have come meanwhile.
            self.devices[at].session.on_heard(now_ms);
        } else if self.devices[at].session.is_silent(now_ms) {
            self.count("silent stream");
            self.devices[at].reading = None;
            self.devices[at].session.on_stream_ended(now_ms, 0, true);
        }
        Ok(Turn::Moved)
    }

    /// Reads what has come over a stream.
    fn read_on(&mut self, at: usize, reading: Reading) -> Result<Turn, Failure> {
        if !self.devices[at].is_online {
            return Ok(Turn::Idle(None));
        }
        let page_bytes_max = [1, 400, 2000, 100_000][self.random.below(4)];
        let pipe = self.network.pipes.entry(reading.stream).or_default();
        if pipe.parts.is_empty() && !pipe.is_broken {
            for _ in 0..1 + self.random.below(3) {
                match self.server.next_part(reading.stream, page_bytes_max, self.now_ms) {
                    Some(Some(part)) => pipe.parts.push_back(write(&part)),
                    Some(None) => break,
                    None => {
                        pipe.has_ended = true;
                        break;
                    }
                }
            }
        }
        if pipe.parts.is_empty() {
            let (has_ended, is_broken) = (pipe.has_ended, pipe.is_broken);
            return self.end_stream(at, reading, has_ended, is_broken);
        }
        let count = 1 + self.random.below(pipe.parts.len());
        let parts: Vec<PullPart> = pipe.parts.drain(..count).map(|bytes| read(&bytes)).collect();
        if self.random.chance(self.network.drop_percent / 2) {
            (pipe.is_broken, pipe.parts) = (true, Default::default());
            self.count("broken stream");
        }
        if reading.is_following {
            let now_ms = self.devices[at].now_ms(self.now_ms).cast_unsigned();
            self.devices[at].session.on_heard(now_ms);
        }
        let twice: Vec<PullPart> = match self.random.chance(self.network.duplicate_percent) {
            true => parts.iter().filter(|part| matches!(part, PullPart::Page { .. })).cloned().collect(),
            false => vec![],
        };
        self.take(at, parts)?;
        if !twice.is_empty() && self.devices[at].reading.is_some() {
            self.count("duplicated page");
            self.take_twice(at, twice)?;
        }
        Ok(Turn::Moved)
    }

    fn end_stream(&mut self, at: usize, reading: Reading, has_ended: bool, is_broken: bool) -> Result<Turn, Failure> {
        if !has_ended && !is_broken {
            return Ok(Turn::Idle(None));
        }
        let now_ms = self.devices[at].now_ms(self.now_ms).cast_unsigned();
        self.network.pipes.remove(&reading.stream);
        if is_broken {
            self.fail(at)?;
        } else if reading.is_following {
            let jitter = self.random.below(1 << 30) as u64;
            self.devices[at].reading = None;
            self.devices[at].session.on_stream_ended(now_ms, jitter, false);
        } else {
            self.devices[at].reading = None;
            self.devices[at].session.on_current(now_ms);
        }
        Ok(Turn::Moved)
    }

    fn take(&mut self, at: usize, parts: Vec<PullPart>) -> Result<(), Failure> {
        let rows = rows_of(&self.space, &parts);
        self.trace(|| format!("device {at}: reads {}", parts.iter().map(describe).collect::<Vec<_>>().join(", ")));
        let taken = take_in(self.devices[at].engine(), parts, 0);
        let taken = self.synced(at, taken)?;
        if taken.is_none() && self.has(Plant::CursorBeforeRows) {
            self.advance_cursor(at, &rows);
            return Ok(());
        }
        self.credit(at, &rows);
        let Some(taken) = taken else { return Ok(()) };
        if let Some(reset) = taken.reset {
            self.count("reset");
            self.devices[at].reading = None;
            let back = self.devices[at].engine().give_back(&reset);
            match self.synced(at, back)? {
                Some(Some(back)) => self.send(at, Route::Return, write(&back), Sent::Return(reset.space)),
                Some(None) => {
                    let repaired = self.devices[at].engine().repair(&reset.space);
                    if self.synced(at, repaired)?.is_some() {
                        self.devices[at].session.on_ask_again();
                    }
                }
                None => {}
            }
        } else if taken.must_ask_again {
            self.count("own rows read again");
            self.devices[at].reading = None;
            self.devices[at].session.on_ask_again();
        } else if taken.is_current {
            let now_ms = self.devices[at].now_ms(self.now_ms).cast_unsigned();
            self.devices[at].session.on_current(now_ms);
        }
        Ok(())
    }

    /// The same pages once more.
    fn take_twice(&mut self, at: usize, pages: Vec<PullPart>) -> Result<(), Failure> {
        if self.has(Plant::DeliveredTwice) {
            return self.type_again(at);
        }
        let taken = take_in(self.devices[at].engine(), pages, 0);
        self.synced(at, taken)?;
        Ok(())
    }

    /// Rows up to the device's cursor are stored with it.
    fn credit(&mut self, at: usize, rows: &[(Position, Envelope)]) {
        let spaces = self.devices[at].engine().spaces().expect("the spaces");
        let read_to = spaces.iter().find(|row| row.space == self.space).map(|row| row.cursor.position);
        for (position, envelope) in rows {
            if Some(*position) <= read_to {
                self.custody.add_envelope(Holder::Device(at), envelope);
            }
        }
    }

    /// In a calm world: syncs one device until it has nothing left to do.
    pub(super) fn sync(&mut self, at: usize) -> Result<(), Failure> {
        let mode = std::mem::replace(&mut self.devices[at].mode, Mode::Once);
        self.devices[at].hang_up();
        self.devices[at].session = Session::new(Mode::Once);
        for _ in 0..SYNC_TURNS_MAX {
            match self.turn(at)? {
                Turn::Moved => {}
                Turn::Idle(until_ms) => self.now_ms = self.now_ms.max(until_ms.unwrap_or(0)),
                Turn::Done => {
                    self.devices[at].mode = mode;
                    self.devices[at].session = Session::new(mode);
                    return Ok(());
                }
            }
            while self.carry_request() {}
            while self.carry_reply()? {}
        }
        Err(format!("device {at} syncs without end"))
    }

    pub(super) fn break_streams(&mut self) {
        for pipe in self.network.pipes.values_mut() {
            *pipe = Pipe { is_broken: true, ..Pipe::default() };
        }
        let open = self.devices.iter().filter_map(|device| device.reading).map(|reading| reading.stream);
        for stream in open {
            self.network.pipes.entry(stream).or_default().is_broken = true;
        }
    }
}

/// The envelopes of these pages, by position.
fn rows_of(space: &SpaceId, parts: &[PullPart]) -> Vec<(Position, Envelope)> {
    let mut found = Vec::new();
    for part in parts {
        let PullPart::Page { space: of, after, frame, .. } = part else { continue };
        let rows = if of == space { read_page(space, frame).unwrap_or_default() } else { vec![] };
        for (nth, row) in rows.into_iter().enumerate() {
            if let PageRow::Envelope { envelope, .. } = row {
                found.push((Position(after.0 + 1 + nth as u64), envelope));
            }
        }
    }
    found
}

fn describe(part: &PullPart) -> String {
    match part {
        PullPart::Page { space, after, frame, .. } => {
            let rows = read_page(space, frame).unwrap_or_default();
            let rows = rows.iter().map(|row| match row {
                PageRow::Envelope { envelope, .. } => format!("{:?}", envelope.id()),
                PageRow::Known { id, rows, .. } => format!("{rows} bare up to {id:?}"),
            });
            format!("after {after} {}", rows.collect::<Vec<_>>().join(" "))
        }
        PullPart::CaughtUp { head, .. } => format!("caught up at {}", head.cursor.position),
        PullPart::Reset { head } => format!("reset to {}", head.cursor.position),
        PullPart::NoAccess { reason, own, .. } => {
            let own: Vec<_> = own.iter().flatten().map(|tip| tip.id).collect();
            format!("no access: {reason:?}, and it has {own:?}")
        }
        PullPart::Heartbeat { .. } => "heartbeat".into(),
    }
}
