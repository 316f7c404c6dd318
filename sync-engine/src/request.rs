//! Requests are signed by the device's key: there are no tokens to steal, store or refresh.

use data_encoding::BASE64URL_NOPAD;
use minicbor::{Decode, Encode};

use crate::ids::{BlobHash, DeviceId, Nonce, ServerId};
use crate::keys::{Purpose, SecretKey, Signature, is_signed_by};
use crate::wire::Route;

/// Five minutes: a request signed longer ago, or further ahead, is not taken, so that nonces need not be
/// remembered for longer.
pub const CLOCK_SKEW_MS_MAX: u64 = 5 * 60 * 1000;

/// Who sends a request, when, and the proof. Travels in the header `multaqa-auth`, in base64url.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Auth {
    #[n(0)]
    pub device: DeviceId,
    /// The device's clock, corrected by the server's last signed time, in Unix milliseconds.
    #[n(1)]
    pub sent_ms: u64,
    #[n(2)]
    pub nonce: Nonce,
    #[n(3)]
    pub signature: Signature,
}

/// Why a request's proof does not hold.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum AuthError {
    #[error("the request carries no readable proof of its sender")]
    Form,
    #[error("the signature is not the device's for this request and server")]
    Signature,
    #[error("the device's clock is {0} ms away from the server's")]
    Clock(u64),
}

impl Auth {
    /// Signs a request with this body for this server.
    pub fn sign(key: &SecretKey, route: Route, server: &ServerId, sent_ms: u64, nonce: Nonce, body: &[u8]) -> Self {
        let signature = key.sign(Purpose::Request, &message(route, server, sent_ms, &nonce, body));
        Self { device: key.device(), sent_ms, nonce, signature }
    }

    pub fn to_header(&self) -> String {
        BASE64URL_NOPAD.encode(&minicbor::to_vec(self).unwrap_or_default())
    }

    pub fn from_header(text: &str) -> Result<Self, AuthError> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| AuthError::Form)?;
        minicbor::decode(&bytes).map_err(|_| AuthError::Form)
    }

    /// Checks the proof at the server's time. The signature comes first: only its owner learns of a wrong clock.
    pub fn verify(&self, route: Route, server: &ServerId, now_ms: u64, body: &[u8]) -> Result<(), AuthError> {
        let message = message(route, server, self.sent_ms, &self.nonce, body);
        if !is_signed_by(&self.device.0, Purpose::Request, &message, &self.signature) {
            return Err(AuthError::Signature);
        }
        let skew_ms = now_ms.abs_diff(self.sent_ms);
        if skew_ms > CLOCK_SKEW_MS_MAX { Err(AuthError::Clock(skew_ms)) } else { Ok(()) }
    }
}

fn message(route: Route, server: &ServerId, sent_ms: u64, nonce: &Nonce, body: &[u8]) -> Vec<u8> {
    let mut message = route.name().as_bytes().to_vec();
    message.push(0);
    message.extend(server.0);
    message.extend(sent_ms.to_be_bytes());
    message.extend(nonce.0);
    message.extend(BlobHash::of(body).0);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_holds_for_its_route_server_body_and_time_only() {
        let (key, server) = (SecretKey::from_seed(&[1; 32]), ServerId([2; 32]));
        let auth = Auth::sign(&key, Route::Push, &server, 1000, Nonce([3; 16]), b"body");
        let auth = Auth::from_header(&auth.to_header()).expect("its own header");
        assert_eq!(auth.verify(Route::Push, &server, 1000, b"body"), Ok(()));
        assert_eq!(auth.verify(Route::Pull, &server, 1000, b"body"), Err(AuthError::Signature));
        assert_eq!(auth.verify(Route::Push, &ServerId([4; 32]), 1000, b"body"), Err(AuthError::Signature));
        assert_eq!(auth.verify(Route::Push, &server, 1000, b"other"), Err(AuthError::Signature));
        let late = 1001 + CLOCK_SKEW_MS_MAX;
        assert_eq!(auth.verify(Route::Push, &server, late, b"body"), Err(AuthError::Clock(CLOCK_SKEW_MS_MAX + 1)));
    }

    #[test]
    fn what_is_no_header_is_an_error() {
        assert_eq!(Auth::from_header("a page of a captive portal"), Err(AuthError::Form));
    }
}
