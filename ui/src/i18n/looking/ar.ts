import type { ArabicArea } from "../text";

export default {
  search_label: "ابحث في المساحة", search_hint: "اكتب كلمة أو جزءًا منها", search_in: "أين يُبحث", this_space: "هذه المساحة", all_spaces: "كل المساحات", clear_search: "مسح البحث",
  search_begin: "ابحث في المؤتمرات والملاحظات والخطط", folding: "لا فرق في البحث بين أ وإ وآ وا، ولا بين ة وه، ولا بين ى وي. ولا أثر للتشكيل والتطويل. والأرقام ٣ و3 سواء، و«العتبات» تجد «وللعتبات».",
  no_hits: "لا نتيجة لـ «{query}»", no_hits_hint: "جرّب كلمة واحدة، أو جذرًا أقصر. تُهمل الهمزات والتشكيل والتطويل، وتُطابق ة وه، وى وي، والأرقام بكل صورها.",
  hits_count: { zero: "لا نتائج", one: "نتيجة واحدة", two: "نتيجتان", few: "{count} نتائج", many: "{count} نتيجة", other: "{count} نتيجة" },
  more_hits: { zero: "لا مزيد", one: "عرض نتيجة أخرى", two: "عرض نتيجتين أخريين", few: "عرض {count} نتائج أخرى", many: "عرض {count} نتيجة أخرى", other: "عرض {count} نتيجة أخرى" },
  recent: "عمليات بحث سابقة", recent_hint: "محفوظة على هذا الجهاز وحده.", forget_recent: "محو السابقة",
  kind_conference: "المؤتمرات", kind_plan: "الخطط", kind_note: "الملاحظات", untitled: "بلا عنوان",

  versions: "النسخ", version_of: "{name}، {time}", no_versions: "لا نسخ بعد", no_versions_hint: "تظهر هنا نسخة لكل من يكتب في المستند.", latest: "الحالية", created: "أنشأ المستند", to_versions: "إلى قائمة النسخ",
  changes_count: { zero: "بلا تعديل", one: "تعديل واحد", two: "تعديلان", few: "{count} تعديلات", many: "{count} تعديلًا", other: "{count} تعديل" },
  span_day: "{day}، من {from} إلى {to}", span_days: "من {from} إلى {to}", as_it_was: "المستند حينها", what_changed: "ما تغيّر فيها", against_now: "الفرق عن الآن", version_view: "ما يُعرض من النسخة",
  restore_version: "استعادة هذه النسخة", restore_question: "يعود المستند كما كان في هذه النسخة، بتعديل جديد يراه الجميع. لا يضيع شيء مما كُتب بعدها، ويبقى في السجل.", restore_opens_minutes: "المحضر مصادق عليه الآن ولم يكن كذلك في هذه النسخة: استعادتها تلغي المصادقة، فيعود المحضر قابلًا للتعديل.", restored: "استُعيدت النسخة", same_as_now: "لا فرق بينها وبين المستند الآن.", nothing_changed: "لا تغيير ظاهر في هذه النسخة.", no_text: "لا نص في هذه النسخة.",

  all_seen: "لا جديد منذ آخر اطلاع", all_seen_hint: "ما يغيّره الآخرون بعد الآن يظهر هنا.", unseen_count: { zero: "لا مستندات جديدة", one: "مستند واحد فيه جديد", two: "مستندان فيهما جديد", few: "{count} مستندات فيها جديد", many: "{count} مستندًا فيه جديد", other: "{count} مستند فيه جديد" },
  mark_seen: "اطّلعت", mark_all_seen: "اطّلعت على الكل", marked_seen: "سُجّل اطّلاعك", without_organisation: "بلا جهة", more_documents: "مستندات أخرى فيها جديد",
  undo_change: "التراجع عن هذا التغيير", undone: "تُراجع عن التغيير", go_there: "الذهاب إليه", with_others: "مع {names}", and_others: "وآخرون",
  conflicts: "قيم متعارضة",
  rivals: "كُتبت أكثر من قيمة لحقل «{field}» في وقت واحد. اختر إحداها.", choose: "اعتماد", choose_rival: "اعتماد «{value}»", chosen: "اعتُمدت القيمة", no_value: "بلا قيمة",
  before: "قبل", after: "بعد", empty_value: "فارغ", added_words: "أُضيف:", removed_words: "حُذف:", elided: "…",
  was_added: "إضافة", was_removed: "حذف", was_restored: "استعادة من المحذوفات", was_moved: "تغيير في الترتيب", title_line: "{field}:",

  what_document: "المستند", what_delegations: "وفد", what_members: "عضو وفد", what_agenda: "بند جدول الأعمال", what_recommendations: "توصية", what_committees: "لجنة", what_items: "بند الخطة", what_remarks: "متابعة", what_evidence: "شاهد", what_attachments: "مرفق", what_body: "نص الملاحظة", what_unknown: "جزء من المستند",
  field_title: "العنوان", field_series: "السلسلة", field_ordinal: "الدورة", field_host: "الجهة المضيّفة", field_venue: "المكان", field_starts_on: "يبدأ", field_ends_on: "ينتهي", field_invitation_number: "رقم الدعوة", field_invitation_date: "تاريخ الدعوة", field_minutes_state: "حال المحضر", field_communique: "البيان الختامي",
  field_organisation: "الجهة", field_head: "رئيس الوفد", field_rapporteur: "المقرّر", field_honorific: "اللقب", field_name: "الاسم", field_post: "المنصب", field_attendance: "الحضور",
  field_kind: "النوع", field_presenter: "المتحدث", field_day: "اليوم", field_starts_at: "الساعة", field_planned_minutes: "المدة بالدقائق", field_session: "الجلسة", field_minutes: "المحضر",
  field_axis: "المحور", field_number: "الرقم", field_duration: "المدة", field_source_note: "الملاحظة المصدر", field_source_start: "بداية الموضع", field_source_end: "نهاية الموضع", field_wording: "الصياغة", field_addressees: "المخاطَبون", field_carried_by: "بنود تنفّذها", field_chair: "رئيس اللجنة", field_mandate: "مهام اللجنة", field_members: "الأعضاء",
  field_responsible: "الجهة المسؤولة", field_supporting: "الجهات الساندة", field_committee: "اللجنة", field_due: "الموعد", field_recurrence: "التكرار", field_status: "الحالة", field_progress: "الإنجاز", field_origin: "المصدر", field_depends_on: "يعتمد على", field_on: "التاريخ", field_by: "بقلم", field_text: "النص", field_label: "الوصف", field_blob: "الملف", field_address: "العنوان", field_remarks: "المتابعة", field_evidence: "الشواهد",
  field_conference: "المؤتمر", field_agenda_item: "بند جدول الأعمال", field_speaker: "المتحدث", field_tags: "الوسوم", field_media_type: "نوع الملف", field_bytes: "الحجم", field_body: "النص", field_unknown: "حقل من إصدار أحدث", field_delegations: "الوفود", field_agenda: "جدول الأعمال", field_recommendations: "التوصيات", field_committees: "اللجان", field_items: "البنود", field_attachments: "المرفقات",
  value_present: "حاضر", value_absent: "غائب", value_excused: "معتذر", value_draft: "مسودة", value_circulated: "وُزّع", value_approved: "مصادق عليه", value_opening: "افتتاح", value_recitation: "تلاوة", value_speech: "كلمة", value_discussion: "نقاش", value_closing: "ختام",
  value_link: "رابط إلى جزء آخر", value_file: "ملف", minutes_count: { zero: "بلا مدة", one: "دقيقة واحدة", two: "دقيقتان", few: "{count} دقائق", many: "{count} دقيقة", other: "{count} دقيقة" },
} as const satisfies ArabicArea;
