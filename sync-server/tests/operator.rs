//! The binary, as an operator uses it.

mod support;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{SystemTime, UNIX_EPOCH};

use support::{World, assert_accepted, within};
use sync_engine::frame::PageRow;
use sync_engine::ids::*;
use sync_engine::link::EnterLink;
use sync_engine::wire::*;
use tokio::io::{AsyncBufReadExt as _, BufReader};

fn command(database: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    command.arg("--database").arg(database);
    command
}

fn run(database: &Path, args: &[&str]) -> Output {
    command(database).args(args).output().expect("the binary runs")
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("text").trim().to_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A server process, and a world that stands for it.
struct Process {
    child: tokio::process::Child,
    world: World,
}

async fn serve(folder: tempfile::TempDir) -> Process {
    let mut command = tokio::process::Command::from(command(&folder.path().join("server.db")));
    command.args(["serve", "--listen", "127.0.0.1:0"]).stdout(std::process::Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().expect("the binary runs");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut line = async |front: &str| {
        let line = within(20, lines.next_line()).await.expect("readable").expect("a line");
        line.strip_prefix(front).unwrap_or_else(|| panic!("{line}")).to_owned()
    };
    let addr = line("listening on http://").await.parse().expect("an address");
    let id = line("server ").await.parse().expect("an id");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis() as u64;
    Process { child, world: World { folder, server: None, addr, id, now_ms: Arc::new(AtomicU64::new(now)) } }
}

impl Process {
    /// Asks it to stop, and waits until it has.
    async fn stop(mut self) -> tempfile::TempDir {
        let pid = self.child.id().expect("it runs").to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
        assert!(within(20, self.child.wait()).await.expect("waited").success());
        self.world.folder
    }
}

#[tokio::test]
async fn a_link_of_the_operator_leads_to_a_space_and_a_backup_brings_it_back() {
    let process = serve(tempfile::tempdir().expect("a folder")).await;
    let world = &process.world;
    let database = world.folder.path().join("server.db");

    let link = stdout(&run(&database, &["invite", "--public-url", &format!("http://{}", world.addr)]));
    let link: EnterLink = link.parse().expect("a link");
    assert_eq!((link.server, link.url), (world.id, format!("http://{}", world.addr)));
    let device = world.device(1);
    device.call::<_, Done>(Route::Enter, &Enter { secret: link.secret.to_vec().into() }).await.expect("let in");
    let second: Result<Done, Refusal> =
        world.device(2).call(Route::Enter, &Enter { secret: link.secret.to_vec().into() }).await;
    assert_eq!(second.expect_err("one device a link").code, RefusalCode::Forbidden);

    let mut chain = device.found("المؤتمر الثامن").await;
    let backup = world.folder.path().join("backup.db");
    stdout(&run(&database, &["backup", backup.to_str().expect("text")]));
    assert_accepted(&device.push(&[chain.text("توصية")]).await.expect("pushed"));
    let rows = device.read_all(chain.space).await.expect("a member");
    let tip = match &rows[1] {
        PageRow::Envelope { server_ms, envelope } => (envelope.clone(), *server_ms),
        PageRow::Known { .. } => panic!("whole rows"),
    };
    let repair: RepairReply = device.call(Route::Repair, &Repair { space: chain.space }).await.expect("answered");
    let spaces = stdout(&run(&database, &["spaces"]));
    assert!(spaces.contains(&chain.space.to_string()) && spaces.contains("المؤتمر الثامن"), "{spaces}");
    assert!(stdout(&run(&database, &["verify"])).contains("2 rows"));
    assert!(stdout(&run(&database, &["compact"])).starts_with("0 payloads"));

    let folder = process.stop().await;
    stdout(&run(&database, &["restore", backup.to_str().expect("text")]));
    assert!(stdout(&run(&database, &["spaces", "--json"])).contains("\"is_recovering\": true"));
    let process = serve(folder).await;
    assert_eq!(process.world.id, repair_server(&repair, process.world.id), "the backup holds the key");
    let device = process.world.device(1);
    assert_eq!(device.read_all(chain.space).await.expect("a member").len(), 1);
    let page = [PageRow::Envelope { envelope: tip.0, server_ms: tip.1 }];
    let frames = vec![sync_engine::frame::write_page(&chain.space, &page).into()];
    let mut back = Return { space: chain.space, after: Position(1), frames, head: repair.head };
    device.call::<_, Done>(Route::Return, &back).await.expect("taken back");
    device.call::<_, Done>(Route::Return, &back).await.expect("repeating it is harmless");
    back.head.cursor.digest = LogDigest([0; 16]);
    assert_eq!(device.call::<_, Done>(Route::Return, &back).await.expect_err("forged").code, RefusalCode::Forbidden);
    assert_eq!(device.read_all(chain.space).await.expect("a member"), rows);

    let confirm = |cursor| Confirm { space: chain.space, cursor };
    let stranger = process.world.device(2);
    let by_stranger: Result<Done, Refusal> = stranger.call(Route::Confirm, &confirm(repair.head.cursor)).await;
    assert_eq!(by_stranger.expect_err("not an admin").code, RefusalCode::Forbidden);
    let elsewhere: Result<Done, Refusal> = device.call(Route::Confirm, &confirm(Cursor::START)).await;
    assert_eq!(elsewhere.expect_err("another head").code, RefusalCode::NotFound);
    device.call::<_, Done>(Route::Confirm, &confirm(repair.head.cursor)).await.expect("confirmed");
    let confirmed = stdout(&run(&database, &["confirm", &chain.space.to_string()]));
    assert!(confirmed.contains("needs no confirmation"), "{confirmed}");
    process.stop().await;
}

fn repair_server(reply: &RepairReply, server: ServerId) -> ServerId {
    assert!(reply.head.is_signed_by(&server));
    server
}

#[tokio::test]
async fn connections_are_encrypted_wherever_others_can_listen() {
    for (args, scheme) in [
        (&["--listen", "127.0.0.1:0"][..], "http://127.0.0.1:"),
        (&["--listen", "127.0.0.1:0", "--tls", "on"], "https://127.0.0.1:"),
        (&["--listen", "0.0.0.0:0"], "https://0.0.0.0:"),
        (&["--listen", "0.0.0.0:0", "--tls", "off"], "http://0.0.0.0:"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = tokio::process::Command::from(command(&folder.path().join("server.db")));
        command.arg("serve").args(args).stdout(std::process::Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("the binary runs");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let line = within(20, lines.next_line()).await.expect("readable").expect("a line");
        assert!(line.starts_with(&format!("listening on {scheme}")), "{args:?}: {line}");
    }
}

#[test]
fn mistakes_are_explained() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing.db");
    let output = run(&missing, &["spaces"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("there is no database") && !missing.exists());

    let other = folder.path().join("other.db");
    std::fs::write(&other, "a text, not a database").expect("written");
    for args in [&["spaces"] as &[&str], &["invite"], &["serve", "--listen", "127.0.0.1:0"]] {
        let output = run(&other, args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(stderr(&output).contains("cannot open the database"), "{}", stderr(&output));
    }
    let database = folder.path().join("server.db");
    for open in ["ftp://example.org", "http://sync.example.org"] {
        let output = run(&database, &["invite", "--public-url", open]);
        assert!(stderr(&output).contains("links to https addresses only"), "{}", stderr(&output));
    }
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let (cert, key) = (cert.to_str().expect("text"), key.to_str().expect("text"));
    let output = run(&database, &["serve", "--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key]);
    assert!(stderr(&output).contains(&format!("cannot read {cert}")), "{}", stderr(&output));
    assert!(stdout(&run(&database, &["invite"])).starts_with("multaqa://enter?"));
    let output = run(&database, &["confirm", "123"]);
    assert_eq!(output.status.code(), Some(2), "a wrong argument");
    let output = run(&database, &["confirm", &"ab".repeat(32)]);
    assert!(stderr(&output).contains("there is no space"), "{}", stderr(&output));
    assert!(stdout(&run(&database, &["--help"])).contains("invite"));
}
