//! A second person of the sample, of another organisation: on a device of her own, which is there only while the sample
//! is made, she changes what the first one wrote, so that there is something to see, to choose and to undo.

use std::sync::MutexGuard;

use sync_engine::document::{self, Block, Edit, Kind, Position};
use sync_engine::engine::{DocumentName, Engine, EngineError};
use sync_engine::entry::{Person, Role};
use sync_engine::ids::SpaceId;
use sync_engine::store::Durability;

use super::{HOSTS, set};
use crate::app::{App, entropy};
use crate::error::{Code, CommandError};

/// An hour, in milliseconds: what she changed is another version than what she found.
const HOUR_MS: i64 = 3_600_000;

/// What she changes.
pub(super) struct Found {
    pub(super) note: DocumentName,
    pub(super) plan: DocumentName,
    /// The keys that lead to a plan item whose owner both set.
    pub(super) item: Vec<String>,
}

/// Lets her join, write, and hand back what she wrote.
pub(super) fn visit(app: &App, space: &SpaceId, found: &Found) -> Result<(), CommandError> {
    let folder = tempfile::tempdir().map_err(|error| CommandError::new(Code::Storage, error))?;
    let mut hers = Engine::open(&folder.path().join("colleague.db"), Durability::ProcessOnly, entropy())?;
    let now_ms = app.now_ms();
    let link = app.lock()?.invite(space, Role::Editor, 1, (now_ms + HOUR_MS).unsigned_abs())?;
    hers.join(&link, Person { name: "نور العاني".into(), organisation: HOSTS[1].into() })?;
    meet(app.lock()?, &mut hers, space)?;
    // Neither has seen what the other decided.
    let owner = |organisation: &str| set(&found.item, "responsible", organisation);
    apply(&mut hers, &found.plan, &[owner(HOSTS[1])], now_ms + HOUR_MS)?;
    apply(&mut *app.lock()?, &found.plan, &[owner(HOSTS[2])], now_ms)?;
    let at: Vec<String> = found.item.iter().cloned().chain(["remarks".into()]).collect();
    let id = document::ItemId([200; 16]);
    let remark: Vec<String> = at.iter().cloned().chain([id.to_string()]).collect();
    let on = document::Date::of_unix_ms(now_ms).to_string();
    let remarks = [
        Edit::Add { at, id, position: Position::Last },
        set(&remark, "on", on),
        set(&remark, "by", HOSTS[1]),
        set(&remark, "progress", 40),
        Edit::SetText {
            at: remark, field: "text".into(), text: "جُمعت أسماء الخبراء من جهتين، وبقيت جهة.".into()
        },
    ];
    apply(&mut hers, &found.plan, &remarks, now_ms + HOUR_MS)?;
    hers.edit(&found.note, None, now_ms + HOUR_MS, |tx| {
        document::append_paragraph(
            tx,
            &Block::paragraph(),
            "أضافت دار المنارة: يُرسل القالب إلى الجهات قبل الجلسة المقبلة.",
        )
    })?;
    let own = hers.create(space, Kind::Note, "ملاحظات وفد دار المنارة", now_ms + HOUR_MS)?;
    hers.edit(&own, None, now_ms + HOUR_MS, |tx| {
        document::insert_text(tx, 1, "نقترح أن تُعقد الدورة المقبلة في ضيافة الدار.")
    })?;
    meet(app.lock()?, &mut hers, space)?;
    for name in [found.note, found.plan, own] {
        app.on_edited(name);
    }
    Ok(())
}

/// Two devices in one room: each takes what the other has.
fn meet(mut mine: MutexGuard<'_, Engine>, hers: &mut Engine, space: &SpaceId) -> Result<(), EngineError> {
    for _ in 0..2 {
        hers.take_unplaced(space, &mine.hand_unplaced(space)?)?;
        mine.take_unplaced(space, &hers.hand_unplaced(space)?)?;
    }
    Ok(())
}

fn apply(engine: &mut Engine, name: &DocumentName, edits: &[Edit], now_ms: i64) -> Result<(), CommandError> {
    let tiebreak = engine.tiebreak();
    engine.edit(name, None, now_ms, |tx| {
        edits.iter().try_for_each(|edit| document::apply(tx, edit, now_ms, &tiebreak))
    })?;
    Ok(())
}
