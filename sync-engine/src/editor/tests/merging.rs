//! The claims about editing together, over ten thousand seeded worlds, and that the checker sees what is wrong on
//! purpose.

use super::world::{Counts, Letters, Plant, play};

fn all_hold(letters: Letters, seeds: std::ops::Range<u64>) {
    let mut all = Counts::default();
    for seed in seeds {
        let counts = match play(seed, letters, Plant::Nothing) {
            Ok(counts) => counts,
            Err(broken) => panic!("{letters:?}, seed {seed}: {broken}"),
        };
        all.add(&counts);
    }
    println!("{letters:?}: {all:?}");
    assert!(all.letters > 0 && all.beside_others > 0 && all.typed_since > 0 && all.exact > 0);
}

#[test]
fn distinct_letters_are_each_there_once_in_the_first_2000_worlds() {
    all_hold(Letters::Distinct, 0..2000);
}

#[test]
fn distinct_letters_are_each_there_once_in_2000_more_worlds() {
    all_hold(Letters::Distinct, 2000..4000);
}

#[test]
fn repeated_letters_are_all_there_in_the_first_1500_worlds() {
    all_hold(Letters::Repeated, 10_000..11_500);
}

#[test]
fn repeated_letters_are_all_there_in_1500_more_worlds() {
    all_hold(Letters::Repeated, 11_500..13_000);
}

#[test]
fn harakat_stay_with_their_letters_in_the_first_1500_worlds() {
    all_hold(Letters::Vocalised, 20_000..21_500);
}

#[test]
fn harakat_stay_with_their_letters_in_1500_more_worlds() {
    all_hold(Letters::Vocalised, 21_500..23_000);
}

#[test]
fn each_planted_bug_is_caught() {
    let plants = [
        (Letters::Distinct, Plant::AtTheTip),
        (Letters::Distinct, Plant::TakesMerged),
        (Letters::Distinct, Plant::Replaces),
        (Letters::Distinct, Plant::StiffCaret),
        (Letters::Repeated, Plant::NoCaret),
    ];
    for (letters, plant) in plants {
        let caught = (0..300).find_map(|seed| play(seed, letters, plant).err().map(|why| (seed, why)));
        let (seed, why) = caught.unwrap_or_else(|| panic!("{plant:?} went unseen"));
        println!("{plant:?} is caught at seed {seed}: {}", why.chars().take(100).collect::<String>());
    }
}
