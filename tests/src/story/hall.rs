//! In the hall there is no network: everyone writes, some of them in the same places, and nobody sees the others.

use sync_engine::document::{self, Conference, Kind, Link, Plan, PlanItemField};
use sync_engine::engine::DocumentName;
use sync_engine::ids::SpaceId;

use super::cast;
use super::line::Weather;
use super::stage::{Participant, Stage, Trip};
use super::telling::Telling;
use super::yesterday::{Papers, item_id};

pub(super) async fn play(stage: &mut Stage, papers: &Papers, tell: &mut Telling<'_>) -> anyhow::Result<()> {
    tell.chapter("في القاعة: لا شبكة", "In the hall, without a network: everyone writes, nobody sees the others");
    let space = stage.space;
    write_in_one_paragraph(stage, papers, tell)?;
    change_one_item(stage, papers, tell)?;
    for (person, numbers) in [(&mut stage.zaynab, [0, 1, 2]), (&mut stage.sara, [1, 2, 3])] {
        carry_into_plan(person, papers, &numbers)?;
    }
    tell.line(
        "  Zaynab copies recommendations 1 to 3 into the plan, Sara 2 to 4: linked both ways, no owner, no date.",
    );
    new_note(&mut stage.zaynab, &space, cast::ZAYNABS_NOTE, cast::ZAYNABS_TEXT)?;
    new_note(&mut stage.sara, &space, cast::SARAS_NOTE, cast::SARAS_TEXT)?;
    new_note(&mut stage.ali, &space, cast::ALIS_DRAFT, cast::ALIS_TEXT)?;
    let mut trip = Trip::default();
    stage.maryam.tries(Weather::Gone, &mut trip).await?;
    tell.line(&format!("  Maryam tries to sync: {}. What she wrote is on her device.", trip.failures.join(", ")));
    Ok(())
}

/// Four people edit one paragraph: at its beginning, in the middle, and two at its end.
fn write_in_one_paragraph(stage: &mut Stage, papers: &Papers, tell: &mut Telling<'_>) -> anyhow::Result<()> {
    let end = 1 + units(cast::PARAGRAPH);
    let middle = 1 + units("افتُتحت الجلسة");
    let edits = [
        (&mut stage.zaynab, 1, cast::AT_THE_BEGINNING),
        (&mut stage.sara, middle, cast::AFTER_SESSION),
        (&mut stage.maryam, end, cast::AT_THE_END),
        (&mut stage.ali, end, cast::FROM_THE_TAXI),
    ];
    tell.line("  One paragraph, edited by four at once:");
    tell.line(&format!("    {}", cast::PARAGRAPH));
    for (person, at, text) in edits {
        person.edits(&papers.session, |tx| document::insert_text(tx, at, text))?;
        tell.line(&format!("    {:<7}at {at:<3} {text}", person.who.device));
    }
    Ok(())
}

/// Two people change the wording of one item, and each names another owner.
fn change_one_item(stage: &mut Stage, papers: &Papers, tell: &mut Telling<'_>) -> anyhow::Result<()> {
    let item = Plan::place().items().at(item_id(cast::OPEN_ITEM));
    tell.line("  One item of the plan, reworded by two, each with another owner:");
    tell.line(&format!("    {}", cast::OPEN_ITEM));
    for (person, wording) in [(&mut stage.zaynab, cast::BY_ZAYNAB), (&mut stage.sara, cast::BY_SARA)] {
        let owner = person.who.organisation;
        person.edits(&papers.plan, |tx| {
            document::set_text(tx, &item.wording(), wording)?;
            document::set(tx, &item, PlanItemField::Responsible(Some(owner.into())))
        })?;
        tell.line(&format!("    {:<7}{wording} ({owner})", person.who.device));
    }
    Ok(())
}

/// Copies recommendations into the plan word for word, and notes in the conference what carries them out. Both
/// make an item's id from the recommendation's, so those that both copy become one item each.
fn carry_into_plan(person: &mut Participant, papers: &Papers, numbers: &[usize]) -> anyhow::Result<()> {
    let read = |doc: &_| document::read::<Conference>(doc, &Conference::place(), None);
    let conference = person.device.with(|engine| engine.read(&papers.conference, read))?.unwrap_or_default();
    let (of, tiebreak) = (papers.conference.document.to_string(), person.who.device);
    for recommendation in numbers.iter().filter_map(|number| conference.recommendations.get(*number)) {
        let id = item_id(&format!("{of}/{}", recommendation.id));
        person.edits(&papers.plan, |tx| document::copy_recommendation(tx, &of, recommendation, id, tiebreak))?;
        let place = Conference::place().recommendations().at(recommendation.id);
        let link = Link { document: papers.plan.document.to_string(), item: id };
        person.edits(&papers.conference, |tx| document::mark_carried(tx, &place, &link))?;
    }
    Ok(())
}

/// A note of one paragraph.
pub(super) fn new_note(
    person: &mut Participant,
    space: &SpaceId,
    title: &str,
    text: &str,
) -> anyhow::Result<DocumentName> {
    let note = person.makes(|engine, now_ms| engine.create(space, Kind::Note, title, now_ms))?;
    person.edits(&note, |tx| document::insert_text(tx, 1, text))?;
    Ok(note)
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}
