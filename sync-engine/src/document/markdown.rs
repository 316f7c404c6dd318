//! A document as a Markdown text that a person can read without the app: headings, lists, quotes, and tables where
//! every row says the same things.

use std::collections::BTreeMap;
use std::fmt::Write;

use automerge::Automerge;

use super::{
    conference::{Conference, Delegation},
    kind::{Kind, kind_of},
    note::Note,
    paragraphs::{Paragraph, Run, paragraphs},
    plan::{Evidence, Plan, PlanItem, Status},
    record::{Item, read},
    value::{ItemId, Plain, Scalar},
    words::Language,
};

/// What lies around a document: where a text refers to it, it is linked.
pub trait Around {
    /// The path of a stored file by its hash in hexadecimal; none for one that is not here.
    fn file(&self, hash: &str) -> Option<String>;

    /// Another document, or an item in it; none for what is not here.
    fn elsewhere(&self, document: &str, item: Option<&ItemId>) -> Option<Elsewhere>;
}

/// What another document, or an item in it, is called, and the path of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    pub name: String,
    pub path: String,
}

/// A field for which several values stand until someone chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// The keys that lead from the document to the item.
    pub at: Vec<String>,
    pub field: String,
    /// Each value, and who set it.
    pub values: Vec<(Plain, String)>,
}

/// A document as Markdown, in the words of one language. Empty for a document of no known kind.
pub fn markdown(doc: &Automerge, language: Language, around: &impl Around, disputes: &[Dispute]) -> String {
    let mut page = Page { text: String::new(), language, around };
    let names = match kind_of(doc, None) {
        Some(Kind::Note) => page.note(doc),
        Some(Kind::Plan) => {
            let plan = read(doc, &Plan::place(), None).unwrap_or_default();
            page.plan(&plan);
            plan.items.iter().map(|item| (item.id, item.value.wording.clone())).collect()
        }
        Some(Kind::Conference) => {
            let conference = read(doc, &Conference::place(), None).unwrap_or_default();
            page.conference(&conference);
            names_in(&conference)
        }
        None => return page.text,
    };
    page.disputes(disputes, &names);
    page.text
}

/// What the items of a document that others refer to are called.
pub fn item_names(doc: &Automerge) -> BTreeMap<ItemId, String> {
    match kind_of(doc, None) {
        Some(Kind::Plan) => {
            let plan: Plan = read(doc, &Plan::place(), None).unwrap_or_default();
            plan.items.into_iter().map(|item| (item.id, item.value.wording)).collect()
        }
        Some(Kind::Conference) => names_in(&read(doc, &Conference::place(), None).unwrap_or_default()),
        _ => BTreeMap::new(),
    }
}

fn names_in(conference: &Conference) -> BTreeMap<ItemId, String> {
    let agenda = conference.agenda.iter().map(|item| (item.id, shown(&item.value.title)));
    let delegations = conference.delegations.iter().map(|item| (item.id, shown(&item.value.organisation)));
    let recommendations = conference.recommendations.iter().map(|item| (item.id, item.value.wording.clone()));
    let committees = conference.committees.iter().map(|item| (item.id, shown(&item.value.name)));
    agenda.chain(delegations).chain(recommendations).chain(committees).collect()
}

/// Words of an item's name in a link or a heading.
const NAME_WORDS_MAX: usize = 12;

struct Page<'f> {
    text: String,
    language: Language,
    around: &'f dyn Around,
}

impl Page<'_> {
    fn conference(&mut self, conference: &Conference) {
        self.heading(1, conference.title.as_deref().unwrap_or_default());
        self.fields(&[
            ("series", shown(&conference.series)),
            ("ordinal", shown(&conference.ordinal)),
            ("host", shown(&conference.host)),
            ("venue", shown(&conference.venue)),
            ("starts_on", shown(&conference.starts_on)),
            ("ends_on", shown(&conference.ends_on)),
            ("invitation_number", shown(&conference.invitation_number)),
            ("invitation_date", shown(&conference.invitation_date)),
            ("minutes_state", self.word_of(&conference.minutes_state)),
        ]);
        self.section("delegations", conference.delegations.is_empty());
        for delegation in &conference.delegations {
            self.delegation(&delegation.value);
        }
        self.section("agenda", conference.agenda.is_empty());
        let rows = conference.agenda.iter().map(|Item { value, .. }| {
            vec![
                shown(&value.day),
                shown(&value.starts_at),
                shown(&value.session),
                self.word_of(&value.kind),
                shown(&value.title),
                shown(&value.presenter),
                shown(&value.organisation),
                shown(&value.planned_minutes),
            ]
        });
        let columns = ["day", "starts_at", "session", "kind", "title", "presenter", "organisation", "planned_minutes"];
        self.table(&columns, rows.collect());
        for Item { value, .. } in conference.agenda.iter().filter(|item| !item.value.minutes.is_empty()) {
            let heading = format!("{}: {}", self.language.word("minutes"), shown(&value.title));
            self.heading(3, &heading);
            self.paragraphs(&value.minutes);
        }
        self.section("recommendations", conference.recommendations.is_empty());
        for (nth, Item { value, .. }) in conference.recommendations.iter().enumerate() {
            let number = value.number.map_or(nth + 1, |number| number as usize);
            let wording = escaped(&value.wording).replace('\n', "\n   ");
            let _ = writeln!(self.text, "{number}. {wording}");
            for (name, text) in [
                ("axis", shown(&value.axis)),
                ("addressees", joined(self.language, &value.addressees)),
                ("duration", self.word_of(&value.duration)),
            ] {
                if !text.is_empty() {
                    let _ = writeln!(self.text, "   - **{}**: {}", self.language.word(name), escaped(&text));
                }
            }
            let plans = value.carried_by.iter().filter_map(|link| self.link_to(&link.document, Some(&link.item)));
            for plan in plans.collect::<Vec<_>>() {
                let _ = writeln!(self.text, "   - **{}**: {plan}", self.language.word("carried_by"));
            }
            if let Some(note) = value.source_note.as_ref().and_then(|note| self.link_to(note, None)) {
                let _ = writeln!(self.text, "   - **{}**: {note}", self.language.word("source_note"));
            }
        }
        self.end_of_block();
        self.section("committees", conference.committees.is_empty());
        for Item { value, .. } in &conference.committees {
            self.heading(3, value.name.as_deref().unwrap_or_default());
            self.fields(&[("chair", shown(&value.chair)), ("members", joined(self.language, &value.members))]);
            self.paragraphs(&value.mandate);
        }
        self.section("communique", conference.communique.is_empty());
        self.paragraphs(&conference.communique);
    }

    fn delegation(&mut self, delegation: &Delegation) {
        let name = |id: Option<ItemId>| {
            let member = delegation.members.iter().find(|member| Some(member.id) == id);
            member.map(|member| shown(&member.value.name)).unwrap_or_default()
        };
        self.heading(3, delegation.organisation.as_deref().unwrap_or_default());
        self.fields(&[("head", name(delegation.head)), ("rapporteur", name(delegation.rapporteur))]);
        let rows = delegation.members.iter().map(|Item { value, .. }| {
            let attendance = self.word_of(&value.attendance);
            vec![shown(&value.honorific), shown(&value.name), shown(&value.post), attendance]
        });
        self.table(&["honorific", "name", "post", "attendance"], rows.collect());
    }

    fn plan(&mut self, plan: &Plan) {
        self.heading(1, plan.title.as_deref().unwrap_or_default());
        let number = |id: &ItemId| plan.items.iter().position(|item| item.id == *id).map(|nth| (nth + 1).to_string());
        let needed = |is_needed: bool, name: &str| match is_needed {
            true => format!("({})", self.language.word(name)),
            false => String::new(),
        };
        let rows = plan.items.iter().enumerate().map(|(nth, Item { value, .. })| {
            vec![
                (nth + 1).to_string(),
                value.wording.clone(),
                shown(&value.responsible) + &needed(value.needs_owner(), "needs_owner"),
                joined(self.language, &value.supporting),
                shown(&value.committee),
                shown(&value.due) + &needed(value.needs_date(), "needs_date"),
                self.word_of(&value.recurrence),
                self.word_of(&value.duration),
                self.word_of(&Some(value.status.unwrap_or(Status::Open))),
                value.progress.map(|progress| format!("{}%", u8::from(progress))).unwrap_or_default(),
                joined(self.language, &value.depends_on.iter().filter_map(number).collect::<Vec<_>>()),
            ]
        });
        let columns = [
            "number",
            "wording",
            "responsible",
            "supporting",
            "committee",
            "due",
            "recurrence",
            "duration",
            "status",
            "progress",
            "depends_on",
        ];
        self.table(&columns, rows.collect());
        for (nth, Item { value, .. }) in plan.items.iter().enumerate() {
            let origin = value.origin.as_ref().and_then(|link| self.link_to(&link.document, Some(&link.item)));
            if origin.is_none() && value.remarks.is_empty() && value.evidence.is_empty() {
                continue;
            }
            self.heading(2, &format!("{}. {}", nth + 1, cut(&value.wording)));
            if let Some(origin) = origin {
                let _ = writeln!(self.text, "- **{}**: {origin}", self.language.word("origin"));
                self.end_of_block();
            }
            self.plan_item(value);
        }
    }

    fn plan_item(&mut self, item: &PlanItem) {
        if !item.remarks.is_empty() {
            self.heading(3, self.language.word("remarks"));
        }
        for Item { value, .. } in &item.remarks {
            let progress = value.progress.map(|progress| format!("{}%", u8::from(progress)));
            let facts = [shown(&value.on), shown(&value.by), progress.unwrap_or_default()];
            let facts = joined(self.language, &facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>());
            let parts = [facts, value.text.clone()].into_iter().filter(|part| !part.is_empty());
            let line = escaped(&parts.collect::<Vec<_>>().join(": ")).replace('\n', "\n  ");
            let _ = writeln!(self.text, "- {line}");
        }
        self.end_of_block();
        if !item.evidence.is_empty() {
            self.heading(3, self.language.word("evidence"));
        }
        for Item { value: Evidence { label, blob, address, on }, .. } in &item.evidence {
            let name = label.as_ref().or(address.as_ref()).map(String::as_str).unwrap_or_default();
            let line = match (blob, address) {
                (Some(blob), _) => self.file_link(name, blob),
                (None, Some(address)) => link(name, address),
                (None, None) => escaped(name),
            };
            let _ = writeln!(self.text, "- {line} {}", shown(on));
        }
        self.end_of_block();
    }

    fn note(&mut self, doc: &Automerge) -> BTreeMap<ItemId, String> {
        let note: Note = read(doc, &Note::place(), None).unwrap_or_default();
        self.heading(1, note.title.as_deref().unwrap_or_default());
        let conference = note.conference.as_ref().and_then(|conference| self.link_to(conference, None));
        let agenda_item = note.agenda_item.as_ref().and_then(|link| self.link_to(&link.document, Some(&link.item)));
        for (name, link) in [("conference", conference), ("agenda_item", agenda_item)] {
            if let Some(link) = link {
                let _ = writeln!(self.text, "- **{}**: {link}", self.language.word(name));
            }
        }
        self.fields(&[("speaker", shown(&note.speaker)), ("tags", joined(self.language, &note.tags))]);
        let mut numbers: Vec<usize> = Vec::new();
        for paragraph in paragraphs(doc, None) {
            self.paragraph(&paragraph, &mut numbers);
        }
        self.end_of_block();
        self.section("attachments", note.attachments.is_empty());
        for Item { value, .. } in &note.attachments {
            let line = self.file_link(&shown(&value.name), value.blob.as_deref().unwrap_or_default());
            let _ = writeln!(self.text, "- {line}");
        }
        self.end_of_block();
        note.attachments.into_iter().map(|item| (item.id, shown(&item.value.name))).collect()
    }

    /// Every value that stands for a field, so that nothing is decided by printing it.
    fn disputes(&mut self, disputes: &[Dispute], names: &BTreeMap<ItemId, String>) {
        self.section("disputes", disputes.is_empty());
        for Dispute { at, field, values } in disputes {
            let item = at.iter().rev().find_map(|key| names.get(&key.parse().ok()?));
            let about = item.map(|name| format!("{}: ", escaped(&cut(name)))).unwrap_or_default();
            let _ = writeln!(self.text, "- {about}**{}**", self.language.word(field));
            for (value, by) in values {
                let word = value.to_string();
                let _ = writeln!(self.text, "  - {} ({})", escaped(self.language.word(&word)), escaped(by));
            }
        }
        self.end_of_block();
    }

    /// A link to another document, or to an item in it; none for what is not here.
    fn link_to(&self, document: &str, item: Option<&ItemId>) -> Option<String> {
        let Elsewhere { name, path } = self.around.elsewhere(document, item)?;
        let name = cut(&name);
        let name = if name.is_empty() { self.language.word("untitled") } else { &name };
        Some(format!("[{}](<{path}>)", escaped(name)))
    }

    /// `numbers` counts the list items so far, by depth.
    fn paragraph(&mut self, paragraph: &Paragraph, numbers: &mut Vec<usize>) {
        let block = &paragraph.block;
        let is_list = |kind: &str| kind.ends_with("-list-item");
        let depth = block.parents.iter().filter(|parent| is_list(parent)).count();
        let is_item = is_list(&block.kind);
        numbers.resize(if is_item { depth + 1 } else { depth }, 0);
        let mut text = marked(&paragraph.runs);
        if block.is_embed {
            let address = block.attrs.values().find_map(|value| match value {
                Plain::Text(text) if text.len() >= 64 => text.get(text.len() - 64..),
                _ => None,
            });
            text = address.map(|hash| self.file_link("", hash)).unwrap_or_default();
        }
        if text.trim().is_empty() && !is_item {
            return;
        }
        let quote = if block.kind == "blockquote" || block.parents.iter().any(|parent| parent == "blockquote") {
            "> "
        } else {
            ""
        };
        let indent = "   ".repeat(depth);
        let (before, after) = match block.kind.as_str() {
            "heading" => {
                let level = block.attrs.get("level").and_then(|level| u32::from_scalar(&level.to_scalar()));
                // The title stands above the text as the first heading.
                (format!("{} ", "#".repeat(level.unwrap_or(1).clamp(1, 5) as usize + 1)), "\n")
            }
            "ordered-list-item" => {
                numbers[depth] += 1;
                (format!("{}. ", numbers[depth]), "")
            }
            kind if is_list(kind) => ("- ".to_owned(), ""),
            _ => (String::new(), "\n"),
        };
        let lines = text.replace('\n', &format!("  \n{quote}{indent}"));
        if !is_item && depth == 0 {
            self.end_of_block();
        }
        let _ = writeln!(self.text, "{quote}{indent}{before}{lines}{after}");
    }

    fn heading(&mut self, level: usize, text: &str) {
        self.end_of_block();
        let text = if text.trim().is_empty() { self.language.word("untitled") } else { text };
        let _ = writeln!(self.text, "{} {}\n", "#".repeat(level), escaped(text).replace('\n', " "));
    }

    fn section(&mut self, name: &'static str, is_empty: bool) {
        if !is_empty {
            self.heading(2, self.language.word(name));
        }
    }

    fn fields(&mut self, fields: &[(&str, String)]) {
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            let _ = writeln!(self.text, "- **{}**: {}", self.language.word(name), escaped(value).replace('\n', " "));
        }
        self.end_of_block();
    }

    fn paragraphs(&mut self, text: &str) {
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let _ = writeln!(self.text, "{}\n", escaped(line));
        }
    }

    /// Columns that say nothing in any row are left out.
    fn table(&mut self, columns: &[&str], rows: Vec<Vec<String>>) {
        let is_used = |nth: &usize| rows.iter().any(|row| !row[*nth].is_empty());
        let used: Vec<usize> = (0..columns.len()).filter(is_used).collect();
        if used.is_empty() {
            return;
        }
        self.end_of_block();
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let head = used.iter().map(|nth| self.language.word(columns[*nth]).to_owned()).collect();
        self.text.push_str(&line(head));
        self.text.push_str(&line(vec!["---".to_owned(); used.len()]));
        let cell = |text: &String| escaped(text).replace('|', "\\|").replace('\n', "<br>");
        for row in &rows {
            self.text.push_str(&line(used.iter().map(|nth| cell(&row[*nth])).collect()));
        }
        self.text.push('\n');
    }

    fn file_link(&self, name: &str, hash: &str) -> String {
        match self.around.file(hash) {
            Some(path) => format!("[{}](<{path}>)", escaped(if name.is_empty() { &path } else { name })),
            None => format!("{} ({})", escaped(name), self.language.word("absent_file")),
        }
    }

    fn word_of<S: Scalar>(&self, value: &Option<S>) -> String {
        let word = value.as_ref().map(Scalar::to_scalar);
        word.and_then(|word| Some(self.language.word(word.as_str()?).to_owned())).unwrap_or_default()
    }

    /// What follows is not part of the list or paragraph before.
    fn end_of_block(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }
}

/// The first words, on one line.
fn cut(text: &str) -> String {
    let mut words = text.split_whitespace();
    let first = words.by_ref().take(NAME_WORDS_MAX).collect::<Vec<_>>().join(" ");
    if words.next().is_some() { first + "…" } else { first }
}

fn shown<T: ToString>(value: &Option<T>) -> String {
    value.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn joined<'s>(language: Language, words: impl IntoIterator<Item = &'s String>) -> String {
    words.into_iter().map(String::as_str).collect::<Vec<_>>().join(language.comma())
}

/// Runs with their marks; the blanks at the ends of bold words stand outside of the asterisks.
fn marked(runs: &[Run]) -> String {
    let mut text = String::new();
    for run in runs {
        let words = run.text.trim();
        let start = run.text.len() - run.text.trim_start().len();
        let mut shown = escaped_inline(words);
        for (name, sign) in [("em", "*"), ("strong", "**")] {
            if run.marks.contains_key(name) && !words.is_empty() {
                shown = format!("{sign}{shown}{sign}");
            }
        }
        if let (Some(Plain::Text(target)), false) = (run.marks.get("link"), words.is_empty()) {
            shown = link_with(shown, &href(target));
        }
        text.push_str(&run.text[..start]);
        text.push_str(&shown);
        text.push_str(&run.text[start + words.len()..]);
    }
    escaped_start(&text)
}

/// The address in a link's mark: in JSON as Automerge's editors write it, or by itself.
fn href(target: &str) -> String {
    let json = serde_json::from_str::<serde_json::Value>(target).ok();
    let href = json.as_ref().and_then(|json| json.get("href")?.as_str());
    href.unwrap_or(target).to_owned()
}

fn link(name: &str, address: &str) -> String {
    link_with(escaped(name), address)
}

/// Only what the app itself would open becomes a link.
fn link_with(shown: String, address: &str) -> String {
    let is_safe = ["http://", "https://", "mailto:", "tel:"].iter().any(|scheme| address.starts_with(scheme));
    let address: String = address.chars().filter(|c| !c.is_whitespace() && !['<', '>'].contains(c)).collect();
    if is_safe { format!("[{shown}](<{address}>)") } else { shown }
}

/// Text that Markdown shows as it is.
/// Without what Markdown would take for a sign of its own.
pub(crate) fn escaped(text: &str) -> String {
    escaped_start(&escaped_inline(text))
}

fn escaped_inline(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if ['\\', '`', '*', '_', '[', ']', '<', '>'].contains(&letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// What begins a line must not read as a heading, a list or a rule.
fn escaped_start(text: &str) -> String {
    let line = |line: &str| {
        let digits = line.chars().take_while(char::is_ascii_digit).count();
        match line[digits..].chars().next() {
            Some('#' | '+' | '-' | '=' | '~' | '|') if digits == 0 => format!("\\{line}"),
            Some('.' | ')') if digits > 0 => format!("{}\\{}", &line[..digits], &line[digits..]),
            _ => line.to_owned(),
        }
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}
