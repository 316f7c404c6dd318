//! Signed requests to one server over HTTP, and proof that the answers are its own.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use futures_util::StreamExt;
use minicbor::{Decode, Encode};
use reqwest::header::{CONTENT_TYPE as CONTENT_TYPE_HEADER, HeaderMap};
use reqwest::redirect::Policy;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::ids::{Nonce, ServerId};
use crate::keys::SecretKey;
use crate::link::is_private;
use crate::request::Auth;
use crate::tls;
use crate::wire::{
    AUTH_HEADER, BODY_BYTES_MAX, CONTENT_TYPE, PullPart, REPLY_HEADER, Refusal, RefusalCode, ReplyProof, Route,
};

/// Ten seconds to connect: a line that takes longer is as good as none, and a retry is cheap.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A minute between two reads: a 1 MiB push over a poor line is answered within that.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// 16 pieces of an answer are read ahead, while those before them are taken in: each is what one read of the line
/// brought, half a megabyte at most.
const READ_AHEAD_MAX: usize = 16;

/// Why a request brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Wait, and try again.
    #[error("the server cannot be reached: {0}")]
    Offline(String),
    /// A captive portal, or another server: open a browser and log in to the network.
    #[error("something else than the server answered: the network may want you to log in first")]
    NotTheServer,
    /// As above, or somebody stands between: nothing was sent.
    #[error("nobody there could show a certificate of the server's: {0}")]
    Certificate(String),
    /// The server said no.
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// The clock was off; the next request is signed with the server's time.
    #[error("the device's clock is off by {0} ms")]
    Clock(i64),
    #[error("the server's address {0:?} is not one")]
    Address(String),
    /// Only on this machine itself may it go without TLS.
    #[error("{0} would send everything unencrypted: ask whoever runs the server for a link with https")]
    Unencrypted(String),
}

/// Where a request goes and who signs it.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    url: String,
    server: ServerId,
}

/// A request's signer, time and nonce.
pub struct Signing<'a> {
    pub key: &'a SecretKey,
    /// The device's clock, corrected by the server's last signed time.
    pub now_ms: u64,
    pub nonce: Nonce,
}

impl Http {
    /// A client of the server with that key at `url`.
    pub fn new(url: &str, server: ServerId) -> Result<Self, HttpError> {
        let tls = tls::config(server).map_err(|error| HttpError::Offline(error.to_string()))?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .build()
            .map_err(|error| HttpError::Offline(error.to_string()))?;
        Ok(Self { client, url: url.trim_end_matches('/').to_owned(), server })
    }

    pub fn server(&self) -> ServerId {
        self.server
    }

    /// Sends a request and reads its whole answer. Also gives the server's time, in Unix milliseconds.
    pub async fn call<Q: Encode<()>, R: for<'b> Decode<'b, ()>>(
        &self,
        signing: Signing<'_>,
        route: Route,
        request: &Q,
    ) -> Result<(R, u64), HttpError> {
        let (nonce, now_ms) = (signing.nonce, signing.now_ms);
        let response = self.send(signing, route, request).await?;
        let is_success = response.status().is_success();
        let headers = response.headers().clone();
        let body = bounded_body(response).await?;
        let proof = self.proof(&headers, &nonce, &body)?;
        if !is_success {
            return Err(refused(&body, &proof, now_ms));
        }
        let reply = minicbor::decode(&body).map_err(|_| HttpError::NotTheServer)?;
        Ok((reply, proof.server_ms))
    }

    /// Sends a pull and gives its parts as they come.
    pub async fn stream<Q: Encode<()>>(&self, signing: Signing<'_>, request: &Q) -> Result<(Parts, u64), HttpError> {
        let (nonce, now_ms) = (signing.nonce, signing.now_ms);
        let response = self.send(signing, Route::Pull, request).await?;
        let is_success = response.status().is_success();
        let headers = response.headers().clone();
        if !is_success {
            let body = bounded_body(response).await?;
            let proof = self.proof(&headers, &nonce, &body)?;
            return Err(refused(&body, &proof, now_ms));
        }
        let proof = self.proof(&headers, &nonce, &[])?;
        Ok((Parts::of(response), proof.server_ms))
    }

    async fn send<Q: Encode<()>>(
        &self,
        signing: Signing<'_>,
        route: Route,
        request: &Q,
    ) -> Result<reqwest::Response, HttpError> {
        // Members are told of addresses by others, so a bad one must not keep a device from its other servers.
        if reqwest::Url::parse(&self.url).is_err() {
            return Err(HttpError::Address(self.url.clone()));
        }
        if !is_private(&self.url) {
            return Err(HttpError::Unencrypted(self.url.clone()));
        }
        let body = minicbor::to_vec(request).unwrap_or_default();
        let auth = Auth::sign(signing.key, route, &self.server, signing.now_ms, signing.nonce, &body);
        let request = self
            .client
            .post(format!("{}{}", self.url, route.path()))
            .header(CONTENT_TYPE_HEADER, CONTENT_TYPE)
            .header(AUTH_HEADER, auth.to_header())
            .body(body);
        let response = request.send().await.map_err(|error| unsent(&error))?;
        let is_ours = response.headers().get(CONTENT_TYPE_HEADER).is_some_and(|value| value == CONTENT_TYPE);
        if is_ours {
            return Ok(response);
        }
        // A proxy in front of a server that is down answers in its own words.
        match response.status().as_u16() {
            502..=504 => Err(HttpError::Offline(format!("a proxy answered {}", response.status()))),
            _ => Err(HttpError::NotTheServer),
        }
    }

    fn proof(&self, headers: &HeaderMap, nonce: &Nonce, body: &[u8]) -> Result<ReplyProof, HttpError> {
        let proof = headers
            .get(REPLY_HEADER)
            .and_then(|value| BASE64URL_NOPAD.decode(value.as_bytes()).ok())
            .and_then(|bytes| minicbor::decode::<ReplyProof>(&bytes).ok());
        let is_fit = |proof: &ReplyProof| proof.nonce == *nonce && proof.is_signed_by(&self.server, body);
        proof.filter(is_fit).ok_or(HttpError::NotTheServer)
    }
}

/// The parts of a pull's answer.
pub struct Parts {
    bytes: mpsc::Receiver<reqwest::Result<bytes::Bytes>>,
    buffer: Vec<u8>,
    /// How the line broke, behind the parts that came before.
    failure: Option<reqwest::Error>,
    /// Ends with the parts, and so does the connection: the server need not keep a stream for nobody.
    _reader: JoinSet<()>,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("buffered_bytes", &self.buffer.len()).finish()
    }
}

impl Parts {
    fn of(response: reqwest::Response) -> Self {
        let (read, bytes) = mpsc::channel(READ_AHEAD_MAX);
        let mut reader = JoinSet::new();
        reader.spawn(async move {
            let mut stream = response.bytes_stream();
            while let Some(result) = stream.next().await {
                if read.send(result).await.is_err() {
                    return;
                }
            }
        });
        Self { bytes, buffer: Vec::new(), failure: None, _reader: reader }
    }

    /// The next part; none at the stream's end.
    pub async fn next(&mut self) -> Result<Option<PullPart>, HttpError> {
        loop {
            if let Some(part) = self.buffered()? {
                return Ok(Some(part));
            }
            let come = match self.failure.take() {
                Some(error) => Some(Err(error)),
                None => self.bytes.recv().await,
            };
            match come {
                Some(Ok(bytes)) => self.buffer.extend_from_slice(&bytes),
                Some(Err(error)) => return Err(HttpError::Offline(chain(&error))),
                None if self.buffer.is_empty() => return Ok(None),
                None => return Err(HttpError::Offline("the line broke within an answer".into())),
            }
        }
    }

    /// A part that has come already, without waiting. What else has come, an error or the end, is told by `next`.
    pub fn come(&mut self) -> Result<Option<PullPart>, HttpError> {
        loop {
            if let Some(part) = self.buffered()? {
                return Ok(Some(part));
            }
            match self.failure.is_none().then(|| self.bytes.try_recv()) {
                Some(Ok(Ok(bytes))) => self.buffer.extend_from_slice(&bytes),
                Some(Ok(Err(error))) => self.failure = Some(error),
                Some(Err(_)) | None => return Ok(None),
            }
        }
    }

    /// The next part, and those that have come with it, as long as their pages hold no more than about `bytes_max`;
    /// none at the stream's end.
    pub async fn next_batch(&mut self, bytes_max: usize) -> Result<Option<Vec<PullPart>>, HttpError> {
        let bytes_of = |part: &PullPart| if let PullPart::Page { frame, .. } = part { frame.len() } else { 0 };
        let Some(first) = self.next().await? else { return Ok(None) };
        let mut bytes = bytes_of(&first);
        let mut batch = vec![first];
        while bytes < bytes_max {
            let Some(part) = self.come()? else { break };
            bytes += bytes_of(&part);
            batch.push(part);
        }
        Ok(Some(batch))
    }

    fn buffered(&mut self) -> Result<Option<PullPart>, HttpError> {
        let Some(length) = self.buffer.first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_be_bytes(*length) as usize;
        if length > BODY_BYTES_MAX {
            return Err(HttpError::NotTheServer);
        }
        let Some(part) = self.buffer.get(4..4 + length) else { return Ok(None) };
        let part = minicbor::decode(part).map_err(|_| HttpError::NotTheServer)?;
        self.buffer.drain(..4 + length);
        Ok(Some(part))
    }
}

async fn bounded_body(response: reqwest::Response) -> Result<Vec<u8>, HttpError> {
    let mut stream = response.bytes_stream();
    let mut body = Vec::new();
    while let Some(bytes) = stream.next().await {
        body.extend_from_slice(&bytes.map_err(|error| HttpError::Offline(chain(&error)))?);
        if body.len() > BODY_BYTES_MAX {
            return Err(HttpError::NotTheServer);
        }
    }
    Ok(body)
}

fn refused(body: &[u8], proof: &ReplyProof, now_ms: u64) -> HttpError {
    match minicbor::decode::<Refusal>(body) {
        Ok(refusal) if refusal.code == RefusalCode::Clock => {
            HttpError::Clock(proof.server_ms.cast_signed() - now_ms.cast_signed())
        }
        Ok(refusal) => HttpError::Refused(refusal),
        Err(_) => HttpError::NotTheServer,
    }
}

fn unsent(error: &reqwest::Error) -> HttpError {
    let is_of_certificate = tls::is_of_certificate(error);
    if is_of_certificate { HttpError::Certificate(chain(error)) } else { HttpError::Offline(chain(error)) }
}

/// An error with its causes: reqwest's own text names only the outermost.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
