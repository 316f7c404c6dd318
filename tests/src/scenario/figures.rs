//! What a scenario measures: one line of figures.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::ScenarioError;
use super::process::{ServerProcess, own_cpu_ms};
use super::relay::Relay;

/// The figures of one run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Figures {
    pub wall_ms: f64,
    /// On the socket, HTTP and all, to the server and from it.
    pub up_bytes: u64,
    pub down_bytes: u64,
    /// Requests that the server answered.
    pub round_trips: u64,
    pub server_rss_bytes: u64,
    pub server_rss_bytes_peak: u64,
    pub server_cpu_ms: u64,
    /// Of all devices together, and the relay.
    pub client_cpu_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95_ms: Option<f64>,
    /// Whether everything came out as it should.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matches: Option<bool>,
    /// What only this scenario measures.
    #[serde(flatten)]
    pub more: BTreeMap<&'static str, f64>,
}

/// A measurement under way.
#[derive(Debug)]
pub(super) struct Meter {
    begun: Instant,
    up: u64,
    down: u64,
    server_cpu_ms: u64,
    client_cpu_ms: f64,
}

impl Meter {
    pub(super) fn start(server: &ServerProcess, relay: &Relay) -> Result<Self, ScenarioError> {
        let (up, down) = relay.bytes();
        let (server_cpu_ms, client_cpu_ms) = (server.usage()?.cpu_ms, own_cpu_ms());
        Ok(Self { begun: Instant::now(), up, down, server_cpu_ms, client_cpu_ms })
    }

    pub(super) fn stop(self, server: &ServerProcess, relay: &Relay) -> Result<Figures, ScenarioError> {
        let wall_ms = rounded(milliseconds(self.begun.elapsed()));
        let (up, down) = relay.bytes();
        let usage = server.usage()?;
        Ok(Figures {
            wall_ms,
            up_bytes: up - self.up,
            down_bytes: down - self.down,
            server_rss_bytes: usage.rss_bytes,
            server_rss_bytes_peak: usage.rss_bytes_peak,
            server_cpu_ms: usage.cpu_ms - self.server_cpu_ms,
            client_cpu_ms: rounded(own_cpu_ms() - self.client_cpu_ms),
            ..Figures::default()
        })
    }
}

impl Figures {
    pub(super) fn with_round_trips(mut self, round_trips: u64) -> Self {
        self.round_trips = round_trips;
        self
    }

    pub(super) fn that_match(mut self, matches: bool) -> Self {
        self.matches = Some(matches);
        self
    }

    /// The median and the 95th percentile of what was waited for.
    pub(super) fn with_times(mut self, times: &[Duration]) -> Self {
        (self.p50_ms, self.p95_ms) = (percentile(times, 50), percentile(times, 95));
        self
    }

    pub(super) fn with(mut self, name: &'static str, value: f64) -> Self {
        self.more.insert(name, rounded(value));
        self
    }
}

/// The time in milliseconds that so many percent of these took at most; none of none.
pub(super) fn percentile(times: &[Duration], percent: usize) -> Option<f64> {
    let mut times = times.to_vec();
    times.sort_unstable();
    let nth = (times.len() * percent).div_ceil(100).saturating_sub(1);
    times.get(nth).map(|time| rounded(milliseconds(*time)))
}

pub(super) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// To a thousandth: more digits say nothing.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let times: Vec<_> = (1..=20).map(Duration::from_millis).collect();
        assert_eq!((percentile(&times, 50), percentile(&times, 95)), (Some(10.0), Some(19.0)));
        assert_eq!(percentile(&[], 50), None);
    }
}
