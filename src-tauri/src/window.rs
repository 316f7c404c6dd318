//! The window: it hands the page's commands to the app and the app's events to the page. The only file that knows
//! Tauri.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use tauri::ipc::{InvokeBody, Request, Response};
use tauri::{AppHandle, Emitter as _, Manager as _, State};
use tauri_plugin_deep_link::DeepLinkExt as _;
use tauri_plugin_dialog::DialogExt as _;
use tauri_plugin_opener::OpenerExt as _;

use crate::commands::{RawAnswer, run_raw};
use crate::door::Door;
use crate::error::{Code, CommandError};
use crate::events::AppEvent;
use crate::key_store::{self, NoKeys};
use crate::{outside, sample};

/// Where the device's data is, for tests and for trying things out; elsewhere the system says.
const FOLDER: &str = "MULTAQA_FOLDER";
/// Begins a new device with a sample conference, on the server of this link if it is not empty.
const SAMPLE: &str = "MULTAQA_SAMPLE";

/// What a phone's system calls.
#[cfg(mobile)]
#[tauri::mobile_entry_point]
fn run_app() {
    if let Err(error) = run() {
        tracing::error!("{error:#}");
    }
}

/// Opens the window and stays until it is closed.
pub fn run() -> anyhow::Result<()> {
    let _ = tracing_subscriber::fmt().with_env_filter(filter()).with_writer(std::io::stderr).try_init();
    let builder = tauri::Builder::default();
    #[cfg(desktop)]
    let builder = builder.plugin(tauri_plugin_single_instance::init(|app, _, _| {
        if let Some(window) = app.get_webview_window("main") {
            let _ = window.set_focus();
        }
    }));
    #[cfg(mobile)]
    let builder = builder.plugin(tauri_plugin_barcode_scanner::init());
    builder
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_dialog::init())
        // Its own handling of links is off: the page says what is to be opened, and the address is read here first.
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .setup(|tauri| Ok(set_up(tauri.handle())?))
        .invoke_handler(crate::commands::handler())
        .run(tauri::generate_context!())
        .context("the window cannot be opened")
}

fn filter() -> tracing_subscriber::EnvFilter {
    tracing_subscriber::EnvFilter::try_from_env("MULTAQA_LOG").unwrap_or_else(|_| "warn".into())
}

fn set_up(tauri: &AppHandle) -> anyhow::Result<()> {
    let folder = match std::env::var_os(FOLDER) {
        Some(folder) => PathBuf::from(folder),
        None => tauri.path().app_data_dir().context("the system names no folder for the app's data")?,
    };
    let runtime = tauri::async_runtime::handle();
    // Whoever tries the app out leaves nothing in the system's key store.
    let keys = if std::env::var_os(FOLDER).is_some() { Box::new(NoKeys) } else { key_store::system() };
    let door = Door::open(&folder, runtime.inner().clone(), keys)
        .with_context(|| format!("the device's data in {} cannot be opened", folder.display()))?;
    if let Ok(link) = std::env::var(SAMPLE) {
        sample::begin(door.app()?, Some(link.as_str()).filter(|link| !link.is_empty()))?;
    }
    tauri.manage(door.clone());
    let (page, mut events) = (tauri.clone(), door.listen());
    tauri::async_runtime::spawn(async move {
        use tokio::sync::broadcast::error::RecvError;
        loop {
            match events.recv().await {
                Ok(batch) => {
                    let _ = page.emit("engine", batch);
                }
                // The page reads its lists anew.
                Err(RecvError::Lagged(_)) => {
                    let _ = page.emit("engine", vec![AppEvent::DocumentsChanged]);
                }
                Err(RecvError::Closed) => return,
            }
        }
    });
    tauri.deep_link().on_open_url(move |event| {
        let links = event.urls().into_iter().map(|url| AppEvent::OpenedLink { link: url.to_string() });
        door.tell(links.collect());
    });
    // The page stays the app's own, whatever it shows: no other address is shown here, and no second window opens.
    let settings = tauri.config().app.windows.first().context("the settings name no window")?;
    tauri::WebviewWindowBuilder::from_config(tauri, settings)?
        .on_navigation(outside::is_own)
        .on_new_window(|_, _| tauri::webview::NewWindowResponse::Deny)
        .build()?;
    Ok(())
}

/// The arguments stand in a header, percent-encoded, because the body is the file.
fn raw(door: &Arc<Door>, name: &str, request: &Request<'_>) -> Result<RawAnswer, CommandError> {
    let header = request.headers().get("x-args").and_then(|value| value.to_str().ok()).unwrap_or("%7B%7D");
    let arguments = crate::commands::raw_arguments(header)?;
    let empty = Vec::new();
    let body = match request.body() {
        InvokeBody::Raw(bytes) => bytes,
        InvokeBody::Json(_) => &empty,
    };
    run_raw(door, name, arguments, body)
}

fn json(answer: RawAnswer) -> Result<serde_json::Value, CommandError> {
    match answer {
        RawAnswer::Json(value) => Ok(value),
        RawAnswer::Bytes(_) => Err(CommandError::new(Code::Internal, "bytes where a value was expected")),
    }
}

#[tauri::command(async)]
pub(crate) fn attach(door: State<'_, Arc<Door>>, request: Request<'_>) -> Result<serde_json::Value, CommandError> {
    json(raw(&door, "attach", &request)?)
}

#[tauri::command(async)]
pub(crate) fn read_qr(door: State<'_, Arc<Door>>, request: Request<'_>) -> Result<serde_json::Value, CommandError> {
    json(raw(&door, "read_qr", &request)?)
}

/// Asks where to save everything, and gives the page nothing: no path is taken from it.
#[tauri::command(async)]
pub(crate) fn export(page: AppHandle, door: State<'_, Arc<Door>>) -> Result<Response, CommandError> {
    let zip = door.app()?.export()?;
    let chosen = page.dialog().file().set_file_name("multaqa.zip").blocking_save_file();
    if let Some(path) = chosen.and_then(|path| path.into_path().ok()) {
        std::fs::write(path, zip).map_err(|error| CommandError::new(Code::Storage, error))?;
    }
    Ok(Response::new(Vec::new()))
}

/// Opens an address in the system's browser or mail program.
#[tauri::command(async)]
pub(crate) fn open_outside(page: AppHandle, address: String) -> Result<(), CommandError> {
    let url = outside::openable(&address)
        .ok_or_else(|| CommandError::invalid("only addresses of the web and of mail are opened"))?;
    page.opener().open_url(url, None::<&str>).map_err(|error| CommandError::new(Code::Internal, error))
}

#[tauri::command(async)]
pub(crate) fn blob(door: State<'_, Arc<Door>>, request: Request<'_>) -> Result<Response, CommandError> {
    match raw(&door, "blob", &request)? {
        RawAnswer::Bytes(bytes) => Ok(Response::new(bytes)),
        RawAnswer::Json(_) => Err(CommandError::new(Code::Internal, "a value where bytes were expected")),
    }
}
