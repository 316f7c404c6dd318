//! What the page can ask for: every command by its name, once. From this one list come the window's commands, and
//! the same commands for a host without a window.

use std::sync::Arc;

use serde_json::Value;
use sync_engine::document::{BinnedItem, Edit, ItemId, Kind};
use sync_engine::editor::{ChangedBlocks, FlushAnswer, NoteBody, Selection};
use sync_engine::engine::{DocumentName, Hit, Since, Version};
use sync_engine::entry::{Person, Role};
use sync_engine::ids::{BlobHash, DeviceId, EnvelopeId, SpaceId};
use sync_engine::statement::Proposal;

use crate::app::App;
use crate::device::{Settings, Start};
use crate::documents::{DocumentLine, DocumentView, Edited, FileName};
use crate::error::{Code, CommandError};
use crate::heads::Heads;
use crate::pairing;
use crate::spaces::{Founded, LinkView, Members, NewInvite, SpaceView};
use crate::syncing::Sync;

/// Declares commands: `name(argument: Type, …) -> Result |app| work`.
macro_rules! commands {
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty |$app:ident| $work:expr;)*) => {
        /// The names of all commands but those that carry bytes.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// The commands as the window knows them.
        pub(crate) mod window {
            use super::*;
            $(
                #[tauri::command(async, rename_all = "snake_case")]
                pub(crate) fn $name(
                    app: tauri::State<'_, Arc<App>>,
                    $($argument: $type),*
                ) -> Result<$result, CommandError> {
                    let $app: &Arc<App> = &app;
                    $work
                }
            )*
        }

        /// Runs a command by its name, with its arguments as the fields of an object.
        pub fn run(app: &Arc<App>, name: &str, arguments: Value) -> Result<Value, CommandError> {
            match name {
                $(stringify!($name) => {
                    #[derive(serde::Deserialize)]
                    struct Arguments { $($argument: $type),* }
                    let Arguments { $($argument),* } = serde_json::from_value(arguments).map_err(CommandError::invalid)?;
                    let $app = app;
                    let result: $result = $work?;
                    serde_json::to_value(result).map_err(|error| CommandError::new(Code::Internal, error))
                })*
                _ => Err(CommandError::new(Code::NotFound, format!("there is no command {name}"))),
            }
        }
    };
}

commands! {
    start() -> Start |app| app.start();
    set_person(person: Person) -> () |app| app.set_person(&person);
    set_settings(settings: Settings) -> () |app| app.set_settings(&settings);
    leave_at(place: String) -> () |app| app.leave_at(&place);

    spaces() -> Vec<SpaceView> |app| app.spaces();
    found(title: String, enter_link: Option<String>) -> Founded |app| app.found(&title, enter_link.as_deref());
    read_link(link: String) -> LinkView |app| app.read_link(&link);
    join(link: String) -> SpaceView |app| app.join(&link);
    set_server(space: SpaceId, enter_link: String) -> () |app| app.set_server(&space, &enter_link);
    members(space: SpaceId) -> Members |app| app.members(&space);
    invite(space: SpaceId, role: Role, uses: u32, expires_ms: u64) -> NewInvite
        |app| app.invite(&space, role, uses, expires_ms);
    revoke_invite(space: SpaceId, key: DeviceId) -> () |app| app.revoke_invite(&space, key);
    change_role(space: SpaceId, member: DeviceId, role: Role) -> () |app| app.change_role(&space, member, role);
    remove_member(space: SpaceId, member: DeviceId) -> () |app| app.remove_member(&space, member);
    remove_device(space: SpaceId, device: DeviceId) -> () |app| app.remove_device(&space, device);
    decide(space: SpaceId, envelopes: Vec<EnvelopeId>, admit: bool) -> () |app| app.decide(&space, &envelopes, admit);
    pair_offer() -> pairing::Code |app| app.pair_offer();
    pair_answer(offer: String) -> pairing::Code |app| app.pair_answer(&offer);
    pair_finish(answer: String, label: String) -> () |app| app.pair_finish(&answer, &label);

    documents(space: Option<SpaceId>, kind: Option<Kind>) -> Vec<DocumentLine> |app| app.documents(space.as_ref(), kind);
    create(space: SpaceId, kind: Kind, title: String, edits: Vec<Edit>) -> DocumentName
        |app| app.create(&space, kind, &title, &edits);
    document(name: DocumentName, heads: Option<Heads>) -> DocumentView |app| app.document(&name, heads.as_ref());
    edit(name: DocumentName, edits: Vec<Edit>, heads: Option<Heads>) -> Edited
        |app| app.edit(&name, &edits, heads.as_ref());
    binned_items(name: DocumentName) -> Vec<BinnedItem> |app| app.binned_items(&name);
    share(name: DocumentName, to: SpaceId) -> DocumentName |app| app.share(&name, &to);
    carry_out(conference: DocumentName, recommendations: Vec<ItemId>, plan: DocumentName) -> ()
        |app| app.carry_out(&conference, &recommendations, &plan);
    want_attachment(space: SpaceId, blob: BlobHash) -> () |app| app.want_attachment(&space, &blob);

    note_body(name: DocumentName, heads: Option<Heads>) -> NoteBody |app| app.note_body(&name, heads.as_ref());
    note_flush(name: DocumentName, heads: Heads, changed: Option<ChangedBlocks>, selection: Option<Selection>) -> FlushAnswer
        |app| app.note_flush(&name, &heads, changed.as_ref(), selection);

    search(query: String, space: Option<SpaceId>) -> Vec<Hit> |app| app.search(&query, space.as_ref());
    read_statement(text: String) -> Vec<Proposal> |app| app.read_statement(&text);
    history(name: DocumentName) -> Vec<Version> |app| app.history(&name);
    since(name: DocumentName, from: Option<Heads>, to: Option<Heads>) -> Since
        |app| app.since(&name, from.as_ref(), to.as_ref());
    restore_version(name: DocumentName, heads: Heads) -> () |app| app.restore_version(&name, &heads);
    undo_line(name: DocumentName, from: Heads, to: Heads, line: usize) -> () |app| app.undo_line(&name, &from, &to, line);
    mark_seen(name: DocumentName, heads: Heads) -> () |app| app.mark_seen(&name, &heads);

    sync() -> Sync |app| app.sync();
    sync_now() -> () |app| app.sync_now();
    qr(text: String) -> String |app| { let _ = app; crate::qr::svg(&text) };
}

/// What a command that carries bytes gives.
pub enum RawAnswer {
    Json(Value),
    Bytes(Vec<u8>),
}

/// The names of the commands that carry bytes.
pub const RAW_NAMES: &[&str] = &["attach", "blob", "read_qr", "export"];

/// Runs a command that takes or gives bytes beside its arguments.
pub fn run_raw(app: &Arc<App>, name: &str, arguments: Value, body: &[u8]) -> Result<RawAnswer, CommandError> {
    #[derive(serde::Deserialize)]
    struct Attach {
        name: DocumentName,
        #[serde(flatten)]
        file: FileName,
    }
    #[derive(serde::Deserialize)]
    struct Blob {
        space: SpaceId,
        blob: BlobHash,
    }
    fn read<T: serde::de::DeserializeOwned>(arguments: Value) -> Result<T, CommandError> {
        serde_json::from_value(arguments).map_err(CommandError::invalid)
    }
    fn json<T: serde::Serialize>(value: &T) -> Result<RawAnswer, CommandError> {
        let value = serde_json::to_value(value).map_err(|error| CommandError::new(Code::Internal, error))?;
        Ok(RawAnswer::Json(value))
    }
    match name {
        "attach" => {
            let Attach { name, file } = read(arguments)?;
            json(&app.attach(&name, &file, body)?)
        }
        "blob" => {
            let Blob { space, blob } = read(arguments)?;
            Ok(RawAnswer::Bytes(app.blob(&space, &blob)?))
        }
        "export" => Ok(RawAnswer::Bytes(app.export()?)),
        "read_qr" => json(&crate::qr::read(body)?),
        _ => Err(CommandError::new(Code::NotFound, format!("there is no command {name}"))),
    }
}

/// Arguments that stand in a header or a query, percent-encoded.
pub fn raw_arguments(encoded: &str) -> Result<Value, CommandError> {
    let damaged = || CommandError::invalid("the arguments cannot be read");
    let text = sync_engine::link::percent_decoded(encoded).ok_or_else(damaged)?;
    serde_json::from_str(&text).map_err(|_| damaged())
}
