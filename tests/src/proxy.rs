//! What stands between a device and its server on a bad day: a proxy that loses replies, repeats and delays
//! requests, cuts answers off, answers in a captive portal's words, or holds a stream back. One request a
//! connection, so that each can have a fate of its own.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use sync_engine::wire::{Pull, Route};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is passed on, as its answer is.
    Pass,
    /// It never reaches the server.
    LoseRequest,
    /// The same, if it is longer than so many bytes; a shorter one is passed on.
    LoseLong(usize),
    /// The server takes it, and nobody hears of that.
    LoseReply,
    /// The server takes it twice; the second answer is passed on.
    Twice,
    /// The line breaks now; the server gets it when the test says so.
    Late,
    /// The line breaks after so many bytes of the answer.
    Cut(usize),
    /// Only the answer's first part is passed on, and ended in good form.
    Shorten,
    /// A page to log in on.
    Portal,
    /// The way to a page to log in on.
    Redirect,
    /// The answer's head is passed on, its body only once it is whole.
    HoldBack,
}

impl Fate {
    /// What it means for this request.
    fn of(self, request: &[u8]) -> Self {
        match self {
            Self::LoseLong(bytes) if request.len() > bytes => Self::LoseRequest,
            Self::LoseLong(_) => Self::Pass,
            fate => fate,
        }
    }
}

/// A request that came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub route: Route,
    /// Whether it is a pull whose answer does not end.
    pub is_following: bool,
}

#[derive(Debug, Default)]
struct State {
    next: VecDeque<(Route, Fate)>,
    all: Option<Fate>,
    seen: Vec<Seen>,
    late: Vec<Vec<u8>>,
    up_bytes: u64,
    down_bytes: u64,
}

/// A proxy in front of one server.
#[derive(Debug)]
pub struct Proxy {
    addr: SocketAddr,
    server: String,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// A proxy in front of the server at `url`, which passes everything on until it is told otherwise.
    pub async fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let server = url.trim_start_matches("http://").to_owned();
        let state = Arc::<Mutex<State>>::default();
        let task = tokio::spawn(listen(listener, server.clone(), state.clone()));
        Self { addr, server, state, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The fate of the next request of that kind; said again, that of the one after.
    pub fn next(&self, route: Route, fate: Fate) {
        self.lock().next.push_back((route, fate));
    }

    /// The fate of every request from here on.
    pub fn all(&self, fate: Option<Fate>) {
        self.lock().all = fate;
    }

    /// The requests that came by, in their order.
    pub fn seen(&self) -> Vec<Seen> {
        self.lock().seen.clone()
    }

    pub fn count(&self, route: Route) -> usize {
        self.lock().seen.iter().filter(|seen| seen.route == route).count()
    }

    /// Bytes of requests and of answers that were passed on.
    pub fn bytes(&self) -> (u64, u64) {
        let state = self.lock();
        (state.up_bytes, state.down_bytes)
    }

    /// Requests that are late. The last one that was held up is delivered first.
    pub async fn deliver_late(&self) -> usize {
        let late = std::mem::take(&mut self.lock().late);
        for request in late.iter().rev() {
            ask(&self.server, request).await.expect("the server answers");
        }
        late.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic before")
    }
}

async fn listen(listener: TcpListener, server: String, state: Arc<Mutex<State>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (server, state) = (server.clone(), state.clone());
        // A line that breaks is what this is for.
        tokio::spawn(async move { drop(pass(stream, &server, &state).await) });
    }
}

async fn pass(mut client: TcpStream, server: &str, state: &Mutex<State>) -> std::io::Result<()> {
    let Some((seen, request)) = read_request(&mut client).await? else { return Ok(()) };
    let fate = {
        let mut state = state.lock().expect("no panic before");
        state.seen.push(seen);
        let at = state.next.iter().position(|(route, _)| *route == seen.route);
        let own = at.and_then(|at| state.next.remove(at)).map(|(_, fate)| fate);
        let fate = own.or(state.all).map(|fate| fate.of(&request));
        if matches!(fate, None | Some(Fate::Pass)) {
            state.up_bytes += request.len() as u64;
        }
        fate
    };
    match fate {
        None | Some(Fate::Pass) => relay(&mut client, server, &request, usize::MAX, state).await,
        Some(Fate::LoseRequest | Fate::LoseLong(_)) => Ok(()),
        Some(Fate::LoseReply) => ask(server, &request).await.map(drop),
        Some(Fate::Twice) => {
            ask(server, &request).await?;
            relay(&mut client, server, &request, usize::MAX, state).await
        }
        Some(Fate::Late) => {
            state.lock().expect("no panic before").late.push(request);
            Ok(())
        }
        Some(Fate::Cut(bytes)) => relay(&mut client, server, &request, bytes, state).await,
        Some(Fate::Shorten) => {
            let answer = ask(server, &request).await?;
            let head = head_end(&answer).unwrap_or(answer.len());
            client.write_all(&answer[..head]).await?;
            client.write_all(first_chunk(&answer[head..])).await?;
            client.write_all(b"0\r\n\r\n").await
        }
        Some(Fate::Portal) => {
            let page = "<!doctype html><title>Welcome</title><p>Log in to the hotel's network.";
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n";
            let answer = format!("{head}content-length: {}\r\n\r\n{page}", page.len());
            client.write_all(answer.as_bytes()).await
        }
        Some(Fate::Redirect) => {
            let head = "HTTP/1.1 302 Found\r\nlocation: http://login.example/\r\nconnection: close\r\n";
            client.write_all(format!("{head}content-length: 0\r\n\r\n").as_bytes()).await
        }
        Some(Fate::HoldBack) => {
            let mut upstream = TcpStream::connect(server).await?;
            upstream.write_all(&request).await?;
            let (mut answer, mut is_head_sent) = (Vec::new(), false);
            loop {
                if upstream.read_buf(&mut answer).await? == 0 {
                    return client.write_all(&answer).await;
                }
                if let (false, Some(end)) = (is_head_sent, head_end(&answer)) {
                    client.write_all(&answer[..end]).await?;
                    answer.drain(..end);
                    is_head_sent = true;
                }
            }
        }
    }
}

async fn relay(
    client: &mut TcpStream,
    server: &str,
    request: &[u8],
    bytes_max: usize,
    state: &Mutex<State>,
) -> std::io::Result<()> {
    let mut upstream = TcpStream::connect(server).await?;
    upstream.write_all(request).await?;
    let (mut part, mut passed) = (vec![0; 64 << 10], 0);
    while passed < bytes_max {
        let (mut gone, rest) = ([0; 1], &mut part[..(bytes_max - passed).min(64 << 10)]);
        let count = tokio::select! {
            count = upstream.read(rest) => count?,
            // The device closed its end, so the server is to see that too.
            _ = client.read(&mut gone) => return Ok(()),
        };
        if count == 0 {
            break;
        }
        client.write_all(&part[..count]).await?;
        passed += count;
        state.lock().expect("no panic before").down_bytes += count as u64;
    }
    Ok(())
}

/// Sends a request, and reads the whole answer.
pub(crate) async fn ask(server: &str, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut upstream = TcpStream::connect(server).await?;
    upstream.write_all(request).await?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// The next request, as it is to be sent on a connection of its own; none at the connection's end.
pub(crate) async fn read_request(client: &mut TcpStream) -> std::io::Result<Option<(Seen, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = head_end(&bytes) {
            break end;
        }
        if client.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
    while bytes.len() < head + length {
        if client.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
    let route = Route::ALL.into_iter().find(|route| text.contains(&format!(" {} ", route.path())));
    let route = route.expect("the device asks for nothing else");
    let pull = (route == Route::Pull).then(|| minicbor::decode::<Pull>(&bytes[head..]).expect("a pull"));
    let seen = Seen { route, is_following: pull.is_some_and(|pull| pull.is_following) };
    let mut request = bytes[..head - 2].to_vec();
    request.extend_from_slice(b"connection: close\r\n\r\n");
    request.extend_from_slice(&bytes[head..]);
    Ok(Some((seen, request)))
}

/// The first chunk of a body in chunks (RFC 9112, 7.1), with its length before it.
fn first_chunk(body: &[u8]) -> &[u8] {
    let line = body.windows(2).position(|window| window == b"\r\n").unwrap_or(0);
    let length = usize::from_str_radix(&String::from_utf8_lossy(&body[..line]), 16).expect("a body in chunks");
    &body[..line + 2 + length + 2]
}

/// Where the empty line after a head ends.
pub(crate) fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}
