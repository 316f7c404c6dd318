//! Enter: a device is let in by the secret that the operator handed out, and may found spaces from then on.

use sync_engine::wire::{Done, Enter, Refusal, RefusalCode};

use super::gate::Caller;
use crate::service::{Service, refuse, refuse_write};

pub(super) async fn enter(service: &Service, caller: Caller) -> Result<Done, Refusal> {
    let enter: Enter = caller.read()?;
    let (device, now_ms) = (caller.device, caller.now_ms);
    let is_in = service.writer.run(move |log| log.enter(device, &enter.secret, now_ms)).await.map_err(refuse_write)?;
    if is_in { Ok(Done {}) } else { Err(refuse(RefusalCode::Forbidden, "the link is unknown, used or expired")) }
}
