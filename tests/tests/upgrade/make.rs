//! What somebody had when the first version was all there was: a device in use, and its server's log. Runs at that
//! version; the folder that it is given is what today's version has to open.

use std::path::PathBuf;

use sync_engine::document::{
    self, AgendaItem, AgendaItemField, Block, Conference, ConferenceField, Date, DelegationField, Kind, Mark, Percent,
    Plan, PlanItemField, Position, RecommendationField, Status,
};
use sync_engine::engine::DocumentName;
use sync_engine::entry::Role;
use tests::World;

#[tokio::main]
async fn main() {
    let folder: PathBuf = std::env::args().nth(1).expect("a folder").into();
    std::fs::create_dir_all(&folder).expect("made");
    let mut world = World::new().await;
    let (zahra, ali, hasan, late) =
        (world.device("zahra"), world.device("ali"), world.device("hasan"), world.device("late"));
    let space = world.space(&zahra, &[&ali, &late]).await;
    let viewer = zahra.invite(&space, Role::Viewer, 1);
    let open = zahra.invite(&space, Role::Editor, 3);
    zahra.sync().await;
    hasan.join(&viewer);
    hasan.sync().await;

    let now_ms = world.now_ms() as i64;
    let conference = zahra
        .with(|engine| engine.create(&space, Kind::Conference, "المؤتمر الثامن لأقسام العلاقات العامة", now_ms))
        .expect("a conference");
    let edit =
        |device: &tests::Device, name: &DocumentName, work: &dyn Fn(&mut automerge::transaction::Transaction<'_>)| {
            device
                .with(|engine| {
                    engine.edit(name, None, now_ms, |tx| {
                        work(tx);
                        Ok(())
                    })
                })
                .expect("edited");
        };
    let items = [1, 2, 3, 4].map(|nth| document::ItemId([nth; 16]));
    edit(&zahra, &conference, &|tx| {
        let place = Conference::place();
        document::set(tx, &place, ConferenceField::Venue(Some("النجف الأشرف".into()))).expect("set");
        document::set(tx, &place, ConferenceField::Ordinal(Some(8))).expect("set");
        document::set(tx, &place, ConferenceField::StartsOn("2026-11-22".parse::<Date>().ok())).expect("set");
        document::set_text(tx, &place.communique(), "بسم الله الرحمن الرحيم. اختتم المؤتمر أعماله.").expect("set");
        let delegation = document::add(tx, &place.delegations(), items[0], Position::Last, "aa").expect("added");
        document::set(tx, &delegation, DelegationField::Organisation(Some("العتبة العلوية المقدسة".into())))
            .expect("set");
        let agenda = document::add::<AgendaItem>(tx, &place.agenda(), items[1], Position::Last, "aa").expect("added");
        document::set(tx, &agenda, AgendaItemField::Title(Some("الجلسة الافتتاحية".into()))).expect("set");
        document::set(tx, &agenda, AgendaItemField::PlannedMinutes(Some(45))).expect("set");
        document::set_text(tx, &agenda.minutes(), "افتُتِحت الجلسة بتلاوة آيات من الذكر الحكيم.").expect("set");
        let wording = document::add(tx, &place.recommendations(), items[2], Position::Last, "aa").expect("added");
        document::set(tx, &wording, RecommendationField::Number(Some(1))).expect("set");
        document::set_text(tx, &wording.wording(), "يُشكَّل فريق مشترك لمتابعة التوصيات خلال شهر.").expect("set");
        document::insert_key(tx, &wording.addressees(), &"قسم العلاقات العامة".to_owned()).expect("set");
    });

    let plan = zahra.plan(&space, "خطة المتابعة");
    edit(&zahra, &plan, &|tx| {
        let item = document::add(tx, &Plan::place().items(), items[3], Position::Last, "aa").expect("added");
        document::set_text(tx, &item.wording(), "إعداد دليل موحَّد").expect("set");
        document::set(tx, &item, PlanItemField::Status(Some(Status::InProgress))).expect("set");
        document::set(tx, &item, PlanItemField::Responsible(Some("قسم الإعلام".into()))).expect("set");
        document::set(tx, &item, PlanItemField::Progress(Percent::try_from(40).ok())).expect("set");
    });

    let note = zahra.note(&space, "الجلسة الافتتاحية");
    zahra.append_paragraph(&note, "افتُتِحت الجلسة في التاسعة.");
    zahra.sync().await;
    world.settle(&[&ali, &late]).await;
    for nth in 0..40 {
        let writer = if nth % 3 == 0 { &ali } else { &zahra };
        writer.type_at_end(&note, &format!(" جملة {nth}."));
        if nth % 8 == 0 {
            writer.append_paragraph(&note, &format!("فقرة {nth}"));
            world.pass_ms(60_000);
            world.settle(&[&zahra, &ali]).await;
        }
    }
    edit(&ali, &note, &|tx| {
        document::mark(tx, 1..9, &Mark::Strong).expect("marked");
        document::mark(tx, 12..18, &Mark::Link("{\"href\":\"https://multaqa.example\"}".into())).expect("marked");
        document::append_paragraph(tx, &Block::of_kind("heading"), "خاتمة 🕌").expect("added");
    });
    // Both write one title while they are apart: both stand.
    for (device, venue) in [(&ali, "كربلاء المقدسة"), (&zahra, "الكاظمية المقدسة")] {
        edit(device, &conference, &|tx| {
            document::set(tx, &Conference::place(), ConferenceField::Host(Some(venue.into()))).expect("set");
        });
    }
    world.settle(&[&zahra, &ali]).await;
    let mut number = 9u64;
    let picture: Vec<u8> = std::iter::repeat_with(|| {
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
        number as u8
    })
    .take(6000)
    .collect();
    let hash = zahra.with(|engine| engine.attach(&note, &picture)).expect("attached");
    edit(&zahra, &note, &|tx| {
        let attrs = [("src".to_owned(), document::Plain::Text(format!("blob:{hash}")))].into();
        let image = Block { kind: "image".into(), parents: vec![], attrs, is_embed: true };
        document::append_paragraph(tx, &image, "").expect("added");
    });
    zahra.sync().await;
    // A member who was removed, and what they wrote too late: it is held.
    let member = late.id();
    zahra.with(|engine| engine.remove_member(&space, member)).expect("removed");
    zahra.sync().await;
    late.type_at_end(&note, " بعد الإزالة");
    late.sync().await;
    // An older log stands behind a snapshot, that another member vouched for.
    let minutes = zahra.note(&space, "محضر طويل");
    for nth in 0..60 {
        zahra.append_paragraph(&minutes, &format!("البند {nth}: نوقش وأُقرّ."));
        if nth % 5 == 0 {
            zahra.sync().await;
        }
    }
    world.settle(&[&zahra, &ali]).await;
    zahra.with(|engine| engine.compact(&minutes)).expect("compacted");
    world.settle(&[&zahra, &ali, &zahra]).await;
    let dropped = world.compact_server().await;
    world.settle(&[&zahra, &ali]).await;

    // From here on the line is gone: something sealed and not sent, something not even sealed, and a new document.
    world.stop_server().await;
    ali.type_at_end(&note, " كتبها عليّ بلا شبكة.");
    let _ = ali.try_sync().await;
    ali.append_paragraph(&note, "وهذه لم تُختَم بعد.");
    let unsent = ali.note(&space, "ملاحظة لم تُرسَل");
    ali.append_paragraph(&unsent, "كُتبت في الطريق.");

    let written = |device: &tests::Device, names: &[&DocumentName]| -> serde_json::Value {
        let one = |name: &&DocumentName| {
            let content = device
                .with(|engine| engine.read(name, |doc| serde_json::to_value(automerge::AutoSerde::from(doc))))
                .expect("here")
                .expect("json");
            (name.document.to_string(), content)
        };
        names.iter().map(one).collect::<serde_json::Map<_, _>>().into()
    };
    let names = [&conference, &plan, &note, &minutes];
    let expected = serde_json::json!({
        "space": space.to_string(),
        "conference": conference.document.to_string(),
        "plan": plan.document.to_string(),
        "note": note.document.to_string(),
        "minutes": minutes.document.to_string(),
        "unsent": unsent.document.to_string(),
        "attachment": hash.to_string(),
        "invite": open.to_string(),
        "removed": member.to_string(),
        "dropped": dropped,
        "now_ms": world.now_ms(),
        "on_server": written(&zahra, &names),
        "on_ali": written(&ali, &[&names[..], &[&unsent]].concat()),
    });
    std::fs::write(folder.join("expected.json"), serde_json::to_vec_pretty(&expected).expect("json")).expect("written");
    for device in [&zahra, &ali] {
        device.with(|engine| engine.copy_to(&folder.join(format!("{}.db", device.name())))).expect("copied");
    }
    let server = rusqlite::Connection::open(world.folder().join("server.db")).expect("the log");
    server.execute("vacuum into ?1", [folder.join("server.db").to_string_lossy()]).expect("copied");
    println!("{dropped} payloads dropped, in {}", folder.display());
}
