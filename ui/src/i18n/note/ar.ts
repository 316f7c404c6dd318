import type { ArabicArea } from "../text";

export default {
  untitled: "ملاحظة بلا عنوان", title: "عنوان الملاحظة", text: "نص الملاحظة", placeholder: "اكتب هنا…",
  none: "لا ملاحظات بعد", none_hint: "اكتب ما يُقال الآن، وارجع إليه متى شئت. كل ما تكتبه محفوظ على هذا الجهاز.", none_here: "لا ملاحظات بهذا الوصف", this_space: "هذه المساحة",
  filter: "التصفية", by_tag: "الوسم", by_conference: "المؤتمر", any: "الكل", no_words: "لا نص بعد", unseen: "تغيّرت منذ آخر اطلاع", on_device: "على هذا الجهاز فقط",
  shown_notes: { zero: "لا ملاحظات", one: "ملاحظة واحدة", two: "ملاحظتان", few: "{count} ملاحظات", many: "{count} ملاحظة", other: "{count} ملاحظة" },
  format: "تنسيق النص", heading: "عنوان", heading_1: "عنوان رئيس", heading_2: "عنوان فرعي", bold: "غامق", italic: "مائل", bulleted: "قائمة", numbered: "قائمة مرقّمة", quote: "اقتباس", link: "رابط", direction_auto: "اتجاه الفقرة: تلقائي", direction_rtl: "اتجاه الفقرة: من اليمين إلى اليسار", direction_ltr: "اتجاه الفقرة: من اليسار إلى اليمين", redo: "إعادة",
  words: { zero: "بلا كلمات", one: "كلمة واحدة", two: "كلمتان", few: "{count} كلمات", many: "{count} كلمة", other: "{count} كلمة" },
  address: "العنوان", address_hint: "رابط أو بريد أو رقم هاتف بصيغة tel:", address_refused: "يُقبل http وhttps وmailto وtel فقط", set_link: "إضافة رابط", change_link: "تعديل الرابط", take_link_off: "إزالة الرابط", open_link: "فتح الرابط؟", open_link_hint: "يقود هذا الرابط إلى خارج التطبيق:", link_closed: "هذا الرابط لا يمكن فتحه:",
  not_sent: "لم يُحفظ ما كتبته أخيرًا بعد", not_sent_hint: "النص باقٍ أمامك، ويحاول التطبيق الحفظ مجددًا.", refused_hint: "النص باقٍ أمامك ويمكن نسخه.", stopped_hint: "النص باقٍ أمامك ويمكن نسخه، ويُحفظ حين تمكن الكتابة على القرص.",
  readers: { zero: "لا يراها غيرك", one: "لا يراها غيرك", two: "يراها شخصان", few: "يراها {count} أشخاص", many: "يراها {count} شخصًا", other: "يراها {count} شخص" }, readers_title: "من يرى هذه الملاحظة", readers_hint: "يراها كل عضو في مساحة «{space}».", no_organisation: "بلا جهة",
  more_organisations: { zero: "", one: "وجهة أخرى", two: "وجهتان أخريان", few: "و{count} جهات أخرى", many: "و{count} جهة أخرى", other: "و{count} جهة أخرى" },
  conference: "المؤتمر", agenda_item: "بند الجدول", speaker: "المتحدث", no_conference: "لا مؤتمر", change_belonging: "تعديل التبعية", conference_untitled: "مؤتمر بلا عنوان", item_untitled: "بند بلا عنوان", no_agenda_item: "بلا بند",
  tags: "الوسوم", add_tag: "إضافة وسم", remove_tag: "إزالة الوسم {tag}", new_tag: "وسم جديد",
  attachments: "المرفقات", add_picture: "صورة", add_file: "ملف", attachment_untitled: "ملف بلا اسم", not_here: "ليس على هذا الجهاز بعد", fetch: "جلب", fetching: "سيصل حين يتصل الجهاز بالخادم.", open_file: "فتح {name}", remove_attachment: "حذف {name}", attachment_removed: "حُذف المرفق", attaching: "قيد الإرفاق…",
  actions: "إجراءات", share: "مشاركة في مساحة أخرى…", share_title: "مشاركة الملاحظة", share_hint: "تُنشأ نسخة من النص الحالي دون سجله، ولا تتغير هذه الملاحظة.", share_to: "إلى المساحة", share_who: "سيراها:", share_action: "مشاركة النسخة", shared: "نُسخت الملاحظة إلى «{space}»", no_other_space: "لا مساحة أخرى يمكنك الكتابة فيها.",
  to_bin: "نقل إلى المحذوفات", binned: "نُقلت الملاحظة إلى المحذوفات", is_binned: "هذه الملاحظة في المحذوفات", is_binned_hint: "استعدها لتكتب فيها.",
  to_history: "سجل الملاحظة", to_since: "ما تغيّر منذ آخر اطلاع", make_recommendations: "استخراج التوصيات من النص", from_selection: "استخراج التوصيات من المحدد",
} as const satisfies ArabicArea;
