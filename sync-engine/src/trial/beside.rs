//! Operations of one change that stand beside each other where an honest writer's would follow each other: values
//! of one key, or deletions of one element, that do not know of those before. A hundred bytes hold a quarter of a
//! million of them, and whoever reads the document looks at each, every time. Knows nothing of the document.

use std::collections::{HashMap, HashSet};

use automerge::legacy::{Key, ObjectId, Op, OpId, OpType};
use automerge::{ActorId, Change};

use crate::guard::Limits;
use crate::payload::spliced_text;

/// Whether a change has more of them than it may have.
pub(super) fn has_too_many(change: &Change, limits: &Limits) -> bool {
    // There are fewer of them than operations, and letters only follow each other.
    if change.len() as u64 <= limits.change_ops_beside || spliced_text(change.raw_bytes()).is_some() {
        return false;
    }
    let decoded = change.decode();
    count(&decoded.actor_id, decoded.start_op.get(), &decoded.operations) > limits.change_ops_beside
}

fn count(actor: &ActorId, start_op: u64, operations: &[Op]) -> u64 {
    let mut overwritten: HashSet<&OpId> = HashSet::new();
    // What this change itself shows at a place: the counter of the operation.
    let mut shown: HashMap<(&ObjectId, &Key), u64> = HashMap::new();
    let mut beside = 0;
    for (nth, op) in operations.iter().enumerate() {
        let repeated = op.pred.iter().filter(|pred| !overwritten.insert(*pred)).count();
        beside += repeated as u64;
        // A new element, or a sum, stands beside nothing.
        if op.insert || matches!(op.action, OpType::Increment(_)) {
            continue;
        }
        let place = (&op.obj, &op.key);
        let follows = |own: &u64| op.pred.iter().any(|pred| pred.counter() == *own && pred.actor() == actor);
        beside += u64::from(shown.get(&place).is_some_and(|own| !follows(own)));
        match op.action {
            OpType::Delete => shown.remove(&place),
            _ => shown.insert(place, start_op + nth as u64),
        };
    }
    beside
}
