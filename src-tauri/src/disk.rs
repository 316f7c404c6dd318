//! What the app does while the device's own disk fails: it says so, and tries every two seconds whether it can go on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::app::App;
use crate::error::{Code, CommandError};
use crate::events::AppEvent;

const TRIED: &str = "disk_tried_ms";
const TRY_EVERY: Duration = Duration::from_secs(2);

/// Whether the page has been told that the disk fails.
#[derive(Default)]
pub(crate) struct Disk {
    is_failing: AtomicBool,
}

impl App {
    /// Passes the answer of a command on, having looked at the disk if that was the trouble.
    pub(crate) fn watched<T>(self: &Arc<Self>, answer: Result<T, CommandError>) -> Result<T, CommandError> {
        if let Err(CommandError { code: Code::Storage, message }) = &answer {
            self.on_disk_failed(message);
        }
        answer
    }

    fn on_disk_failed(self: &Arc<Self>, reason: &str) {
        // One failure may pass, or be about a file elsewhere.
        if self.try_disk().is_ok() || self.disk.is_failing.swap(true, Ordering::Relaxed) {
            return;
        }
        tracing::error!(reason, "the disk cannot be written");
        self.tell(vec![AppEvent::StorageFailed { reason: reason.to_owned() }]);
        self.syncing.spawn(wait_for_disk(Arc::downgrade(self)));
    }

    fn try_disk(&self) -> Result<(), CommandError> {
        self.set_preference(TRIED, &self.now_ms())
    }
}

async fn wait_for_disk(app: Weak<App>) {
    loop {
        tokio::time::sleep(TRY_EVERY).await;
        let Some(app) = app.upgrade() else { return };
        if app.try_disk().is_ok() {
            app.disk.is_failing.store(false, Ordering::Relaxed);
            app.tell(vec![AppEvent::StorageWorks]);
            // What a failed sync waits for is over, too.
            if let Err(error) = app.sync_now() {
                tracing::warn!(%error, "syncing goes on later");
            }
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use sync_engine::document::{Edit, Kind, Plain};
    use sync_engine::entry::Person;
    use sync_engine::store::CommitFault;
    use tokio::runtime::Handle;
    use tokio::sync::broadcast::Receiver;

    use super::*;
    use crate::door::Door;
    use crate::key_store::NoKeys;

    async fn of_disk(events: &mut Receiver<Vec<AppEvent>>) -> AppEvent {
        loop {
            let of_disk = |event: &AppEvent| matches!(event, AppEvent::StorageFailed { .. } | AppEvent::StorageWorks);
            if let Some(event) = events.recv().await.unwrap().into_iter().find(of_disk) {
                return event;
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn while_the_disk_is_full_the_page_is_told_and_then_that_it_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let door = Door::open(folder.path(), Handle::current(), Box::new(NoKeys)).unwrap();
        let app = door.app().unwrap().clone();
        app.set_person(&Person { name: "علي".into(), organisation: "الكوفة".into() }).unwrap();
        let space = app.found("ملتقى", None).unwrap().space;
        let note = app.create(&space, Kind::Note, "قبل", &[]).unwrap();
        let is_full = Arc::new(AtomicBool::new(true));
        let now_full = is_full.clone();
        let gate = move || now_full.load(Ordering::Relaxed).then_some(CommitFault::Full);
        app.lock().unwrap().set_commit_gate(Box::new(gate));
        let title = |text: &str| {
            let value = Some(Plain::Text(text.into()));
            app.watched(app.edit(&note, &[Edit::Set { at: vec![], field: "title".into(), value }], None))
        };

        let mut events = door.listen();
        for _ in 0..2 {
            assert_eq!(title("بلا مكان").unwrap_err().code, Code::Storage);
        }
        assert!(matches!(of_disk(&mut events).await, AppEvent::StorageFailed { .. }));
        is_full.store(false, Ordering::Relaxed);
        assert!(matches!(of_disk(&mut events).await, AppEvent::StorageWorks), "told once, and now this");
        title("بعد").unwrap();
        assert_eq!(app.document(&note, None).unwrap().name, note);
    }
}
