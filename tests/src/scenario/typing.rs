//! Somebody types at normal speed, about five keystrokes a second with pauses between words, and an editor flushes
//! what was typed: at a pause of 300 ms, and at least every second.

use super::writing::Writer;

const PAUSE_MS: usize = 300;
const FLUSH_MS_MAX: usize = 1000;

/// What each flush holds, for about so many keystrokes.
pub(super) fn flushes(writer: &mut Writer, keystrokes: usize) -> Vec<String> {
    let mut flushes = Vec::new();
    let (mut flush, mut since_first_ms) = (String::new(), 0);
    for key in writer.text(keystrokes).chars() {
        let gap_ms = gap_ms(writer, key);
        let is_due = gap_ms >= PAUSE_MS || since_first_ms + gap_ms >= FLUSH_MS_MAX;
        if !flush.is_empty() && is_due {
            flushes.push(std::mem::take(&mut flush));
            since_first_ms = 0;
        } else if !flush.is_empty() {
            since_first_ms += gap_ms;
        }
        flush.push(key);
    }
    flushes.push(flush);
    flushes
}

/// Milliseconds before a key: 120 to 240 within a word, and longer before one word in five.
fn gap_ms(writer: &mut Writer, key: char) -> usize {
    match key == ' ' && writer.below(5) == 0 {
        true => 400 + writer.below(1200),
        false => 120 + writer.below(120),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flush_holds_what_a_second_brings_and_nothing_is_lost() {
        let flushes = flushes(&mut Writer::new(3), 2000);
        assert_eq!(flushes.concat(), Writer::new(3).text(2000));
        let longest = flushes.iter().map(|flush| flush.chars().count()).max();
        assert!(longest.is_some_and(|longest| longest <= 9), "{longest:?}");
        assert!((300..700).contains(&flushes.len()), "{}", flushes.len());
    }
}
