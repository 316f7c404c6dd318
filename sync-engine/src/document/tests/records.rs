use automerge::{ObjType, ROOT, ReadDoc, transaction::Transactable};

use super::*;

fn conference(doc: &Automerge) -> Conference {
    read(doc, &Conference::place(), None).unwrap()
}

fn plan(doc: &Automerge) -> Plan {
    read(doc, &Plan::place(), None).unwrap()
}

fn order_of(doc: &Automerge) -> Vec<u8> {
    plan(doc).items.iter().map(|item| item.id.0[0]).collect()
}

fn plan_of_items(count: u8) -> Automerge {
    let mut doc = created(Kind::Plan);
    edit(&mut doc, |tx| {
        for number in 1..=count {
            add(tx, &Plan::place().items(), id(number), Position::Last, "a")?;
        }
        Ok(())
    });
    doc
}

#[test]
fn a_document_keeps_its_kind_and_is_created_once() {
    for kind in [Kind::Conference, Kind::Note, Kind::Plan] {
        let mut doc = created(kind);
        assert_eq!((kind_of(&doc, None), format_of(&doc, None)), (Some(kind), Some(FORMAT)));
        assert_eq!(doc.get_changes(&[]).len(), 1);
        let again = create(&mut doc.transaction(), Kind::Plan, "");
        assert!(matches!(again, Err(DocumentError::AlreadyCreated(made)) if made == kind));
    }
}

#[test]
fn every_field_of_a_conference_comes_back() {
    let mut doc = created(Kind::Conference);
    let place = Conference::place();
    edit(&mut doc, |tx| {
        use ConferenceField::*;
        set(tx, &place, Series(Some("مؤتمر العتبات".into())))?;
        set(tx, &place, Ordinal(Some(8)))?;
        set(tx, &place, Host(Some("العتبة العلوية".into())))?;
        set(tx, &place, Venue(Some("النجف".into())))?;
        set(tx, &place, StartsOn(Some(day("2026-11-22"))))?;
        set(tx, &place, EndsOn(Some(day("2026-11-23"))))?;
        set(tx, &place, InvitationNumber(Some("١٢/ع".into())))?;
        set(tx, &place, InvitationDate(Some(day("2026-10-01"))))?;
        set(tx, &place, MinutesState(Some(super::MinutesState::Circulated)))?;
        set_text(tx, &place.communique(), "البيان الختامي")?;

        let delegation = add(tx, &place.delegations(), id(1), Position::Last, "x")?;
        set(tx, &delegation, DelegationField::Organisation(Some("ديوان الوقف".into())))?;
        set(tx, &delegation, DelegationField::Head(Some(id(2))))?;
        set(tx, &delegation, DelegationField::Rapporteur(Some(id(2))))?;
        let person = add(tx, &delegation.members(), id(2), Position::Last, "x")?;
        set(tx, &person, PersonField::Honorific(Some("الشيخ".into())))?;
        set(tx, &person, PersonField::Name(Some("علي".into())))?;
        set(tx, &person, PersonField::Post(Some("رئيس القسم".into())))?;
        set(tx, &person, PersonField::Attendance(Some(Attendance::Excused)))?;

        let speech = add(tx, &place.agenda(), id(3), Position::Last, "x")?;
        set(tx, &speech, AgendaItemField::Title(Some("كلمة الافتتاح".into())))?;
        set(tx, &speech, AgendaItemField::Kind(Some(AgendaKind::Speech)))?;
        set(tx, &speech, AgendaItemField::Presenter(Some("علي".into())))?;
        set(tx, &speech, AgendaItemField::Organisation(Some("ديوان الوقف".into())))?;
        set(tx, &speech, AgendaItemField::Day(Some(day("2026-11-22"))))?;
        set(tx, &speech, AgendaItemField::StartsAt(Some("09:30".parse()?)))?;
        set(tx, &speech, AgendaItemField::PlannedMinutes(Some(15)))?;
        set(tx, &speech, AgendaItemField::Session(Some("الجلسة الافتتاحية".into())))?;
        set_text(tx, &speech.minutes(), "تقرر ما يلي")?;

        let advice = add(tx, &place.recommendations(), id(4), Position::Last, "x")?;
        set(tx, &advice, RecommendationField::Number(Some(1)))?;
        set(tx, &advice, RecommendationField::Duration(Some(Duration::Ongoing)))?;
        set(tx, &advice, RecommendationField::SourceNote(Some("note".into())))?;
        set(tx, &advice, RecommendationField::SourceStart(Some("s".into())))?;
        set(tx, &advice, RecommendationField::SourceEnd(Some("e".into())))?;
        set(tx, &advice, RecommendationField::Axis(Some("المحور الأول: العلاقات".into())))?;
        set_text(tx, &advice.wording(), "توطيد العلاقات بين العتبات")?;
        insert_key(tx, &advice.addressees(), &"جميع الأقسام".to_owned())?;

        let committee = add(tx, &place.committees(), id(5), Position::Last, "x")?;
        set(tx, &committee, CommitteeField::Name(Some("لجنة الدليل".into())))?;
        set(tx, &committee, CommitteeField::Chair(Some("علي".into())))?;
        set_text(tx, &committee.mandate(), "إصدار الدليل الفصلي")?;
        insert_key(tx, &committee.members(), &"حسن".to_owned())
    });
    let doc = Automerge::load_with_options(
        &doc.save(),
        automerge::LoadOptions::new().text_encoding(TextEncoding::Utf16CodeUnit),
    )
    .unwrap();
    let json = serde_json::to_value(conference(&doc)).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "title": "المؤتمر الثامن", "series": "مؤتمر العتبات", "ordinal": 8,
            "host": "العتبة العلوية", "venue": "النجف",
            "starts_on": "2026-11-22", "ends_on": "2026-11-23",
            "invitation_number": "١٢/ع", "invitation_date": "2026-10-01",
            "minutes_state": "circulated", "communique": "البيان الختامي",
            "delegations": [{
                "id": id(1), "deleted_at_ms": null, "conflicting": [],
                "organisation": "ديوان الوقف", "head": id(2), "rapporteur": id(2),
                "members": [{
                    "id": id(2), "deleted_at_ms": null, "conflicting": [],
                    "honorific": "الشيخ", "name": "علي", "post": "رئيس القسم", "attendance": "excused",
                }],
            }],
            "agenda": [{
                "id": id(3), "deleted_at_ms": null, "conflicting": [],
                "title": "كلمة الافتتاح", "kind": "speech", "presenter": "علي",
                "organisation": "ديوان الوقف", "day": "2026-11-22", "planned_minutes": 15, "starts_at": "09:30",
                "session": "الجلسة الافتتاحية", "minutes": "تقرر ما يلي",
            }],
            "recommendations": [{
                "id": id(4), "deleted_at_ms": null, "conflicting": [],
                "number": 1, "duration": "ongoing", "source_note": "note", "source_start": "s",
                "source_end": "e", "axis": "المحور الأول: العلاقات", "wording": "توطيد العلاقات بين العتبات",
                "addressees": ["جميع الأقسام"], "carried_by": [],
            }],
            "committees": [{
                "id": id(5), "deleted_at_ms": null, "conflicting": [],
                "name": "لجنة الدليل", "chair": "علي", "mandate": "إصدار الدليل الفصلي",
                "members": ["حسن"],
            }],
        })
    );
    assert_eq!(serde_json::from_value::<Conference>(json).unwrap(), conference(&doc));
}

#[test]
fn every_field_of_a_plan_comes_back() {
    let mut doc = created(Kind::Plan);
    let link = Link { document: "doc/ument".into(), item: id(9) };
    edit(&mut doc, |tx| {
        use PlanItemField::*;
        let item = add(tx, &Plan::place().items(), id(1), Position::Last, "x")?;
        set(tx, &item, Responsible(Some("العتبة الحسينية".into())))?;
        set(tx, &item, Committee(Some("لجنة".into())))?;
        set(tx, &item, Due(Some(day("2028-02-29"))))?;
        set(tx, &item, Recurrence(Some(super::Recurrence::Quarterly)))?;
        set(tx, &item, Duration(Some(super::Duration::Once)))?;
        set(tx, &item, Status(Some(super::Status::InProgress)))?;
        set(tx, &item, Progress(Some(Percent::try_from(40)?)))?;
        set(tx, &item, Origin(Some(link.clone())))?;
        set_text(tx, &item.wording(), "إصدار دليل")?;
        insert_key(tx, &item.supporting(), &"العتبة العباسية".to_owned())?;
        insert_key(tx, &item.depends_on(), &id(7))?;
        let remark = add(tx, &item.remarks(), id(2), Position::Last, "x")?;
        set(tx, &remark, RemarkField::On(Some(day("2026-12-01"))))?;
        set(tx, &remark, RemarkField::Progress(Some(Percent::try_from(40)?)))?;
        set(tx, &remark, RemarkField::By(Some("حسن".into())))?;
        set_text(tx, &remark.text(), "بدأ العمل")?;
        let evidence = add(tx, &item.evidence(), id(3), Position::Last, "x")?;
        set(tx, &evidence, EvidenceField::Label(Some("صورة".into())))?;
        set(tx, &evidence, EvidenceField::Blob(Some("ab".into())))?;
        set(tx, &evidence, EvidenceField::Address(Some("https://example.org".into())))?;
        set(tx, &evidence, EvidenceField::On(Some(day("2026-12-02"))))
    });
    let item = &plan(&doc).items[0].value;
    assert_eq!(item.responsible.as_deref(), Some("العتبة الحسينية"));
    assert_eq!(item.committee.as_deref(), Some("لجنة"));
    assert_eq!(item.due, Some(day("2028-02-29")));
    assert_eq!(item.recurrence, Some(Recurrence::Quarterly));
    assert_eq!(item.duration, Some(Duration::Once));
    assert_eq!(item.status, Some(Status::InProgress));
    assert_eq!(item.progress.map(u8::from), Some(40));
    assert_eq!(item.origin, Some(link));
    assert_eq!(item.wording, "إصدار دليل");
    assert!(item.supporting.contains("العتبة العباسية") && item.depends_on.contains(&id(7)));
    let remark = &item.remarks[0].value;
    assert_eq!((remark.text.as_str(), remark.by.as_deref()), ("بدأ العمل", Some("حسن")));
    assert_eq!((remark.on, remark.progress), (Some(day("2026-12-01")), item.progress));
    let evidence = &item.evidence[0].value;
    assert_eq!((evidence.label.as_deref(), evidence.blob.as_deref()), (Some("صورة"), Some("ab")));
    assert_eq!(evidence.address.as_deref(), Some("https://example.org"));
    assert_eq!(evidence.on, Some(day("2026-12-02")));

    let place = Plan::place().items().at(id(1));
    edit(&mut doc, |tx| {
        set(tx, &place, PlanItemField::Responsible(None))?;
        remove_key(tx, &place.supporting(), &"العتبة العباسية".to_owned())
    });
    let item = &plan(&doc).items[0].value;
    assert!(item.responsible.is_none() && item.supporting.is_empty() && item.needs_owner());
}

#[test]
fn a_field_change_crosses_the_border_as_one_field() {
    let field = PlanItemField::Due(Some(day("2026-11-22")));
    let json = serde_json::to_string(&field).unwrap();
    assert_eq!(json, r#"{"field":"due","value":"2026-11-22"}"#);
    assert_eq!(serde_json::from_str::<PlanItemField>(&json).unwrap(), field);
    let clear = r#"{"field":"status","value":null}"#;
    assert_eq!(serde_json::from_str::<PlanItemField>(clear).unwrap(), PlanItemField::Status(None));
    assert!(serde_json::from_str::<PlanItemField>(r#"{"field":"progress","value":101}"#).is_err());
    assert!(serde_json::from_str::<PlanItemField>(r#"{"field":"due","value":"2026-02-30"}"#).is_err());
}

#[test]
fn only_real_days_are_dates() {
    for wrong in [
        "",
        "2026-13-01",
        "2026-00-10",
        "2026-04-31",
        "2027-02-29",
        "1900-02-29",
        "2026-1-1",
        "٢٠٢٦-١١-٢٢",
        "2026-11-22T",
        "+026-11-22",
    ] {
        assert!(wrong.parse::<Date>().is_err(), "{wrong}");
    }
    assert_eq!(day("2000-02-29").to_string(), "2000-02-29");
    assert!(day("2026-11-22") < day("2027-01-01"));
}

#[test]
fn fields_that_this_version_does_not_know_survive() {
    let mut doc = plan_of_items(2);
    let items = doc.get(ROOT, "items").unwrap().unwrap().1;
    let item = doc.get(&items, id(1).to_string()).unwrap().unwrap().1;
    edit(&mut doc, |tx| {
        tx.put(&item, "budget", 500)?;
        tx.put(&item, "status", "postponed")?;
        Ok(tx.put_object(ROOT, "risks", ObjType::List)?)
    });
    let place = Plan::place().items().at(id(1));
    edit(&mut doc, |tx| {
        set(tx, &place, PlanItemField::Committee(Some("لجنة".into())))?;
        move_to(tx, &Plan::place().items(), id(1), Position::Last, "b")?;
        remove(tx, &place, 5)?;
        restore(tx, &place)
    });
    // A status that only a newer app knows reads as absent and stays.
    assert_eq!(plan(&doc).items[1].value.status, None);
    assert_eq!(doc.get(&item, "budget").unwrap().unwrap().0.as_i64(), Some(500));
    assert_eq!(doc.get(&item, "status").unwrap().unwrap().0.as_str(), Some("postponed"));
    assert!(doc.get(ROOT, "risks").unwrap().is_some());
}

#[test]
fn two_devices_that_set_different_fields_both_count() {
    let mut najaf = plan_of_items(1);
    let mut kufa = device(&najaf, 2);
    let place = Plan::place().items().at(id(1));
    edit(&mut najaf, |tx| set(tx, &place, PlanItemField::Responsible(Some("النجف".into()))));
    edit(&mut kufa, |tx| set(tx, &place, PlanItemField::Due(Some(day("2027-01-01")))));
    meet(&mut najaf, &mut kufa);
    let item = &plan(&najaf).items[0];
    assert_eq!(item.value.responsible.as_deref(), Some("النجف"));
    assert_eq!(item.value.due, Some(day("2027-01-01")));
    assert!(item.conflicting.is_empty());
}

#[test]
fn two_devices_that_set_one_field_show_both_values_until_one_is_chosen() {
    let mut najaf = plan_of_items(1);
    let mut kufa = device(&najaf, 2);
    let place = Plan::place().items().at(id(1));
    edit(&mut najaf, |tx| set(tx, &place, PlanItemField::Responsible(Some("النجف".into()))));
    edit(&mut kufa, |tx| set(tx, &place, PlanItemField::Responsible(Some("الكوفة".into()))));
    meet(&mut najaf, &mut kufa);
    let item = &plan(&najaf).items[0];
    assert_eq!(item.conflicting, ["responsible"]);
    let rivals = &conflicts(&najaf, &place, None)["responsible"];
    let shown = item.value.responsible.clone().unwrap();
    assert_eq!(rivals[0].value, Plain::Text(shown.clone()));
    let mut values: Vec<_> = rivals.iter().map(|rival| (&rival.value, rival.actor.clone())).collect();
    values.sort_by_key(|(_, actor)| actor.clone());
    assert_eq!(values[0], (&Plain::Text("النجف".into()), actor(1).to_string()));
    assert_eq!(values[1], (&Plain::Text("الكوفة".into()), actor(2).to_string()));
    assert!(rivals.iter().all(|rival| rival.op.ends_with(&rival.actor)));

    // Choosing the value that is shown already settles it too.
    edit(&mut najaf, |tx| set(tx, &place, PlanItemField::Responsible(Some(shown.clone()))));
    assert!(conflicts(&najaf, &place, None).is_empty());
    assert_eq!(plan(&najaf).items[0].value.responsible, Some(shown));
}

#[test]
fn two_devices_that_agree_are_no_conflict() {
    let mut najaf = plan_of_items(1);
    let mut kufa = device(&najaf, 2);
    let place = Plan::place().items().at(id(1));
    for doc in [&mut najaf, &mut kufa] {
        edit(doc, |tx| set(tx, &place, PlanItemField::Status(Some(Status::Done))));
    }
    meet(&mut najaf, &mut kufa);
    assert!(plan(&najaf).items[0].conflicting.is_empty());
}

#[test]
fn reordering_at_once_keeps_every_item_once() {
    let mut najaf = plan_of_items(5);
    let mut kufa = device(&najaf, 2);
    let items = Plan::place().items();
    edit(&mut najaf, |tx| move_to(tx, &items, id(5), Position::First, "n"));
    edit(&mut najaf, |tx| move_to(tx, &items, id(2), Position::After(id(3)), "n"));
    edit(&mut kufa, |tx| move_to(tx, &items, id(2), Position::Last, "k"));
    edit(&mut kufa, |tx| add(tx, &items, id(6), Position::After(id(3)), "k"));
    assert_eq!((order_of(&najaf), order_of(&kufa)), (vec![5, 1, 3, 2, 4], vec![1, 3, 6, 4, 5, 2]));
    meet(&mut najaf, &mut kufa);
    let order = order_of(&najaf);
    let mut sorted = order.clone();
    sorted.sort();
    assert_eq!(sorted, [1, 2, 3, 4, 5, 6]);
    assert_eq!((order[0], order[1]), (5, 1));
    assert_eq!(order, order_of(&kufa));
    // Moving is not something to settle between two values.
    assert!(plan(&najaf).items.iter().all(|item| item.conflicting.is_empty()));
}

#[test]
fn items_put_into_one_gap_at_once_can_still_be_parted() {
    let mut najaf = plan_of_items(2);
    let mut kufa = device(&najaf, 2);
    let items = Plan::place().items();
    edit(&mut najaf, |tx| add(tx, &items, id(3), Position::After(id(1)), "n"));
    edit(&mut kufa, |tx| add(tx, &items, id(4), Position::After(id(1)), "k"));
    meet(&mut najaf, &mut kufa);
    assert_eq!(order_of(&najaf), [1, 4, 3, 2]);
    edit(&mut najaf, |tx| add(tx, &items, id(5), Position::After(id(4)), "n"));
    assert_eq!(order_of(&najaf), [1, 4, 5, 3, 2]);
}

#[test]
fn a_container_that_two_devices_made_at_once_keeps_both_children() {
    // A document by an older app, which made no containers.
    let mut najaf = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit).with_actor(actor(1));
    edit(&mut najaf, |tx| Ok(tx.put(ROOT, "kind", "plan")?));
    let mut kufa = device(&najaf, 2);
    let items = Plan::place().items();
    edit(&mut najaf, |tx| add(tx, &items, id(1), Position::Last, "n"));
    edit(&mut kufa, |tx| add(tx, &items, id(2), Position::Last, "k"));
    meet(&mut najaf, &mut kufa);
    assert_eq!(najaf.get_all(ROOT, "items").unwrap().len(), 2);
    let mut order = order_of(&najaf);
    order.sort();
    assert_eq!(order, [1, 2]);
    // Both can be written, moved and removed.
    for number in [1, 2] {
        let place = items.at(id(number));
        edit(&mut kufa, |tx| set_text(tx, &place.wording(), "نص"));
        edit(&mut kufa, |tx| move_to(tx, &items, id(number), Position::First, "k"));
    }
    assert_eq!(order_of(&kufa), [2, 1]);
    assert!(plan(&kufa).items.iter().all(|item| item.value.wording == "نص"));
    let added_again = add(&mut kufa.transaction(), &items, id(1), Position::Last, "k");
    assert!(matches!(added_again, Err(DocumentError::ItemExists(_))));
}

#[test]
fn a_recommendation_copied_by_two_offices_at_once_is_one_item() {
    let mut conference_doc = created(Kind::Conference);
    let advice = Conference::place().recommendations().at(id(4));
    edit(&mut conference_doc, |tx| {
        add(tx, &Conference::place().recommendations(), id(4), Position::Last, "x")?;
        set(tx, &advice, RecommendationField::Duration(Some(Duration::Once)))?;
        set_text(tx, &advice.wording(), "تبادل الخبرات")
    });
    let recommendation = &conference(&conference_doc).recommendations[0];
    let mut najaf = created(Kind::Plan);
    let mut kufa = device(&najaf, 2);
    for (doc, tiebreak) in [(&mut najaf, "n"), (&mut kufa, "k")] {
        edit(doc, |tx| copy_recommendation(tx, "conference", recommendation, id(8), tiebreak));
    }
    let place = Plan::place().items().at(id(8));
    edit(&mut najaf, |tx| set(tx, &place, PlanItemField::Responsible(Some("النجف".into()))));
    edit(&mut kufa, |tx| set(tx, &place, PlanItemField::Due(Some(day("2027-01-01")))));
    meet(&mut najaf, &mut kufa);
    let items = plan(&najaf).items;
    assert_eq!(items.len(), 1);
    let item = &items[0].value;
    assert_eq!(item.wording, "تبادل الخبرات");
    assert_eq!(item.origin, Some(Link { document: "conference".into(), item: id(4) }));
    assert!(!item.needs_owner() && !item.needs_date());

    let link = Link { document: "plan".into(), item: id(8) };
    edit(&mut conference_doc, |tx| mark_carried(tx, &advice, &link));
    let recommendation = &conference(&conference_doc).recommendations[0];
    assert!(recommendation.value.carried_by.contains(&link));
}

#[test]
fn what_a_statement_leaves_unsaid_is_a_need_and_not_an_invention() {
    let mut item = PlanItem::default();
    assert!(item.needs_owner() && item.needs_date());
    item.recurrence = Some(Recurrence::Quarterly);
    assert!(!item.needs_date());
    item.recurrence = Some(Recurrence::None);
    assert!(item.needs_date());
    item.duration = Some(Duration::Ongoing);
    assert!(!item.needs_date());
    item.status = Some(Status::NotApplicable);
    assert!(!item.needs_owner());
}

#[test]
fn the_bin_holds_an_item_until_any_edit_lifts_it() {
    let mut doc = plan_of_items(2);
    let items = Plan::place().items();
    let place = items.at(id(1));
    edit(&mut doc, |tx| remove(tx, &place, 1_700_000_000_000));
    assert_eq!(order_of(&doc), [2]);
    let binned = read_bin(&doc, &items, None);
    assert_eq!((binned[0].id, binned[0].deleted_at_ms), (id(1), Some(1_700_000_000_000)));

    edit(&mut doc, |tx| restore(tx, &place));
    assert_eq!(order_of(&doc), [1, 2]);

    type Work = fn(&mut Transaction<'_>, &Place<PlanItem>) -> Result<(), DocumentError>;
    let edits: [Work; 4] = [
        |tx, place| set(tx, place, PlanItemField::Status(Some(Status::Done))),
        |tx, place| set_text(tx, &place.wording(), "نص"),
        |tx, place| insert_key(tx, &place.supporting(), &"جهة".to_owned()),
        |tx, place| add(tx, &place.remarks(), id(3), Position::Last, "x").map(drop),
    ];
    for work in edits {
        edit(&mut doc, |tx| remove(tx, &place, 1));
        edit(&mut doc, |tx| remove(tx, &Plan::place(), 1));
        assert!(summarise(&doc).is_binned);
        edit(&mut doc, |tx| work(tx, &place));
        assert_eq!(order_of(&doc), [1, 2]);
        assert!(!summarise(&doc).is_binned);
    }
}

#[test]
fn a_document_reads_as_it_was_at_old_heads() {
    let mut doc = plan_of_items(1);
    let place = Plan::place().items().at(id(1));
    edit(&mut doc, |tx| set_text(tx, &place.wording(), "القديم"));
    edit(&mut doc, |tx| insert_key(tx, &place.supporting(), &"أ".to_owned()));
    let then = doc.get_heads();
    edit(&mut doc, |tx| {
        set_text(tx, &place.wording(), "الجديد")?;
        set(tx, &place, PlanItemField::Status(Some(Status::Done)))?;
        remove_key(tx, &place.supporting(), &"أ".to_owned())?;
        add(tx, &Plan::place().items(), id(2), Position::First, "x")?;
        remove(tx, &place, 1)
    });
    let old = read(&doc, &Plan::place(), Some(&then)).unwrap();
    assert_eq!(old.items.len(), 1);
    assert_eq!((old.items[0].id, old.items[0].value.wording.as_str()), (id(1), "القديم"));
    assert_eq!((old.items[0].value.status, old.items[0].value.supporting.len()), (None, 1));
    assert_eq!(order_of(&doc), [2]);
}

#[test]
fn an_edit_at_old_heads_sees_and_settles_only_what_was_there() {
    let mut doc = plan_of_items(1);
    let place = Plan::place().items().at(id(1));
    edit(&mut doc, |tx| set_text(tx, &place.wording(), "إصدار دليل"));
    let then = doc.get_heads();
    edit(&mut doc, |tx| {
        set_text(tx, &place.wording(), "إصدار دليل فصلي")?;
        set(tx, &place, PlanItemField::Committee(Some("أ".into())))?;
        add(tx, &Plan::place().items(), id(2), Position::Last, "x").map(drop)
    });
    edit_at(&mut doc, &then, |tx| {
        set_text(tx, &place.wording(), "إصدار دليل موحّد")?;
        set(tx, &place, PlanItemField::Committee(Some("ب".into())))?;
        add(tx, &Plan::place().items(), id(3), Position::Last, "y").map(drop)
    });
    let items = plan(&doc).items;
    assert_eq!(items.len(), 3);
    assert_eq!(items[0].conflicting, ["committee"]);
    let wording = &items[0].value.wording;
    assert!(wording.contains("فصلي") && wording.contains("موحّد"), "{wording}");
}

#[test]
fn containers_of_a_later_format_are_the_same_change_everywhere() {
    let containers = [("risks", ObjType::Map)];
    let change = || added_containers(2, &containers).unwrap();
    assert_eq!(change().hash(), change().hash());
    let mut najaf = plan_of_items(1);
    let mut kufa = device(&najaf, 2);
    for (doc, key) in [(&mut najaf, "n"), (&mut kufa, "k")] {
        doc.apply_changes([change()]).unwrap();
        let risks = doc.get(ROOT, "risks").unwrap().unwrap().1;
        edit(doc, |tx| Ok(tx.put(&risks, key, 1)?));
    }
    meet(&mut najaf, &mut kufa);
    let risks = najaf.get_all(ROOT, "risks").unwrap();
    assert_eq!(risks.len(), 1);
    assert_eq!(najaf.keys(&risks[0].1).collect::<Vec<_>>(), ["k", "n"]);
    assert_eq!(order_of(&najaf), [1]);
}

#[test]
fn a_writer_names_what_is_not_there() {
    let mut doc = plan_of_items(1);
    let mut tx = doc.transaction();
    let nowhere = Plan::place().items().at(id(9));
    let missing = |done: Result<(), DocumentError>| matches!(done, Err(DocumentError::NoSuchItem(_)));
    assert!(missing(set(&mut tx, &nowhere, PlanItemField::Status(None))));
    assert!(missing(set_text(&mut tx, &nowhere.wording(), "")));
    assert!(missing(remove(&mut tx, &nowhere, 1)));
    assert!(missing(move_to(&mut tx, &Plan::place().items(), id(1), Position::After(id(9)), "")));
    let empty = insert_key(&mut tx, &Plan::place().items().at(id(1)).supporting(), &String::new());
    assert!(matches!(empty, Err(DocumentError::Invalid { .. })));
    assert_eq!(tx.pending_ops(), 0);
}
