//! What happens on a device between two requests to a server: which step comes next, and what an answer's parts do
//! to the engine. Knows neither network nor clock, so that the driver and the simulation share it.

use crate::engine::{Engine, EngineError, PageEffect, Reset};
use crate::ids::{Position, ServerId};
use crate::session::{Session, SpaceStatus, Step};
use crate::wire::PullPart;

/// What `session` does next about the spaces on that server.
pub fn next_step(
    session: &mut Session,
    engine: &mut Engine,
    server: &ServerId,
    now_ms: u64,
) -> Result<Step, EngineError> {
    if session.is_absent_due(now_ms) {
        engine.retry_absent();
    }
    Ok(session.next(now_ms, &statuses(engine, server)?))
}

/// What is to be done for each space on that server.
fn statuses(engine: &Engine, server: &ServerId) -> Result<Vec<SpaceStatus>, EngineError> {
    let mut statuses = Vec::new();
    for row in engine.spaces()?.into_iter().filter(|row| row.server.as_ref() == Some(server)) {
        let space = row.space;
        statuses.push(SpaceStatus {
            space,
            is_unknown: row.is_unknown(),
            has_upload: engine.has_upload(&space)?,
            has_outbox: engine.has_outbox(&space)?,
            has_fetch: engine.has_fetch(&space)?,
        });
    }
    Ok(statuses)
}

/// What taking parts in came to.
#[derive(Debug, Default)]
pub struct Taken {
    pub pages: u64,
    /// The server's log is another one than this device has read.
    pub reset: Option<Reset>,
    /// Spaces that the server had no more to say of.
    pub answered: usize,
    /// At least one space is caught up.
    pub is_current: bool,
    /// The rest of this answer is of no use: ask again.
    pub must_ask_again: bool,
}

/// Takes the parts of a pull's answer into the engine, consecutive pages of one space together. `answered_ms` is the
/// server's time at which it began to answer.
pub fn take_in(engine: &mut Engine, parts: Vec<PullPart>, answered_ms: u64) -> Result<Taken, EngineError> {
    let mut taken = Taken::default();
    let mut parts = parts.into_iter().peekable();
    while let Some(part) = parts.next() {
        match part {
            PullPart::Page { space, after, frame, mut head } => {
                let mut pages = vec![(after, frame)];
                while let Some(PullPart::Page { space: next, .. }) = parts.peek()
                    && *next == space
                    && let Some(PullPart::Page { after, frame, head: later, .. }) = parts.next()
                {
                    pages.push((after, frame));
                    head = later;
                }
                engine.expect_head(&space, head);
                taken.pages += pages.len() as u64;
                let pages: Vec<(Position, &[u8])> = pages.iter().map(|(after, frame)| (*after, &frame[..])).collect();
                if engine.on_pages(&space, &pages)? == PageEffect::NeedsOwn {
                    engine.reread_own(&space);
                    taken.must_ask_again = true;
                    return Ok(taken);
                }
            }
            PullPart::CaughtUp { head, lacks } => {
                engine.check_age(&head, answered_ms)?;
                engine.on_caught_up(&head)?;
                engine.on_lacking(&head.space, &lacks.unwrap_or_default())?;
                taken.is_current = true;
                taken.answered += 1;
            }
            PullPart::Reset { head } => {
                engine.check_age(&head, answered_ms)?;
                taken.reset = Some(engine.on_reset(&head)?);
                taken.must_ask_again = true;
                return Ok(taken);
            }
            PullPart::NoAccess { space, reason, own } => {
                taken.reset = engine.on_no_access(&space, reason, own.as_deref())?;
                if taken.reset.is_some() {
                    taken.must_ask_again = true;
                    return Ok(taken);
                }
                taken.answered += 1;
            }
            PullPart::Heartbeat { .. } => {}
        }
    }
    Ok(taken)
}
