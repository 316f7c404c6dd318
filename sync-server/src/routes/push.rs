//! Push: a device offers envelopes, and learns what became of each. Signatures are checked here; role, chain and
//! quota by the log.

use sync_engine::wire::{Push, PushReply, Refusal};

use super::gate::{Caller, malformed};
use crate::log::Batch;
use crate::offered::Offered;
use crate::service::{Service, refuse_write, unavailable};

pub(super) async fn push(service: &Service, caller: Caller) -> Result<PushReply, Refusal> {
    let push: Push = caller.read()?;
    let space = push.space;
    let offered = {
        let _turn = service.unpackers.acquire().await.map_err(|_| unavailable("the server stops"))?;
        service.compute(move || Offered::read(&space, &push.frame)).await?
    };
    let mut offered = offered.map_err(|error| malformed(error.to_string()))?;
    let envelopes = std::mem::take(&mut offered.envelopes);
    let mut taken = vec![];
    if !envelopes.is_empty() {
        let lacks = push.lacks.unwrap_or_default().into_iter().collect();
        let batch = Batch { space, sender: caller.device, envelopes, lacks, now_ms: caller.now_ms };
        taken = service.writer.append(batch).await.map_err(refuse_write)?.outcomes;
    }
    let outcomes = offered.outcomes(taken);
    outcomes.iter().for_each(|outcome| service.metrics.envelope(outcome));
    Ok(PushReply { outcomes })
}
