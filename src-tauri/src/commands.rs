//! What the page can ask for. From the one list of commands come the window's commands, the same commands for a host
//! without a window, and the names that a page may call.

use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;
use sync_engine::document::{BinnedItem, Edit, ItemId, Kind};
use sync_engine::editor::{ChangedBlocks, FlushAnswer, NoteBody, Selection};
use sync_engine::engine::{DocumentName, Hit, Since, Version};
use sync_engine::entry::{Person, Role};
use sync_engine::ids::{BlobHash, DeviceId, EnvelopeId, SpaceId};
use sync_engine::statement::Proposal;
use sync_engine::store::{Listed, Only};

use crate::device::{Settings, Start};
use crate::documents::{DocumentLine, DocumentView, Edited, FileName};
use crate::door::{Door, Lock};
use crate::error::{Code, CommandError};
use crate::heads::Heads;
use crate::notes::Span;
use crate::pairing;
use crate::recovering::SheetRead;
use crate::spaces::{Founded, LinkView, Members, NewInvite, SpaceView};
use crate::syncing::Sync;

macro_rules! commands {
    (
        [$($own:ident)*]
        {$($outer:ident($($given:ident: $of:ty),*) -> $gives:ty |$door:ident| $opening:expr;)*}
        $($name:ident($($argument:ident: $type:ty),*) -> $result:ty |$app:ident| $work:expr;)*
    ) => {
        /// The names of all commands.
        #[cfg(test)]
        const NAMES: &[&str] = &[$(stringify!($own),)* $(stringify!($outer),)* $(stringify!($name)),*];

        /// Answers the page's calls.
        pub(crate) fn handler() -> impl Fn(tauri::ipc::Invoke) -> bool + Send + std::marker::Sync + 'static {
            tauri::generate_handler![$(crate::window::$own,)* $(window::$outer,)* $(window::$name),*]
        }

        /// The commands as the window knows them.
        pub(crate) mod window {
            use super::*;
            $(
                #[tauri::command(async, rename_all = "snake_case")]
                pub(crate) fn $outer(
                    door: tauri::State<'_, Arc<Door>>,
                    $($given: $of),*
                ) -> Result<$gives, CommandError> {
                    let $door: &Arc<Door> = &door;
                    $opening
                }
            )*
            $(
                #[tauri::command(async, rename_all = "snake_case")]
                pub(crate) fn $name(
                    door: tauri::State<'_, Arc<Door>>,
                    $($argument: $type),*
                ) -> Result<$result, CommandError> {
                    let $app = door.app()?;
                    let answer = $work;
                    $app.watched(answer)
                }
            )*
        }

        /// Runs a command by its name, with its arguments as the fields of an object.
        pub fn run(door: &Arc<Door>, name: &str, arguments: Value) -> Result<Value, CommandError> {
            match name {
                $(stringify!($outer) => {
                    #[derive(serde::Deserialize)]
                    struct Arguments { $($given: $of),* }
                    let Arguments { $($given),* } = serde_json::from_value(arguments).map_err(CommandError::invalid)?;
                    let $door = door;
                    let answer: Result<$gives, CommandError> = $opening;
                    let result = answer?;
                    serde_json::to_value(result).map_err(|error| CommandError::new(Code::Internal, error))
                })*
                $(stringify!($name) => {
                    #[derive(serde::Deserialize)]
                    struct Arguments { $($argument: $type),* }
                    let Arguments { $($argument),* } = serde_json::from_value(arguments).map_err(CommandError::invalid)?;
                    let $app = door.app()?;
                    let answer = $work;
                    let result: $result = $app.watched(answer)?;
                    serde_json::to_value(result).map_err(|error| CommandError::new(Code::Internal, error))
                })*
                _ => Err(CommandError::new(Code::NotFound, format!("there is no command {name}"))),
            }
        }
    };
}

include!("command_list.rs");

/// What a command that carries bytes gives.
pub enum RawAnswer {
    Json(Value),
    Bytes(Vec<u8>),
}

/// Runs a command that takes or gives bytes beside its arguments.
pub fn run_raw(door: &Arc<Door>, name: &str, arguments: Value, body: &[u8]) -> Result<RawAnswer, CommandError> {
    let app = door.app()?;
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
            json(&app.watched(app.attach(&name, &file, body))?)
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const CAPABILITIES: &str = include_str!("../capabilities/main.json");
    const TYPES: &str = include_str!("../../ui/src/engine/types.ts");

    fn names() -> BTreeSet<String> {
        NAMES.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_window_is_given_every_command_and_nothing_else_but_events() {
        let capabilities: Value = serde_json::from_str(CAPABILITIES).unwrap();
        let permissions = capabilities["permissions"].as_array().unwrap().iter().map(|one| one.as_str().unwrap());
        let (own, others): (Vec<_>, Vec<_>) = permissions.partition(|one| one.starts_with("allow-"));
        assert_eq!(own.iter().map(|one| one["allow-".len()..].replace('-', "_")).collect::<BTreeSet<_>>(), names());
        assert_eq!(others, ["core:event:allow-listen", "core:event:allow-unlisten"]);
    }

    #[test]
    fn the_page_knows_every_command() {
        let within = |name: &str| {
            let (_, rest) = TYPES.split_once(&format!("export type {name} = {{")).unwrap();
            rest.split_once("\n};").unwrap().0
        };
        let known = [within("Commands"), within("RawCommands")].into_iter().flat_map(str::lines);
        let known = known.filter_map(|line| line.split_once(": { args:")).map(|(name, _)| name.trim().to_owned());
        assert_eq!(known.collect::<BTreeSet<_>>(), names());
    }

    /// The words between quotation marks in `text`.
    fn quoted(text: &str, mark: char) -> BTreeSet<&str> {
        text.split(mark).skip(1).step_by(2).collect()
    }

    /// Every word of a closed list: what serde names when it finds none of them.
    fn assert_same_words<T: serde::de::DeserializeOwned + std::fmt::Debug>(beginning: &str) {
        let error = serde_json::from_str::<T>("\"?\"").unwrap_err().to_string();
        let known = quoted(error.split_once("expected").unwrap().1, '`');
        let written = TYPES.split_once(beginning).unwrap().1.split_once(';').unwrap().0;
        assert_eq!(quoted(written, '"'), known, "{beginning}");
    }

    #[test]
    fn the_page_knows_every_word_of_the_closed_lists() {
        use sync_engine::document::{AgendaKind, Attendance, Duration, MinutesState, Recurrence, Status};
        assert_same_words::<Code>("  code: ");
        assert_same_words::<crate::database::Protection>("export type Protection = ");
        assert_same_words::<crate::syncing::SyncState>("export type SyncState = ");
        assert_same_words::<sync_engine::contact::Why>("export type Why = ");
        assert_same_words::<crate::spaces::Standing>("export type Standing =");
        assert_same_words::<Kind>("export type Kind = ");
        assert_same_words::<Only>("export type Only = ");
        assert_same_words::<Role>("export type Role = ");
        assert_same_words::<AgendaKind>("export type AgendaKind = ");
        assert_same_words::<Attendance>("export type Attendance = ");
        assert_same_words::<Duration>("export type Duration = ");
        assert_same_words::<MinutesState>("export type MinutesState = ");
        assert_same_words::<Recurrence>("export type Recurrence = ");
        assert_same_words::<Status>("export type Status = ");
    }
}
