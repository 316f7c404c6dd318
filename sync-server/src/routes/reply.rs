//! The form of every answer: its own media type, and a proof that ties it to its request. Refusals carry the proof,
//! too, so that a device whose clock is off can correct it by a signed time.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use minicbor::Encode;
use sync_engine::ids::Nonce;
use sync_engine::wire::{CONTENT_TYPE, REPLY_HEADER, Refusal, RefusalCode, ReplyProof};

use crate::service::Service;

/// What a handler has to say.
pub(super) enum Answer {
    Whole(Bytes),
    /// Its parts carry their own proofs.
    Stream(Body),
}

impl Answer {
    pub(super) fn whole<T: Encode<()>>(reply: T) -> Self {
        Self::Whole(to_bytes(&reply))
    }
}

/// The response to the request with this nonce.
pub(super) fn respond(service: &Service, nonce: Nonce, result: Result<Answer, Refusal>) -> Response {
    let (status, bytes, retry_after_ms) = match result {
        Ok(Answer::Stream(body)) => return seal(service, nonce, StatusCode::OK, &[], body),
        Ok(Answer::Whole(bytes)) => (StatusCode::OK, bytes, None),
        Err(refusal) => (status(refusal.code), to_bytes(&refusal), refusal.retry_after_ms),
    };
    service.metrics.sent(bytes.len());
    let mut response = seal(service, nonce, status, &bytes, Body::from(bytes.clone()));
    if let Some(ms) = retry_after_ms {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000)));
    }
    response
}

fn seal(service: &Service, nonce: Nonce, status: StatusCode, signed: &[u8], body: Body) -> Response {
    let proof = ReplyProof::sign(nonce, service.now_ms(), signed, &service.key);
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    // base64url is always a valid header.
    if let Ok(proof) = HeaderValue::from_str(&BASE64URL_NOPAD.encode(&to_bytes(&proof))) {
        headers.insert(REPLY_HEADER, proof);
    }
    response
}

fn status(code: RefusalCode) -> StatusCode {
    match code {
        RefusalCode::Malformed => StatusCode::BAD_REQUEST,
        RefusalCode::NotSigned | RefusalCode::Clock => StatusCode::UNAUTHORIZED,
        RefusalCode::Forbidden => StatusCode::FORBIDDEN,
        RefusalCode::Rate => StatusCode::TOO_MANY_REQUESTS,
        RefusalCode::NotFound => StatusCode::NOT_FOUND,
        RefusalCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn to_bytes<T: Encode<()>>(value: &T) -> Bytes {
    let mut bytes = Vec::new();
    let written: Result<(), minicbor::encode::Error<Infallible>> = minicbor::encode(value, &mut bytes);
    debug_assert!(written.is_ok());
    Bytes::from(bytes)
}
