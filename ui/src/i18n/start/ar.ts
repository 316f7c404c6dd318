import type { ArabicArea } from "../text";

export default {
  welcome: "أهلًا بك في ملتقى", welcome_hint: "ملاحظات المؤتمرات وخططها المشتركة، على جهازك أولًا.",
  language: "اللغة", your_name: "الاسم", your_organisation: "الجهة", your_organisation_hint: "كما تُكتب في المراسلات، مثل: قسم العلاقات العامة",
  name_needed: "اكتب اسمك", organisation_needed: "اكتب اسم جهتك", continue: "متابعة",
  another: "مساحة أخرى", another_hint: "يبقى اسمك وجهتك كما هما، وتبقى مساحاتك.", notes_here: "احفظ ملاحظاتي الجديدة فيها",
  how: "كيف تبدأ يا {name}؟", alone: "ابدأ وحدك", alone_hint: "مساحة على هذا الجهاز لك أو لوفدك، وتربطها بخادم متى شئت.",
  found: "أسّس مساحة مشتركة", found_hint: "مساحة على خادم تدعو إليها الجهات الأخرى.", join: "انضمّ بدعوة", join_hint: "برابط أو برمز QR وصلك من أحد المشرفين.",
  space_title: "اسم المساحة", space_title_needed: "اكتب اسمًا للمساحة", my_space: "ملاحظات {organisation}", enter_link: "رابط الخادم", enter_link_hint: "يعطيك إياه من يدير الخادم.",
  enter_link_needed: "الصق رابط الخادم", enter_link_unread: "هذا ليس رابط خادم", found_now: "أسّس المساحة", founded: "تأسّست «{title}»",
  recovery: "مفتاح الاسترداد", recovery_hint: "اطبعه واحفظه في مكان أمين. به وحده تستعيد المساحة إن ضاعت كل أجهزتك.", recovery_qr: "يحمل الرمز المفتاح وعنوان المساحة معًا، فمن يصوّره يدخلها مشرفًا.", recovery_no_server: "المساحة على هذا الجهاز وحده، ولا يُستعاد منها شيء قبل أن تربطها بخادم.",
  recover: "استعد مساحة", recover_hint: "تدخلها مشرفًا جديدًا باسمك هذا. أزل بعدها أجهزتك المفقودة من صفحة الأعضاء.", recover_intro: "صوّر الرمز المطبوع على ورقة الاسترداد، أو اكتب مفتاحها.", recover_now: "استعد المساحة", recovered: "استُعيدت المساحة، وتصل مستنداتها الآن", recover_at: "تستعيد مساحة على",
  sheet_hint: "كما طُبع: مجموعات من أربعة أحرف وأرقام. لا يهم حجم الحرف ولا نوع الأرقام ولا ما بين المجموعات.", sheet_whole: "المفتاح مكتمل", sheet_read: "قُرئت الورقة، ولا حاجة إلى كتابة المفتاح.",
  sheet_groups: "في المفتاح ١٨ مجموعة (أو ١٦ في الأوراق القديمة)، وهنا {groups}.", sheet_length: "المجموعة {group} ليست أربعة أحرف.", sheet_letter: "«{letter}» في المجموعة {group} ليس من أحرف المفتاح: الأرقام والأحرف A إلى F.", sheet_wrong: "في المجموعة {group} خطأ: راجعها على الورقة.", sheet_several: "في أكثر من مجموعة خطأ: راجع المفتاح على الورقة.",
  place: "رابط المساحة", place_hint: "رابط الورقة، أو أي دعوة إلى المساحة ولو انتهت أو استُعملت: منه يُعرف موضعها.", place_unread: "هذا ليس رابط مساحة، أو نقص منه شيء عند النسخ.", place_enter: "هذا رابط خادم لا يقول أي مساحة. الصق دعوة إليها، ولو انتهت.",
  print: "طباعة", to_work: "إلى العمل",
  appearance: "المظهر", system: "كالنظام", light: "فاتح", dark: "داكن", text_size: "حجم الخط", small: "صغير", normal: "عادي", large: "كبير", larger: "أكبر",
  writing: "الكتابة", digits: "الأرقام", arab: "١٢٣", latn: "123", months: "أسماء الأشهر", iraqi: "كانون الثاني، شباط", common: "يناير، فبراير",
  week_start: "بداية الأسبوع", saturday: "السبت", sunday: "الأحد", monday: "الاثنين", hijri: "تعديل التقويم الهجري", hijri_hint: "بالأيام، حين تختلف الرؤية عن تقويم أم القرى.",
  sample: "اليوم {date}", person: "أنت", person_saved: "حُفظ اسمك", space: "الملاحظات الجديدة", home_space: "تُحفظ في", home_space_hint: "كل أعضاء هذه المساحة يقرؤونها.",
  server: "الخادم", server_none: "هذه المساحة على هذا الجهاز فقط", connect: "ربط بخادم", connected: "رُبطت المساحة بالخادم",
  devices: "أجهزتك", data: "بياناتك", export: "تصدير كل ما لديك", export_hint: "ملف مضغوط فيه نصوص Markdown وملفات Automerge.", exported: "صُدّرت بياناتك", version: "الإصدار {version}",
} as const satisfies ArabicArea;
