//! What the page is told without having asked.

use serde::Serialize;
use sync_engine::engine::{DocumentName, Event};
use sync_engine::ids::{DeviceId, SpaceId};

use crate::syncing::Sync;

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AppEvent {
    /// Others' changes came into a document, or this device's own from another page of it.
    DocumentChanged {
        name: DocumentName,
        by: Vec<DeviceId>,
    },
    /// The list of documents is another one.
    DocumentsChanged,
    MembersChanged {
        space: SpaceId,
    },
    SyncChanged {
        sync: Sync,
    },
    /// The system opened the app with a link of ours.
    OpenedLink {
        link: String,
    },
    /// The device's disk cannot be written: accept nothing more.
    StorageFailed {
        reason: String,
    },
    /// It can be written again.
    StorageWorks,
}

/// What an event of the engine means for the page; the state of the sync is told apart, as a whole.
pub(crate) fn told(event: Event) -> Vec<AppEvent> {
    match event {
        Event::DocumentChanged { name, by } => {
            vec![AppEvent::DocumentChanged { name, by }, AppEvent::DocumentsChanged]
        }
        Event::MembersChanged { space } | Event::NoAccess { space, .. } => vec![AppEvent::MembersChanged { space }],
        Event::Progress { .. }
        | Event::CaughtUp { .. }
        | Event::Repairing { .. }
        | Event::NewIncarnation
        | Event::Quarantined { .. }
        | Event::Estranged { .. } => vec![],
    }
}
