//! Text in one byte a letter, whichever script it is in: the letters of one block of 128 code points stand in the
//! upper half of a byte's values, ASCII in the lower half.

use crate::leb128::{ReadError, Reader, write_u64};

/// The number of another block follows; its letters stand in the upper half from there on. The character of this
/// value itself is written by its block, 0.
const SWITCH: u8 = 0x0f;

/// Arabic: most of what is written here.
const FIRST_BLOCK: u32 = 0x0600 >> BLOCK_BITS;

const BLOCK_BITS: u32 = 7;
const UPPER_HALF: u8 = 0x80;

pub(super) fn write(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut block = FIRST_BLOCK;
    for letter in text.chars() {
        let code = u32::from(letter);
        if code < u32::from(UPPER_HALF) && code != u32::from(SWITCH) {
            out.push(code as u8);
            continue;
        }
        if code >> BLOCK_BITS != block {
            block = code >> BLOCK_BITS;
            out.push(SWITCH);
            write_u64(&mut out, u64::from(block));
        }
        out.push(UPPER_HALF | code as u8);
    }
    out
}

/// The inverse of `write`. What comes out has at most four times as many bytes.
pub(super) fn read(bytes: &[u8]) -> Result<String, ReadError> {
    let mut reader = Reader::new(bytes);
    let mut text = String::with_capacity(bytes.len());
    let mut block = FIRST_BLOCK;
    while !reader.is_empty() {
        let byte = reader.byte()?;
        if byte == SWITCH {
            // The largest block has 14 bits, so the shift below loses nothing.
            block = u32::try_from(reader.u64()?)
                .ok()
                .filter(|block| *block <= u32::from(char::MAX) >> BLOCK_BITS)
                .ok_or(ReadError::NumberTooLarge)?;
        } else if byte < UPPER_HALF {
            text.push(char::from(byte));
        } else {
            let code = block << BLOCK_BITS | u32::from(byte & !UPPER_HALF);
            text.push(char::from_u32(code).ok_or(ReadError::NumberTooLarge)?);
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_read_as_it_was_written() {
        let all: String = ('\0'..=char::MAX).step_by(61).chain('\0'..'\u{700}').collect();
        for text in ["", "مُدَّ 15 Wörter", "گۆڕان و ئازادی", "\u{f}\u{8f}م\u{f}", "😀🌙 شكرا", &all]
        {
            assert_eq!(read(&write(text)).as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_letter_of_the_conference_takes_one_byte() {
        assert_eq!(write("أقر المؤتمر 7 توصيات").len(), "أقر المؤتمر 7 توصيات".chars().count());
    }

    #[test]
    fn what_is_no_text_is_an_error() {
        let mut surrogate = vec![SWITCH];
        write_u64(&mut surrogate, 0xd800 >> BLOCK_BITS);
        surrogate.push(UPPER_HALF);
        let mut beyond = vec![SWITCH];
        write_u64(&mut beyond, 1 << 40);
        for bytes in [&surrogate[..], &beyond, &[SWITCH], &[SWITCH, 0x80]] {
            assert!(read(bytes).is_err());
        }
    }
}
