use std::time::{Duration as Wait, Instant};

use super::*;

fn wordings(text: &str) -> Vec<String> {
    let proposals = read_statement(text);
    let units: Vec<u16> = text.encode_utf16().collect();
    for proposal in &proposals {
        // The span is the promise: the page marks it, and the wording is what stands there.
        let spanned = String::from_utf16(&units[proposal.start..proposal.end]).expect("whole letters");
        assert_eq!(spanned, proposal.wording);
        assert_eq!(proposal.wording.trim(), proposal.wording);
    }
    assert!(proposals.windows(2).all(|pair| pair[0].end <= pair[1].start), "items do not overlap");
    proposals.into_iter().map(|proposal| proposal.wording).collect()
}

fn numbers(text: &str) -> Vec<Option<u32>> {
    read_statement(text).into_iter().map(|proposal| proposal.number).collect()
}

/// Made up, in the style of such statements.
const REAL: &str = "بسم الله الرحمن الرحيم
البيان الختامي للملتقى الخامس لأقسام العلاقات في مؤسسات النور
الحمد لله رب العالمين والصلاة والسلام على أشرف الخلق أجمعين.
عُقد الملتقى في قاعة المنار بتاريخ 12-13 آذار 2025، بحضور 14 وفداً، للاستفسار: 0770 123 4567.
وقد خرج المجتمعون بالتوصيات الآتية:
1ـ توطيـــد العلاقات بين المؤسسات بالطرق المناسبة وبشكل مستمر.
2ـ تبادل الخبرات في مجالَي الاستقبال والضيافة (2024-2025) بين الأقسام.
3ـ إصدار دليل فصلي موحّد تعدّه لجنة متخصصة من الأقسام كافة.
4ـ إقامة دورات تدريبية للعاملين داخل البلد وخارجه.
5ـ التنسيق للمشاركة في المحافل الدولية.
وفي الختام يتقدم المشاركون بالشكر إلى الجهة المضيفة.
والحمد لله رب العالمين
15 رمضان 1446 هـ";

#[test]
fn a_statement_as_it_is_written_gives_its_items_word_for_word() {
    let expected = [
        "توطيـــد العلاقات بين المؤسسات بالطرق المناسبة وبشكل مستمر.",
        "تبادل الخبرات في مجالَي الاستقبال والضيافة (2024-2025) بين الأقسام.",
        "إصدار دليل فصلي موحّد تعدّه لجنة متخصصة من الأقسام كافة.",
        "إقامة دورات تدريبية للعاملين داخل البلد وخارجه.",
        "التنسيق للمشاركة في المحافل الدولية.",
    ];
    assert_eq!(wordings(REAL), expected);
    assert_eq!(numbers(REAL), [1, 2, 3, 4, 5].map(Some));
    let one_line = REAL.replace('\n', " ");
    assert_eq!(wordings(&one_line), expected);
    assert_eq!(wordings(&REAL.replace('\n', "\r\n")), expected);
    assert_eq!(wordings(&REAL.replace('\n', "\n\n")), expected);
    assert_eq!(wordings(&REAL.replace('\n', "\r\n\r\n")), expected);
    let proposals = read_statement(REAL);
    assert_eq!(proposals[2].committee.as_deref(), Some("لجنة متخصصة"));
    assert_eq!(proposals[2].recurrence, Some(Recurrence::Quarterly));
    assert_eq!(proposals[0].duration, Some(Duration::Ongoing));
    assert!(proposals.iter().enumerate().all(|(nth, proposal)| nth == 2 || proposal.committee.is_none()));
}

#[test]
fn every_form_of_a_number_begins_an_item_at_a_lines_start_and_within_a_line() {
    let forms = [
        ["1ـ", "2ـ", "3ـ"],
        ["1 ـ", "2 ـ", "3 ـ"],
        ["١-", "٢-", "٣-"],
        ["١)", "٢)", "٣)"],
        ["(١)", "(٢)", "(٣)"],
        ["(1)-", "(2)-", "(3)-"],
        ["1-", "2-", "3-"],
        ["1 -", "2 -", "3 -"],
        ["1 –", "2 –", "3 –"],
        ["۱-", "۲-", "۳-"],
        ["1.", "2.", "3."],
        ["١ـ", "٢ـ", "٣ـ"],
        ["أولاً:", "ثانياً:", "ثالثاً:"],
        ["أولاً :", "ثانيا :", "ثالثًا :"],
        ["أوّلاً-", "ثانياً-", "ثالثاً-"],
        ["أولا:", "وثانيا:", "وثالثا:"],
        ["أ-", "ب-", "ج-"],
        ["أ -", "ب -", "ج -"],
        ["أـ", "بـ -", "جـ -"],
        ["أ)", "ب)", "ت)"],
        ["(أ)", "(ب)", "(ج)"],
        ["التوصية الأولى:", "التوصية الثانية:", "التوصية الثالثة:"],
        ["First:", "Second:", "Third:"],
        ["a)", "b)", "c)"],
    ];
    for form in forms {
        for between in ["\n", " "] {
            let items = ["تعزيز التعاون.", "تبادل الخبرات.", "إقامة الدورات."];
            let list: Vec<String> = form.iter().zip(items).map(|(number, item)| format!("{number} {item}")).collect();
            let text = format!("يوصي المجتمعون بما يأتي:{between}{}", list.join(between));
            if form[0] != "أـ" {
                assert_eq!(wordings(&text), items, "{form:?} {between:?}");
            }
        }
    }
}

#[test]
fn ordinals_at_a_lines_start_need_no_colon() {
    let text = "أولا تعزيز التعاون\nثانيا تبادل الخبرات\nثالثا إقامة الدورات\nوالله ولي التوفيق";
    assert_eq!(wordings(text), ["تعزيز التعاون", "تبادل الخبرات", "إقامة الدورات"]);
    let twelve: String = [
        "أولاً",
        "ثانياً",
        "ثالثاً",
        "رابعاً",
        "خامساً",
        "سادساً",
        "سابعاً",
        "ثامناً",
        "تاسعاً",
        "عاشراً",
        "حادي عشر",
        "ثاني عشر",
    ]
    .iter()
    .map(|ordinal| format!("{ordinal}: بند.\n"))
    .collect();
    assert_eq!(numbers(&twelve), (1..=12).map(Some).collect::<Vec<_>>());
}

#[test]
fn years_telephones_ranges_times_and_verses_count_nothing() {
    for text in [
        "",
        "   \n\n ",
        "كلمة واحدة",
        "عقد المؤتمر في 2025 وحضره 120 ضيفا في 1-2 آذار.",
        "هاتف: 0770-123-4567 و +964 770 123 4567\nفاكس 1-2-3-4",
        "من الساعة 10:30 إلى 11:45، الأعوام 2023-2024 و2025-2026.",
        "قال تعالى: ﴿بسم الله﴾ (1) ﴿الحمد لله﴾ (3)",
        "النسب 1.5 و2.5 و3.5، والمقاس 1-2 و2-3",
        "فاز أولاً وفد الشمال وجاء ثانياً وفد الجنوب",
        "أ.د. محمد، ب. س.",
        "3- ثالث بلا أول\n4- رابع",
        "1- بند وحيد",
        "1-2\n2-3\n3-4",
        "12/11/2026\n13/11/2026",
    ] {
        assert_eq!(wordings(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn the_last_item_ends_where_the_closing_begins() {
    for closing in [
        " والحمد لله رب العالمين",
        "\nوالحمد لله رب العالمين وصلى الله على محمد وآله",
        ". وفي الختام نتقدم بالشكر إلى المضيف",
        "\nختاماً نشكر الحاضرين",
        ". وختاماً نشكر الحاضرين",
        ". هذا وقد تقرر عقد الدورة القادمة",
        "\nهذا ونسأل الله التوفيق",
        "\nوالسلام عليكم ورحمة الله",
        " والله ولي التوفيق",
        "\nصدر عن الملتقى الخامس في مدينة النور",
        "\n\nاللجنة التحضيرية للملتقى",
        "\nالتوقيع: رئيس الوفد",
        "\nمدينة النور، 22 تشرين الثاني 2026",
        "\n١٢ جمادى الآخرة ١٤٤٨هـ",
        "\nحُرّر في مدينة النور",
        "\nونسأل الله السداد",
        "\nكما شكر الحاضرون المضيف على كرمه.",
    ] {
        let text = format!("التوصيات:\n1- تعزيز التعاون\n2- تبادل الخبرات\n3- إقامة حفل ختامي في ختام العام{closing}");
        let items = wordings(&text);
        assert_eq!(items[..2], ["تعزيز التعاون", "تبادل الخبرات"], "{closing}");
        assert_eq!(items[2].trim_end_matches('.'), "إقامة حفل ختامي في ختام العام", "{closing}");
    }
}

#[test]
fn an_item_of_several_lines_stays_whole() {
    let text = "التوصيات:\n1- تعزيز التعاون\nبين المؤسسات\n2- تبادل الخبرات\nبين الأقسام\n3- إقامة الدورات\nفي الداخل والخارج\n\nانتهى البيان.";
    let expected = ["تعزيز التعاون\nبين المؤسسات", "تبادل الخبرات\nبين الأقسام", "إقامة الدورات\nفي الداخل والخارج"];
    assert_eq!(wordings(text), expected);
}

#[test]
fn a_list_within_an_item_belongs_to_it() {
    let text = "أولاً: تشكيل لجان:\n1- لجنة الدليل\n2- لجنة الدورات\nثانياً: ما يأتي:\n1- الأرشفة\n2- التوثيق\nثالثاً: المتابعة.\nوالسلام عليكم";
    let items = wordings(text);
    assert_eq!(items.len(), 3, "{items:?}");
    assert_eq!(items[0], "تشكيل لجان:\n1- لجنة الدليل\n2- لجنة الدورات");
    let text = "التوصيات:\n1- التعاون\n2- الدورات، وتشمل:\nأ- الداخل\nب- الخارج\n3- المشاركة، وتشمل:\nأ- المعارض\nب- الندوات\nوفي الختام نشكركم";
    assert_eq!(
        wordings(text),
        ["التعاون", "الدورات، وتشمل:\nأ- الداخل\nب- الخارج", "المشاركة، وتشمل:\nأ- المعارض\nب- الندوات"]
    );
    let inline = "يوصي بما يأتي: 1- التعاون 2- الدورات وتشمل 1) الداخل 2) الخارج 3- المشاركة";
    assert_eq!(wordings(inline), ["التعاون", "الدورات وتشمل 1) الداخل 2) الخارج", "المشاركة"]);
    let referred = "التوصيات:\n(1) التعاون وفق الفقرة (2) أدناه\n(2) الدورات\n(3) المشاركة";
    assert_eq!(wordings(referred), ["التعاون وفق الفقرة (2) أدناه", "الدورات", "المشاركة"]);
}

#[test]
fn those_who_attended_are_no_recommendations() {
    let text = "حضر الملتقى كل من:\n1- وفد مؤسسة النور\n2- وفد مؤسسة الفجر\n3- وفد دار المعرفة\nوناقشوا محاور عدة، واتفقوا على التوصيات الآتية:\n1- التعاون\n2- الدورات\nوالله الموفق";
    assert_eq!(wordings(text), ["التعاون", "الدورات"]);
    let two = "التوصيات العامة:\n1- التعاون\n2- الدورات\nالتوصيات الخاصة:\n1- الأرشفة\n2- التوثيق\n3- النشر";
    assert_eq!(wordings(two), ["التعاون", "الدورات", "الأرشفة", "التوثيق", "النشر"]);
    assert_eq!(numbers(two), [1, 2, 1, 2, 3].map(Some));
}

#[test]
fn several_hands_number_one_list_each_in_their_way() {
    assert_eq!(wordings("التوصيات:\n1- أ ب\n2ـ ج د\n3. ه و\n٤) ز ح"), ["أ ب", "ج د", "ه و", "ز ح"]);
    assert_eq!(wordings("يوصي:\n1-تعاون\n2-خبرات 3-دورات"), ["تعاون", "خبرات", "دورات"]);
    assert_eq!(wordings("توصي اللجان بما يأتي:1- تعاون؛2- خبرات؛3- دورات"), ["تعاون؛", "خبرات؛", "دورات"]);
    assert_eq!(wordings("\u{200f}1- تعاون\n\u{200f}2- خبرات\n\u{200f}3- 10 دورات"), ["تعاون", "خبرات", "10 دورات"]);
}

#[test]
fn a_list_goes_on_where_its_numbers_change_their_form() {
    let text = "التوصيات:\nأولاً: تعاون\nثانياً: خبرات\nثالثاً: دورات\n4ـ معارض\n(٥) ندوات\nوالله الموفق";
    assert_eq!(wordings(text), ["تعاون", "خبرات", "دورات", "معارض", "ندوات"]);
    assert_eq!(numbers(text), [1, 2, 3, 4, 5].map(Some));
}

#[test]
fn bullets_set_items_off_where_no_numbers_do() {
    assert_eq!(wordings("يوصي المجتمعون بما يأتي:\n• تعاون\n• خبرات\n• دورات"), ["تعاون", "خبرات", "دورات"]);
    assert_eq!(wordings("التوصيات:\n- تعاون\n- خبرات\nوالله الموفق"), ["تعاون", "خبرات"]);
    let attended = "الحضور\n- النور\n- الفجر\n- الدار\n\nما يأتي\n1- تعاون\n2- خبرات";
    assert_eq!(wordings(attended), ["تعاون", "خبرات"]);
    let within = "التوصيات:\n1- الدورات:\n- الداخل\n- الخارج\n2- المعارض";
    assert_eq!(wordings(within), ["الدورات:\n- الداخل\n- الخارج", "المعارض"]);
}

#[test]
fn statements_in_english_are_read_too() {
    let text = "Final statement of the Fifth Forum, 12-13 March 2025 (tel. 555-0100).\nThe participants recommend:\n\
        1. Publish a quarterly guide, prepared by a specialist committee.\n2. Hold annual training courses.\n\
        3. Continue the exchange of expertise.\n\nIn conclusion, the participants thank the host.\nIssued at Nour City, 13 March 2025";
    let proposals = read_statement(text);
    let expected = [
        "Publish a quarterly guide, prepared by a specialist committee.",
        "Hold annual training courses.",
        "Continue the exchange of expertise.",
    ];
    assert_eq!(wordings(text), expected);
    assert_eq!(proposals[0].committee.as_deref(), Some("specialist committee"));
    assert_eq!(proposals[0].recurrence, Some(Recurrence::Quarterly));
    assert_eq!(proposals[1].recurrence, Some(Recurrence::Yearly));
    assert_eq!(proposals[2].duration, Some(Duration::Ongoing));
}

#[test]
fn a_committee_is_named_as_it_stands_and_never_invented() {
    let committee = |wording: &str| read_statement(&format!("1- {wording}\n2- بند")).remove(0).committee;
    for (wording, expected) in [
        ("تشكيل لجنة متخصصة لإعداد الدليل", Some("لجنة متخصصة")),
        ("تكليف اللجنة التحضيرية العليا بالمتابعة", Some("اللجنة التحضيرية العليا")),
        ("يُعهد به للجنة الدليل الموحّد، وتقدّم تقريرها", Some("لجنة الدليل الموحّد")),
        ("بلَجنةٍ مشتركةٍ من الأقسام", Some("لَجنةٍ مشتركةٍ")),
        ("تتولى اللجنة متابعة ذلك", None),
        ("تشكيل لجان في كل قسم", None),
        ("التعاون بين الأقسام", None),
    ] {
        assert_eq!(committee(wording).as_deref(), expected, "{wording}");
    }
}

#[test]
fn a_recurrence_is_a_word_for_it_and_not_a_month() {
    let recurrence = |wording: &str| read_statement(&format!("1- {wording}\n2- بند")).remove(0).recurrence;
    for (wording, expected) in [
        ("إصدار دليل فصلي", Some(Recurrence::Quarterly)),
        ("إصدار المجلة الفصلية", Some(Recurrence::Quarterly)),
        ("تقرير ربع سنوي", Some(Recurrence::Quarterly)),
        ("اجتماع كل ثلاثة أشهر", Some(Recurrence::Quarterly)),
        ("تقرير شهريّ", Some(Recurrence::Monthly)),
        ("يُعقد سنوياً", Some(Recurrence::Yearly)),
        ("ملتقى كل عام", Some(Recurrence::Yearly)),
        ("نشرة أسبوعية", Some(Recurrence::Weekly)),
        ("خلال شهري محرم وصفر", None),
        ("تقرير نصف سنوي", None),
        ("فصل المهام", None),
    ] {
        assert_eq!(recurrence(wording), expected, "{wording}");
    }
}

fn under(text: &str) -> Vec<(Option<String>, Option<u32>, String)> {
    wordings(text);
    read_statement(text).into_iter().map(|found| (found.axis, found.number, found.wording)).collect()
}

fn counts(text: &str) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for (axis, ..) in under(text) {
        let axis = axis.unwrap_or_default();
        match counts.last_mut().filter(|(last, _)| *last == axis) {
            Some((_, count)) => *count += 1,
            None => counts.push((axis, 1)),
        }
    }
    counts
}

/// Made up, in the style of statements that are ordered by axes.
const AXES: &str = "بسم الله الرحمن الرحيم
البيان الختامي للملتقى التنسيقي السادس لأقسام العلاقات العامة
عُقد الملتقى في قاعة المنار يومي 10 و11 نيسان 2026، بحضور:
1- وفد مؤسسة النور
2- وفد مؤسسة الفجر
3- وفد دار المعرفة
وناقش المجتمعون محاور عدة، وخرجوا بالتوصيات الآتية:
المحور الأول: العلاقات العامة والتواصل
1ـ توطيد العلاقات بين المؤسسات بالطرق المناسبة وبشكل مستمر.
2ـ تبادل الخبرات في الاستقبال والضيافة، وتشمل:
أ- الزيارات المتبادلة
ب- الورش المشتركة
3ـ تنظيم لقاء سنوي لرؤساء الأقسام.
المحور الثاني: الإعلام والنشر:
ويوصي المجتمعون فيه بما يأتي:
1ـ إصدار دليل فصلي موحّد تعدّه لجنة متخصصة من الأقسام كافة.
2ـ توحيد الهوية البصرية في المناسبات المشتركة.
المحور الثالث: التدريب
1ـ إقامة دورات تدريبية للعاملين داخل البلد وخارجه.
المحور الرابع: المشاركات الدولية
1ـ التسجيل في المنظمات الدولية.
2ـ التنسيق للمشاركة في المحافل الدولية.
وفي الختام يتقدم المشاركون بالشكر إلى الجهة المضيفة.
والحمد لله رب العالمين";

#[test]
fn each_axis_has_its_own_items_counted_from_one() {
    let expected = [
        ("المحور الأول: العلاقات العامة والتواصل", 3),
        ("المحور الثاني: الإعلام والنشر", 2),
        ("المحور الثالث: التدريب", 1),
        ("المحور الرابع: المشاركات الدولية", 2),
    ]
    .map(|(axis, count)| (axis.to_owned(), count));
    assert_eq!(counts(AXES), expected);
    assert_eq!(numbers(AXES), [1, 2, 3, 1, 2, 1, 1, 2].map(Some));
    let found = under(AXES);
    assert_eq!(found[1].2, "تبادل الخبرات في الاستقبال والضيافة، وتشمل:\nأ- الزيارات المتبادلة\nب- الورش المشتركة");
    assert_eq!(found[2].2, "تنظيم لقاء سنوي لرؤساء الأقسام.");
    assert_eq!(found[7].2, "التنسيق للمشاركة في المحافل الدولية.");
    assert_eq!(read_statement(AXES)[3].recurrence, Some(Recurrence::Quarterly));
    for newline in ["\r\n", "\n\n", "\r\n\r\n"] {
        assert_eq!(counts(&AXES.replace('\n', newline)), expected, "{newline:?}");
    }
}

#[test]
fn axes_are_headed_in_many_ways() {
    let headings = [
        ["المحور الأول: الإعلام", "المحور الثاني: التدريب"],
        ["المحور الأول - الإعلام", "المحور الثاني - التدريب"],
        ["المحور الأول", "المحور الثاني"],
        ["محور الإعلام:", "محور التدريب:"],
        ["المحور الإعلامي", "المحور التدريبي"],
        ["أولاً: محور الإعلام", "ثانياً: محور التدريب"],
        ["أولاً: المحور الإعلامي:", "ثانياً: المحور التدريبي:"],
        ["أولًا/ في المجال الإعلامي", "ثانيًا/ في المجال التدريبي"],
        ["المحور 1: الإعلام", "المحور 2: التدريب"],
        ["المحور (١): الإعلام", "المحور (٢): التدريب"],
        ["First axis: media", "Second axis: training"],
        ["Axis 1: media", "Axis 2: training"],
    ];
    for heading in headings {
        for numbers in [["1-", "2-", "1-"], ["١)", "٢)", "١)"], ["أ-", "ب-", "أ-"]] {
            let [first, second, third] = numbers;
            let text = format!(
                "التوصيات:\n{}\n{first} إصدار دليل\n{second} توحيد الهوية\n{}\n{third} إقامة دورات\nوالله ولي التوفيق",
                heading[0], heading[1]
            );
            let found = under(&text);
            let bare = heading.map(|heading| Some(heading.trim_end_matches(':').to_owned()));
            let expected = [(&bare[0], "إصدار دليل"), (&bare[0], "توحيد الهوية"), (&bare[1], "إقامة دورات")];
            let found: Vec<_> = found.iter().map(|(axis, _, wording)| (axis, wording.as_str())).collect();
            assert_eq!(found, expected, "{heading:?} {numbers:?}");
        }
    }
}

#[test]
fn numbers_may_go_on_from_axis_to_axis_and_an_axis_may_have_none() {
    let text = "التوصيات\nالمحور الأول: الإعلام\n1- دليل\n2- هوية\nالمحور الثاني: التدريب\n3- دورات\n4- ورش\nالمحور الثالث: المتابعة\nيُترك للجنة التحضيرية.\nالمحور الرابع: المشاركات\n5- محافل";
    let first = |words: &str| text.lines().find(|line| line.contains(words)).map(str::to_owned);
    let found = under(text);
    assert_eq!(found.iter().map(|(_, number, _)| *number).collect::<Vec<_>>(), [1, 2, 3, 4, 5].map(Some));
    assert_eq!(found[3], (first("الثاني"), Some(4), "ورش".to_owned()));
    assert_eq!(found[4], (first("الرابع"), Some(5), "محافل".to_owned()));
}

#[test]
fn general_recommendations_before_and_after_the_axes_are_under_none() {
    let text = "التوصيات العامة:\n1- تعاون\n2- خبرات\nالمحور الأول: الإعلام\n1- دليل\n2- هوية\nالمحور الثاني: التدريب\n1- دورات\nتوصيات المتابعة:\n1- لجنة\n2- تقرير";
    let found: Vec<_> = under(text).into_iter().map(|(axis, _, wording)| (axis.is_some(), wording)).collect();
    let expected = [
        (false, "تعاون"),
        (false, "خبرات"),
        (true, "دليل"),
        (true, "هوية"),
        (true, "دورات"),
        (false, "لجنة"),
        (false, "تقرير"),
    ];
    assert_eq!(found, expected.map(|(is_under, wording)| (is_under, wording.to_owned())));
}

#[test]
fn axes_that_were_only_discussed_head_nothing() {
    for text in [
        "ناقش المؤتمر المحور الأول: الإعلام، والمحور الثاني: التدريب. واتفقوا على ما يأتي:\n1- تعاون\n2- خبرات",
        "محاور المؤتمر:\nالمحور الأول: الإعلام\nالمحور الثاني: التدريب\nوقد اتفق المجتمعون على التوصيات الآتية:\n1- تعاون\n2- خبرات",
        "التوصيات:\n1- تعاون في محور الإعلام\n2- خبرات في المحور الثاني",
    ] {
        let found = under(text);
        assert_eq!(found.len(), 2, "{text}: {found:?}");
        assert!(found.iter().all(|(axis, ..)| axis.is_none()), "{text}");
    }
}

#[test]
fn fifty_thousand_letters_and_hostile_ones_are_read_in_bounded_time() {
    let item = "تعزيز التعاون بين المؤسسات في مجالات التدريب والتأهيل. ".repeat(10);
    let long: String = (1..=90).map(|n| format!("{n}- {item}\n")).collect();
    let texts = [
        ("long", format!("التوصيات:\n{long}")),
        ("ones", "1- ".repeat(17_000)),
        ("threes", format!("1- {}", "3- ".repeat(17_000))),
        ("pairs", "1- 2- ".repeat(8_500)),
        ("styles", "1- 1) (1) 1. 2- 2) (2) 2. ".repeat(2_000)),
        ("ahead", format!("1- {}", "2) 2. ".repeat(8_000))),
        ("nested", "أولاً: 1- أ- ".repeat(4_000)),
        ("nested pairs", "أولاً: 1- 2- أ- ب- ".repeat(3_000)),
        ("blanks", format!("1-{}2-", " ".repeat(50_000))),
        ("numbered blanks", "1               -".repeat(3_000)),
        ("lines", "1-\n\n\n2-\n".repeat(5_000)),
        ("empty lines", format!("1- أ\n2- ب\n3- ج{}", "\n".repeat(50_000))),
        ("tatweel", format!("1{}", "ـ".repeat(50_000))),
        ("marks", format!("1- {}2- أ", "\u{64b}".repeat(50_000))),
        ("parentheses", "(1".repeat(25_000)),
        ("closing", format!("1- أ 2- {}", "والحمد ".repeat(8_000))),
        ("committees", format!("1- {} 2- أ", "لجنة ".repeat(10_000))),
        ("dates", format!("1- أ\n2- ب{}", "\n2026".repeat(10_000))),
        ("directions", format!("{}1- أ{}\n2- ب", "\u{202e}".repeat(20_000), "\u{2066}".repeat(20_000))),
        ("axes", "المحور الأول: أ\n1- ب\n".repeat(2_500)),
        ("axes in a line", "المحور الأول: 1- أ ".repeat(3_000)),
        ("bare axes", "المحور\n".repeat(8_000)),
        ("nothing", "\0\u{fffc}\u{feff}\u{10ffff}".repeat(10_000)),
    ];
    for (name, text) in texts {
        let begun = Instant::now();
        wordings(&text);
        // A fraction of it in an optimised build; this catches what grows with the square.
        assert!(begun.elapsed() < Wait::from_secs(3), "{name} took {:?}", begun.elapsed());
    }
    assert_eq!(wordings(&format!("التوصيات:\n{long}")).len(), 90);
}
