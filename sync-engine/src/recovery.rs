//! The way back into a space whose admins lost all their devices: for a moment this device acts as the key on the
//! recovery sheet, reads the space, and invites whoever holds the sheet. They then join as anybody else does.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::driver::{Clock, Driver, DriverError};
use crate::engine::{Engine, EngineError, Entropy};
use crate::entry::{Home, Role};
use crate::http::Http;
use crate::link::{InviteLink, RecoveryLink};
use crate::session::Mode;

/// 48 hours: it is used at once, and clocks are off.
const EXPIRES_AFTER_MS: u64 = 48 * 3_600_000;

/// Why a sheet let nobody in.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// Of another space, or an admin took it back: nothing to wait for.
    #[error("the recovery key is no admin of the space")]
    NotTheKey,
    /// A server that was restored from a backup takes no entries until an admin confirms its members.
    #[error("the server does not take the invitation now")]
    NotNow,
    #[error(transparent)]
    Driver(#[from] DriverError),
}

impl From<EngineError> for RecoveryError {
    fn from(error: EngineError) -> Self {
        Self::Driver(error.into())
    }
}

/// An invitation for one new admin, signed by the sheet's key and on the server when this returns. `path` is where the
/// key's own database stands meanwhile, encrypted with a key that is forgotten; the caller deletes it. The whole log is read once.
pub async fn invite(
    link: &RecoveryLink,
    path: &Path,
    entropy: Entropy,
    clock: Clock,
) -> Result<InviteLink, RecoveryError> {
    let mut engine = Engine::open_passing(path, entropy, link.seed)?;
    engine.follow_space(&link.space, &Home { server: link.server, url: link.url.clone() })?;
    let engine = Arc::new(Mutex::new(engine));
    let http = Http::new(&link.url, link.server).map_err(DriverError::from)?;
    let mut driver = Driver::new(engine.clone(), http, clock.clone(), Mode::Once);
    driver.sync().await?;
    let lock = || engine.lock().unwrap_or_else(PoisonError::into_inner);
    let invite = {
        let mut engine = lock();
        let role = engine.roster(&link.space)?.role(&engine.device());
        if role != Some(Role::Admin) {
            return Err(RecoveryError::NotTheKey);
        }
        engine.invite(&link.space, Role::Admin, 1, clock().saturating_add(EXPIRES_AFTER_MS))?
    };
    driver.sync().await?;
    if lock().has_unconfirmed_entries(&link.space)? {
        return Err(RecoveryError::NotNow);
    }
    Ok(invite)
}
