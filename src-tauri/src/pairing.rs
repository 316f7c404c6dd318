//! Adding a second device of one's own: the old one shows an offer, the new one answers, the old one takes the
//! answer. Each is a code to scan or paste; none of them is a secret, and none is of use to anybody else.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use sync_engine::entry::{Home, Person};
use sync_engine::ids::{DeviceId, ServerId, SpaceId};
use sync_engine::keys::Signature;

use crate::app::App;
use crate::error::CommandError;
use crate::qr;

const OFFER: &str = "multaqa://offer#";
const ANSWER: &str = "multaqa://answer#";
/// 64 KiB of code are a hundred spaces.
const CODE_BYTES_MAX: usize = 64 << 10;

/// A code as text, and as a QR code where it fits into one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Code {
    pub code: String,
    pub svg: String,
}

/// What the old device says: whose it is, and where its spaces are.
#[derive(Serialize, Deserialize)]
struct Offer {
    by: DeviceId,
    person: Person,
    spaces: Vec<(SpaceId, ServerId, String)>,
}

/// What the new device says: its key, and its consent for each space.
#[derive(Serialize, Deserialize)]
struct Answer {
    device: DeviceId,
    consents: Vec<(SpaceId, String)>,
}

impl App {
    pub fn pair_offer(&self) -> Result<Code, CommandError> {
        let person = self.person()?;
        let engine = self.lock()?;
        let spaces = engine.spaces()?.into_iter().filter_map(|row| Some((row.space, row.server?, row.url)));
        written(OFFER, &Offer { by: engine.device(), person, spaces: spaces.collect() })
    }

    /// The new device takes the old one's name, and follows its spaces.
    pub fn pair_answer(self: &Arc<Self>, offer: &str) -> Result<Code, CommandError> {
        let offer: Offer = read(OFFER, offer)?;
        self.set_person(&offer.person)?;
        let mut engine = self.lock()?;
        let mut consents = Vec::new();
        for (space, server, url) in &offer.spaces {
            engine.follow_space(space, &Home { server: *server, url: url.clone() })?;
            let consent = engine.consent(space, &offer.by);
            consents.push((*space, data_encoding::HEXLOWER.encode(&consent.0)));
        }
        let answer = Answer { device: engine.device(), consents };
        drop(engine);
        for (space, ..) in offer.spaces {
            self.on_new_space(space)?;
        }
        written(ANSWER, &answer)
    }

    pub fn pair_finish(self: &Arc<Self>, answer: &str, label: &str) -> Result<(), CommandError> {
        let answer: Answer = read(ANSWER, answer)?;
        let mut engine = self.lock()?;
        for (space, consent) in &answer.consents {
            let consent = data_encoding::HEXLOWER.decode(consent.as_bytes()).ok();
            let consent = consent.and_then(|bytes| bytes.try_into().ok()).map(Signature);
            let consent = consent.ok_or_else(|| CommandError::invalid("the code is damaged: show it again"))?;
            engine.add_device(space, answer.device, label, consent)?;
        }
        drop(engine);
        for (space, _) in answer.consents {
            self.on_new_space(space)?;
        }
        Ok(())
    }
}

fn written<T: Serialize>(scheme: &str, value: &T) -> Result<Code, CommandError> {
    let json = serde_json::to_vec(value).map_err(CommandError::invalid)?;
    let code = format!("{scheme}{}", BASE64URL_NOPAD.encode(&json));
    // A code too long to be scanned can still be sent as text.
    let svg = qr::svg(&code).unwrap_or_default();
    Ok(Code { code, svg })
}

fn read<T: serde::de::DeserializeOwned>(scheme: &str, code: &str) -> Result<T, CommandError> {
    let damaged = || CommandError::invalid(format!("the code should begin with {scheme} and be whole"));
    let text = code.trim().strip_prefix(scheme).filter(|text| text.len() <= CODE_BYTES_MAX).ok_or_else(damaged)?;
    let json = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| damaged())?;
    serde_json::from_slice(&json).map_err(|_| damaged())
}
