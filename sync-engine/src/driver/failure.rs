//! Why a sync did not come to its end, and what a caller can do about it.

use crate::contact::Why;
use crate::engine::EngineError;
use crate::http::HttpError;
use crate::store::StoreError;

/// Why a sync did not come to its end. What was done so far stays done.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("the engine stopped within a step")]
    Stopped,
}

impl DriverError {
    /// Whether it is worth to try again later: everything but a damaged database.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Http(_) | Self::Engine(EngineError::BadServer(_)) => true,
            Self::Engine(EngineError::Store(error)) => {
                matches!(error, StoreError::Full | StoreError::Busy | StoreError::Failing(_))
            }
            Self::Engine(_) | Self::Stopped => false,
        }
    }

    /// Whether the server has understood, and said no.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Http(HttpError::Refused(_)))
    }

    pub fn why(&self) -> Why {
        match self {
            Self::Http(error) => Why::from(error),
            Self::Engine(EngineError::BadServer(_)) => Why::BadServer,
            Self::Engine(_) | Self::Stopped => Why::Storage,
        }
    }

    pub(super) fn retry_after_ms(&self) -> Option<u64> {
        match self {
            Self::Http(HttpError::Refused(refusal)) => refusal.retry_after_ms,
            _ => None,
        }
    }
}
