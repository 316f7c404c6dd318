//! Who takes part, and what they write. People, organisations and texts are made up.

use sync_engine::entry::Person;

/// One person with one device.
pub struct Who {
    /// The device's name, and that of its database.
    pub device: &'static str,
    pub name: &'static str,
    pub organisation: &'static str,
    pub english: &'static str,
}

impl Who {
    pub(super) fn person(&self) -> Person {
        Person { name: self.name.into(), organisation: self.organisation.into() }
    }
}

pub const MARYAM: Who = Who {
    device: "maryam",
    name: "مريم كاظم",
    organisation: "مزار السدرة",
    english: "host, rapporteur, founds the space",
};
pub const HASAN: Who =
    Who {
        device: "hasan", name: "حسن عبّاس", organisation: "مزار السدرة", english: "host, his phone will break"
    };
pub const ZAYNAB: Who =
    Who {
        device: "zaynab", name: "زينب جواد", organisation: "ديوان الريحان", english: "head of a delegation"
    };
pub const ALI: Who =
    Who {
        device: "ali", name: "علي مهدي", organisation: "ديوان الريحان", english: "leaves his phone in a taxi"
    };
pub const SARA: Who =
    Who {
        device: "sara", name: "سارة نوري", organisation: "مؤسسة ضفاف", english: "head of a delegation"
    };

pub const CONFERENCE: &str = "المؤتمر التنسيقي الثامن لأقسام العلاقات العامة";
pub(super) const SERIES: &str = "المؤتمر التنسيقي لأقسام العلاقات العامة";
pub const PLAN: &str = "الخطة المشتركة";
pub const SESSION: &str = "محضر الجلسة الثانية";

pub const RECOMMENDATIONS: [&str; 4] = [
    "توطيد العلاقات بين الجهات المشاركة بأساليب علمية رصينة.",
    "تبادل الخبرات بين أقسام العلاقات العامة تبادلًا منتظمًا.",
    "إصدار دليل فصلي موحّد تتولّاه لجنة متخصصة.",
    "إقامة دورات تدريبية للعاملين داخل البلد وخارجه.",
];

/// Still open from the edition before.
pub(super) const OPEN_ITEM: &str = "إعداد معجم موحّد للمصطلحات.";
/// What two people make of it at once: one names the languages, the other adds a word.
pub(super) const BY_ZAYNAB: &str = "إعداد معجم موحّد للمصطلحات باللغتين العربية والإنجليزية.";
pub(super) const BY_SARA: &str = "إعداد معجم عملي موحّد للمصطلحات.";
/// What both together come to.
pub const BY_BOTH: &str = "إعداد معجم عملي موحّد للمصطلحات باللغتين العربية والإنجليزية.";

/// The paragraph that everybody edits at once.
pub(super) const PARAGRAPH: &str = "افتُتحت الجلسة بتلاوة آيات من الذكر الحكيم.";
pub(super) const AT_THE_BEGINNING: &str = "في الساعة التاسعة صباحًا ";
pub(super) const AFTER_SESSION: &str = " الثانية";
pub(super) const AT_THE_END: &str = " ثم رحّبت الجهة المضيفة بالحاضرين.";
pub(super) const FROM_THE_TAXI: &str = " وشكر ديوان الريحان المنظّمين.";

pub(super) const ZAYNABS_NOTE: &str = "كلمة ديوان الريحان";
pub(super) const ZAYNABS_TEXT: &str = "أكّد المتحدّث أن التعاون يبدأ بتبادل الخبرات.";
pub(super) const SARAS_NOTE: &str = "ملاحظات مؤسسة ضفاف";
pub(super) const SARAS_TEXT: &str = "اقتُرح أن يصدر الدليل في مطلع كل فصل.";
pub const ALIS_DRAFT: &str = "مسوّدة رسالة شخصية";
pub(super) const ALIS_TEXT: &str = "أصل مساءً إن شاء الله.";
pub(super) const HASANS_NOTE: &str = "قائمة الوفود";
pub(super) const BEFORE_THE_BREAK: &str = "وصل وفد مؤسسة ضفاف في الثامنة صباحًا.";
pub(super) const AFTER_THE_BREAK: &str = "وغادر وفد ديوان الريحان بعد الجلسة الختامية.";

/// What was typed into notes: each is to be in the shared documents exactly once.
pub const TYPED: [&str; 8] = [
    AT_THE_BEGINNING,
    AFTER_SESSION,
    AT_THE_END,
    FROM_THE_TAXI,
    ZAYNABS_TEXT,
    SARAS_TEXT,
    BEFORE_THE_BREAK,
    AFTER_THE_BREAK,
];
