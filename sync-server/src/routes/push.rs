//! Push: a device offers envelopes, and learns what became of each. Signatures are checked here; role, chain and
//! quota by the log.

use sync_engine::envelope::Envelope;
use sync_engine::frame::read_push;
use sync_engine::wire::{LaterReason, Outcome, Push, PushReply, Refusal};

use super::gate::{Caller, malformed};
use crate::log::Batch;
use crate::service::{Service, refuse_write, unavailable};

pub(super) async fn push(service: &Service, caller: Caller) -> Result<PushReply, Refusal> {
    let push: Push = caller.read()?;
    let space = push.space;
    let envelopes = {
        let _turn = service.unpackers.acquire().await.map_err(|_| unavailable("the server stops"))?;
        service.compute(move || read_push(&space, &push.frame).map(check)).await?
    };
    let envelopes = envelopes.map_err(|error| malformed(error.to_string()))?;
    let is_valid: Vec<bool> = envelopes.iter().map(Option::is_some).collect();
    let envelopes: Vec<Envelope> = envelopes.into_iter().flatten().collect();
    let mut taken = vec![];
    if !envelopes.is_empty() {
        let batch = Batch { space, sender: caller.device, envelopes, now_ms: caller.now_ms };
        taken = service.writer.append(batch).await.map_err(refuse_write)?.outcomes;
    }
    let mut taken = taken.into_iter();
    let invalid = Outcome::Later { reason: LaterReason::Invalid };
    let outcomes: Vec<Outcome> =
        is_valid.into_iter().filter_map(|is_valid| if is_valid { taken.next() } else { Some(invalid) }).collect();
    outcomes.iter().for_each(|outcome| service.metrics.envelope(outcome));
    Ok(PushReply { outcomes })
}

/// One bad envelope is passed over by itself: those of other authors beside it are not its fault.
fn check(envelopes: Vec<Envelope>) -> Vec<Option<Envelope>> {
    envelopes.into_iter().map(|envelope| envelope.verify().is_ok().then_some(envelope)).collect()
}
