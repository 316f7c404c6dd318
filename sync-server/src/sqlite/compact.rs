//! Dropping what vouched snapshots stand for.

use super::writer::SqliteWriter;
use crate::log::LogError;

pub(super) fn compact(_writer: &mut SqliteWriter, _before_ms: u64) -> Result<(u64, u64), LogError> {
    Ok((0, 0))
}
