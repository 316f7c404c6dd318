//! What a bad line does to a sync: nothing, in the end. Lost, repeated, late and broken messages; captive portals;
//! streams that are held back; clocks that are wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sync_engine::driver::{Driver, DriverError};
use sync_engine::http::{Http, HttpError};
use sync_engine::ids::ServerId;
use sync_engine::session::Mode;
use sync_engine::wire::Route;
use tests::{Device, Fate, Proxy, World, assert_agree, hour, letters, until};

/// Two editors of one note; the second one's way to the server leads through a proxy.
struct Pair {
    world: World,
    najaf: Device,
    karbala: Device,
    note: sync_engine::engine::DocumentName,
    proxy: Proxy,
}

impl Pair {
    async fn new() -> Self {
        let mut world = World::new().await;
        let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
        let note = world.shared_note(&najaf, &[&karbala]).await;
        let proxy = Proxy::before(world.url()).await;
        karbala.set_url(&proxy.url());
        Self { world, najaf, karbala, note, proxy }
    }

    /// Everyone syncs over a line that works again; then all these words are everywhere, once.
    async fn assert_settled(&self, words: &[&str]) {
        self.world.settle(&[&self.karbala, &self.najaf]).await;
        assert_agree(&[&self.najaf, &self.karbala], &self.note, words);
        assert!(self.najaf.is_all_on_server() && self.karbala.is_all_on_server());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_never_duplicates_a_change() {
    let pair = Pair::new().await;
    for word in ["صباحًا", "ظهرًا", "مساءً"] {
        pair.karbala.type_at_end(&pair.note, word);
        pair.proxy.next(Route::Push, Fate::LoseReply);
        let lost = pair.karbala.try_sync().await;
        assert!(matches!(lost, Err(DriverError::Http(HttpError::Offline(_)))), "{lost:?}");
        assert!(!pair.karbala.is_all_on_server(), "nothing has confirmed it");
    }
    pair.najaf.sync().await;
    assert!(pair.najaf.text(&pair.note).contains("مساءً"), "the server had taken it");
    pair.assert_settled(&["صباحًا", "ظهرًا", "مساءً"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_counts_as_on_the_server_only_once_its_own_row_has_come_back() {
    let pair = Pair::new().await;
    pair.karbala.type_at_end(&pair.note, "خبر");
    // The push is answered, and the line breaks before its row is read.
    pair.proxy.next(Route::Pull, Fate::Pass);
    pair.proxy.next(Route::Pull, Fate::LoseRequest);
    pair.karbala.try_sync().await.expect_err("the second pull was lost");
    assert_eq!(pair.proxy.count(Route::Push), 1);
    assert!(!pair.karbala.is_all_on_server());
    pair.assert_settled(&["خبر"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_arrives_twice_has_the_effect_of_one() {
    let pair = Pair::new().await;
    for word in ["أولًا", "ثانيًا"] {
        pair.karbala.type_at_end(&pair.note, word);
        pair.proxy.next(Route::Push, Fate::Twice);
        pair.karbala.sync().await;
    }
    pair.assert_settled(&["أولًا", "ثانيًا"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pushes_that_arrive_late_and_out_of_order_change_nothing() {
    let pair = Pair::new().await;
    for word in ["أولًا", "ثانيًا", "ثالثًا"] {
        pair.karbala.type_at_end(&pair.note, word);
        pair.proxy.next(Route::Push, Fate::Late);
        pair.karbala.try_sync().await.expect_err("the line breaks");
    }
    // The last comes first, so the first ones meet what they had said already.
    assert_eq!(pair.proxy.deliver_late().await, 3);
    pair.najaf.sync().await;
    assert_agree(&[&pair.najaf], &pair.note, &["أولًا", "ثانيًا", "ثالثًا"]);
    pair.assert_settled(&["أولًا", "ثانيًا", "ثالثًا"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_off_anywhere_is_read_again() {
    let pair = Pair::new().await;
    let mut words = Vec::new();
    for at in 0..24 {
        let word = format!("«{at}»");
        pair.najaf.type_at_end(&pair.note, &word);
        pair.najaf.sync().await;
        pair.proxy.next(Route::Pull, Fate::Cut(at * 40));
        if let Err(error) = pair.karbala.try_sync().await {
            assert!(matches!(error, DriverError::Http(HttpError::Offline(_))), "{error}");
        }
        words.push(word);
    }
    pair.assert_settled(&words.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_a_proxy_ends_early_in_good_form_is_not_taken_for_all() {
    let pair = Pair::new().await;
    pair.najaf.type_at_end(&pair.note, "من النجف");
    pair.najaf.sync().await;
    // The rows come; word that they are all does not.
    pair.proxy.next(Route::Pull, Fate::Shorten);
    let short = pair.karbala.try_sync().await;
    assert!(matches!(short, Err(DriverError::Http(HttpError::Offline(_)))), "{short:?}");
    pair.assert_settled(&["من النجف"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_captive_portal_is_named_and_never_taken_for_the_server() {
    let pair = Pair::new().await;
    pair.karbala.type_at_end(&pair.note, "من القاعة");
    for portal in [Fate::Portal, Fate::Redirect] {
        pair.proxy.all(Some(portal));
        let error = pair.karbala.try_sync().await.expect_err("no server in reach");
        assert!(matches!(error, DriverError::Http(HttpError::NotTheServer)), "{error}");
        assert!(error.to_string().contains("log in"), "{error}");
    }
    pair.proxy.all(None);
    // The portal may come up between a question and its push, too.
    pair.proxy.next(Route::Push, Fate::Portal);
    pair.karbala.try_sync().await.expect_err("the push met the portal");
    assert!(!pair.karbala.is_all_on_server());
    pair.assert_settled(&["من القاعة"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_edit_shows_on_the_other_device_through_the_open_stream() {
    let pair = Pair::new().await;
    let live = Live::start(&pair.karbala);
    until("karbala follows", || pair.proxy.seen().iter().any(|seen| seen.is_following)).await;
    pair.najaf.type_at_end(&pair.note, "من النجف");
    pair.najaf.sync().await;
    until("karbala shows it", || pair.karbala.text(&pair.note).contains("من النجف")).await;
    assert_eq!(pair.proxy.count(Route::Pull), 1, "nothing was asked again");

    pair.karbala.type_at_end(&pair.note, "من كربلاء");
    live.edited.notify_one();
    until("its row came back", || pair.karbala.is_all_on_server()).await;
    assert_eq!(pair.proxy.count(Route::Pull), 1, "the stream brought it");
    live.stop().await;
    pair.assert_settled(&["من النجف", "من كربلاء"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_a_proxy_holds_back_turns_into_asking_now_and_then() {
    let pair = Pair::new().await;
    pair.proxy.all(Some(Fate::HoldBack));
    let live = Live::start(&pair.karbala);
    pair.najaf.type_at_end(&pair.note, "من النجف");
    pair.najaf.sync().await;
    // Nothing comes over the streams; each time the clock has run on, the device looks at it.
    until("it asks without following", || {
        pair.world.pass_ms(1000);
        live.edited.notify_one();
        pair.proxy.seen().iter().any(|seen| seen.route == Route::Pull && !seen.is_following)
    })
    .await;
    until("karbala shows it", || pair.karbala.text(&pair.note).contains("من النجف")).await;
    let streams = pair.proxy.seen().iter().filter(|seen| seen.is_following).count();
    assert_eq!(streams, 2, "it gave up following after two silent streams");

    pair.karbala.type_at_end(&pair.note, "من كربلاء");
    live.edited.notify_one();
    until("its row came back", || pair.karbala.is_all_on_server()).await;
    live.stop().await;
    pair.proxy.all(None);
    pair.assert_settled(&["من النجف", "من كربلاء"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_clock_is_corrected_by_the_servers_signed_time() {
    let pair = Pair::new().await;
    let http = |server| Http::new(&pair.proxy.url(), server).expect("an address");
    for (word, clock_ms) in [("متأخرًا", pair.world.now_ms() - hour(40)), ("متقدمًا", pair.world.now_ms() + hour(40))]
    {
        pair.karbala.type_at_end(&pair.note, word);
        let clock = Arc::new(AtomicU64::new(clock_ms));
        let reads = clock.clone();
        let clock = Arc::new(move || reads.load(Ordering::Relaxed));
        let mut driver = Driver::new(pair.karbala.engine(), http(pair.world.id()), clock.clone(), Mode::Once);
        driver.sync().await.expect("the clock is corrected");
        assert!(pair.karbala.is_all_on_server());

        // Only by a time that the space's own server has signed.
        let mut driver = Driver::new(pair.karbala.engine(), http(ServerId([7; 32])), clock, Mode::Once);
        let foreign = driver.enter(b"secret").await;
        assert!(matches!(foreign, Err(DriverError::Http(HttpError::NotTheServer))), "{foreign:?}");
    }
    pair.assert_settled(&["متأخرًا", "متقدمًا"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_paste_goes_by_its_hash_in_parts_and_never_blocks_a_small_text() {
    let pair = Pair::new().await;
    // Random letters don't compress, so the paste takes three parts of 256 KiB.
    let paste = letters(1, 200_000);
    pair.karbala.append_paragraph(&pair.note, &paste);
    let small = pair.karbala.note(&pair.note.space, "ملاحظة قصيرة");
    pair.karbala.append_paragraph(&small, "وصلت قبل الصورة");

    // The line breaks during the upload: the small text has gone by then, and what was stored is not sent again.
    pair.proxy.next(Route::PutBlob, Fate::Pass);
    pair.proxy.next(Route::PutBlob, Fate::LoseReply);
    pair.karbala.try_sync().await.expect_err("the line breaks");
    pair.najaf.sync().await;
    assert_agree(&[&pair.najaf], &small, &["وصلت قبل الصورة"]);
    assert!(!pair.najaf.text(&pair.note).contains(&paste));
    let (before_bytes, _) = pair.proxy.bytes();
    pair.karbala.sync().await;
    let (after_bytes, _) = pair.proxy.bytes();
    assert!(after_bytes - before_bytes < paste.len() as u64, "the first part was sent twice");
    pair.assert_settled(&[&paste]).await;
}

/// Long requests time out on such a line, and short ones get through.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_for_the_line_goes_in_smaller_portions_and_nothing_of_it_twice() {
    let pair = Pair::new().await;
    let mut words = Vec::new();
    for nth in 0..40 {
        let note = pair.karbala.note(&pair.note.space, &format!("ملاحظة {nth}"));
        pair.karbala.append_paragraph(&note, &letters(nth, 2_000));
        words.push((note, letters(nth, 2_000)));
    }
    let paste = letters(100, 100_000);
    pair.karbala.append_paragraph(&pair.note, &paste);
    let longest = 20_000;
    pair.proxy.all(Some(Fate::LoseLong(longest)));

    let mut driver = pair.karbala.driver();
    let mut broken = 0;
    while let Err(error) = driver.sync().await {
        assert!(error.is_passing() && broken < 99, "{error}");
        broken += 1;
    }
    assert!(broken > 0, "the first portion was too long");
    let (up_bytes, _) = pair.proxy.bytes();
    let written = words.iter().map(|(_, word)| word.len()).sum::<usize>() + paste.len();
    assert!(up_bytes < written as u64, "two bytes of three a letter, and each of them once: {up_bytes}");
    pair.assert_settled(&[&paste]).await;
    for (note, word) in &words {
        assert_agree(&[&pair.najaf], note, &[word]);
    }

    // The other way, too: what was pasted is fetched in parts that get through.
    pair.najaf.append_paragraph(&pair.note, &letters(101, 100_000));
    pair.najaf.sync().await;
    pair.proxy.all(Some(Fate::Cut(longest)));
    let mut driver = pair.karbala.driver();
    while let Err(error) = driver.sync().await {
        assert!(error.is_passing() && broken < 999, "{error}");
        broken += 1;
    }
    pair.proxy.all(None);
    pair.assert_settled(&[&letters(101, 100_000)]).await;
}

/// A device that stays connected.
struct Live {
    edited: Arc<tokio::sync::Notify>,
    stop: tokio::sync::watch::Sender<bool>,
    task: tokio::task::JoinHandle<Result<(), DriverError>>,
}

impl Live {
    fn start(device: &Device) -> Self {
        let mut driver = device.driver_in(Mode::Live);
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let edited = driver.edited();
        Self { edited, stop, task: tokio::spawn(async move { driver.run(stopped).await }) }
    }

    async fn stop(self) {
        self.stop.send_replace(true);
        self.task.await.expect("no panic").expect("it ran until it was stopped");
    }
}
