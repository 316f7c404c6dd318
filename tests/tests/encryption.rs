//! Over TLS a device talks to its own server alone, and without TLS to nobody beyond the machine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use data_encoding::BASE64;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use sync_engine::driver::DriverError;
use sync_engine::http::{Http, HttpError};
use sync_engine::ids::ServerId;
use sync_server::log::Quota;
use sync_server::server::{Config, Server};
use sync_server::service::Limits;
use sync_server::tls::Tls;
use tests::{Device, World, assert_agree};

/// Names the authority's file in the process that is to trust it.
const TRUSTED: &str = "SSL_CERT_FILE";
const IS_TRUSTING: &str = "MULTAQA_TEST_IS_TRUSTING";

async fn world(tls: Tls) -> World {
    World::with(Limits::default(), Quota::default(), tls).await
}

async fn assert_no_certificate(device: &Device) {
    let error = device.try_sync().await.expect_err("nobody to talk to");
    assert!(matches!(error, DriverError::Http(HttpError::Certificate(_))), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_know_their_server_by_the_key_in_their_links() {
    let mut world = world(Tls::Own).await;
    assert!(world.url().starts_with("https://127.0.0.1:"), "{}", world.url());
    let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
    let note = world.shared_note(&najaf, &[&karbala]).await;
    karbala.type_at_end(&note, "من كربلاء");
    world.settle(&[&karbala, &najaf]).await;
    assert_agree(&[&najaf, &karbala], &note, &["من كربلاء"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_at_the_same_address_hears_nothing() {
    let mut world = world(Tls::Own).await;
    let najaf = world.device("najaf");
    let note = world.shared_note(&najaf, &[]).await;
    najaf.type_at_end(&note, "للأمناء");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let other = Server::start(Config {
        database: folder.path().join("server.db"),
        listen: ([127, 0, 0, 1], 0).into(),
        tls: Tls::Own,
        quota: Quota::default(),
        limits: Limits::default(),
        clock: Arc::new(|| 0),
        seed: [43; 32],
    });
    let other = other.await.expect("another server");
    najaf.set_url(&other.url);
    assert_no_certificate(&najaf).await;
    assert!(!najaf.is_all_on_server());
    najaf.set_url(world.url());
    world.settle(&[&najaf]).await;
    assert!(najaf.is_all_on_server());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_an_authority_is_taken_where_the_system_trusts_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    if std::env::var_os(IS_TRUSTING).is_some() {
        let of_authority = PathBuf::from(std::env::var_os(TRUSTED).expect("the authority's file"));
        let mut world = world(files(of_authority.parent().expect("its folder"))).await;
        let najaf = world.device("najaf");
        world.shared_note(&najaf, &[]).await;
        return;
    }
    let files = certify(folder.path());
    let world = world(files).await;
    let najaf = world.device("najaf");
    najaf.found("ملتقى");
    assert_no_certificate(&najaf).await;
    // What a process trusts is read once, so another one trusts the authority.
    let mut trusting = Command::new(std::env::current_exe().expect("this test"));
    let name = "a_certificate_of_an_authority_is_taken_where_the_system_trusts_it";
    trusting.args(["--exact", name, "--nocapture"]).env(IS_TRUSTING, "1");
    let output = trusting.env(TRUSTED, folder.path().join("authority.pem")).output().expect("run again");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

#[test]
fn without_tls_nothing_leaves_the_machine() {
    let open = Http::new("http://192.0.2.1:8787", ServerId([1; 32])).expect_err("not encrypted");
    assert!(matches!(open, HttpError::Unencrypted(_)), "{open}");
    Http::new("http://127.0.0.1:8787", ServerId([1; 32])).expect("the machine itself");
}

fn files(folder: &Path) -> Tls {
    Tls::Files { certificates: folder.join("server.pem"), key: folder.join("server.key") }
}

/// Writes an authority, and a certificate of its for this machine.
fn certify(folder: &Path) -> Tls {
    let mut authority = CertificateParams::new(vec![]).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("signed");
    let key = KeyPair::generate().expect("a key");
    let server = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("parameters");
    let server = server.signed_by(&key, &authority).expect("signed");
    let write = |name: &str, label: &str, der: &[u8]| {
        let pem = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64.encode(der));
        std::fs::write(folder.join(name), pem).expect("written");
    };
    write("authority.pem", "CERTIFICATE", authority.der());
    write("server.pem", "CERTIFICATE", server.der());
    write("server.key", "PRIVATE KEY", key.serialized_der());
    files(folder)
}
