//! The border of a device's and a server's small talk: parameters, replies, parts of a stream, and proofs.

use data_encoding::HEXLOWER;
use minicbor::{Decode, Encode};
use sync_engine::ids::ServerId;
use sync_engine::request::Auth;
use sync_engine::wire::{
    Confirm, Enter, GetBlob, GetBlobReply, Pull, PullPart, Push, PushReply, PutBlob, PutBlobReply, Refusal, Repair,
    RepairReply, ReplyProof, Return, Route, SignedHead,
};

use super::{Reach, Target, cbor, envelopes, mutate};
use crate::sim::random::Random;

/// An input is one byte, which says as what it is to be read, and the bytes.
pub(super) struct Wire;

const KINDS: u8 = 17;

/// The bytes of every message, and as what each is read.
fn golden() -> Vec<(u8, Vec<u8>)> {
    let kind = |name: &str| match name {
        "push" => Some(0),
        "push-reply" => Some(1),
        "pull" => Some(2),
        "page" | "caught-up" | "caught-up-lacking" | "reset" | "heartbeat" | "no-access" => Some(3),
        "repair" => Some(4),
        "repair-reply" => Some(5),
        "enter" => Some(6),
        "put-blob" => Some(7),
        "put-blob-reply" => Some(8),
        "get-blob" => Some(9),
        "get-blob-reply" => Some(10),
        "return" => Some(11),
        "confirm" => Some(12),
        "refusal" => Some(13),
        "reply-proof" => Some(14),
        "auth" => Some(15),
        _ => None,
    };
    let lines = include_str!("../../golden/wire-v1.hex").lines().filter_map(|line| line.split_once(' '));
    lines.filter_map(|(name, hex)| Some((kind(name)?, HEXLOWER.decode(hex.as_bytes()).ok()?))).collect()
}

impl Target for Wire {
    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        thread_local! {
            static GOLDEN: Vec<(u8, Vec<u8>)> = golden();
        }
        GOLDEN.with(|golden| {
            let (kind, mut bytes) = golden[random.below(golden.len())].clone();
            let (_, other) = &golden[random.below(golden.len())];
            match random.below(10) {
                0 => {}
                1..3 => mutate::some(random, &mut bytes, other),
                _ if kind == 15 => {
                    let mut proof = data_encoding::BASE64URL_NOPAD.decode(&bytes).expect("base64url");
                    cbor::mutate(random, &mut proof, other);
                    bytes = data_encoding::BASE64URL_NOPAD.encode(&proof).into_bytes();
                }
                _ => cbor::mutate(random, &mut bytes, other),
            }
            let kind = if random.chance(5) { random.below(usize::from(KINDS)) as u8 } else { kind };
            [&[kind][..], &bytes].concat()
        })
    }

    fn take(&mut self, bytes: &[u8]) -> Reach {
        let Some((kind, bytes)) = bytes.split_first() else { return Reach::new(0, "empty") };
        let server = ServerId(envelopes::key(0).device().0);
        match kind % KINDS {
            0 => read::<Push>(bytes, |_| false),
            1 => read::<PushReply>(bytes, |_| false),
            2 => read::<Pull>(bytes, |_| false),
            3 => read::<PullPart>(bytes, |part| match part {
                PullPart::CaughtUp { head, .. } | PullPart::Reset { head } => head.is_signed_by(&server),
                _ => false,
            }),
            4 => read::<Repair>(bytes, |_| false),
            5 => read::<RepairReply>(bytes, |reply| reply.head.is_signed_by(&server)),
            6 => read::<Enter>(bytes, |_| false),
            7 => read::<PutBlob>(bytes, |_| false),
            8 => read::<PutBlobReply>(bytes, |_| false),
            9 => read::<GetBlob>(bytes, |_| false),
            10 => read::<GetBlobReply>(bytes, |_| false),
            11 => read::<Return>(bytes, |given| given.head.is_signed_by(&server)),
            12 => read::<Confirm>(bytes, |_| false),
            13 => read::<Refusal>(bytes, |_| false),
            14 => read::<ReplyProof>(bytes, |proof| proof.is_signed_by(&server, b"body")),
            15 => match std::str::from_utf8(bytes).map(Auth::from_header) {
                Ok(Ok(auth)) => {
                    let verified = auth.verify(Route::Push, &ServerId([0x5e; 32]), 6, b"body");
                    Reach::new(1 + usize::from(verified.is_ok()), "auth")
                }
                _ => Reach::new(0, "no auth"),
            },
            _ => read::<SignedHead>(bytes, |head| head.is_signed_by(&server)),
        }
    }
}

fn read<'b, T: Decode<'b, ()> + Encode<()> + std::fmt::Debug>(
    bytes: &'b [u8],
    is_signed: impl Fn(&T) -> bool,
) -> Reach {
    match minicbor::decode::<T>(bytes) {
        Ok(value) => {
            minicbor::to_vec(&value).expect("what was read can be written");
            let name = std::any::type_name::<T>();
            Reach::new(1 + usize::from(is_signed(&value)), name.rsplit(':').next().unwrap_or(name))
        }
        Err(_) => Reach::new(0, "no message"),
    }
}
