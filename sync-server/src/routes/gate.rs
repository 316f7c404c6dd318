//! What every signed request must pass before anything is done for it: size, proof, rate and a free place.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use minicbor::Decode;
use sync_engine::ids::{DeviceId, Nonce};
use sync_engine::request::{Auth, AuthError};
use sync_engine::wire::{AUTH_HEADER, BODY_BYTES_MAX, Refusal, RefusalCode, Route};

use crate::nonces::Fresh;
use crate::service::{Service, refuse, unavailable};
use crate::slots::{DeviceSlot, Slot};

/// Ten seconds without a byte of the body: the line is gone, or the sender means harm.
const BODY_PAUSE_MAX: Duration = Duration::from_secs(10);

/// A request whose sender is who it says. It keeps its place until it is dropped.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) device: DeviceId,
    pub(super) body: Bytes,
    pub(super) now_ms: u64,
    sent_ms: u64,
    nonce: Nonce,
    _places: (Slot, DeviceSlot),
}

impl Caller {
    /// The request's parameters.
    pub(super) fn read<T: for<'b> Decode<'b, ()>>(&self) -> Result<T, Refusal> {
        minicbor::decode(&self.body).map_err(|error| malformed(format!("the body cannot be read: {error}")))
    }

    /// Turns a repeated read away. Only for those who may read: a stranger's repeated request gets the same
    /// nothing, and must not push the members' nonces out of memory.
    pub(super) fn check_fresh(&self, service: &Service) -> Result<(), Refusal> {
        match service.nonces.take(self.sent_ms, self.nonce, self.now_ms) {
            Fresh::Yes => Ok(()),
            Fresh::Replayed => Err(refuse(RefusalCode::NotSigned, "the request was answered before")),
            Fresh::Forgotten => {
                Err(refuse(RefusalCode::Clock, "the request is too old to be told from a repeated one"))
            }
        }
    }
}

pub(super) fn malformed(message: impl Into<String>) -> Refusal {
    refuse(RefusalCode::Malformed, message)
}

/// The nonce that the reply repeats; zeros where the request has none.
pub(super) fn nonce(headers: &HeaderMap) -> Nonce {
    auth(headers).map_or(Nonce([0; 16]), |auth| auth.nonce)
}

/// Lets a request in.
pub(super) async fn admit(service: &Service, route: Route, request: Request) -> Result<Caller, Refusal> {
    if service.is_draining() {
        return Err(unavailable("the server stops"));
    }
    let auth = auth(request.headers()).map_err(refuse_auth)?;
    let body_bytes = claimed_bytes(request.headers())?;
    let slot = service.slots.enter(body_bytes).ok_or_else(|| unavailable("too many requests are in the works"))?;
    let body = read_body(request.into_body(), body_bytes).await?;
    service.metrics.received(body.len());

    let (id, now_ms, signed) = (service.id, service.now_ms(), body.clone());
    let verified = service.compute(move || auth.verify(route, &id, now_ms, &signed)).await?;
    verified.map_err(refuse_auth)?;
    service.rates.take(&auth.device, body.len(), now_ms).map_err(|retry_ms| Refusal {
        code: RefusalCode::Rate,
        message: "the device asks for too much at once".into(),
        retry_after_ms: Some(retry_ms),
    })?;
    let device_slot = service.slots.of(auth.device).ok_or_else(|| Refusal {
        code: RefusalCode::Rate,
        message: "too many requests of the device are in the works".into(),
        retry_after_ms: Some(1000),
    })?;
    let _places = (slot, device_slot);
    Ok(Caller { device: auth.device, body, now_ms, sent_ms: auth.sent_ms, nonce: auth.nonce, _places })
}

fn auth(headers: &HeaderMap) -> Result<Auth, AuthError> {
    let text = headers.get(AUTH_HEADER).and_then(|value| value.to_str().ok()).ok_or(AuthError::Form)?;
    Auth::from_header(text)
}

fn refuse_auth(error: AuthError) -> Refusal {
    let code = match error {
        AuthError::Form | AuthError::Signature => RefusalCode::NotSigned,
        AuthError::Clock(_) => RefusalCode::Clock,
    };
    refuse(code, error.to_string())
}

/// How long the body will be: as it says, or as it may be at most.
fn claimed_bytes(headers: &HeaderMap) -> Result<usize, Refusal> {
    let Some(length) = headers.get(header::CONTENT_LENGTH) else { return Ok(BODY_BYTES_MAX) };
    let length = length.to_str().ok().and_then(|text| text.parse::<usize>().ok());
    length.filter(|bytes| *bytes <= BODY_BYTES_MAX).ok_or_else(too_long)
}

async fn read_body(body: Body, bytes_max: usize) -> Result<Bytes, Refusal> {
    let mut parts = body.into_data_stream();
    let mut bytes = BytesMut::new();
    loop {
        let part = tokio::time::timeout(BODY_PAUSE_MAX, parts.next()).await;
        match part.map_err(|_| malformed("the body stopped coming"))? {
            None => return Ok(bytes.freeze()),
            Some(Err(_)) => return Err(malformed("the body broke off")),
            Some(Ok(part)) if bytes.len() + part.len() > bytes_max => return Err(too_long()),
            Some(Ok(part)) => bytes.extend_from_slice(&part),
        }
    }
}

fn too_long() -> Refusal {
    malformed(format!("the body is above {BODY_BYTES_MAX} bytes"))
}
