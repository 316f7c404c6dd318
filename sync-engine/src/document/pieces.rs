//! A text old against new as a person reads it: in whole words, and within a word in whole letters with their
//! harakat where only its beginning or its end is another.

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::text_diff::{aligned, same_letters_in_words, words};

/// A stretch of a text that is in both versions, or in one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    pub piece: PieceKind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PieceKind {
    Kept,
    Added,
    Removed,
}

/// A word with more changed places than a beginning and an end is easier read as two words.
const CHANGES_IN_A_WORD_MAX: usize = 2;

/// The kept and removed pieces are the old text, the kept and added ones the new.
pub fn pieces(old: &str, new: &str) -> Vec<Piece> {
    let old: Vec<_> = old.graphemes(true).collect();
    let new: Vec<_> = new.graphemes(true).collect();
    let old: Vec<_> = words(&old).collect();
    let new: Vec<_> = words(&new).collect();
    let mut pieces = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (x, y) in aligned(&old, &new).into_iter().chain([(old.len(), new.len())]) {
        other_words(&mut pieces, &old[i..x], &new[j..y]);
        if let Some(word) = old.get(x) {
            push(&mut pieces, PieceKind::Kept, &word.concat());
        }
        (i, j) = (x + 1, y + 1);
    }
    pieces
}

/// Words that stand where there were others: one against one where there are as many.
fn other_words(pieces: &mut Vec<Piece>, old: &[&[&str]], new: &[&[&str]]) {
    if old.len() == new.len() {
        for (old, new) in old.iter().zip(new) {
            other_word(pieces, old, new);
        }
        return;
    }
    push(pieces, PieceKind::Removed, &old.concat().concat());
    push(pieces, PieceKind::Added, &new.concat().concat());
}

fn other_word(pieces: &mut Vec<Piece>, old: &[&str], new: &[&str]) {
    let same = same_letters_in_words(old, new).filter(|(x, y)| old[*x] == new[*y]);
    let (mut letters, mut changes, mut kept) = (Vec::new(), 0, 0);
    let (mut i, mut j) = (0, 0);
    for (x, y) in same.chain([(old.len(), new.len())]) {
        changes += usize::from(x > i || y > j);
        push(&mut letters, PieceKind::Removed, &old[i..x].concat());
        push(&mut letters, PieceKind::Added, &new[j..y].concat());
        if let Some(letter) = old.get(x) {
            push(&mut letters, PieceKind::Kept, letter);
            kept += 1;
        }
        (i, j) = (x + 1, y + 1);
    }
    if changes <= CHANGES_IN_A_WORD_MAX && 2 * kept >= old.len().max(new.len()) {
        letters.iter().for_each(|letter| push(pieces, letter.piece, &letter.text));
    } else {
        push(pieces, PieceKind::Removed, &old.concat());
        push(pieces, PieceKind::Added, &new.concat());
    }
}

fn push(pieces: &mut Vec<Piece>, piece: PieceKind, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.piece == piece => last.text.push_str(text),
        _ => pieces.push(Piece { piece, text: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::{
        ChaCha8Rng,
        rand_core::{Rng, SeedableRng},
    };

    use super::*;

    /// `old` without what is in `[]`, `new` without what is in `()`.
    fn shown(old: &str, new: &str) -> String {
        let text = |piece: Piece| match piece.piece {
            PieceKind::Kept => piece.text,
            PieceKind::Added => format!("[{}]", piece.text),
            PieceKind::Removed => format!("({})", piece.text),
        };
        pieces(old, new).into_iter().map(text).collect()
    }

    #[test]
    fn a_clitic_or_an_ending_is_a_piece_of_its_word() {
        assert_eq!(shown("عقد المؤتمر", "انعقد المؤتمر"), "[ان]عقد المؤتمر");
        assert_eq!(shown("في كتاب الوفد", "في كتابنا الوفد"), "في كتاب[نا] الوفد");
    }

    #[test]
    fn another_word_is_shown_as_a_whole() {
        assert_eq!(shown("اجتمع الوفد أمس", "اجتمع الوفد اليوم"), "اجتمع الوفد (أمس)[اليوم]");
        assert_eq!(shown("قبل الظهر", "قبل صلاة الظهر"), "قبل [صلاة ]الظهر");
    }

    #[test]
    fn a_letter_is_shown_with_its_harakat() {
        assert_eq!(shown("كتاب", "كِتاب"), "(ك)[كِ]تاب");
        assert_eq!(shown("مدرسة", "مدرّسة"), "مد(ر)[رّ]سة");
    }

    #[test]
    fn pieces_always_give_both_texts() {
        let mut random = ChaCha8Rng::seed_from_u64(11);
        let letters = ["ا", "ب", "د", "َ", "ّ", " ", " ", "\n", "e", "🌴", "\u{200d}"];
        let text = |random: &mut ChaCha8Rng| -> String {
            let length = random.next_u32() % 24;
            (0..length).map(|_| letters[random.next_u32() as usize % letters.len()]).collect()
        };
        for _ in 0..20_000 {
            let (old, new) = (text(&mut random), text(&mut random));
            let pieces = pieces(&old, &new);
            let without = |left_out: PieceKind| -> String {
                pieces.iter().filter(|piece| piece.piece != left_out).map(|piece| piece.text.as_str()).collect()
            };
            assert_eq!(without(PieceKind::Added), old);
            assert_eq!(without(PieceKind::Removed), new);
        }
    }
}
