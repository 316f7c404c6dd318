//! Text that does not compress.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// So many ideographs, others with each seed: some two bytes each on the line.
pub fn letters(seed: u64, count: usize) -> String {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..count).filter_map(|_| char::from_u32(0x4e00 + random.next_u32() % 20_000)).collect()
}
