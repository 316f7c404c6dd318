//! What the server counts, and how it tells Prometheus. Counts requests and bytes, never who or what.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sync_engine::wire::{Outcome, RefusalCode, Route};

/// `ok`, and then the refusals in the order of their numbers on the wire.
const RESULTS: [&str; 8] = ["ok", "malformed", "not_signed", "clock", "forbidden", "rate", "not_found", "unavailable"];

const OUTCOMES: [&str; 4] = ["accepted", "held", "refused", "later"];

/// Counters since the server started.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: [[AtomicU64; RESULTS.len()]; Route::ALL.len()],
    envelopes: [AtomicU64; OUTCOMES.len()],
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    append_groups: AtomicU64,
    append_batches: AtomicU64,
    append_micros: AtomicU64,
}

/// What is not counted but looked up.
#[derive(Clone, Copy, Debug)]
pub struct Gauges {
    pub followers: usize,
    pub spaces: usize,
}

impl Metrics {
    pub fn request(&self, route: Route, refusal: Option<RefusalCode>) {
        let result = refusal.map_or(0, |code| code as usize + 1);
        self.requests[route as usize][result].fetch_add(1, Ordering::Relaxed);
    }

    pub fn envelope(&self, outcome: &Outcome) {
        let index = match outcome {
            Outcome::Accepted { .. } => 0,
            Outcome::Held { .. } => 1,
            Outcome::Refused { .. } => 2,
            Outcome::Later { .. } => 3,
        };
        self.envelopes[index].fetch_add(1, Ordering::Relaxed);
    }

    pub fn received(&self, bytes: usize) {
        self.bytes_in.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub fn sent(&self, bytes: usize) {
        self.bytes_out.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// One transaction of the writer's, and how many batches shared it.
    pub fn appended(&self, batches: usize, took: Duration) {
        self.append_groups.fetch_add(1, Ordering::Relaxed);
        self.append_batches.fetch_add(batches as u64, Ordering::Relaxed);
        self.append_micros.fetch_add(took.as_micros() as u64, Ordering::Relaxed);
    }

    /// Prometheus' text format, version 0.0.4.
    pub fn render(&self, gauges: Gauges) -> String {
        let mut text = String::new();
        let read = |value: &AtomicU64| value.load(Ordering::Relaxed);
        head(&mut text, "multaqa_requests_total", "counter", "Requests by route and what became of them.");
        for (route, results) in Route::ALL.iter().zip(&self.requests) {
            for (result, count) in RESULTS.iter().zip(results).filter(|(_, count)| read(count) > 0) {
                let labels = format!("{{route=\"{}\",result=\"{result}\"}}", route.name());
                line(&mut text, &format!("multaqa_requests_total{labels}"), read(count));
            }
        }
        head(&mut text, "multaqa_envelopes_total", "counter", "Pushed envelopes by what became of them.");
        for (outcome, count) in OUTCOMES.iter().zip(&self.envelopes) {
            line(&mut text, &format!("multaqa_envelopes_total{{outcome=\"{outcome}\"}}"), read(count));
        }
        let seconds = Duration::from_micros(read(&self.append_micros)).as_secs_f64();
        let rows: [(&str, &str, &str, f64); 8] = [
            ("multaqa_received_bytes_total", "counter", "Bytes of request bodies.", read(&self.bytes_in) as f64),
            ("multaqa_sent_bytes_total", "counter", "Bytes of reply bodies.", read(&self.bytes_out) as f64),
            ("multaqa_appends_total", "counter", "Transactions that appended.", read(&self.append_groups) as f64),
            ("multaqa_append_batches_total", "counter", "Batches in them.", read(&self.append_batches) as f64),
            ("multaqa_append_seconds_total", "counter", "Time spent in them.", seconds),
            ("multaqa_followers", "gauge", "Streams that are open now.", gauges.followers as f64),
            ("multaqa_spaces", "gauge", "Spaces that are kept here.", gauges.spaces as f64),
            ("multaqa_resident_memory_bytes", "gauge", "Memory in use.", resident_bytes() as f64),
        ];
        for (name, kind, help, value) in rows {
            head(&mut text, name, kind, help);
            line(&mut text, name, value);
        }
        text
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    // Writing into a string cannot fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn line(text: &mut String, name: &str, value: impl std::fmt::Display) {
    let _ = writeln!(text, "{name} {value}");
}

/// As Linux tells it; 0 elsewhere.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix("kB")?.trim().parse().ok());
    kib.map_or(0, |kib: u64| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_counted_under_its_own_name() {
        let metrics = Metrics::default();
        metrics.request(Route::Push, None);
        metrics.request(Route::Push, Some(RefusalCode::Malformed));
        metrics.request(Route::GetBlob, Some(RefusalCode::Unavailable));
        let text = metrics.render(Gauges { followers: 3, spaces: 2 });
        for expected in [
            "multaqa_requests_total{route=\"push\",result=\"ok\"} 1",
            "multaqa_requests_total{route=\"push\",result=\"malformed\"} 1",
            "multaqa_requests_total{route=\"get-blob\",result=\"unavailable\"} 1",
            "multaqa_followers 3",
        ] {
            assert!(text.lines().any(|line| line == expected), "{expected} is missing in {text}");
        }
    }
}
