//! The story that the README tells: a day at a conference, with five devices of three organisations and one server.
//! Time and randomness are fixed, so it plays the same every time.

pub mod cast;
mod ending;
mod evening;
mod hall;
mod line;
mod restore;
mod stage;
mod telling;
mod yesterday;

use std::collections::BTreeMap;
use std::path::Path;

pub use ending::{Documents, Held, PlanFacts, differences};
pub use evening::Decided;
pub use stage::Trip;
pub use telling::Telling;

/// What the story came to.
pub struct Facts {
    /// The documents of each device.
    pub documents: BTreeMap<&'static str, Documents>,
    /// What differs between the devices, in words.
    pub differences: Vec<String>,
    pub plan: PlanFacts,
    pub decided: Decided,
    /// Whether the restored phone noticed that its database was an older one.
    pub is_incarnation_renewed: bool,
    /// What each device did in all.
    pub totals: BTreeMap<&'static str, Trip>,
    /// Envelopes in the server's log.
    pub log_rows: u64,
    pub quarantined: usize,
    pub parked: usize,
}

/// Plays it in an empty folder, which keeps the databases afterwards.
pub async fn play(folder: &Path, tell: &mut Telling<'_>) -> anyhow::Result<Facts> {
    let mut stage = stage::Stage::set(folder).await?;
    for who in stage.everyone().map(|person| &person.who) {
        tell.line(&format!("  {:<7}{}، {} ({})", who.device, who.name, who.organisation, who.english));
    }
    let papers = yesterday::play(&mut stage, tell).await?;
    stage.pass_hours(18);
    let note = restore::before(&mut stage, tell).await?;
    for person in [&mut stage.maryam, &mut stage.zaynab, &mut stage.ali, &mut stage.sara] {
        person.syncs(&papers.session.space, &[]).await?;
    }
    stage.pass_hours(2);
    hall::play(&mut stage, &papers, tell).await?;
    stage.pass_hours(8);
    evening::come_back(&mut stage, tell).await?;
    let decided = evening::decide(&mut stage, &papers, tell).await?;
    let is_incarnation_renewed = restore::after(&mut stage, &note, tell).await?;
    let plan = ending::meet(&mut stage, &papers, tell).await?;
    let facts = facts(&stage, plan, decided, is_incarnation_renewed)?;
    if let Some(documents) = facts.documents.get(cast::MARYAM.device) {
        ending::show(&stage, &facts.plan, documents, tell)?;
    }
    stage.end().await;
    Ok(facts)
}

fn facts(
    stage: &stage::Stage,
    plan: PlanFacts,
    decided: Decided,
    is_incarnation_renewed: bool,
) -> anyhow::Result<Facts> {
    let mut documents = BTreeMap::new();
    let mut totals = BTreeMap::new();
    let (mut quarantined, mut parked) = (0, 0);
    for person in stage.everyone() {
        documents.insert(person.who.device, ending::documents(person, stage)?);
        totals.insert(person.who.device, person.total.clone());
        quarantined += person.device.with(|engine| engine.quarantine(&stage.space))?.len();
        parked += person.device.with(|engine| engine.parked(&stage.space))?.len();
    }
    let differences = ending::differences(&documents);
    let log_rows = stage.maryam.position(&stage.space)?;
    Ok(Facts { documents, differences, plan, decided, is_incarnation_renewed, totals, log_rows, quarantined, parked })
}
