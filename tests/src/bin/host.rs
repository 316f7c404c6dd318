//! The app without a window: serves its pages and its commands to a browser on this machine, for tests and for work
//! on the pages.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use clap::Parser;
use multaqa_app::commands::{RawAnswer, raw_arguments, run, run_raw};
use multaqa_app::door::Door;
use multaqa_app::error::{Code, CommandError};
use multaqa_app::events::AppEvent;
use multaqa_app::key_store::{self, NoKeys};
use multaqa_app::sample;
use tokio::sync::broadcast::error::RecvError;

/// Serves the app's pages and commands to a browser on this machine.
#[derive(Parser)]
struct Options {
    /// The port on 127.0.0.1; 0 takes a free one, and the first line printed says which.
    #[arg(long, default_value_t = 8790)]
    port: u16,
    /// The folder of the device's data. Without it there is a new device, which is gone afterwards.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// The built pages.
    #[arg(long, default_value = "ui/dist")]
    pages: PathBuf,
    /// Begin a new device with the sample conference.
    #[arg(long)]
    sample: bool,
    /// The server's link for founding spaces; without it they live on this device.
    #[arg(long, requires = "sample")]
    enter_link: Option<String>,
    /// Encrypt the data with a key in this system's key store, as the app does.
    #[arg(long)]
    key_store: bool,
}

struct Host {
    door: Arc<Door>,
    pages: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("MULTAQA_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let passing = tempfile::tempdir()?;
    let folder = options.folder.as_deref().unwrap_or(passing.path());
    let keys = if options.key_store { key_store::system() } else { Box::new(NoKeys) };
    let door = Door::open(folder, tokio::runtime::Handle::current(), keys)?;
    if options.sample {
        sample::begin(door.app()?, options.enter_link.as_deref())?;
    }
    let host = Arc::new(Host { door, pages: options.pages });
    let router = Router::new()
        .route("/cmd/{name}", post(command))
        .route("/raw/{name}", post(raw_command))
        .route("/events", get(events))
        .fallback(get(page))
        // As much as an attachment may hold.
        .layer(axum::extract::DefaultBodyLimit::max(80 << 20))
        .with_state(host);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", options.port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, router).await.context("serving pages")
}

async fn command(State(host): State<Arc<Host>>, Path(name): Path<String>, body: Bytes) -> Response {
    let arguments = if body.is_empty() { Ok(serde_json::json!({})) } else { serde_json::from_slice(&body) };
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(error) => return failed(&CommandError::invalid(error)),
    };
    let ran = tokio::task::spawn_blocking(move || run(&host.door, &name, arguments)).await;
    match ran.unwrap_or_else(|error| Err(CommandError::new(Code::Internal, error))) {
        Ok(value) => json(StatusCode::OK, &value),
        Err(error) => failed(&error),
    }
}

async fn raw_command(
    State(host): State<Arc<Host>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let query = query.unwrap_or_default();
    let arguments = match raw_arguments(query.strip_prefix("args=").unwrap_or("%7B%7D")) {
        Ok(arguments) => arguments,
        Err(error) => return failed(&error),
    };
    let ran = tokio::task::spawn_blocking(move || run_raw(&host.door, &name, arguments, &body)).await;
    match ran.unwrap_or_else(|error| Err(CommandError::new(Code::Internal, error))) {
        Ok(RawAnswer::Json(value)) => json(StatusCode::OK, &value),
        Ok(RawAnswer::Bytes(bytes)) => ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response(),
        Err(error) => failed(&error),
    }
}

fn json<T: serde::Serialize>(status: StatusCode, value: &T) -> Response {
    let text = serde_json::to_string(value).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
}

fn failed(error: &CommandError) -> Response {
    let status = match error.code {
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Internal | Code::Storage => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    json(status, error)
}

async fn events(State(host): State<Arc<Host>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| pass_on(host, socket))
}

async fn pass_on(host: Arc<Host>, mut socket: WebSocket) {
    let mut events = host.door.listen();
    loop {
        let batch = match events.recv().await {
            Ok(batch) => batch,
            Err(RecvError::Lagged(_)) => vec![AppEvent::DocumentsChanged],
            Err(RecvError::Closed) => return,
        };
        let text = serde_json::to_string(&batch).unwrap_or_default();
        if socket.send(Message::Text(text.into())).await.is_err() {
            return;
        }
    }
}

/// A built page or what belongs to it; the page itself for every other address.
async fn page(State(host): State<Arc<Host>>, uri: axum::http::Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let is_plain = path.split('/').all(|part| !part.starts_with('.'));
    let file = host.pages.join(if is_plain && !path.is_empty() { path } else { "index.html" });
    let file = if file.is_file() { file } else { host.pages.join("index.html") };
    let media_type = match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    match tokio::fs::read(&file).await {
        Ok(bytes) => ([(header::CONTENT_TYPE, media_type)], bytes).into_response(),
        Err(_) => (StatusCode::NOT_FOUND, "build the pages first: npm run build, in ui").into_response(),
    }
}
