//! Real editing traces: read from a file of `data/`, and cut into the edits and deliveries of a replay. Knows no
//! engine; `replay` does what the steps say.

use std::collections::HashSet;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Where the files are published.
const PUBLISHED_AT: &str = "https://github.com/josephg/editing-traces";

/// Why a trace could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    #[error("no trace at {}: get one from {PUBLISHED_AT}", .0.display())]
    Absent(PathBuf),
    #[error("trace {} cannot be read: {error}", path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("trace {} is not one: {error}", path.display())]
    Malformed { path: PathBuf, error: serde_json::Error },
    #[error("transaction {0} of the trace names a parent that does not come before it")]
    Disordered(usize),
}

/// At a position in Unicode code points, delete so many of them, then insert.
#[derive(Clone, Debug, Deserialize)]
pub struct Patch(pub usize, pub usize, pub String);

/// What one agent did in one go, at the version that its parents make up.
#[derive(Clone, Debug)]
pub struct Transaction {
    pub agent: usize,
    /// By their places in the trace. Only the first transactions have none.
    pub parents: Vec<usize>,
    pub patches: Vec<Patch>,
}

/// A text's whole history.
#[derive(Clone, Debug)]
pub struct Trace {
    pub start: String,
    pub end: String,
    pub transactions: Vec<Transaction>,
    pub agents: usize,
}

/// What a replay does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `agent` makes these transactions, one upon the other, as one edit.
    Edit { agent: usize, transactions: Range<usize> },
    /// What `from` has made so far is brought to `to`, which builds on some of it next.
    Deliver { from: usize, to: usize },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TraceFile {
    #[serde(default)]
    start_content: String,
    end_content: String,
    txns: Vec<TransactionFile>,
}

#[derive(Deserialize)]
struct TransactionFile {
    #[serde(default)]
    agent: usize,
    /// Absent in a sequential trace: the one before.
    parents: Option<Vec<usize>>,
    patches: Vec<Patch>,
}

impl Trace {
    /// Reads a trace from gzipped JSON.
    pub fn read(path: &Path) -> Result<Self, TraceError> {
        if !path.exists() {
            return Err(TraceError::Absent(path.to_owned()));
        }
        let unreadable = |error| TraceError::Unreadable { path: path.to_owned(), error };
        let mut json = String::new();
        let file = std::fs::File::open(path).map_err(unreadable)?;
        flate2::read::GzDecoder::new(file).read_to_string(&mut json).map_err(unreadable)?;
        let malformed = |error| TraceError::Malformed { path: path.to_owned(), error };
        Self::from_file(serde_json::from_str(&json).map_err(malformed)?)
    }

    fn from_file(file: TraceFile) -> Result<Self, TraceError> {
        let mut transactions = Vec::with_capacity(file.txns.len());
        for (at, transaction) in file.txns.into_iter().enumerate() {
            let TransactionFile { agent, parents, patches } = transaction;
            let parents = parents.unwrap_or_else(|| at.checked_sub(1).into_iter().collect());
            if parents.iter().any(|parent| *parent >= at) {
                return Err(TraceError::Disordered(at));
            }
            transactions.push(Transaction { agent, parents, patches });
        }
        let agents = transactions.iter().map(|transaction| transaction.agent + 1).max().unwrap_or(1);
        Ok(Self { start: file.start_content, end: file.end_content, transactions, agents })
    }

    /// The whole replay, with at most `group_max` transactions in an edit. A delivery comes only where an agent
    /// builds on what has not reached it, and then brings everything that there is.
    pub fn steps(&self, group_max: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut made = vec![0; self.agents];
        let mut has = vec![vec![0; self.agents]; self.agents];
        let seen = self.versions();
        for transactions in self.groups(group_max) {
            let agent = self.transactions[transactions.start].agent;
            for from in (0..self.agents).filter(|from| *from != agent) {
                if seen[transactions.start][from] > has[agent][from] {
                    has[agent][from] = made[from];
                    steps.push(Step::Deliver { from, to: agent });
                }
            }
            made[agent] += transactions.len();
            steps.push(Step::Edit { agent, transactions });
        }
        steps
    }

    /// Runs of transactions of one agent, each upon the one before, that nobody else builds on midway.
    fn groups(&self, group_max: usize) -> Vec<Range<usize>> {
        let parents_of = |at: usize| &self.transactions[at].parents;
        let built_on: HashSet<usize> = (0..self.transactions.len())
            .flat_map(|at| {
                parents_of(at).iter().copied().filter(move |parent| parent + 1 != at || parents_of(at).len() > 1)
            })
            .collect();
        let mut groups: Vec<Range<usize>> = Vec::new();
        for (at, transaction) in self.transactions.iter().enumerate() {
            match groups.last_mut() {
                Some(group)
                    if group.len() < group_max
                        && transaction.parents == [at - 1]
                        && transaction.agent == self.transactions[at - 1].agent
                        && !built_on.contains(&(at - 1)) =>
                {
                    group.end = at + 1;
                }
                _ => groups.push(at..at + 1),
            }
        }
        groups
    }

    /// For each transaction, how many of each agent's it has seen.
    fn versions(&self) -> Vec<Vec<usize>> {
        let mut made = vec![0; self.agents];
        let mut after: Vec<Vec<usize>> = Vec::with_capacity(self.transactions.len());
        let mut seen = Vec::with_capacity(self.transactions.len());
        for transaction in &self.transactions {
            let mut version = vec![0; self.agents];
            for parent in &transaction.parents {
                version.iter_mut().zip(&after[*parent]).for_each(|(most, count)| *most = (*most).max(*count));
            }
            seen.push(version.clone());
            made[transaction.agent] += 1;
            version[transaction.agent] = made[transaction.agent];
            after.push(version);
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(transactions: &[(usize, &[usize])]) -> Trace {
        let transaction = |(agent, parents): &(usize, &[usize])| Transaction {
            agent: *agent,
            parents: parents.to_vec(),
            patches: vec![Patch(0, 0, "ا".into())],
        };
        let transactions = transactions.iter().map(transaction).collect();
        Trace { start: String::new(), end: String::new(), transactions, agents: 2 }
    }

    fn edit(agent: usize, transactions: Range<usize>) -> Step {
        Step::Edit { agent, transactions }
    }

    #[test]
    fn one_author_needs_no_delivery() {
        let steps = trace(&[(0, &[]), (0, &[0]), (0, &[1])]).steps(2);
        assert_eq!(steps, [edit(0, 0..2), edit(0, 2..3)]);
    }

    #[test]
    fn a_group_ends_where_the_other_builds_on_it_and_a_delivery_comes_only_then() {
        let steps = trace(&[(0, &[]), (0, &[0]), (1, &[0]), (1, &[2]), (0, &[1, 2])]).steps(10);
        let expected = [
            edit(0, 0..1),
            edit(0, 1..2),
            Step::Deliver { from: 0, to: 1 },
            edit(1, 2..3),
            edit(1, 3..4),
            Step::Deliver { from: 1, to: 0 },
            edit(0, 4..5),
        ];
        assert_eq!(steps, expected);
    }
}
