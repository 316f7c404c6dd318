//! Everyone syncs until nothing is new. Then: what became of the paragraph and the plan, whether all devices hold
//! the same documents, and what it took.

use std::collections::BTreeMap;

use anyhow::Context as _;
use sync_engine::document::{self, Conference, Item, Kind, Plain, Plan, PlanItem, PlanItemField, Rival};
use sync_engine::engine::{DocumentName, Engine, EngineError};

use super::cast;
use super::stage::{Participant, Stage};
use super::telling::{Telling, bytes};
use super::yesterday::{Papers, item_id};

/// A document as one device holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Everything that a reader sees of it, as text.
    pub text: String,
    /// Its version, as Automerge names it.
    pub heads: Vec<String>,
}

/// The documents of one device by their title.
pub type Documents = BTreeMap<String, Held>;

/// What the plan came to.
#[derive(Clone, Debug, Default)]
pub struct PlanFacts {
    pub items: Vec<Item<PlanItem>>,
    /// Recommendations by how many items of the plan they say carry them out.
    pub carried_by: Vec<usize>,
    /// The owners that were named at once.
    pub owners: Vec<Rival>,
}

/// Three rounds: one to send, one to hear of it, and one in which nothing happens.
pub(super) async fn meet(stage: &mut Stage, papers: &Papers, tell: &mut Telling<'_>) -> anyhow::Result<PlanFacts> {
    tell.chapter("ملتقى: نسخة واحدة عند الجميع", "Everyone syncs; Maryam settles what disagrees");
    let space = stage.space;
    for _ in 0..2 {
        for person in stage.everyone_mut() {
            person.syncs(&space, &[]).await?;
        }
    }
    let owners = settle_owner(stage, papers, tell)?;
    for _ in 0..2 {
        for person in stage.everyone_mut() {
            person.syncs(&space, &[]).await?;
        }
    }
    let (plan, conference) = stage.sara.device.with(|engine| -> Result<_, EngineError> {
        let plan = engine.read(&papers.plan, |doc| document::read(doc, &Plan::place(), None))?;
        let conference = engine.read(&papers.conference, |doc| document::read(doc, &Conference::place(), None))?;
        Ok((plan.unwrap_or_default(), conference.unwrap_or_default()))
    })?;
    let carried_by = conference.recommendations.iter().map(|one| one.value.carried_by.len()).collect();
    Ok(PlanFacts { items: plan.items, carried_by, owners })
}

/// Two owners were named at once: both are there, and someone decides.
fn settle_owner(stage: &mut Stage, papers: &Papers, tell: &mut Telling<'_>) -> anyhow::Result<Vec<Rival>> {
    let item = Plan::place().items().at(item_id(cast::OPEN_ITEM));
    let maryam = &mut stage.maryam;
    let read = |engine: &mut Engine| engine.read(&papers.plan, |doc| document::conflicts(doc, &item, None));
    let rivals = maryam.device.with(read)?.remove("responsible").unwrap_or_default();
    let name = |rival: &Rival| if let Plain::Text(name) = &rival.value { name.clone() } else { String::new() };
    let names: Vec<String> = rivals.iter().map(name).collect();
    tell.line(&format!("  Two owners were named at once, and both are kept: {}", names.join(" / ")));
    let (owner, supporting) = (cast::SARA.organisation, cast::ZAYNAB.organisation.to_owned());
    maryam.edits(&papers.plan, |tx| {
        document::set(tx, &item, PlanItemField::Responsible(Some(owner.into())))?;
        document::insert_key(tx, &item.supporting(), &supporting)
    })?;
    tell.line(&format!("  Maryam settles it: {owner} is responsible, {supporting} supports."));
    Ok(rivals)
}

/// Every document that a device lists, in full.
pub(super) fn documents(person: &Participant, stage: &Stage) -> anyhow::Result<Documents> {
    let list = person.device.with(|engine| engine.documents(Some(&stage.space)))?;
    let mut documents = Documents::new();
    for info in list {
        let name = DocumentName { space: info.space, document: info.document };
        let held = person.device.with(|engine| held(engine, &name, &info.text.kind))?;
        documents.insert(info.text.title, held);
    }
    Ok(documents)
}

fn held(engine: &mut Engine, name: &DocumentName, kind: &str) -> Result<Held, EngineError> {
    let mut heads: Vec<String> = engine.heads(name)?.iter().map(ToString::to_string).collect();
    heads.sort();
    let text = engine.read(name, |doc| {
        let json = |value: serde_json::Result<String>| value.unwrap_or_else(|error| error.to_string());
        match document::kind_of(doc, None) {
            Some(Kind::Conference) => json(serde_json::to_string(&document::read(doc, &Conference::place(), None))),
            Some(Kind::Plan) => json(serde_json::to_string(&document::read(doc, &Plan::place(), None))),
            Some(Kind::Note) => {
                document::paragraphs(doc, None).iter().map(document::Paragraph::text).collect::<Vec<_>>().join("\n")
            }
            None => format!("a document of another kind: {kind}"),
        }
    })?;
    Ok(Held { text, heads })
}

/// What differs between the devices, in words; nothing if they agree. A refused draft is no document of the space:
/// it stays on the phone that wrote it.
pub fn differences(all: &BTreeMap<&'static str, Documents>) -> Vec<String> {
    let mut differences = Vec::new();
    let Some(first) = all.get(cast::MARYAM.device) else { return vec!["maryam has no documents".into()] };
    for (device, documents) in all {
        for title in first.keys().filter(|title| !documents.contains_key(*title)) {
            differences.push(format!("{device} lacks «{title}»"));
        }
        for (title, held) in documents {
            match first.get(title) {
                None if device == &cast::ALI.device && title == cast::ALIS_DRAFT => {}
                None => differences.push(format!("{device} alone has «{title}»")),
                Some(other) if other.heads != held.heads => {
                    differences.push(format!("{device} has «{title}» in another version"))
                }
                Some(other) if other != held => differences.push(format!("{device} shows «{title}» otherwise")),
                Some(_) => {}
            }
        }
    }
    differences
}

pub(super) fn show(
    stage: &Stage,
    plan: &PlanFacts,
    documents: &Documents,
    tell: &mut Telling<'_>,
) -> anyhow::Result<()> {
    let session = documents.get(cast::SESSION).context("the minutes")?;
    tell.line("");
    tell.line(&format!("  {} (the paragraph that four edited at once):", cast::SESSION));
    tell.line(&format!("    {}", session.text));
    tell.line(&format!("  {} ({} items):", cast::PLAN, plan.items.len()));
    for item in &plan.items {
        let owner = item.value.responsible.as_deref().unwrap_or("needs an owner");
        let date = if item.value.needs_date() { ", needs a date" } else { "" };
        tell.line(&format!("    {} ({owner}{date})", item.value.wording));
    }
    tell.line("");
    tell.line("  device  edits  envelopes  tries  round trips        up       down  read to");
    for person in stage.everyone() {
        let total = &person.total;
        tell.line(&format!(
            "  {:<8}{:>5}{:>11}{:>7}{:>13}{:>10}{:>11}{:>9}",
            person.who.device,
            total.edits,
            total.envelopes,
            total.tries,
            total.round_trips,
            bytes(total.up_bytes),
            bytes(total.down_bytes),
            total.positions.1,
        ));
    }
    Ok(())
}
