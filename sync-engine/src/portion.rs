//! How much one request carries over a line of unknown speed: as much as goes in ten seconds, and less after one
//! that did not get through. What got through is never sent again.

use crate::frame::PUSH_BYTES_MAX;

/// Ten seconds: a break costs no more than that, and on a good line the way there and back costs next to nothing.
const PORTION_MS: u64 = 10_000;

/// 256 KiB until the line is known: at 50 kbit/s that takes 42 s, and an answer may take a minute.
const FIRST_BYTES: usize = 256 << 10;

/// 8 KiB: below that, headers and signatures are most of what is sent.
const BYTES_MIN: usize = 8 << 10;

/// A request of less than that says more of the line's delay than of its speed.
const MEASURED_BYTES_MIN: usize = 16 << 10;

/// How many bytes the next request may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portion(usize);

impl Default for Portion {
    fn default() -> Self {
        Self(FIRST_BYTES)
    }
}

impl Portion {
    /// Between 8 KiB and 1 MiB.
    pub fn bytes(self) -> usize {
        self.0
    }

    /// A request that carried so many bytes was answered after `took_ms`. The next one is at most twice as long.
    pub fn on_carried(&mut self, bytes: usize, took_ms: u64) {
        if bytes >= MEASURED_BYTES_MIN.min(self.0) {
            let in_time = (bytes as u64).saturating_mul(PORTION_MS) / took_ms.max(1);
            let in_time = usize::try_from(in_time).unwrap_or(usize::MAX);
            self.0 = in_time.min(2 * self.0).clamp(BYTES_MIN, PUSH_BYTES_MAX);
        }
    }

    /// The line broke before a request of so many bytes was answered.
    pub fn on_broken(&mut self, bytes: usize) {
        self.0 = (bytes / 4).clamp(BYTES_MIN, self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portion_becomes_what_the_line_carries_in_ten_seconds() {
        let mut portion = Portion::default();
        portion.on_carried(200_000, 32_000);
        assert_eq!(portion.bytes(), 62_500, "50 kbit/s");
        portion.on_carried(60_000, 20);
        assert_eq!(portion.bytes(), 125_000, "a good line, as it seems");
        for _ in 0..9 {
            portion.on_carried(60_000, 20);
        }
        assert_eq!(portion.bytes(), PUSH_BYTES_MAX, "a good line");
        portion.on_carried(100, 4_000);
        assert_eq!(portion.bytes(), PUSH_BYTES_MAX, "a small request is no measure");
        portion.on_carried(100_000, u64::MAX);
        assert_eq!(portion.bytes(), BYTES_MIN);
        portion.on_carried(BYTES_MIN, 0);
        assert_eq!(portion.bytes(), 2 * BYTES_MIN, "the smallest one is, or it would stay so for ever");
    }

    #[test]
    fn what_did_not_get_through_is_tried_by_a_quarter() {
        let mut portion = Portion::default();
        portion.on_broken(200_000);
        assert_eq!(portion.bytes(), 50_000);
        for _ in 0..9 {
            portion.on_broken(portion.bytes());
        }
        assert_eq!(portion.bytes(), BYTES_MIN);
    }
}
