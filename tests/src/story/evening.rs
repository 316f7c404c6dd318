//! In the evening three come back over a bad line, one of them removes a lost phone, and decides what to do with
//! what comes from it afterwards.

use anyhow::Context as _;
use sync_engine::engine::EngineError;
use sync_engine::entry::Role;
use sync_engine::ids::EnvelopeId;
use sync_engine::roster::HeldReason;
use sync_engine::store::StandingRow;

use super::line::Weather::{BreaksDown, BreaksUp, LosesPushReply};
use super::stage::Stage;
use super::telling::Telling;
use super::yesterday::Papers;
use crate::device::hour;

/// What the admin found waiting, and what became of it.
#[derive(Debug, Default)]
pub struct Decided {
    pub held: usize,
    pub reasons: Vec<HeldReason>,
    pub admitted: usize,
    pub refused: usize,
}

/// Three devices sync, with retries.
pub(super) async fn come_back(stage: &mut Stage, tell: &mut Telling<'_>) -> anyhow::Result<()> {
    tell.chapter("مساءً: خطّ رديء", "Evening, over a bad line: three come back; Maryam also removes Ali's lost phone");
    let (space, ali) = (stage.space, stage.ali.device.id());
    stage.maryam.device.with(|engine| engine.remove_member(&space, ali))?;
    let weathers = [
        (&mut stage.zaynab, [BreaksUp(500), LosesPushReply]),
        (&mut stage.sara, [BreaksDown(900), LosesPushReply]),
        (&mut stage.maryam, [BreaksDown(900), BreaksUp(1500)]),
    ];
    for (person, weathers) in weathers {
        let trip = person.syncs(&space, &weathers).await?;
        tell.trip(&person.who, &trip);
    }
    tell.line("  A push whose reply was lost is not sent again: its rows come back with the next pull.");
    Ok(())
}

/// The phone is found. It sends what was written on it; an admin admits one envelope and refuses another.
pub(super) async fn decide(stage: &mut Stage, papers: &Papers, tell: &mut Telling<'_>) -> anyhow::Result<Decided> {
    tell.chapter("هاتف عُثر عليه: ما وصل بعد الإزالة", "The lost phone is found: what comes from it now is held");
    let space = stage.space;
    let trip = stage.ali.syncs(&space, &[]).await?;
    tell.trip(&stage.ali.who, &trip);
    stage.maryam.syncs(&space, &[]).await?;
    let held = stage.maryam.device.with(|engine| engine.held(&space))?;
    let mut decided = Decided::default();
    let (wanted, unwanted): (Vec<&StandingRow>, Vec<_>) =
        held.iter().partition(|row| row.document == Some(papers.session.document));
    for (verb, rows) in [("admits", &wanted), ("refuses", &unwanted)] {
        for row in rows {
            tell.held(row, verb, "changes of a document");
        }
    }
    decide_on(stage, &held, &ids(&wanted), &ids(&unwanted), &mut decided)?;
    stage.maryam.syncs(&space, &[]).await?;
    come_back_in(stage, tell, &mut decided).await?;
    Ok(decided)
}

/// He asks to come in again by a new link; for whoever was removed, an admin has to agree.
async fn come_back_in(stage: &mut Stage, tell: &mut Telling<'_>, decided: &mut Decided) -> anyhow::Result<()> {
    let (space, expires_ms) = (stage.space, stage.maryam.now_ms().unsigned_abs() + hour(2));
    let link = stage.maryam.device.with(|engine| engine.invite(&space, Role::Editor, 1, expires_ms))?;
    stage.maryam.syncs(&space, &[]).await?;
    let person = stage.ali.who.person();
    stage.ali.device.with(|engine| engine.join(&link, person))?;
    let trip = stage.ali.syncs(&space, &[]).await?;
    tell.trip(&stage.ali.who, &trip);
    stage.maryam.syncs(&space, &[]).await?;
    let held = stage.maryam.device.with(|engine| engine.held(&space))?;
    let join = held.first().context("his asking to come in waits")?;
    tell.held(join, "admits", "joining again");
    decide_on(stage, &held, &[join.envelope], &[], decided)?;
    for person in [&mut stage.maryam, &mut stage.ali] {
        let trip = person.syncs(&space, &[]).await?;
        tell.trip(&person.who, &trip);
    }
    Ok(())
}

fn decide_on(
    stage: &Stage,
    held: &[StandingRow],
    wanted: &[EnvelopeId],
    unwanted: &[EnvelopeId],
    decided: &mut Decided,
) -> Result<(), EngineError> {
    decided.held += held.len();
    decided.reasons.extend(held.iter().filter_map(|row| row.reason));
    decided.admitted += wanted.len();
    decided.refused += unwanted.len();
    stage.maryam.device.with(|engine| {
        engine.admit(&stage.space, wanted)?;
        if unwanted.is_empty() { Ok(()) } else { engine.refuse(&stage.space, unwanted) }
    })
}

fn ids(rows: &[&StandingRow]) -> Vec<EnvelopeId> {
    rows.iter().map(|row| row.envelope).collect()
}
