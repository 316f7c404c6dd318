//! Who is answered: proof, clock, replay, size and rate.

mod support;

use std::sync::atomic::Ordering;

use support::{World, http, within};
use sync_engine::ids::*;
use sync_engine::request::{Auth, CLOCK_SKEW_MS_MAX};
use sync_engine::wire::*;
use sync_server::rates::Rate;
use sync_server::service::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

fn repair_of(space: SpaceId) -> Vec<u8> {
    minicbor::to_vec(Repair { space }).expect("encoded")
}

#[tokio::test]
async fn a_request_without_a_true_proof_is_refused() {
    let world = World::new().await;
    let (device, other) = (world.device(1), world.device(2));
    let body = repair_of(SpaceId([1; 32]));
    let mut stolen = device.auth(Route::Repair, &body);
    stolen.device = other.id();
    let elsewhere = Auth::sign(&device.key, Route::Repair, &ServerId([9; 32]), support::NOON_MS, Nonce([1; 16]), &body);
    for auth in [
        String::new(),
        "not base64url!".into(),
        "AAAA".into(),
        stolen.to_header(),
        elsewhere.to_header(),
        device.auth(Route::Push, &body).to_header(),
        device.auth(Route::Repair, b"another body").to_header(),
    ] {
        let reply = http::post(world.addr, Route::Repair, &auth, &body).await;
        assert_eq!((reply.status, reply.refusal().code), (401, RefusalCode::NotSigned), "{auth}");
        assert!(reply.proof().is_signed_by(&world.id, &reply.body));
    }
    assert!(world.metric("multaqa_requests_total{route=\"repair\",result=\"not_signed\"}").await >= 7.0);
}

#[tokio::test]
async fn a_wrong_clock_is_refused_with_a_signed_time_that_mends_it() {
    let world = World::new().await;
    let founder = world.founder(1).await;
    let space = founder.found("مؤتمر").await.space;
    let body = repair_of(space);
    let sign = |sent_ms| Auth::sign(&founder.key, Route::Repair, &world.id, sent_ms, Nonce([8; 16]), &body).to_header();
    let slow = support::NOON_MS - CLOCK_SKEW_MS_MAX - 1;
    let reply = http::post(world.addr, Route::Repair, &sign(slow), &body).await;
    assert_eq!((reply.status, reply.refusal().code), (401, RefusalCode::Clock));
    let proof = reply.proof();
    assert!(proof.is_signed_by(&world.id, &reply.body));
    assert_eq!((proof.nonce, proof.server_ms), (Nonce([8; 16]), support::NOON_MS));
    let reply = http::post(world.addr, Route::Repair, &sign(proof.server_ms), &body).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn a_recorded_read_gets_no_second_answer_and_a_repeated_write_the_same_one() {
    let world = World::new().await;
    let founder = world.founder(1).await;
    let mut chain = founder.found("مؤتمر").await;
    let body = repair_of(chain.space);
    let auth = founder.auth(Route::Repair, &body).to_header();
    assert_eq!(http::post(world.addr, Route::Repair, &auth, &body).await.status, 200);
    let again = http::post(world.addr, Route::Repair, &auth, &body).await;
    assert_eq!(again.refusal().code, RefusalCode::NotSigned);

    let body = minicbor::to_vec(support::pull(&[(chain.space, Cursor::START)], false)).expect("encoded");
    let auth = founder.auth(Route::Pull, &body).to_header();
    assert_eq!(http::post(world.addr, Route::Pull, &auth, &body).await.status, 200);
    assert_eq!(http::post(world.addr, Route::Pull, &auth, &body).await.refusal().code, RefusalCode::NotSigned);

    let text = chain.text("توصية");
    let first = founder.push(std::slice::from_ref(&text)).await.expect("pushed");
    assert_eq!(founder.push(&[text]).await.expect("pushed"), first);
}

#[tokio::test]
async fn a_body_that_is_too_long_or_not_cbor_is_refused_and_the_server_goes_on() {
    let world = World::new().await;
    let device = world.device(1);
    let long = vec![0; BODY_BYTES_MAX + 1];
    let claim = format!(
        "POST /v1/push HTTP/1.1\r\nhost: x\r\n{AUTH_HEADER}: {}\r\ncontent-length: {}\r\n\r\n",
        device.auth(Route::Push, &long).to_header(),
        long.len()
    );
    let reply = within(20, http::send(world.addr, claim.as_bytes())).await;
    assert_eq!(reply.refusal().code, RefusalCode::Malformed);

    // Every route, and every kind of first byte: lengths without end, unknown variants, deep nesting.
    for route in Route::ALL {
        for first in (0..=255).step_by(5) {
            let body = [&[first], [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, first].as_slice()].concat();
            let reply = http::post(world.addr, route, &device.auth(route, &body).to_header(), &body).await;
            let code = reply.refusal().code;
            assert!(matches!(code, RefusalCode::Malformed | RefusalCode::Rate), "{route:?} {first}: {code:?}");
            world.now_ms.fetch_add(100, Ordering::Relaxed);
        }
    }
    assert_eq!(world.get("/health").await.status, 200);
}

#[tokio::test]
async fn a_device_that_asks_too_much_is_told_when_to_come_again() {
    let rate = Rate { requests_per_second: 1, requests_burst: 2, ..Rate::default() };
    let world = World::with(Limits { rate, ..Limits::default() }).await;
    let device = world.device(1);
    let ask = async |device: &support::Device| {
        let body = repair_of(SpaceId([1; 32]));
        http::post(world.addr, Route::Repair, &device.auth(Route::Repair, &body).to_header(), &body).await
    };
    assert_eq!(ask(&device).await.status, 404);
    assert_eq!(ask(&device).await.status, 404);
    let reply = ask(&device).await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, Some("1")));
    let refusal = reply.refusal();
    assert_eq!((refusal.code, refusal.retry_after_ms), (RefusalCode::Rate, Some(1000)));
    assert_eq!(ask(&world.device(2)).await.status, 404, "another device is not concerned");
    world.now_ms.fetch_add(1000, Ordering::Relaxed);
    assert_eq!(ask(&device).await.status, 404);
}

#[tokio::test]
async fn rude_clients_are_harmless() {
    let world = World::new().await;
    let mut half_open = vec![];
    for n in 0..50_u8 {
        let mut socket = TcpStream::connect(world.addr).await.expect("connected");
        let bytes: &[u8] = match n % 5 {
            0 => b"",
            1 => b"POST /v1/push HTTP/1.1\r\nhost: x\r\ncontent-length: 2000000\r\n\r\n",
            2 => b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            3 => b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff",
            _ => b"GET /../../etc/passwd HTTP/1.1\r\n\r\n",
        };
        socket.write_all(bytes).await.expect("sent");
        half_open.push(socket);
    }
    let founder = within(10, world.founder(1)).await;
    within(10, founder.found("مؤتمر")).await;
    assert_eq!(world.get("/health").await.status, 200);
    assert_eq!(world.get("/v1/push").await.status, 405);
    assert_eq!(world.get("/elsewhere").await.status, 404);
}

#[tokio::test]
async fn the_same_port_speaks_http_2() {
    let world = World::new().await;
    let mut socket = TcpStream::connect(world.addr).await.expect("connected");
    socket.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.expect("sent");
    let mut frame = [0; 9];
    within(10, socket.read_exact(&mut frame)).await.expect("a frame");
    assert_eq!(frame[3], 4, "the server's settings");
}

#[tokio::test]
async fn health_and_metrics_tell_of_the_work() {
    let world = World::new().await;
    let founder = world.founder(1).await;
    let mut chain = founder.found("مؤتمر").await;
    founder.push(&[chain.text("توصية")]).await.expect("pushed");
    let health: serde_json::Value = serde_json::from_slice(&world.get("/health").await.body).expect("json");
    assert_eq!((health["status"].as_str(), health["server"].as_str()), (Some("ok"), Some(&*world.id.to_string())));
    assert_eq!(world.metric("multaqa_envelopes_total{outcome=\"accepted\"}").await, 2.0);
    assert_eq!(world.metric("multaqa_requests_total{route=\"push\",result=\"ok\"}").await, 2.0);
    assert_eq!(world.metric("multaqa_spaces").await, 1.0);
    assert_eq!(world.metric("multaqa_append_batches_total").await, 2.0);
    assert!(world.metric("multaqa_resident_memory_bytes").await > 1e6);
}
