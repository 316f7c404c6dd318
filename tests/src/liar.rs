//! A server that lies: a proxy that takes its answers to pulls apart, and puts them together as it likes. It holds
//! the server's own key, so that what the server signs can be a lie, too.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use sync_engine::frame::{PageRow, read_page, write_page};
use sync_engine::ids::{Cursor, Position, SpaceId};
use sync_engine::keys::SecretKey;
use sync_engine::wire::{CONTENT_TYPE, PullPart, REPLY_HEADER, Route, SignedHead};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::proxy::{ask, head_end, read_request};
use crate::world::SERVER_SEED;

type Lie = Box<dyn Fn(Vec<PullPart>) -> Vec<PullPart> + Send>;

/// A proxy in front of one server.
pub struct Liar {
    addr: SocketAddr,
    lie: Arc<Mutex<Option<Lie>>>,
    last: Arc<Mutex<Vec<PullPart>>>,
    task: JoinHandle<()>,
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Liar {
    pub async fn before(url: &str) -> Self {
        let server = url.strip_prefix("http://").expect("an address").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("an address");
        let (lie, last) = (Arc::new(Mutex::new(None)), Arc::<Mutex<Vec<PullPart>>>::default());
        let (told, heard) = (lie.clone(), last.clone());
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, told, heard) = (server.clone(), told.clone(), heard.clone());
                tokio::spawn(async move { drop(pass(client, &server, &told, &heard).await) });
            }
        });
        Self { addr, lie, last, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// What every answer to a pull is made into, from here on.
    pub fn lie(&self, lie: impl Fn(Vec<PullPart>) -> Vec<PullPart> + Send + 'static) {
        *self.lie.lock().expect("no panic before") = Some(Box::new(lie));
    }

    pub fn be_honest(&self) {
        *self.lie.lock().expect("no panic before") = None;
    }

    /// The last answer to a pull, as the server gave it.
    pub fn last(&self) -> Vec<PullPart> {
        self.last.lock().expect("no panic before").clone()
    }
}

async fn pass(
    mut client: TcpStream,
    server: &str,
    lie: &Mutex<Option<Lie>>,
    last: &Mutex<Vec<PullPart>>,
) -> std::io::Result<()> {
    let Some((seen, request)) = read_request(&mut client).await? else { return Ok(()) };
    assert!(!seen.is_following, "only answers that end are taken apart");
    let answer = ask(server, &request).await?;
    let head = head_end(&answer).unwrap_or(answer.len());
    let text = String::from_utf8_lossy(&answer[..head]).into_owned();
    if seen.route != Route::Pull || !text.starts_with("HTTP/1.1 200") {
        return client.write_all(&answer).await;
    }
    let mut parts = parts(&unchunked(&answer[head..]));
    last.lock().expect("no panic before").clone_from(&parts);
    if let Some(lie) = &*lie.lock().expect("no panic before") {
        parts = lie(parts);
    }
    let mut body = Vec::new();
    for part in &parts {
        let part = minicbor::to_vec(part).expect("encoded");
        body.extend((part.len() as u32).to_be_bytes());
        body.extend(part);
    }
    let proof = text.lines().find(|line| line.starts_with(REPLY_HEADER)).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {CONTENT_TYPE}\r\n{proof}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    client.write_all(head.as_bytes()).await?;
    client.write_all(&body).await
}

/// A body in chunks (RFC 9112, 7.1), without their lengths.
fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(line) = body.windows(2).position(|window| window == b"\r\n") {
        let length = usize::from_str_radix(&String::from_utf8_lossy(&body[..line]), 16).unwrap_or(0);
        if length == 0 {
            break;
        }
        whole.extend_from_slice(&body[line + 2..line + 2 + length]);
        body = &body[line + 2 + length + 2..];
    }
    whole
}

fn parts(mut body: &[u8]) -> Vec<PullPart> {
    let mut parts = Vec::new();
    while let Some((length, rest)) = body.split_first_chunk::<4>() {
        let (part, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        parts.push(minicbor::decode(part).expect("a part"));
        body = rest;
    }
    parts
}

/// Changes the rows of an answer about one space, and nothing that the server signed. They come as one page then.
pub fn edit_rows(parts: Vec<PullPart>, edit: impl Fn(&mut Vec<PageRow>)) -> Vec<PullPart> {
    let (mut first, mut rows, mut others) = (None, Vec::new(), Vec::new());
    for part in parts {
        match part {
            PullPart::Page { space, after, frame, head } => {
                first.get_or_insert((space, after, head));
                rows.extend(read_page(&space, &frame).expect("a page"));
            }
            part => others.push(part),
        }
    }
    if let Some((space, after, head)) = first {
        edit(&mut rows);
        others.insert(0, PullPart::Page { space, after, frame: write_page(&space, &rows).into(), head });
    }
    others
}

/// Signs whatever the rows of an answer add up to, from `cursor` on: a lie that the server stands by.
pub fn sign_anew(parts: Vec<PullPart>, mut cursor: Cursor, server_ms: u64) -> Vec<PullPart> {
    let key = server_key();
    let mut signed = Vec::new();
    for part in parts {
        signed.push(match part {
            PullPart::Page { space, frame, .. } => {
                let after = cursor.position;
                for row in read_page(&space, &frame).expect("a page") {
                    let PageRow::Envelope { envelope, server_ms } = row else { panic!("a bare id") };
                    cursor = cursor.step(&envelope.id(), server_ms);
                }
                PullPart::Page { space, after, frame, head: cursor.position }
            }
            PullPart::CaughtUp { head, lacks } => {
                PullPart::CaughtUp { head: SignedHead::sign(head.space, cursor, server_ms, &key), lacks }
            }
            part => part,
        });
    }
    signed
}

/// An end of a space's log in the server's own hand.
pub fn signed_end(space: SpaceId, position: u64, server_ms: u64) -> SignedHead {
    let cursor = Cursor { position: Position(position), ..Cursor::START };
    SignedHead::sign(space, cursor, server_ms, &server_key())
}

fn server_key() -> SecretKey {
    SecretKey::from_seed(&SERVER_SEED)
}
