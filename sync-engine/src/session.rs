//! What to do next on the way to one server: a state machine without clock, randomness or network. The driver
//! asks for a step, does it, and says how it went.

use std::collections::BTreeMap;

use crate::ids::SpaceId;
use crate::wire::HEARTBEAT_MS;

/// Half a second before the first retry: most breaks are shorter than a second.
const BACKOFF_MS_MIN: u64 = 500;

/// One minute at most between two tries: someone who walks into coverage doesn't wait longer.
const BACKOFF_MS_MAX: u64 = 60_000;

/// Two heartbeats and a half: a stream that was silent for so long is dead, or a proxy holds it back.
const SILENCE_MS_MAX: u64 = HEARTBEAT_MS * 5 / 2;

/// After two silent streams in a row, ask every 20 seconds instead.
const SILENT_STREAMS_MAX: u32 = 2;
const POLL_MS: u64 = 20_000;

/// A minute until a space that this device may not read yet is asked for again.
const RECHECK_MS: u64 = 60_000;

/// Half a minute until something that the server would not take is offered again. Who joins looks at the screen, and
/// the space may be founded this very second: that is offered again sooner at first.
const LATER_MS: u64 = 30_000;
const LATER_MS_MIN: u64 = 500;

/// Whether to stay connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Bring both sides to the same state, and stop.
    Once,
    /// Stay, and show others' edits as they come.
    Live,
}

/// What is to be done for one space, as facts from the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpaceStatus {
    pub space: SpaceId,
    /// The server has given nothing of it so far, because it doesn't know the space, or this device in it. What
    /// this device says of itself, founding or joining, goes first.
    pub is_unknown: bool,
    pub has_upload: bool,
    pub has_outbox: bool,
    pub has_fetch: bool,
}

/// The next thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask for everything after the cursors, and read the answer to its end.
    Pull,
    /// The same, and keep the stream open.
    Follow,
    /// Send a part of a large payload or attachment.
    Upload(SpaceId),
    /// Send the next envelopes.
    Push(SpaceId),
    /// Ask for a part of a large payload or attachment.
    Fetch(SpaceId),
    /// Wait for the stream, an edit, or that time.
    Listen { until_ms: u64 },
    /// Wait for an edit or that time. Without a stream there is nothing to hear.
    Wait { until_ms: u64 },
    /// Nothing is left to do.
    Done,
}

/// The state of the way to one server. All times are in Unix milliseconds by the device's clock.
#[derive(Clone, Debug)]
pub struct Session {
    mode: Mode,
    is_current: bool,
    has_stream: bool,
    connected_ms: u64,
    heard_ms: u64,
    silent_streams: u32,
    failures: u32,
    not_before_ms: u64,
    push_not_before_ms: BTreeMap<SpaceId, u64>,
    /// How often in a row the server would not hear of a space.
    introductions: BTreeMap<SpaceId, u32>,
    /// When what the server did not have is to be asked for again: at once, in a new session.
    absent_retry_ms: Option<u64>,
}

impl Session {
    pub fn new(mode: Mode) -> Self {
        Self {
            mode,
            is_current: false,
            has_stream: false,
            connected_ms: 0,
            heard_ms: 0,
            silent_streams: 0,
            failures: 0,
            not_before_ms: 0,
            push_not_before_ms: BTreeMap::new(),
            introductions: BTreeMap::new(),
            absent_retry_ms: Some(0),
        }
    }

    /// Whether everything that the server has was read since the last connection.
    pub fn is_current(&self) -> bool {
        self.is_current
    }

    /// Whether the server has answered since it last failed to.
    pub fn is_heard(&self) -> bool {
        self.failures == 0 || self.has_stream
    }

    /// How often in a row the server could not be reached.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// The next step. Small texts go before large payloads are fetched, and one's own before others'.
    pub fn next(&self, now_ms: u64, spaces: &[SpaceStatus]) -> Step {
        if now_ms < self.not_before_ms {
            return Step::Wait { until_ms: self.not_before_ms };
        }
        let may_push = |status: &&SpaceStatus| {
            self.push_not_before_ms.get(&status.space).is_none_or(|not_before| now_ms >= *not_before)
        };
        // What was introduced just now is confirmed by the stream that is open: it is read before more is said.
        let is_reading = self.has_stream && !self.is_current;
        let may_push = |status: &&SpaceStatus| may_push(status) && !(is_reading && status.is_unknown);
        let introduced = spaces.iter().filter(may_push).find(|status| status.is_unknown && status.has_outbox);
        if let Some(status) = introduced {
            return Step::Push(status.space);
        }
        let may_follow = self.mode == Mode::Live && self.silent_streams < SILENT_STREAMS_MAX;
        if may_follow && !self.has_stream {
            return Step::Follow;
        }
        if !may_follow && !self.is_current {
            return Step::Pull;
        }
        let is_unread = spaces.iter().any(|status| status.is_unknown);
        if self.mode == Mode::Live && is_unread && now_ms >= self.connected_ms + RECHECK_MS {
            return if may_follow { Step::Follow } else { Step::Pull };
        }
        if let Some(status) = spaces.iter().filter(may_push).find(|status| status.has_outbox || status.has_upload) {
            // The outbox stops at an envelope whose payload isn't uploaded, so small texts have gone before it.
            return if status.has_outbox { Step::Push(status.space) } else { Step::Upload(status.space) };
        }
        if let Some(status) = spaces.iter().find(|status| status.has_fetch) {
            return Step::Fetch(status.space);
        }
        let delayed = spaces.iter().filter(|status| status.has_outbox || status.has_upload);
        let retry_ms = delayed
            .filter_map(|status| self.push_not_before_ms.get(&status.space))
            .chain(&self.absent_retry_ms)
            .copied()
            .filter(|retry_ms| *retry_ms > now_ms)
            .min();
        let until = |other_ms: u64| retry_ms.map_or(other_ms, |retry_ms| retry_ms.min(other_ms));
        match self.mode {
            Mode::Once => Step::Done,
            Mode::Live => {
                let recheck_ms = if is_unread { self.connected_ms + RECHECK_MS } else { u64::MAX };
                if may_follow {
                    Step::Listen { until_ms: until(recheck_ms).min(self.heard_ms + SILENCE_MS_MAX) }
                } else {
                    Step::Wait { until_ms: until(recheck_ms).min(self.heard_ms + POLL_MS) }
                }
            }
        }
    }

    /// The server has begun to answer.
    pub fn on_connected(&mut self, now_ms: u64, is_stream: bool) {
        self.has_stream = is_stream;
        self.connected_ms = now_ms;
        self.heard_ms = now_ms;
    }

    /// Something came over the stream. It may be no more than word that this device may read nothing, after which
    /// the server ends the stream; so waiting goes on growing until something was read to its end.
    pub fn on_heard(&mut self, now_ms: u64) {
        self.heard_ms = now_ms;
        self.silent_streams = 0;
    }

    /// Everything that the server has is here.
    pub fn on_current(&mut self, now_ms: u64) {
        self.is_current = true;
        self.heard_ms = now_ms;
        self.failures = 0;
    }

    /// Ask again at once: the answer could not be used from here on, or it is to be confirmed.
    pub fn on_ask_again(&mut self) {
        self.is_current = false;
        self.has_stream = false;
    }

    /// A push was answered. What was taken is confirmed by reading its row; of a space that the server did not
    /// know before, by asking anew.
    pub fn on_pushed(&mut self, now_ms: u64, space: SpaceId, was_taken: bool, is_later: bool, was_unknown: bool) {
        self.failures = 0;
        self.has_stream &= !(was_taken && was_unknown);
        if is_later {
            let introductions = self.introductions.entry(space).or_default();
            let sooner_ms = LATER_MS_MIN.saturating_mul(1 << (*introductions).min(20));
            let later_ms = if was_unknown { sooner_ms.min(LATER_MS) } else { LATER_MS };
            *introductions = introductions.saturating_add(1);
            self.push_not_before_ms.insert(space, now_ms + later_ms);
        } else {
            self.push_not_before_ms.remove(&space);
            self.introductions.remove(&space);
        }
        if was_taken && !self.has_stream {
            self.is_current = false;
        }
    }

    /// The server does not have an attachment that was to be fetched: it may come later.
    pub fn on_absent(&mut self, now_ms: u64) {
        self.absent_retry_ms.get_or_insert(now_ms + LATER_MS);
    }

    /// Whether it is time to ask once more for what the server did not have.
    pub fn is_absent_due(&mut self, now_ms: u64) -> bool {
        self.absent_retry_ms.take_if(|retry_ms| now_ms >= *retry_ms).is_some()
    }

    /// The stream ended, because the server closed it or nothing was heard. `jitter` as in `on_failed`: a server
    /// that closes every stream is not asked in a tight loop.
    pub fn on_stream_ended(&mut self, now_ms: u64, jitter: u64, was_silent: bool) {
        let failures = self.failures;
        self.on_failed(now_ms, jitter, None);
        if was_silent {
            self.silent_streams += 1;
            (self.not_before_ms, self.failures) = (now_ms, failures);
        }
    }

    /// Whether the stream has been silent for longer than the server's heartbeats allow.
    pub fn is_silent(&self, now_ms: u64) -> bool {
        now_ms >= self.heard_ms + SILENCE_MS_MAX
    }

    /// While asking every now and then: it is time again.
    pub fn on_poll(&mut self) {
        self.is_current = false;
    }

    /// A request failed. `jitter` is any random number; `retry_after_ms` is what the server asked for.
    pub fn on_failed(&mut self, now_ms: u64, jitter: u64, retry_after_ms: Option<u64>) {
        self.has_stream = false;
        self.is_current = false;
        self.not_before_ms = now_ms + backoff_ms(self.failures, jitter).max(retry_after_ms.unwrap_or(0));
        self.failures = self.failures.saturating_add(1);
    }

    /// The network is said to be back, or the server to have heard something: no more waiting.
    pub fn on_network(&mut self) {
        self.not_before_ms = 0;
        self.push_not_before_ms.clear();
        self.introductions.clear();
        self.failures = 0;
        self.silent_streams = 0;
    }
}

/// Exponential backoff with full jitter, after the cap: a random time up to twice the one before, so that five
/// hundred phones which lost one access point don't come back at once.
fn backoff_ms(failures: u32, jitter: u64) -> u64 {
    let cap_ms = BACKOFF_MS_MIN.saturating_mul(1 << failures.min(20)).min(BACKOFF_MS_MAX);
    jitter % (cap_ms + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_that_was_introduced_is_read_before_it_is_introduced_again() {
        let space = SpaceId([7; 32]);
        let status = [SpaceStatus { space, is_unknown: true, has_upload: false, has_outbox: true, has_fetch: false }];
        let mut session = Session::new(Mode::Live);
        assert_eq!(session.next(0, &status), Step::Push(space));
        session.on_pushed(0, space, true, false, true);
        // Asking anew puts what was answered back into the outbox until its rows have come.
        let asked = [SpaceStatus { has_outbox: false, ..status[0] }];
        assert_eq!(session.next(0, &asked), Step::Follow);
        session.on_connected(0, true);
        assert!(matches!(session.next(0, &status), Step::Listen { .. }), "{:?}", session.next(0, &status));
    }

    const SPACE: SpaceId = SpaceId([1; 32]);

    fn status(has_outbox: bool, has_upload: bool, has_fetch: bool) -> Vec<SpaceStatus> {
        vec![SpaceStatus { space: SPACE, is_unknown: false, has_upload, has_outbox, has_fetch }]
    }

    #[test]
    fn once_is_done_when_both_sides_have_everything() {
        let mut session = Session::new(Mode::Once);
        assert_eq!(session.next(0, &status(true, false, false)), Step::Pull);
        session.on_current(1);
        assert_eq!(session.next(1, &status(true, false, false)), Step::Push(SPACE));
        session.on_pushed(2, SPACE, true, false, false);
        assert_eq!(session.next(2, &status(false, false, false)), Step::Pull);
        session.on_current(3);
        assert_eq!(session.next(3, &status(false, false, true)), Step::Fetch(SPACE));
        assert_eq!(session.next(3, &status(false, false, false)), Step::Done);
    }

    #[test]
    fn founding_and_joining_go_before_asking() {
        let mut session = Session::new(Mode::Live);
        let mut spaces = status(true, false, false);
        spaces[0].is_unknown = true;
        assert_eq!(session.next(0, &spaces), Step::Push(SPACE));
        session.on_pushed(0, SPACE, true, false, true);
        spaces[0].has_outbox = false;
        assert_eq!(session.next(0, &spaces), Step::Follow);
        session.on_connected(0, true);
        assert_eq!(session.next(1, &spaces), Step::Listen { until_ms: SILENCE_MS_MAX });
        session.on_heard(RECHECK_MS - 1);
        assert_eq!(session.next(RECHECK_MS, &spaces), Step::Follow);
    }

    #[test]
    fn small_texts_go_before_large_payloads() {
        let mut session = Session::new(Mode::Once);
        session.on_current(0);
        assert_eq!(session.next(0, &status(true, true, true)), Step::Push(SPACE));
        assert_eq!(session.next(0, &status(false, true, true)), Step::Upload(SPACE));
    }

    #[test]
    fn what_the_server_would_not_take_is_offered_again_later() {
        let mut session = Session::new(Mode::Live);
        session.on_connected(0, true);
        assert_eq!(session.next(0, &status(true, false, false)), Step::Push(SPACE));
        session.on_pushed(0, SPACE, false, true, false);
        assert_eq!(session.next(1, &status(true, false, false)), Step::Listen { until_ms: LATER_MS });
        assert_eq!(session.next(LATER_MS, &status(true, false, false)), Step::Push(SPACE));
    }

    #[test]
    fn who_joins_a_space_that_is_not_there_yet_asks_again_at_once_and_then_less_often() {
        let mut session = Session::new(Mode::Live);
        let spaces = [SpaceStatus { is_unknown: true, ..status(true, false, false)[0] }];
        let (mut now_ms, mut pauses) = (0, vec![]);
        for _ in 0..8 {
            assert_eq!(session.next(now_ms, &spaces), Step::Push(SPACE));
            session.on_pushed(now_ms, SPACE, false, true, true);
            assert_eq!(session.next(now_ms, &spaces), Step::Follow);
            session.on_connected(now_ms, true);
            session.on_stream_ended(now_ms, 0, false);
            let before_ms = now_ms;
            while session.next(now_ms, &spaces) != Step::Push(SPACE) {
                now_ms += 1;
            }
            pauses.push(now_ms - before_ms);
        }
        assert_eq!(pauses, [500, 1000, 2000, 4000, 8000, 16_000, LATER_MS, LATER_MS]);
    }

    #[test]
    fn two_silent_streams_turn_into_asking() {
        let mut session = Session::new(Mode::Live);
        for _ in 0..SILENT_STREAMS_MAX {
            assert_eq!(session.next(0, &[]), Step::Follow);
            session.on_connected(0, true);
            assert_eq!(session.next(0, &[]), Step::Listen { until_ms: SILENCE_MS_MAX });
            session.on_stream_ended(0, 0, true);
        }
        assert_eq!(session.next(0, &[]), Step::Pull);
        session.on_current(5);
        assert_eq!(session.next(5, &[]), Step::Wait { until_ms: 5 + POLL_MS });
        session.on_poll();
        assert_eq!(session.next(5 + POLL_MS, &[]), Step::Pull);
    }

    #[test]
    fn waiting_grows_to_a_minute_keeps_its_jitter_and_obeys_the_server() {
        let mut session = Session::new(Mode::Live);
        for failures in 0..40 {
            session.on_failed(1000, u64::MAX, None);
            let Step::Wait { until_ms } = session.next(1000, &[]) else { panic!("waits after {failures} failures") };
            assert!(until_ms <= 1000 + BACKOFF_MS_MAX);
        }
        assert_eq!(backoff_ms(0, BACKOFF_MS_MIN), BACKOFF_MS_MIN);
        assert_eq!(backoff_ms(63, BACKOFF_MS_MAX), BACKOFF_MS_MAX);
        assert_eq!(backoff_ms(63, 7), 7);
        session.on_failed(1000, 0, Some(90_000));
        assert_eq!(session.next(1000, &[]), Step::Wait { until_ms: 91_000 });
        session.on_network();
        assert_eq!(session.next(1000, &[]), Step::Follow);
    }
}
