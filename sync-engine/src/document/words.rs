//! The names of fields and the words of closed lists, in Arabic and English, where the engine itself writes a text.

/// Which language a written text is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Language {
    #[serde(rename = "ar")]
    Arabic,
    #[serde(rename = "en")]
    English,
}

const WORDS: &[(&str, &str, &str)] = &[
    ("absent", "غائب", "absent"),
    ("absent_file", "ليس على هذا الجهاز", "not on this device"),
    ("absent_files", "ملفات ليست على هذا الجهاز", "Files that are not on this device"),
    ("addressees", "الجهات المعنية", "Addressees"),
    ("admin", "مشرف", "admin"),
    ("agenda", "جدول الأعمال", "Agenda"),
    ("agenda_item", "بند جدول الأعمال", "Agenda item"),
    ("approved", "مصادق عليه", "approved"),
    ("attachments", "المرفقات", "Attachments"),
    ("attendance", "الحضور", "Attendance"),
    ("axis", "المحور", "Axis"),
    ("bin", "سلة المحذوفات", "Bin"),
    ("carried_by", "ينفذها", "Carried out by"),
    ("chair", "رئيس اللجنة", "Chair"),
    ("circulated", "معمَّم", "circulated"),
    ("closing", "ختام", "closing"),
    ("committee", "اللجنة", "Committee"),
    ("committees", "اللجان", "Committees"),
    ("communique", "البيان الختامي", "Final communique"),
    ("conference", "المؤتمر", "Conference"),
    ("contents", "المحتويات", "Contents"),
    ("damaged", "مستندات لم تُقرأ", "Documents that could not be read"),
    ("day", "اليوم", "Day"),
    ("delegations", "الوفود", "Delegations"),
    ("depends_on", "يعتمد على", "Depends on"),
    ("discussion", "نقاش", "discussion"),
    ("disputes", "قيم لم يُحسم بينها", "Values still to be chosen between"),
    ("documents", "المستندات", "Documents"),
    ("done", "منجز", "done"),
    ("draft", "مسودة", "draft"),
    ("due", "الموعد", "Due"),
    ("duration", "المدة", "Duration"),
    ("editor", "محرر", "editor"),
    ("ends_on", "تاريخ الانتهاء", "Ends on"),
    ("evidence", "الأدلة", "Evidence"),
    ("excused", "معتذر", "excused"),
    ("exported_on", "تاريخ التصدير", "Exported on"),
    ("files", "ملفات", "Files"),
    ("head", "رئيس الوفد", "Head"),
    ("honorific", "اللقب", "Honorific"),
    ("host", "الجهة المضيفة", "Host"),
    ("in_progress", "قيد التنفيذ", "in progress"),
    ("invitation_date", "تاريخ الدعوة", "Invitation date"),
    ("invitation_number", "رقم الدعوة", "Invitation number"),
    ("items", "البنود", "Items"),
    ("kind", "النوع", "Kind"),
    ("last_edit", "آخر تعديل", "Last edit"),
    ("members", "الأعضاء", "Members"),
    ("minutes", "المحضر", "Minutes"),
    ("minutes_state", "حالة المحضر", "State of the minutes"),
    ("monthly", "شهري", "monthly"),
    ("name", "الاسم", "Name"),
    ("needs_date", "يحتاج إلى موعد", "needs a date"),
    ("needs_owner", "يحتاج إلى جهة", "needs an owner"),
    ("none", "بلا تكرار", "none"),
    ("not_applicable", "لا ينطبق", "not applicable"),
    ("not_done", "لم ينجز", "not done"),
    ("note", "ملاحظة", "note"),
    ("number", "الرقم", "Number"),
    ("once", "مرة واحدة", "once"),
    ("ongoing", "مستمر", "ongoing"),
    ("open", "مفتوح", "open"),
    ("opening", "افتتاح", "opening"),
    ("ordinal", "الدورة", "Edition"),
    ("organisation", "الجهة", "Organisation"),
    ("origin", "التوصية", "Recommendation"),
    ("plan", "خطة", "plan"),
    ("planned_minutes", "الدقائق", "Minutes planned"),
    ("post", "الصفة", "Post"),
    ("present", "حاضر", "present"),
    ("presenter", "المتحدث", "Presenter"),
    ("progress", "نسبة الإنجاز", "Progress"),
    ("quarterly", "فصلي", "quarterly"),
    ("rapporteur", "المقرّر", "Rapporteur"),
    ("recitation", "تلاوة", "recitation"),
    ("recommendations", "التوصيات", "Recommendations"),
    ("recurrence", "التكرار", "Recurrence"),
    ("remarks", "الملاحظات", "Remarks"),
    ("responsible", "الجهة المسؤولة", "Responsible"),
    ("role", "الدور", "Role"),
    ("series", "السلسلة", "Series"),
    ("session", "الجلسة", "Session"),
    ("source_note", "أُخذت من", "Taken from"),
    ("speaker", "المتحدث", "Speaker"),
    ("speech", "كلمة", "speech"),
    ("starts_at", "الوقت", "Time"),
    ("starts_on", "تاريخ البدء", "Starts on"),
    ("status", "الحالة", "Status"),
    ("supporting", "الجهات الساندة", "Supporting"),
    ("tags", "الوسوم", "Tags"),
    ("title", "العنوان", "Title"),
    ("untitled", "بلا عنوان", "Untitled"),
    ("venue", "المكان", "Venue"),
    ("viewer", "قارئ", "viewer"),
    ("weekly", "أسبوعي", "weekly"),
    ("wording", "النص", "Wording"),
    ("yearly", "سنوي", "yearly"),
];

impl Language {
    /// What stands between the words of an enumeration.
    pub(super) fn comma(self) -> &'static str {
        match self {
            Self::Arabic => "، ",
            Self::English => ", ",
        }
    }

    /// The word for a name; the name itself where there is none.
    pub fn word(self, name: &str) -> &str {
        let found = WORDS.iter().find(|(of, ..)| *of == name);
        match (found, self) {
            (Some((_, arabic, _)), Self::Arabic) => arabic,
            (Some((.., english)), Self::English) => english,
            (None, _) => name,
        }
    }
}
