//! What goes wrong at a device's commits: one fault at a time, at the n-th commit from now.

use std::sync::{Arc, Mutex, MutexGuard};

use sync_engine::store::{CommitFault, CommitGate};

/// Shared by a device's engine, which asks, and the world, which decides.
#[derive(Clone, Default)]
pub(super) struct Gate(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    armed: Option<(u32, CommitFault)>,
    fired: Option<CommitFault>,
    is_dead: bool,
}

impl Gate {
    /// Lets the commit after `commits` others go wrong.
    pub(super) fn arm(&self, commits: u32, fault: CommitFault) {
        self.state().armed = Some((commits, fault));
    }

    pub(super) fn disarm(&self) {
        self.state().armed = None;
    }

    /// What went wrong since the last call.
    pub(super) fn take_fired(&self) -> Option<CommitFault> {
        self.state().fired.take()
    }

    /// The same, and leaves it to be taken.
    pub(super) fn peek_fired(&self) -> Option<CommitFault> {
        self.state().fired
    }

    /// The process starts again.
    pub(super) fn revive(&self) {
        *self.state() = State::default();
    }

    pub(super) fn commit_gate(&self) -> CommitGate {
        let gate = self.clone();
        Box::new(move || gate.state().next())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no panic before")
    }
}

impl State {
    fn next(&mut self) -> Option<CommitFault> {
        if self.is_dead {
            return Some(CommitFault::CrashBefore);
        }
        match self.armed.take()? {
            (0, fault) => {
                self.fired = Some(fault);
                self.is_dead = fault != CommitFault::Full;
                Some(fault)
            }
            (commits, fault) => {
                self.armed = Some((commits - 1, fault));
                None
            }
        }
    }
}
