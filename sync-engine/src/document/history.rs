//! Which changes of a document make up one version of it, as a person would count: one stretch of work by one
//! person.

use std::collections::HashMap;

use automerge::{ActorId, Automerge, ChangeHash};

use super::kind::is_format_actor;

/// Ten minutes: a longer pause begins a new version.
const GAP_MS_MAX: i64 = 10 * 60 * 1000;

/// One person's changes, one after the other with short gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The document as that person left it.
    pub heads: Vec<ChangeHash>,
    /// The document as that person found it. None for the first change of all.
    pub before: Vec<ChangeHash>,
    /// One of the actors that wrote it; all are of one person.
    pub actor: ActorId,
    /// The first and the last change, by the clock of who made it, in Unix milliseconds.
    pub from_ms: i64,
    pub to_ms: i64,
    pub changes: usize,
}

/// The stretches of a document's history, the newest first. `person` says whose an actor is.
///
/// A change goes on with a stretch if it builds on nothing but that stretch and what the stretch began with. So
/// between `before` and `heads` there is that person's work and nothing else, also where others worked at the same
/// time; and whoever takes in others' changes begins a new stretch.
pub fn stretches<P: PartialEq>(doc: &Automerge, person: impl Fn(&ActorId) -> P) -> Vec<Stretch> {
    let changes = doc.get_changes_meta(&[]);
    let mut people: HashMap<&[u8], P> = HashMap::new();
    let mut stretch_of: HashMap<ChangeHash, usize> = HashMap::with_capacity(changes.len());
    // No earlier than anything that the change builds on, whatever the clocks said.
    let mut time_of: HashMap<ChangeHash, i64> = HashMap::with_capacity(changes.len());
    let mut times: Vec<i64> = Vec::new();
    let mut stretches: Vec<Stretch> = Vec::new();
    // Each comes after all that it builds on.
    for change in &changes {
        let actor = change.actor.as_ref();
        if is_format_actor(actor) {
            continue;
        }
        people.entry(actor.to_bytes()).or_insert_with(|| person(actor));
        let is_one_person = |a: &ActorId, b: &ActorId| people.get(a.to_bytes()) == people.get(b.to_bytes());
        let mut built_on = change.deps.iter().filter_map(|dep| stretch_of.get(dep).copied());
        let goes_on = built_on.find(|nth| {
            let stretch = &stretches[*nth];
            let is_inside = |dep| stretch_of.get(dep) == Some(nth) || stretch.before.contains(dep);
            is_one_person(&stretch.actor, actor)
                && change.timestamp.abs_diff(stretch.to_ms) < GAP_MS_MAX.unsigned_abs()
                && change.deps.iter().all(is_inside)
        });
        let nth = goes_on.unwrap_or_else(|| {
            stretches.push(Stretch {
                heads: Vec::new(),
                before: change.deps.clone(),
                actor: actor.clone(),
                from_ms: change.timestamp,
                to_ms: change.timestamp,
                changes: 0,
            });
            times.push(i64::MIN);
            stretches.len() - 1
        });
        let stretch = &mut stretches[nth];
        stretch.heads.retain(|head| !change.deps.contains(head));
        stretch.heads.push(change.hash);
        stretch.from_ms = stretch.from_ms.min(change.timestamp);
        stretch.to_ms = stretch.to_ms.max(change.timestamp);
        stretch.changes += 1;
        let built_on = change.deps.iter().filter_map(|dep| time_of.get(dep)).copied().max();
        let time = built_on.unwrap_or(i64::MIN).max(change.timestamp);
        times[nth] = times[nth].max(time);
        time_of.insert(change.hash, time);
        stretch_of.insert(change.hash, nth);
    }
    let mut newest_first: Vec<_> = times.into_iter().zip(stretches).enumerate().collect();
    newest_first.sort_by_key(|(nth, (time, _))| std::cmp::Reverse((*time, *nth)));
    newest_first.into_iter().map(|(_, (_, stretch))| stretch).collect()
}

/// The heads among some versions: those on which no other of them builds.
pub fn frontier(doc: &Automerge, versions: &[ChangeHash]) -> Vec<ChangeHash> {
    let mut heads = versions.to_vec();
    heads.sort_unstable();
    heads.dedup();
    let all = heads.clone();
    if all.len() > 1 {
        heads.retain(|head| {
            let others: Vec<_> = all.iter().copied().filter(|other| other != head).collect();
            doc.get_changes_meta(&others).iter().any(|change| change.hash == *head)
        });
    }
    heads
}

/// The actors of the changes that a version lacks.
pub fn actors_since(doc: &Automerge, heads: &[ChangeHash]) -> Vec<ActorId> {
    let mut actors: Vec<_> = doc.get_changes_meta(heads).into_iter().map(|change| change.actor.into_owned()).collect();
    actors.retain(|actor| !is_format_actor(actor));
    actors.sort_unstable();
    actors.dedup();
    actors
}
