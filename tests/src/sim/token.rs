//! What is typed: tokens, each of them once in a world, so that a lost, doubled or revived one is seen.

use automerge::{Automerge, ChangeHash, ROOT, ReadDoc};
use sync_engine::engine::DocumentName;

use super::custody::Hash;
use super::random::Random;

/// Ends every token, and is in none.
const END: char = '؛';

/// Syllables of which words are made.
const SYLLABLES: [&str; 12] = ["مل", "تقى", "نجف", "كو", "فة", "بصـ", "رة", "خطا", "بة", "علا", "قات", "عِلم"];

/// Something that was typed at once.
pub(super) struct Token {
    pub(super) text: String,
    pub(super) document: DocumentName,
    /// The device that typed it.
    pub(super) by: usize,
    pub(super) typed: Typed,
    /// The changes that deleted it.
    pub(super) deleted: Vec<Hash>,
    /// A deletion of it was broken off by a crash, and may have happened.
    pub(super) is_doubtful: bool,
}

/// What the device said when it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// It is stored, in this change.
    Stored(Hash),
    /// The commit failed: it must be nowhere.
    Failed,
    /// The process died right after the commit: it may be somewhere.
    Unknown,
}

impl Token {
    pub(super) fn can_be_shown(&self) -> bool {
        matches!(self.typed, Typed::Stored(_)) && self.deleted.is_empty()
    }
}

/// A new token. `number` makes it the only one of its kind.
pub(super) fn token(random: &mut Random, number: usize) -> String {
    let mut text = String::new();
    for _ in 0..1 + random.below(3) {
        text += SYLLABLES[random.below(SYLLABLES.len())];
    }
    format!("{text}{number}{END}")
}

/// A note's body as it is at `heads`, block markers among the letters. Every letter here is one UTF-16 unit.
pub(super) fn body(document: &Automerge, heads: Option<&[ChangeHash]>) -> String {
    let Ok(Some((_, body))) = document.get(ROOT, "body") else { return String::new() };
    let text = match heads {
        Some(heads) => document.text_at(&body, heads),
        None => document.text(&body),
    };
    text.unwrap_or_default()
}

/// Where something may be typed without coming into a token: after tokens and block markers.
pub(super) fn gaps(body: &str) -> Vec<usize> {
    let is_gap = |c: char| c == END || c == '\u{fffc}';
    body.chars().enumerate().filter(|(_, c)| is_gap(*c)).map(|(at, _)| at + 1).collect()
}

/// Where a token stands in a body.
pub(super) fn find(body: &str, token: &str) -> Option<std::ops::Range<usize>> {
    let start = body.find(token)?;
    let start = body[..start].chars().count();
    Some(start..start + token.chars().count())
}
