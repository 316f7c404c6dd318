//! How much one device may ask for in how little time. Goes by device, not by address: a delegation shares one.

use std::collections::HashMap;
use std::sync::Mutex;

use sync_engine::ids::DeviceId;

/// 4,096 devices are kept in mind; one that was away for long starts afresh anyway.
const DEVICES_MAX: usize = 4096;

/// What one device may do; the bursts are what it may do at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    pub requests_per_second: u32,
    pub requests_burst: u32,
    pub bytes_per_second: u64,
    pub bytes_burst: u64,
}

impl Default for Rate {
    /// A device that comes back from a week without a line sends what it has at once; afterwards 20 requests and
    /// 4 MiB a second are far above what a person does.
    fn default() -> Self {
        Self { requests_per_second: 20, requests_burst: 400, bytes_per_second: 4 << 20, bytes_burst: 64 << 20 }
    }
}

/// One token bucket for requests and one for bytes, for each device.
#[derive(Debug)]
pub struct Rates {
    rate: Rate,
    buckets: Mutex<HashMap<DeviceId, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    requests: f64,
    bytes: f64,
    filled_ms: u64,
}

impl Rates {
    pub fn new(rate: Rate) -> Self {
        Self { rate, buckets: Mutex::default() }
    }

    /// Takes one request with so many bytes, or says in how many milliseconds to come again.
    pub fn take(&self, device: &DeviceId, bytes: usize, now_ms: u64) -> Result<(), u64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if buckets.len() >= DEVICES_MAX && !buckets.contains_key(device) {
            make_room(&mut buckets);
        }
        let full = Bucket {
            requests: f64::from(self.rate.requests_burst),
            bytes: self.rate.bytes_burst as f64,
            filled_ms: now_ms,
        };
        let bucket = buckets.entry(*device).or_insert(full);
        let seconds = now_ms.saturating_sub(bucket.filled_ms) as f64 / 1000.0;
        let (per_second, bytes_per_second) =
            (f64::from(self.rate.requests_per_second), self.rate.bytes_per_second as f64);
        bucket.requests = (bucket.requests + seconds * per_second).min(full.requests);
        bucket.bytes = (bucket.bytes + seconds * bytes_per_second).min(full.bytes);
        bucket.filled_ms = now_ms;
        // A body may take the bytes below zero, so that one above the burst passes at all.
        let wait_seconds = ((1.0 - bucket.requests) / per_second).max((1.0 - bucket.bytes) / bytes_per_second);
        if wait_seconds > 0.0 {
            return Err((wait_seconds * 1000.0).ceil() as u64);
        }
        bucket.requests -= 1.0;
        bucket.bytes -= bytes as f64;
        Ok(())
    }
}

/// Forgets the older half: whoever was away longest has the fullest buckets.
fn make_room(buckets: &mut HashMap<DeviceId, Bucket>) {
    let mut times: Vec<u64> = buckets.values().map(|bucket| bucket.filled_ms).collect();
    let middle = times.len() / 2;
    let (_, &mut median, _) = times.select_nth_unstable(middle);
    let mut to_forget = buckets.len() - middle;
    buckets.retain(|_, bucket| {
        let is_kept = bucket.filled_ms > median || to_forget == 0;
        if !is_kept {
            to_forget -= 1;
        }
        is_kept
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { requests_per_second: 2, requests_burst: 3, bytes_per_second: 100, bytes_burst: 1000 };

    #[test]
    fn a_device_waits_for_exactly_as_long_as_it_is_told() {
        let (rates, device) = (Rates::new(RATE), DeviceId([1; 32]));
        for _ in 0..3 {
            assert_eq!(rates.take(&device, 0, 1000), Ok(()));
        }
        let wait_ms = rates.take(&device, 0, 1000).expect_err("the fourth at once");
        assert_eq!(wait_ms, 500);
        assert!(rates.take(&device, 0, 1000 + wait_ms - 1).is_err());
        assert_eq!(rates.take(&device, 0, 1000 + wait_ms), Ok(()));
    }

    #[test]
    fn bytes_count_too_and_other_devices_do_not() {
        let rates = Rates::new(RATE);
        assert_eq!(rates.take(&DeviceId([1; 32]), 1500, 1000), Ok(()));
        assert_eq!(rates.take(&DeviceId([1; 32]), 0, 1000), Err(5010));
        assert_eq!(rates.take(&DeviceId([2; 32]), 0, 1000), Ok(()));
    }

    #[test]
    fn a_crowd_of_devices_does_not_fill_the_memory() {
        let rates = Rates::new(RATE);
        for n in 0..3 * DEVICES_MAX as u64 {
            let mut id = [0; 32];
            id[..8].copy_from_slice(&n.to_be_bytes());
            assert_eq!(rates.take(&DeviceId(id), 0, 1000), Ok(()));
            assert!(rates.buckets.lock().expect("unpoisoned").len() <= DEVICES_MAX);
        }
    }
}
