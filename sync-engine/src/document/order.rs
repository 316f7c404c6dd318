//! Order keys: strings between any two of which there is always another, so that an item moves by
//! writing one field of its own (Automerge has no move).
//!
//! A key is a fraction in base 62 without its leading "0."; it never ends in the digit zero, so that
//! there is room below it. Each ends in digits that its maker chose, so that two devices that put
//! different items in one gap at once give them different keys.

use super::DocumentError;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Longer keys are not ours: 1,000 moves into one gap need fewer bytes.
const KEY_BYTES_MAX: usize = 4096;

/// Whether a string from a document can be compared and divided as an order key.
pub(super) fn is_key(key: &str) -> bool {
    let all_digits = key.bytes().all(|byte| byte.is_ascii_alphanumeric());
    all_digits && !key.is_empty() && !key.ends_with('0') && key.len() <= KEY_BYTES_MAX
}

/// A key after `before` and, where that leaves room, before `after`; an empty string is the start and
/// the end. Two items with one key have no room between them: the new key follows both.
pub(super) fn between(before: &str, after: &str, tiebreak: &str) -> Result<String, DocumentError> {
    if !tiebreak.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(DocumentError::invalid("tiebreak", tiebreak));
    }
    let after = if after > before { after.as_bytes() } else { b"" };
    let mut key = middle(before.as_bytes(), after);
    // Digits appended to a prefix of the upper key could climb past it.
    while after.starts_with(&key) && !after.is_empty() {
        key = middle(&key, after);
    }
    key.extend(tiebreak.trim_end_matches('0').bytes());
    Ok(key.into_iter().map(char::from).collect())
}

/// A key strictly between two others. Without an upper one it steps by one digit and without a lower
/// one too, because most items are added at an end and keys should stay short there.
fn middle(before: &[u8], after: &[u8]) -> Vec<u8> {
    let mut key = Vec::new();
    let mut is_bounded = !after.is_empty();
    for i in 0.. {
        let low = before.get(i).map_or(0, |&digit| value(digit));
        let high = match after.get(i) {
            Some(&digit) if is_bounded => value(digit),
            _ => DIGITS.len(),
        };
        let rest_is_open = i >= before.len();
        if high > low + 1 {
            let digit = match (rest_is_open && before.is_empty(), is_bounded) {
                (true, false) => DIGITS.len() / 2,
                (true, true) => high - 1,
                (false, false) => low + 1,
                (false, true) => (low + high) / 2,
            };
            key.push(DIGITS[digit]);
            return key;
        }
        key.push(DIGITS[low]);
        is_bounded &= high == low;
    }
    key
}

fn value(digit: u8) -> usize {
    DIGITS.iter().position(|&other| other == digit).unwrap_or(0)
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
