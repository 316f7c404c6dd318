//! Somebody types at normal speed, about five keystrokes a second with pauses between words, and an editor flushes
//! what was typed: at a pause of 300 ms, and at least every second. With a line, flushes wait for a longer pause
//! before they are sent together.

use std::time::Duration;

use sync_engine::driver::{SEND_AFTER, SEND_QUIET};

use super::writing::Writer;

const PAUSE: Duration = Duration::from_millis(300);
const FLUSH_AFTER: Duration = Duration::from_secs(1);

/// What is made durable at once.
pub(super) struct Flush {
    pub(super) text: String,
    /// Since the typing began.
    pub(super) at: Duration,
}

/// About so many keystrokes as flushes.
pub(super) fn flushes(writer: &mut Writer, keystrokes: usize) -> Vec<Flush> {
    let mut flushes = Vec::new();
    let (mut text, mut first, mut last) = (String::new(), Duration::ZERO, Duration::ZERO);
    for key in writer.text(keystrokes).chars() {
        let now = last + gap(writer, key);
        let due = (last + PAUSE).min(first + FLUSH_AFTER);
        if !text.is_empty() && now >= due {
            flushes.push(Flush { text: std::mem::take(&mut text), at: due });
        }
        if text.is_empty() {
            first = now;
        }
        text.push(key);
        last = now;
    }
    flushes.push(Flush { text, at: last + PAUSE });
    flushes
}

/// The flushes that are sent together.
pub(super) fn sent_together(flushes: Vec<Flush>) -> Vec<Vec<Flush>> {
    let mut sendings: Vec<Vec<Flush>> = Vec::new();
    for flush in flushes {
        match sendings.last_mut() {
            Some(sending) if is_sent_with(sending, &flush) => sending.push(flush),
            _ => sendings.push(vec![flush]),
        }
    }
    sendings
}

fn is_sent_with(sending: &[Flush], next: &Flush) -> bool {
    let (first, last) = (sending.first(), sending.last());
    first.is_some_and(|first| next.at < first.at + SEND_AFTER)
        && last.is_some_and(|last| next.at < last.at + SEND_QUIET)
}

/// The time before a key: 120 to 240 ms within a word, and longer before one word in five.
fn gap(writer: &mut Writer, key: char) -> Duration {
    let gap_ms = match key == ' ' && writer.below(5) == 0 {
        true => 400 + writer.below(1200),
        false => 120 + writer.below(120),
    };
    Duration::from_millis(gap_ms as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flush_holds_what_a_second_brings_and_nothing_is_lost() {
        let flushes = flushes(&mut Writer::new(3), 2000);
        let text: String = flushes.iter().map(|flush| flush.text.as_str()).collect();
        assert_eq!(text, Writer::new(3).text(2000));
        let longest = flushes.iter().map(|flush| flush.text.chars().count()).max();
        assert!(longest.is_some_and(|longest| longest <= 9), "{longest:?}");
        assert!((300..700).contains(&flushes.len()), "{}", flushes.len());
        let count = flushes.len();
        let sendings = sent_together(flushes);
        assert_eq!(sendings.iter().map(Vec::len).sum::<usize>(), count);
        assert!(sendings.iter().all(|sending| sending[sending.len() - 1].at < sending[0].at + SEND_AFTER));
        assert!((30..100).contains(&sendings.len()), "{}", sendings.len());
    }
}
