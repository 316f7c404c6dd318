import type { ArabicArea } from "../text";

export default {
  new_plan: "خطة جديدة", plan_title: "عنوان الخطة", title_needed: "اكتب عنوانًا للخطة", create: "إنشاء الخطة", rename: "تعديل العنوان", untitled: "خطة بلا عنوان",
  none: "لا خطط بعد", none_hint: "تجمع الخطة ما اتفقتم على عمله: من المسؤول عنه، ومتى موعده، وإلى أين وصل. ابدأ بخطة فارغة، أو أضف إليها توصيات مؤتمر.",
  binned: "نُقلت الخطة إلى المحذوفات", bin_plan: "نقل الخطة إلى المحذوفات", is_binned: "هذه الخطة في المحذوفات.",
  open_count: { zero: "لا بنود مفتوحة", one: "بند مفتوح واحد", two: "بندان مفتوحان", few: "{count} بنود مفتوحة", many: "{count} بندًا مفتوحًا", other: "{count} بند مفتوح" },
  late_count: { zero: "لا بنود متأخرة", one: "بند متأخر واحد", two: "بندان متأخران", few: "{count} بنود متأخرة", many: "{count} بندًا متأخرًا", other: "{count} بند متأخر" },
  owner_count: { zero: "لا بند بلا جهة مسؤولة", one: "بند واحد بلا جهة مسؤولة", two: "بندان بلا جهة مسؤولة", few: "{count} بنود بلا جهة مسؤولة", many: "{count} بندًا بلا جهة مسؤولة", other: "{count} بند بلا جهة مسؤولة" },
  date_count: { zero: "لا بند بلا موعد", one: "بند واحد بلا موعد", two: "بندان بلا موعد", few: "{count} بنود بلا موعد", many: "{count} بندًا بلا موعد", other: "{count} بند بلا موعد" },
  items_count: { zero: "لا بنود", one: "بند واحد", two: "بندان", few: "{count} بنود", many: "{count} بندًا", other: "{count} بند" },

  view: "طريقة العرض", board: "لوحة", table: "جدول", timeline: "خط زمني",
  filter: "تصفية", filters: "تصفية البنود", remove_filter: "إزالة التصفية: {name}", clear_filters: "إزالة التصفية", any: "الكل",
  mine: "لجهتنا", late: "متأخر", late_report: "متأخر: لا متابعة لموعد {date}", needs_owner: "يحتاج إلى جهة مسؤولة", needs_date: "يحتاج إلى موعد",
  no_items: "الخطة فارغة", no_items_hint: "أضف بندًا، أو افتح مؤتمرًا وأضف توصياته إلى هذه الخطة.",
  none_match: "لا بند يوافق التصفية", none_match_hint: "في الخطة بنود أخرى لا تظهر الآن.",

  item: "بند", new_item: "بند جديد", add_item: "إضافة البند", wording_needed: "اكتب صياغة البند", no_wording: "بند بلا صياغة",
  wording: "الصياغة", responsible: "الجهة المسؤولة", supporting: "الجهات الساندة", committee: "اللجنة", due: "الموعد", first_due: "أول موعد",
  status: "الحالة", progress: "الإنجاز", recurrence: "التكرار", duration: "المدة",
  status_open: "مفتوح", status_in_progress: "قيد التنفيذ", status_done: "منجز", status_not_done: "لم يُنجز", status_not_applicable: "لا ينطبق",
  recurrence_none: "لا يتكرر", recurrence_weekly: "كل أسبوع", recurrence_monthly: "كل شهر", recurrence_quarterly: "كل فصل", recurrence_yearly: "كل سنة", unsaid: "لم يُذكر",
  duration_once: "مرة واحدة", duration_ongoing: "مستمر",
  next_due: "الموعد القادم: {date}", next_due_needs_first: "حدّد أول موعد ليُحسب القادم منه.", ongoing_no_date: "مستمر، لا يحتاج إلى موعد.",

  move_to: "نقل إلى…", move_up: "إلى الأعلى", move_down: "إلى الأسفل", moved: "نُقل البند إلى «{status}»", moved_within: "تغيّر ترتيب البند", drag: "سحب البند: {wording}", card_menu: "نقل: {wording}",
  unsettled: "لم يُحسم: {fields}",
  drag_role: "بند يُسحب", drag_help: "اضغط مسطرة المسافة لحمل البند، ثم الأسهم لتحريكه، ثم المسافة لوضعه أو مفتاح الهروب للإلغاء.",
  drag_started: "حُمل البند.", drag_over: "البند الآن في «{status}»، المرتبة {place} من {count}.", drag_ended: "وُضع البند في «{status}».", drag_cancelled: "أُلغي النقل وعاد البند إلى مكانه.",
  show_more: { zero: "عرض المزيد", one: "عرض بند آخر", two: "عرض بندين آخرين", few: "عرض {count} بنود أخرى", many: "عرض {count} بندًا آخر", other: "عرض {count} بند آخر" },
  column_empty: "لا شيء هنا",
  sort_by: "الترتيب", own_order: "ترتيب الخطة", table_scroll: "جدول البنود", timeline_label: "البنود بحسب الموعد",
  this_month: "هذا الشهر", without_date: "بلا موعد", without_owner: "بلا جهة مسؤولة", months_gap: { zero: "لا فجوة", one: "شهر بلا مواعيد", two: "شهران بلا مواعيد", few: "{count} أشهر بلا مواعيد", many: "{count} شهرًا بلا مواعيد", other: "{count} شهر بلا مواعيد" },
  no_dates: "لا مواعيد بعد", no_dates_hint: "يظهر هنا كل بند له موعد. حدّد موعدًا في البند نفسه.",

  close_item: "إغلاق البند", item_gone: "هذا البند في المحذوفات", item_gone_hint: "حُذف من الخطة، ويمكن إعادته.", item_removed: "حُذف البند", remove_item: "حذف البند",
  add_supporting: "إضافة جهة ساندة", remove_name: "إزالة {name}",
  origin: "المصدر", origin_unknown: "توصية ليست على هذا الجهاز",
  remarks: "المتابعة", no_remarks: "لا ملاحظات متابعة بعد.", add_remark: "إضافة متابعة", remark_on: "التاريخ", remark_text: "ما الذي تم", remark_progress: "بلغ الإنجاز {percent}", remark_by: "بقلم {name}", remark_needed: "اكتب ما تم أو نسبة الإنجاز", remark_removed: "حُذفت المتابعة", remove_remark: "حذف متابعة {date}",
  evidence: "الشواهد", no_evidence: "لا شواهد بعد.", add_evidence: "إضافة شاهد", add_link: "رابط", add_file: "ملف", add_note: "ملاحظة", evidence_label: "الوصف", address: "العنوان", address_unread: "اكتب عنوانًا يبدأ بـ https:// أو http:// أو mailto: أو tel:",
  open_link: "فتح رابط", open_link_hint: "يُفتح هذا العنوان خارج التطبيق:", open_outside: "فتح في المتصفح", choose_note: "اختر ملاحظة", no_notes: "لا ملاحظات في هذه المساحة.", evidence_removed: "حُذف الشاهد", remove_evidence: "حذف الشاهد {name}",
  file_waits: "الملف ليس على هذا الجهاز بعد؛ يُجلب عند الاتصال بالخادم.", a_link: "رابط", a_file: "ملف", a_note: "ملاحظة",
} as const satisfies ArabicArea;
