use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

use super::*;

#[test]
fn a_key_lies_between_its_neighbours_wherever_items_are_put() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    for tiebreak in ["", "0", "z", "a0", "7Kq2"] {
        let mut keys: Vec<String> = Vec::new();
        for _ in 0..400 {
            let at = random.next_u32() as usize % (keys.len() + 1);
            let neighbour = |i: Option<usize>| i.and_then(|i| keys.get(i)).map_or("", String::as_str);
            let key = between(neighbour(at.checked_sub(1)), neighbour(Some(at)), tiebreak).unwrap();
            assert!(is_key(&key));
            keys.insert(at, key);
        }
        assert!(keys.is_sorted() && keys.windows(2).all(|pair| pair[0] != pair[1]));
    }
}

#[test]
fn keys_stay_short_at_either_end() {
    let (mut first, mut last) = (between("", "", "ab").unwrap(), between("", "", "ab").unwrap());
    for _ in 0..500 {
        first = between("", &first, "ab").unwrap();
        last = between(&last, "", "ab").unwrap();
    }
    assert!(first.len() < 24 && last.len() < 24, "{first} {last}");
}

#[test]
fn a_thousand_items_in_one_gap_still_have_valid_keys() {
    let (low, mut high) = (between("", "", "n").unwrap(), between("V", "", "n").unwrap());
    for _ in 0..1000 {
        high = between(&low, &high, "n3").unwrap();
        assert!(is_key(&high) && high > low);
    }
}

#[test]
fn strings_that_are_no_keys_are_refused() {
    for wrong in ["", "a0", "0", "a b", "ا", &"a".repeat(5000)] {
        assert!(!is_key(wrong));
    }
    assert!(between("", "", "é").is_err());
    // Two items that share a key have no room between them.
    assert!(between("V", "V", "x").unwrap().as_str() > "V");
}
