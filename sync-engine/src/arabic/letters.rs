//! What becomes of a single letter. Knows no words.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

pub(super) const HAMZA: char = 'ء';
pub(super) const MADDA_ABOVE: char = '\u{653}';
pub(super) const HAMZA_ABOVE: char = '\u{654}';
pub(super) const HAMZA_BELOW: char = '\u{655}';
const TATWEEL: char = 'ـ';

/// What a letter is to the word that it may be part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Part of a word; a word is in one script, so that «الـPDF» is found by either half.
    Letter {
        is_arabic: bool,
    },
    /// A haraka or another sign that belongs to the letter before.
    Sign,
    /// Stretches or steers the line and is no part of any word.
    Nothing,
    Gap,
}

/// The value of a digit in any of the three rows that Arabic keyboards write.
pub(crate) fn digit(c: char) -> Option<u32> {
    match c {
        '٠'..='٩' => Some(c as u32 - '٠' as u32),
        '۰'..='۹' => Some(c as u32 - '۰' as u32),
        _ => c.to_digit(10),
    }
}

/// A sign written above or below a letter.
pub(crate) fn is_mark(c: char) -> bool {
    // The small waw and ya of the Quran's orthography are letters by name only.
    !c.is_ascii() && (is_combining_mark(c) || matches!(c, '\u{6e5}' | '\u{6e6}'))
}

/// Tatweel, joiners and the marks of direction: what a reader does not see as a character.
pub(crate) fn is_ignored(c: char) -> bool {
    let is_invisible = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    c == TATWEEL || is_invisible
}

pub(super) fn role(c: char) -> Role {
    match c {
        _ if c.is_ascii() => {
            if c.is_ascii_alphanumeric() {
                Role::Letter { is_arabic: false }
            } else {
                Role::Gap
            }
        }
        'ء'..='غ' | 'ف'..='ي' => Role::Letter { is_arabic: true },
        _ if is_ignored(c) => Role::Nothing,
        _ if is_mark(c) => Role::Sign,
        _ if digit(c).is_some() => Role::Letter { is_arabic: false },
        _ if c.is_alphanumeric() => {
            let is_arabic = matches!(c, '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{870}'..='\u{8ff}');
            Role::Letter { is_arabic }
        }
        _ => Role::Gap,
    }
}

/// Gives the parts of a character in its simplest spelling and lower case: «ﷺ» is four words, «أ» an alef and its hamza.
pub(super) fn parts(c: char, mut emit: impl FnMut(char)) {
    match c {
        _ if c.is_ascii() => emit(c.to_ascii_lowercase()),
        // Most of Arabic is one of these, and has no parts.
        'ء' | 'ا'..='غ' | 'ف'..='ي' => emit(c),
        _ => {
            // A haraka that stands alone is spelled with a space, which would tear the word that it is in.
            let is_haraka_alone = matches!(c, '\u{fc5e}'..='\u{fc63}' | '\u{fe70}'..='\u{fe7f}');
            decompose_compatible(c, |part| {
                if !(is_haraka_alone && part == ' ') {
                    part.to_lowercase().for_each(&mut emit);
                }
            });
        }
    }
}

/// One letter for those that differ by keyboard and not by word.
pub(super) fn same_letter(c: char) -> char {
    match c {
        'ک' | 'ڪ' => 'ك',
        'ی' | 'ې' | 'ے' | 'ۍ' => 'ي',
        'ھ' | 'ہ' | 'ە' => 'ه',
        'ۃ' => 'ة',
        'ٱ' => 'ا',
        _ => match digit(c).and_then(|value| char::from_digit(value, 10)) {
            Some(digit) => digit,
            None => c,
        },
    }
}

/// One letter for those that people write for each other.
pub(super) fn folded(c: char) -> char {
    match c {
        'ى' => 'ي',
        'ة' => 'ه',
        'پ' => 'ب',
        'چ' => 'ج',
        'ژ' => 'ز',
        'ڤ' => 'ف',
        'گ' => 'ك',
        _ => c,
    }
}
