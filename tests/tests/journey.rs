//! The shortest journey: two devices write in one paragraph while apart, and read one text afterwards.

use tests::World;

#[tokio::test(flavor = "multi_thread")]
async fn what_two_delegations_write_offline_is_one_text_everywhere() {
    let mut world = World::new().await;
    let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
    let space = world.space(&najaf, &[&karbala]).await;
    let note = najaf.note(&space, "الجلسة الافتتاحية");
    najaf.append_paragraph(&note, "افتُتِحت الجلسة بتلاوة آيات من الذكر الحكيم.");
    najaf.sync().await;
    karbala.sync().await;
    assert_eq!(karbala.text(&note), najaf.text(&note));

    // The hall has no network: both go on typing in the same paragraph.
    najaf.type_at_end(&note, " ثم ألقى رئيس الوفد كلمته.");
    karbala.type_at(&note, 1, "صباحًا، ");
    world.settle(&[&najaf, &karbala]).await;

    let text = najaf.text(&note);
    assert_eq!(text, karbala.text(&note));
    assert!(text.contains("صباحًا، ") && text.contains("ثم ألقى رئيس الوفد كلمته."), "{text}");
    assert!(najaf.is_all_on_server() && karbala.is_all_on_server());
}
