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
    ("addressees", "الجهات المعنية", "Addressees"),
    ("agenda", "جدول الأعمال", "Agenda"),
    ("approved", "مصادق عليه", "approved"),
    ("attachments", "المرفقات", "Attachments"),
    ("attendance", "الحضور", "Attendance"),
    ("bin", "سلة المحذوفات", "Bin"),
    ("chair", "رئيس اللجنة", "Chair"),
    ("circulated", "معمَّم", "circulated"),
    ("closing", "ختام", "closing"),
    ("committee", "اللجنة", "Committee"),
    ("committees", "اللجان", "Committees"),
    ("communique", "البيان الختامي", "Final communique"),
    ("day", "اليوم", "Day"),
    ("delegations", "الوفود", "Delegations"),
    ("depends_on", "يعتمد على", "Depends on"),
    ("discussion", "نقاش", "discussion"),
    ("done", "منجز", "done"),
    ("draft", "مسودة", "draft"),
    ("due", "الموعد", "Due"),
    ("duration", "المدة", "Duration"),
    ("ends_on", "تاريخ الانتهاء", "Ends on"),
    ("evidence", "الأدلة", "Evidence"),
    ("excused", "معتذر", "excused"),
    ("files", "ملفات", "Files"),
    ("head", "رئيس الوفد", "Head"),
    ("honorific", "اللقب", "Honorific"),
    ("host", "الجهة المضيفة", "Host"),
    ("in_progress", "قيد التنفيذ", "in progress"),
    ("invitation_date", "تاريخ الدعوة", "Invitation date"),
    ("invitation_number", "رقم الدعوة", "Invitation number"),
    ("items", "البنود", "Items"),
    ("kind", "النوع", "Kind"),
    ("members", "الأعضاء", "Members"),
    ("minutes", "المحضر", "Minutes"),
    ("minutes_state", "حالة المحضر", "State of the minutes"),
    ("monthly", "شهري", "monthly"),
    ("name", "الاسم", "Name"),
    ("none", "بلا تكرار", "none"),
    ("not_applicable", "لا ينطبق", "not applicable"),
    ("not_done", "لم ينجز", "not done"),
    ("number", "الرقم", "Number"),
    ("once", "مرة واحدة", "once"),
    ("ongoing", "مستمر", "ongoing"),
    ("open", "مفتوح", "open"),
    ("opening", "افتتاح", "opening"),
    ("ordinal", "الدورة", "Edition"),
    ("organisation", "الجهة", "Organisation"),
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
    ("series", "السلسلة", "Series"),
    ("speaker", "المتحدث", "Speaker"),
    ("speech", "كلمة", "speech"),
    ("starts_at", "الوقت", "Time"),
    ("starts_on", "تاريخ البدء", "Starts on"),
    ("status", "الحالة", "Status"),
    ("supporting", "الجهات الساندة", "Supporting"),
    ("tags", "الوسوم", "Tags"),
    ("title", "العنوان", "Title"),
    ("wording", "النص", "Wording"),
    ("untitled", "بلا عنوان", "Untitled"),
    ("venue", "المكان", "Venue"),
    ("weekly", "أسبوعي", "weekly"),
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
