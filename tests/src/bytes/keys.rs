//! The keys of everybody here, each made once: that takes as long as to sign with one.

use std::sync::LazyLock;

use sync_engine::keys::SecretKey;

static KEYS: LazyLock<Vec<SecretKey>> =
    LazyLock::new(|| (0..=255).map(|seed| SecretKey::from_seed(&[seed; 32])).collect());

/// The key whose seed is this byte over and over.
pub(super) fn key(seed: u8) -> SecretKey {
    KEYS[usize::from(seed)].clone()
}
