//! How a device stands with one server, for whoever shows it.

use crate::http::HttpError;
use crate::wire::RefusalCode;

/// What is known of the way to the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Grows with every step, so that whoever waits for news hears of each.
    pub steps: u64,
    /// Everything that the server has is here.
    pub is_current: bool,
    /// When the server answered last, by the device's clock.
    pub last_ms: Option<u64>,
    pub failing: Option<Failing>,
}

impl Contact {
    /// A step came to nothing.
    pub(crate) fn on_failed(&mut self, now_ms: u64, why: Why, detail: String) {
        let since_ms = self.failing.as_ref().map_or(now_ms, |failing| failing.since_ms);
        (self.steps, self.is_current) = (self.steps + 1, false);
        self.failing = Some(Failing { since_ms, why, detail });
    }

    /// A step came to its end. A wait that ended is no word from the server: what failed before it fails still.
    pub(crate) fn on_step(&mut self, now_ms: u64, is_current: bool, is_heard: bool) {
        (self.steps, self.is_current) = (self.steps + 1, is_current);
        if self.failing.is_none() || is_heard {
            (self.failing, self.last_ms) = (None, Some(now_ms));
        }
    }
}

/// A server that does not give what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// By the device's clock.
    pub since_ms: u64,
    pub why: Why,
    /// For whoever runs the server.
    pub detail: String,
}

/// Why a sync does not get on, by what whoever waits for it can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Wait, or look for a network.
    Unreachable,
    /// Something else answered: the network wants one to log in, or the address is another server's.
    NotTheServer,
    /// As above, or somebody stands between: the certificate is neither the server's nor a known authority's.
    Certificate,
    /// The device's clock is off.
    Clock,
    /// The address is not one, or lacks encryption.
    Address,
    /// The server is full or busy: it will be asked again.
    Busy,
    /// The server understood, and said no.
    Refused,
    /// What the server gave contradicts what it signed: tell whoever runs it.
    BadServer,
    /// The device's own disk.
    Storage,
}

impl From<&HttpError> for Why {
    fn from(error: &HttpError) -> Self {
        match error {
            HttpError::Offline(_) => Self::Unreachable,
            HttpError::NotTheServer => Self::NotTheServer,
            HttpError::Clock(_) => Self::Clock,
            HttpError::Certificate(_) => Self::Certificate,
            HttpError::Address(_) | HttpError::Unencrypted(_) => Self::Address,
            HttpError::Refused(refusal) => match refusal.code {
                RefusalCode::Rate | RefusalCode::Unavailable => Self::Busy,
                RefusalCode::Clock => Self::Clock,
                _ => Self::Refused,
            },
        }
    }
}
