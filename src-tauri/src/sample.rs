//! A conference to look around in: organisations that do not exist, and what they might agree on.

mod colleague;

use std::sync::Arc;

use sync_engine::document::{self, Block, Date, Edit, ItemId, Kind, Link, Mark, Plain, Position};
use sync_engine::engine::DocumentName;
use sync_engine::entry::Person;
use sync_engine::ids::SpaceId;

use crate::app::App;
use crate::error::CommandError;

const TITLE: &str = "ملتقى أقسام العلاقات العامة";
const HOSTS: [&str; 3] = ["مؤسسة النخيل للثقافة", "دار المنارة للبحوث", "مركز الرافدين للتراث"];

/// Each with whether it goes on.
const RECOMMENDATIONS: [(&str, bool); 7] = [
    ("توثيق الصلات بين أقسام العلاقات العامة في المؤسسات المشاركة، وتبادل الزيارات بينها.", true),
    ("تبادل الخبرات في تنظيم المؤتمرات واستقبال الوفود، وإعداد سجلّ مشترك للخبراء.", false),
    ("إصدار دليل فصلي موحّد يعرّف بأنشطة الأقسام، تتولاه لجنة متخصصة.", true),
    ("إقامة دورات تدريبية للعاملين في الأقسام داخل البلد وخارجه.", false),
    ("السعي إلى تسجيل المؤسسات المشاركة لدى المنظمات الدولية المعنية بالتراث.", false),
    ("توسيع العمل الإعلامي الموجّه إلى الجاليات في الخارج.", true),
    ("التنسيق للمشاركة الموحّدة في الملتقيات الدولية المقبلة.", true),
];

const DAY_MS: i64 = 86_400_000;

/// The document itself.
const ROOT: &[&str] = &[];

struct Sample<'a> {
    app: &'a Arc<App>,
    space: SpaceId,
    today: Date,
    next_id: u8,
}

/// Fills a device that has no space yet; one that has is left alone. The server comes last: what a colleague adds is
/// handed over in the room, which is only for rows that no server has placed.
pub fn begin(app: &Arc<App>, enter_link: Option<&str>) -> Result<(), CommandError> {
    if !app.spaces()?.is_empty() {
        return Ok(());
    }
    app.set_person(&Person { name: "زينب الحسيني".into(), organisation: HOSTS[0].into() })?;
    let space = app.found(TITLE, None)?.space;
    let today = Date::of_unix_ms(app.now_ms());
    let mut sample = Sample { app, space, today, next_id: 0 };
    let (conference, speech) = sample.conference()?;
    let plan = app.create(&space, Kind::Plan, "الخطة المشتركة للدورة الثامنة", &[])?;
    let item = sample.carry_out(&conference, &plan)?;
    let note = sample.notes(&conference, speech)?;
    colleague::visit(app, &space, &colleague::Found { note, plan, item })?;
    enter_link.map_or(Ok(()), |link| app.set_server(&space, link))
}

impl Sample<'_> {
    fn id(&mut self) -> ItemId {
        self.next_id += 1;
        ItemId([self.next_id; 16])
    }

    fn add(&mut self, at: &[&str], edits: &mut Vec<Edit>) -> (ItemId, Vec<String>) {
        let id = self.id();
        let at: Vec<String> = at.iter().map(|&key| key.to_owned()).collect();
        edits.push(Edit::Add { at: at.clone(), id, position: Position::Last });
        (id, [at, vec![id.to_string()]].concat())
    }

    fn conference(&mut self) -> Result<(DocumentName, ItemId), CommandError> {
        let mut edits = vec![
            set(ROOT, "series", TITLE),
            set(ROOT, "ordinal", 8),
            set(ROOT, "host", HOSTS[0]),
            set(ROOT, "venue", "قاعة النخيل الكبرى"),
            set(ROOT, "starts_on", self.today.to_string()),
            set(ROOT, "ends_on", self.today.to_string()),
            set(ROOT, "minutes_state", "draft"),
        ];
        let people = [
            [("الأستاذ", "حيدر الكعبي", "مدير القسم"), ("السيدة", "زينب الحسيني", "مقرّرة")],
            [("الدكتور", "مصطفى الجبوري", "رئيس القسم"), ("السيد", "علي الموسوي", "مسؤول الوفود")],
            [("الدكتورة", "نور العاني", "مديرة القسم"), ("السيد", "كرار الأسدي", "محرّر")],
        ];
        for (organisation, members) in HOSTS.iter().zip(people) {
            let (_, delegation) = self.add(&["delegations"], &mut edits);
            edits.push(set(&delegation, "organisation", *organisation));
            for (index, (honorific, name, post)) in members.into_iter().enumerate() {
                let at: Vec<&str> = delegation.iter().map(String::as_str).chain(["members"]).collect();
                let (id, member) = self.add(&at, &mut edits);
                edits.push(set(&member, "honorific", honorific));
                edits.push(set(&member, "name", name));
                edits.push(set(&member, "post", post));
                edits.push(set(&delegation, ["head", "rapporteur"][index], id.to_string()));
            }
        }
        let agenda = [
            ("تلاوة آيات من القرآن الكريم", "recitation", "09:00", 10),
            ("كلمة الجهة المضيّفة", "opening", "09:10", 15),
            ("كلمة دار المنارة للبحوث", "speech", "09:30", 20),
            ("مناقشة التوصيات", "discussion", "10:00", 150),
            ("جلسة الخطة المشتركة", "discussion", "14:00", 150),
            ("البيان الختامي", "closing", "18:00", 30),
            ("لقاء رؤساء الوفود", "discussion", "20:00", 120),
        ];
        let mut discussion = ItemId([0; 16]);
        for (title, kind, starts_at, minutes) in agenda {
            let session = if starts_at < "10:00" {
                "الجلسة الافتتاحية"
            } else if starts_at < "18:00" {
                "جلسات العمل"
            } else {
                "الجلسة الختامية"
            };
            let (id, item) = self.add(&["agenda"], &mut edits);
            edits.push(set(&item, "title", title));
            edits.push(set(&item, "kind", kind));
            edits.push(set(&item, "day", self.today.to_string()));
            edits.push(set(&item, "starts_at", starts_at));
            edits.push(set(&item, "planned_minutes", minutes));
            edits.push(set(&item, "session", session));
            if kind == "speech" {
                edits.push(set(&item, "organisation", HOSTS[1]));
                edits.push(set(&item, "presenter", "الدكتور مصطفى الجبوري"));
            }
            if title == "مناقشة التوصيات" {
                discussion = id;
            }
        }
        for (number, (wording, is_ongoing)) in (1..).zip(RECOMMENDATIONS) {
            let (_, item) = self.add(&["recommendations"], &mut edits);
            edits.push(set(&item, "number", number));
            edits.push(set(&item, "duration", if is_ongoing { "ongoing" } else { "once" }));
            edits.push(Edit::SetText { at: item.clone(), field: "wording".into(), text: wording.into() });
        }
        let (_, committee) = self.add(&["committees"], &mut edits);
        edits.push(set(&committee, "name", "لجنة الدليل الفصلي"));
        edits.push(set(&committee, "chair", "الدكتورة نور العاني"));
        Ok((
            self.app.create(&self.space, Kind::Conference, "الدورة الثامنة لملتقى العلاقات العامة", &edits)?,
            discussion,
        ))
    }

    /// Makes the plan's items; gives the keys of one that nobody owns yet.
    fn carry_out(&self, conference: &DocumentName, plan: &DocumentName) -> Result<Vec<String>, CommandError> {
        let read = self.app.document(conference, None)?;
        let crate::documents::Content::Conference(content) = read.content else { return Ok(vec![]) };
        let ids: Vec<ItemId> = content.recommendations.iter().map(|recommendation| recommendation.id).collect();
        self.app.carry_out(conference, &ids, plan)?;
        let item = |index: usize| {
            let link = Link { document: conference.document.to_string(), item: ids[index] };
            vec!["items".to_owned(), link.derived_id(&plan.document.to_string()).to_string()]
        };
        // As in a real statement, most items have neither an owner nor a date.
        let edits = [
            set(&item(1), "responsible", HOSTS[1]),
            set(&item(1), "status", "in_progress"),
            set(&item(1), "progress", 40),
            set(&item(2), "committee", "لجنة الدليل الفصلي"),
            set(&item(2), "recurrence", "quarterly"),
            set(&item(2), "responsible", HOSTS[2]),
            set(&item(3), "due", Date::of_unix_ms(self.app.now_ms() + 100 * DAY_MS).to_string()),
            set(&item(5), "due", Date::of_unix_ms(self.app.now_ms() - 10 * DAY_MS).to_string()),
            set(&item(4), "status", "done"),
            set(&item(4), "progress", 100),
        ];
        self.app.edit(plan, &edits, None)?;
        Ok(item(6))
    }

    /// Writes the notes; gives the one with the most in it.
    fn notes(&mut self, conference: &DocumentName, discussion: ItemId) -> Result<DocumentName, CommandError> {
        let link = Link { document: conference.document.to_string(), item: discussion };
        let about = [
            set(ROOT, "conference", conference.document.to_string()),
            set(ROOT, "agenda_item", link.to_string()),
            Edit::InsertKey { at: vec![], field: "tags".into(), key: "توصيات".into() },
        ];
        let note = self.app.create(&self.space, Kind::Note, "محضر مناقشة التوصيات", &about)?;
        let paragraphs = [
            ("heading", "ما اتُّفق عليه"),
            (
                "paragraph",
                "اتفق المجتمعون على أن تُقرأ التوصيات بندًا بندًا، وأن يُثبت نصّ كل توصية قبل الانتقال إلى ما بعدها.",
            ),
            ("blockquote", "«لا نريد توصية لا نعرف مَن يقوم بها.»"),
            ("unordered-list-item", "طلب وفد دار المنارة إضافة سجلّ الخبراء إلى التوصية الثانية."),
            ("unordered-list-item", "تتولى لجنة الدليل الفصلي إعداد قالب موحّد قبل نهاية الشهر."),
            ("heading", "ما بقي مفتوحًا"),
            ("paragraph", "التسجيل لدى المنظمات الدولية: مَن يخاطب UNESCO باسم الجميع؟ هاتف المنسّق +964 770 123 4567."),
        ];
        let now_ms = self.app.now_ms();
        self.app.lock()?.edit(&note, None, now_ms, |tx| {
            for (kind, text) in paragraphs {
                let mut block = Block::of_kind(kind);
                if kind == "heading" {
                    block.attrs.insert("level".into(), Plain::Number(2));
                }
                document::append_paragraph(tx, &block, text)?;
            }
            // Every note begins with an empty paragraph, which this one does not need.
            document::set_block(tx, 0, &Block::paragraph())?;
            document::insert_text(tx, 1, "حضر الجلسة رؤساء الوفود الثلاثة والمقرّرون.")?;
            document::mark(tx, 1..5, &Mark::Strong)
        })?;
        self.app.on_edited(note);
        self.app.create(&self.space, Kind::Note, "أسئلة للجلسة المقبلة", &about[..1])?;
        let draft = self.app.create(&self.space, Kind::Note, "مسودة قديمة", &about[..1])?;
        self.app.edit(&draft, &[Edit::Remove { at: vec![] }], None)?;
        Ok(note)
    }
}

fn set(at: &[impl AsRef<str>], field: &str, value: impl Into<Value>) -> Edit {
    let at = at.iter().map(|key| key.as_ref().to_owned()).collect();
    Edit::Set { at, field: field.to_owned(), value: Some(value.into().0) }
}

struct Value(Plain);

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self(Plain::Text(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self(Plain::Text(text))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self(Plain::Number(number))
    }
}
