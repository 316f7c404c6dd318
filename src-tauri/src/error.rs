//! What a command fails with: a code that the page has words for, and the reason for whoever reads logs.

use serde::{Deserialize, Serialize};
use sync_engine::document::DocumentError;
use sync_engine::engine::EngineError;
use sync_engine::link::LinkError;
use sync_engine::store::StoreError;

/// A decision that the page can make, each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// It is gone, or was never here: read again.
    NotFound,
    NotAllowed,
    /// The page, or what was typed, asked for something that cannot be.
    Invalid,
    TooLarge,
    /// The space is ahead of this version of the app.
    UpdateNeeded,
    /// The device's disk cannot be read or written: accept nothing more.
    Storage,
    Offline,
    /// The device's data is closed until somebody gives its key.
    Locked,
    WrongPassphrase,
    /// An accepted change builds on what should be refused.
    BuiltOn,
    /// The minutes are approved: set them back to draft first.
    MinutesClosed,
    /// The recovery key is no admin of the space.
    NotTheKey,
    /// Our own fault.
    Internal,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct CommandError {
    pub code: Code,
    pub message: String,
}

impl CommandError {
    pub fn new(code: Code, message: impl ToString) -> Self {
        Self { code, message: message.to_string() }
    }

    pub fn invalid(message: impl ToString) -> Self {
        Self::new(Code::Invalid, message)
    }
}

impl From<EngineError> for CommandError {
    fn from(error: EngineError) -> Self {
        let code = match &error {
            EngineError::Store(StoreError::Busy) => Code::Internal,
            EngineError::Store(StoreError::WrongKey) => Code::WrongPassphrase,
            EngineError::Store(_) | EngineError::Export(_) => Code::Storage,
            EngineError::Document(DocumentError::NoSuchItem(_))
            | EngineError::NoSuchSpace(_)
            | EngineError::NoSuchDocument(_)
            | EngineError::NoSuchVersion(_)
            | EngineError::NoSuchMember(_)
            | EngineError::NotHeld(_) => Code::NotFound,
            EngineError::Document(DocumentError::MinutesClosed) => Code::MinutesClosed,
            EngineError::NoSuchLine(_) | EngineError::Document(_) | EngineError::Editor(_) => Code::Invalid,
            EngineError::TooLarge(_) | EngineError::FileTooLarge { .. } => Code::TooLarge,
            EngineError::UpdateNeeded => Code::UpdateNeeded,
            EngineError::NotAllowed => Code::NotAllowed,
            EngineError::BuiltOn(_) => Code::BuiltOn,
            EngineError::NotCompactable(_) | EngineError::BadServer(_) => Code::Internal,
        };
        Self::new(code, error)
    }
}

impl From<LinkError> for CommandError {
    fn from(error: LinkError) -> Self {
        Self::invalid(error)
    }
}
