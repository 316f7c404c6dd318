//! The border at which people paste: links of invitations and of servers, codes of a second device, and
//! ids in text.

use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use sync_engine::entry::Person;
use sync_engine::ids::{DeviceId, DocumentId, ServerId, SpaceId};
use sync_engine::keys::Signature;
use sync_engine::link::{EnterLink, InviteLink, LinkError, is_private, percent_decoded};
use sync_engine::pairing::{Answer, Consent, Offer};

use super::{Reach, Target, mutate};
use crate::sim::random::Random;

/// An input is a text.
pub(super) struct Links;

const URLS: [&str; 8] = [
    "https://sync.example.org:8443/ملتقى?a=b&c#d",
    "http://127.0.0.1:8787",
    "http://[::1]:8787/path",
    "https://",
    "http://localhost:80@example.org/",
    "https://a\u{0}b",
    "javascript:alert(1)",
    "https://multaqa.example/sync",
];

impl Target for Links {
    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        let mut one = || {
            let url = URLS[random.below(URLS.len())].to_owned();
            let (mut seed, mut id) = ([0; 32], [0; 32]);
            random.fill(&mut seed);
            random.fill(&mut id);
            let person = Person { name: "زهراء".into(), organisation: url.clone() };
            match random.below(6) {
                4 => Offer { by: DeviceId(id), person, spaces: vec![(SpaceId(seed), ServerId(id), url)] }.to_string(),
                5 => {
                    let consents = vec![(SpaceId(seed), Consent(Signature([7; 64]))); random.below(3)];
                    Answer { device: DeviceId(id), consents }.to_string()
                }
                0 => EnterLink { url, server: ServerId(id), secret: seed }.to_string(),
                1 => DeviceId(id).to_string(),
                _ => InviteLink { url, server: ServerId(id), space: SpaceId(seed), seed }.to_string(),
            }
        };
        let (text, other) = (one(), one());
        let mut bytes = text.into_bytes();
        // What stands inside a code of a device, under its encoding.
        if let Some(at) = bytes.iter().position(|byte| *byte == b'#').map(|at| at + 1)
            && random.chance(30)
            && let Ok(mut json) = BASE64URL_NOPAD.decode(&bytes[at..])
        {
            if random.chance(10) {
                let at = random.below(json.len());
                let deep = [&b"["[..], b"{\"a\":"][random.below(2)].repeat(random.below(9000));
                json.splice(at..at, deep);
            } else {
                mutate::some(random, &mut json, b"\"\\u0000[]{},:1e99null");
            }
            bytes.truncate(at);
            bytes.extend(BASE64URL_NOPAD.encode(&json).into_bytes());
            return bytes;
        }
        match random.below(16) {
            12..16 => {}
            0..3 => mutate::some(random, &mut bytes, other.as_bytes()),
            3 => {
                // A name twice, or one that is not known.
                let at = bytes.iter().position(|byte| *byte == b'#').unwrap_or(0);
                let pair = [&b"&key=00"[..], b"&later=1", b"&space=", b"&&=&", b"&server=%"][random.below(5)];
                bytes.splice(at..at, pair.iter().copied());
            }
            4 => bytes = [b" \n\t", &bytes[..], "\u{a0}\u{200f}".as_bytes()].concat(),
            5 => bytes.extend(b"%41".repeat(random.below(900))),
            6 => bytes.make_ascii_uppercase(),
            _ => {
                // One letter of it.
                let at = random.below(bytes.len());
                let letters = b"%#&=?:/@[]AZaz09-_~\xff\xd9 ";
                bytes[at] = letters[random.below(letters.len())];
            }
        }
        bytes
    }

    fn take(&mut self, bytes: &[u8]) -> Reach {
        let text = String::from_utf8_lossy(bytes);
        let (enter, invite) = (EnterLink::from_str(&text), InviteLink::from_str(&text));
        for url in [enter.as_ref().map(|link| &link.url).ok(), invite.as_ref().map(|link| &link.url).ok()]
            .into_iter()
            .flatten()
        {
            assert!(is_private(url), "a link leads only to where nobody reads along");
        }
        is_private(&text);
        percent_decoded(&text);
        let ids = [
            DeviceId::from_str(&text).is_ok(),
            DocumentId::from_str(&text).is_ok(),
            text.split(['?', '#', '&']).any(|part| ServerId::from_str(part).is_ok()),
        ];
        if let Ok(offer) = Offer::from_str(&text) {
            assert_eq!(offer.to_string().parse(), Ok(offer), "a code is read as it is written");
            return Reach::new(2, "offer");
        }
        if let Ok(answer) = Answer::from_str(&text) {
            assert_eq!(answer.to_string().parse(), Ok(answer), "a code is read as it is written");
            return Reach::new(2, "answer");
        }
        match (enter, invite) {
            (Ok(link), _) => {
                assert_eq!(link.to_string().parse(), Ok(link), "a link is read as it is written");
                Reach::new(2, "enter")
            }
            (_, Ok(link)) => {
                assert_eq!(link.to_string().parse(), Ok(link), "a link is read as it is written");
                Reach::new(2, "join")
            }
            (Err(LinkError::Scheme(_)), Err(LinkError::Scheme(_))) => {
                let is_code = text.trim().starts_with("multaqa://");
                Reach::new(usize::from(is_code), if ids.contains(&true) { "id" } else { "other text" })
            }
            (Err(LinkError::TooLong(_)), _) => Reach::new(0, "too long"),
            (Err(LinkError::Scheme(_)), Err(error)) | (Err(error), _) => Reach::error(1, &error),
        }
    }
}
