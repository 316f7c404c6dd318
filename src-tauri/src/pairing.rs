//! Adding a second device of one's own: the old one shows an offer, the new one answers, the old one takes the
//! answer. Each is a code to scan or paste; none of them is a secret, and none is of use to anybody else.

use std::sync::Arc;

use serde::Serialize;
use sync_engine::entry::Home;
use sync_engine::pairing::{Answer, Consent, Offer};

use crate::app::App;
use crate::error::CommandError;
use crate::qr;

/// A code as text, and as a QR code where it fits into one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Code {
    pub code: String,
    pub svg: String,
}

impl App {
    pub fn pair_offer(&self) -> Result<Code, CommandError> {
        let person = self.person()?;
        let engine = self.lock()?;
        let spaces = engine.spaces()?.into_iter().filter_map(|row| Some((row.space, row.server?, row.url)));
        Ok(shown(&Offer { by: engine.device(), person, spaces: spaces.collect() }))
    }

    /// The new device takes the old one's name, and follows its spaces.
    pub fn pair_answer(self: &Arc<Self>, offer: &str) -> Result<Code, CommandError> {
        let offer: Offer = offer.parse().map_err(CommandError::invalid)?;
        self.set_person(&offer.person)?;
        let mut engine = self.lock()?;
        let mut consents = Vec::new();
        for (space, server, url) in &offer.spaces {
            engine.follow_space(space, &Home { server: *server, url: url.clone() })?;
            let consent = engine.consent(space, &offer.by);
            consents.push((*space, Consent(consent)));
        }
        let answer = Answer { device: engine.device(), consents };
        drop(engine);
        for (space, ..) in offer.spaces {
            self.on_new_space(space)?;
        }
        Ok(shown(&answer))
    }

    pub fn pair_finish(self: &Arc<Self>, answer: &str, label: &str) -> Result<(), CommandError> {
        let answer: Answer = answer.parse().map_err(CommandError::invalid)?;
        let mut engine = self.lock()?;
        for (space, consent) in &answer.consents {
            engine.add_device(space, answer.device, label, consent.0)?;
        }
        drop(engine);
        for (space, _) in answer.consents {
            self.on_new_space(space)?;
        }
        Ok(())
    }
}

fn shown(code: &impl ToString) -> Code {
    let code = code.to_string();
    // A code too long to be scanned can still be sent as text.
    let svg = qr::svg(&code).unwrap_or_default();
    Code { code, svg }
}
