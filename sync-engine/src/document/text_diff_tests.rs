use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

use super::*;

fn apply(old: &str, splices: &[Splice]) -> String {
    let mut units: Vec<u16> = old.encode_utf16().collect();
    for splice in splices.iter().rev() {
        let range = splice.at..splice.at + splice.delete;
        units.splice(range, splice.insert.encode_utf16());
    }
    String::from_utf16(&units).unwrap()
}

fn splice(at: usize, delete: usize, insert: &str) -> Splice {
    Splice { at, delete, insert: insert.to_owned() }
}

#[test]
fn a_letter_that_gains_a_haraka_stays() {
    assert_eq!(splices("كتاب", "كِتاب"), [splice(1, 0, "ِ")]);
    assert_eq!(splices("مدرسة", "مدرّسة"), [splice(3, 0, "ّ")]);
}

#[test]
fn a_haraka_is_never_taken_for_one_of_another_letter() {
    assert_eq!(splices("مَد", "مدَ"), [splice(1, 1, ""), splice(3, 0, "َ")]);
    // Another letter with the same haraka takes the whole cluster with it.
    assert_eq!(splices("دَ", "رَ"), [splice(0, 2, "رَ")]);
    assert_eq!(splices("بَب", "ب"), [splice(0, 2, "")]);
}

#[test]
fn distant_words_are_edited_apart() {
    let (old, new) = ("عقد المؤتمر في النجف أمس", "انعقد المؤتمر في مدينة النجف اليوم");
    let splices = splices(old, new);
    assert_eq!(apply(old, &splices), new);
    assert!(splices.len() > 2);
    assert!(splices.iter().map(|splice| splice.delete).sum::<usize>() <= 3);
}

#[test]
fn an_emoji_or_a_flag_changes_as_a_whole() {
    assert_eq!(splices("🇮🇶", "🇮🇷"), [splice(0, 4, "🇮🇷")]);
    assert_eq!(splices("👨‍👩‍👧!", "👨!"), [splice(0, 8, "👨")]);
}

#[test]
fn a_text_too_different_to_align_is_replaced() {
    let old: String = (0..3000).map(|i| char::from(b'a' + (i % 7) as u8)).collect();
    let new: String = (0..3000).map(|i| char::from(b'n' + (i % 5) as u8)).collect();
    let old = format!("same {old} end");
    let new = format!("same {new} end");
    assert_eq!(splices(&old, &new).len(), 1);
    assert_eq!(apply(&old, &splices(&old, &new)), new);
}

#[test]
fn splices_always_give_the_new_text() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let letters = ["ا", "ب", "د", "م", "َ", "ّ", "ِ", " ", "\n", "e", "\u{301}", "🌴", "\u{fffc}", "\u{200d}"];
    let text = |random: &mut ChaCha8Rng| -> String {
        let length = random.next_u32() % 24;
        (0..length).map(|_| letters[random.next_u32() as usize % letters.len()]).collect()
    };
    for _ in 0..20_000 {
        let (old, new) = (text(&mut random), text(&mut random));
        assert_eq!(apply(&old, &splices(&old, &new)), new, "{old:?} to {new:?}");
    }
}
