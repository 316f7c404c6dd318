//! HTTP/1.1 by hand, so that every byte on the line is known.

use std::net::SocketAddr;

use data_encoding::BASE64URL_NOPAD;
use sync_engine::wire::{AUTH_HEADER, CONTENT_TYPE, PullPart, REPLY_HEADER, Refusal, ReplyProof, Route};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().filter_map(|line| line.split_once(": ")).find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    pub fn proof(&self) -> ReplyProof {
        let proof = self.header(REPLY_HEADER).unwrap_or_else(|| panic!("no proof in {}", self.head));
        minicbor::decode(&BASE64URL_NOPAD.decode(proof.as_bytes()).expect("base64url")).expect("a proof")
    }

    pub fn read<A: for<'b> minicbor::Decode<'b, ()>>(&self) -> Result<A, Refusal> {
        assert_eq!(self.header("content-type"), Some(CONTENT_TYPE));
        if self.status == 200 {
            Ok(minicbor::decode(&self.body).expect("a reply"))
        } else {
            Err(minicbor::decode(&self.body).expect("a refusal"))
        }
    }

    pub fn refusal(&self) -> Refusal {
        self.read::<sync_engine::wire::Done>().expect_err("a refusal")
    }
}

pub fn request(route: Route, auth: &str, body: &[u8]) -> Vec<u8> {
    let (path, len) = (route.path(), body.len());
    let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\n{AUTH_HEADER}: {auth}\r\ncontent-length: {len}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

pub async fn post(addr: SocketAddr, route: Route, auth: &str, body: &[u8]) -> Reply {
    send(addr, &request(route, auth, body)).await
}

/// Sends bytes on a fresh connection and reads one reply.
pub async fn send(addr: SocketAddr, bytes: &[u8]) -> Reply {
    let mut stream = Stream::connect(addr, bytes).await;
    stream.rest().await
}

/// A reply as it comes in.
pub struct Stream {
    pub socket: TcpStream,
    pub status: u16,
    pub head: String,
    /// Bytes that came in, the reply's head included.
    pub received: usize,
    raw: Vec<u8>,
    body: Vec<u8>,
    is_complete: bool,
}

impl Stream {
    pub async fn open(addr: SocketAddr, auth: &str, body: &[u8]) -> Self {
        Self::connect(addr, &request(Route::Pull, auth, body)).await
    }

    pub async fn connect(addr: SocketAddr, bytes: &[u8]) -> Self {
        let mut socket = TcpStream::connect(addr).await.expect("connected");
        // A server that has refused may close before it has read everything.
        let _ = socket.write_all(bytes).await;
        let (status, head, raw, body) = (0, String::new(), vec![], vec![]);
        let mut stream = Self { socket, status, head, received: 0, raw, body, is_complete: false };
        loop {
            if let Some(end) = stream.raw.windows(4).position(|four| four == b"\r\n\r\n") {
                let rest = stream.raw.split_off(end + 4);
                stream.head = String::from_utf8(std::mem::replace(&mut stream.raw, rest)).expect("text");
                stream.status = stream.head[9..12].parse().expect("a status");
                return stream;
            }
            assert!(stream.more().await, "closed before the reply's head");
        }
    }

    /// The next part of a pull; none at its end.
    pub async fn part(&mut self) -> Option<PullPart> {
        loop {
            self.unwrap_chunks();
            if let Some((length, rest)) = self.body.split_first_chunk::<4>() {
                let length = u32::from_be_bytes(*length) as usize;
                if rest.len() >= length {
                    let part = minicbor::decode(&rest[..length]).expect("a part");
                    self.body.drain(..4 + length);
                    return Some(part);
                }
            }
            if self.is_complete || !self.more().await {
                assert!(self.is_complete, "the stream broke off");
                assert!(self.body.is_empty(), "half a part");
                return None;
            }
        }
    }

    async fn rest(&mut self) -> Reply {
        let length = self.head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        if let Some(length) = length {
            while self.raw.len() < length && self.more().await {}
            self.body = std::mem::take(&mut self.raw);
        } else {
            while {
                self.unwrap_chunks();
                !self.is_complete
            } && self.more().await
            {}
        }
        Reply { status: self.status, head: self.head.clone(), body: std::mem::take(&mut self.body) }
    }

    /// Moves what is whole of `transfer-encoding: chunked` into the body.
    fn unwrap_chunks(&mut self) {
        while let Some(end) = self.raw.windows(2).position(|two| two == b"\r\n") {
            let text = std::str::from_utf8(&self.raw[..end]).expect("a chunk's length");
            let length = usize::from_str_radix(text, 16).expect("a chunk's length");
            let whole = end + 2 + length + 2;
            if self.raw.len() < whole {
                return;
            }
            self.body.extend_from_slice(&self.raw[end + 2..end + 2 + length]);
            self.raw.drain(..whole);
            self.is_complete |= length == 0;
        }
    }

    async fn more(&mut self) -> bool {
        let mut buffer = [0; 16 << 10];
        match self.socket.read(&mut buffer).await {
            Ok(0) | Err(_) => false,
            Ok(count) => {
                self.received += count;
                self.raw.extend_from_slice(&buffer[..count]);
                true
            }
        }
    }
}
