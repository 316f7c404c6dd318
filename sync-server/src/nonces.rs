//! Which requests were seen before: a read that someone recorded gets no second answer.

use std::collections::BTreeSet;
use std::sync::Mutex;

use sync_engine::ids::Nonce;
use sync_engine::request::CLOCK_SKEW_MS_MAX;

/// 65,536 nonces of 24 bytes: ten minutes of a hundred reads a second, in about 3 MiB.
const NONCES_MAX: usize = 65_536;

/// What a nonce turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fresh {
    Yes,
    Replayed,
    /// Older than what is still remembered. Whoever signs with the present time gets through.
    Forgotten,
}

/// The nonces of requests whose time is still within the clock skew that is allowed.
#[derive(Debug, Default)]
pub struct Nonces(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    nonces: BTreeSet<(u64, Nonce)>,
    /// Requests sent at or before this may have been forgotten.
    floor_ms: u64,
}

impl Nonces {
    /// Remembers a request. When there are too many, the oldest are forgotten, and what is as old as they are is
    /// not taken any more: a flood costs a slow clock one correction, and never lets a replay through.
    pub fn take(&self, sent_ms: u64, nonce: Nonce, now_ms: u64) -> Fresh {
        let mut seen = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let expired_ms = now_ms.saturating_sub(CLOCK_SKEW_MS_MAX + 1);
        // A clock that is set back must not bring replays with it.
        seen.floor_ms = seen.floor_ms.max(expired_ms);
        while let Some(first) = seen.nonces.first().copied().filter(|(ms, _)| *ms <= expired_ms) {
            seen.nonces.remove(&first);
        }
        if sent_ms <= seen.floor_ms {
            return Fresh::Forgotten;
        }
        if !seen.nonces.insert((sent_ms, nonce)) {
            return Fresh::Replayed;
        }
        if seen.nonces.len() > NONCES_MAX
            && let Some((ms, _)) = seen.nonces.pop_first()
        {
            seen.floor_ms = seen.floor_ms.max(ms);
        }
        Fresh::Yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000_000;

    fn nonce(n: usize) -> Nonce {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&(n as u64).to_be_bytes());
        Nonce(bytes)
    }

    #[test]
    fn a_request_is_fresh_once() {
        let nonces = Nonces::default();
        assert_eq!(nonces.take(NOW, nonce(1), NOW), Fresh::Yes);
        assert_eq!(nonces.take(NOW, nonce(2), NOW), Fresh::Yes);
        assert_eq!(nonces.take(NOW, nonce(1), NOW + 1), Fresh::Replayed);
        assert_eq!(nonces.take(NOW, nonce(1), NOW + CLOCK_SKEW_MS_MAX), Fresh::Replayed);
        assert_eq!(nonces.take(NOW, nonce(1), NOW + CLOCK_SKEW_MS_MAX + 1), Fresh::Forgotten);
    }

    #[test]
    fn a_flood_of_reads_neither_fills_the_memory_nor_lets_a_replay_through() {
        let nonces = Nonces::default();
        assert_eq!(nonces.take(NOW - 10, nonce(0), NOW), Fresh::Yes);
        for n in 1..=NONCES_MAX {
            assert_eq!(nonces.take(NOW, nonce(n), NOW), Fresh::Yes);
        }
        assert_eq!(nonces.take(NOW - 10, nonce(0), NOW), Fresh::Forgotten);
        assert_eq!(nonces.take(NOW + 1, nonce(0), NOW + 1), Fresh::Yes);
        assert_eq!(nonces.0.lock().expect("unpoisoned").nonces.len(), NONCES_MAX);
    }
}
