//! The day before, with a line: a space is founded, four people come in by links, and the first papers are written.

use anyhow::Context as _;
use sync_engine::document::{
    self, Conference, ConferenceField, Date, Duration, ItemId, Kind, Note, NoteField, Plan, Position,
    RecommendationField,
};
use sync_engine::engine::DocumentName;
use sync_engine::entry::Role;
use sync_engine::ids::BlobHash;
use sync_engine::link::InviteLink;

use super::cast;
use super::stage::Stage;
use super::telling::Telling;
use crate::device::hour;

/// What Hasan's phone makes of its database every night.
pub(super) const BACKUP: &str = "yesterday";

/// The papers of the conference.
pub(super) struct Papers {
    pub(super) conference: DocumentName,
    pub(super) plan: DocumentName,
    pub(super) session: DocumentName,
}

/// The item of the plan that was there before the conference, and the n-th recommendation.
pub(super) fn item_id(of: &str) -> ItemId {
    let mut id = [0; 16];
    id.copy_from_slice(&BlobHash::of(of.as_bytes()).0[..16]);
    ItemId(id)
}

pub(super) async fn play(stage: &mut Stage, tell: &mut Telling<'_>) -> anyhow::Result<Papers> {
    tell.chapter("أمس: مساحة مشتركة وأربع دعوات", "Yesterday, with a line: a space, four links, three papers");
    stage.enter().await?;
    let (founder, home) = (stage.maryam.who.person(), stage.home());
    let founding = stage.maryam.device.with(|engine| engine.found(cast::CONFERENCE, founder, Some(home)))?;
    stage.space = founding.space;
    let papers = write_papers(stage)?;
    let trip = stage.maryam.syncs(&stage.space, &[]).await?;
    tell.trip(&stage.maryam.who, &trip);
    invite(stage, tell).await?;
    stage.hasan.device.backup(BACKUP);
    tell.line("  The night's backup of Hasan's phone is kept.");
    Ok(papers)
}

/// The conference with what was recommended so far, the plan, and the minutes that all will write in.
fn write_papers(stage: &mut Stage) -> anyhow::Result<Papers> {
    let (space, maryam) = (stage.space, &mut stage.maryam);
    let conference = maryam.makes(|engine, now| engine.create(&space, Kind::Conference, cast::CONFERENCE, now))?;
    maryam.edits(&conference, |tx| {
        let place = Conference::place();
        document::set(tx, &place, ConferenceField::Series(Some(cast::SERIES.into())))?;
        document::set(tx, &place, ConferenceField::Ordinal(Some(8)))?;
        document::set(tx, &place, ConferenceField::Host(Some(cast::MARYAM.organisation.into())))?;
        document::set(tx, &place, ConferenceField::StartsOn(Some("2026-11-21".parse::<Date>()?)))?;
        for (number, wording) in (1..).zip(cast::RECOMMENDATIONS) {
            let all = place.recommendations();
            let one = document::add(tx, &all, item_id(wording), Position::Last, "maryam")?;
            document::set_text(tx, &one.wording(), wording)?;
            document::set(tx, &one, RecommendationField::Number(Some(number)))?;
            if number <= 2 {
                document::set(tx, &one, RecommendationField::Duration(Some(Duration::Ongoing)))?;
            }
        }
        Ok(())
    })?;
    let plan = maryam.makes(|engine, now| engine.create(&space, Kind::Plan, cast::PLAN, now))?;
    maryam.edits(&plan, |tx| {
        let items = Plan::place().items();
        let item = document::add(tx, &items, item_id(cast::OPEN_ITEM), Position::Last, "maryam")?;
        document::set_text(tx, &item.wording(), cast::OPEN_ITEM)
    })?;
    let session = maryam.makes(|engine, now| engine.create(&space, Kind::Note, cast::SESSION, now))?;
    maryam.edits(&session, |tx| {
        let of = conference.document.to_string();
        document::set(tx, &Note::place(), NoteField::Conference(Some(of)))?;
        document::insert_text(tx, 1, cast::PARAGRAPH)
    })?;
    Ok(Papers { conference, plan, session })
}

/// One link for each of the others, which they get as text and open on their own device.
async fn invite(stage: &mut Stage, tell: &mut Telling<'_>) -> anyhow::Result<()> {
    let (space, expires_ms) = (stage.space, stage.maryam.now_ms().unsigned_abs() + hour(72));
    let mut links = Vec::new();
    for _ in 0..4 {
        let link = stage.maryam.device.with(|engine| engine.invite(&space, Role::Editor, 1, expires_ms))?;
        links.push(link.to_string());
    }
    let trip = stage.maryam.syncs(&space, &[]).await?;
    tell.trip(&stage.maryam.who, &trip);
    let shown = links.first().and_then(|link| link.split("&key=").next()).unwrap_or_default();
    tell.line(&format!("  A link: {shown}&key=…&space=…#(secret)"));
    for (joining, link) in [&mut stage.hasan, &mut stage.zaynab, &mut stage.ali, &mut stage.sara].into_iter().zip(links)
    {
        let link: InviteLink = link.parse().context("the link that was sent")?;
        let person = joining.who.person();
        joining.device.with(|engine| engine.join(&link, person))?;
        let trip = joining.syncs(&space, &[]).await?;
        tell.trip(&joining.who, &trip);
    }
    Ok(())
}
