//! How many requests are in the works at once, in all and of one device, and how many bytes of bodies they hold.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sync_engine::ids::DeviceId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// 16 KiB: bodies up to here (most are) need no room of their own, so large ones never keep them out.
const SMALL_BODY_BYTES: usize = 16 << 10;

/// Bounds for what is in the works.
#[derive(Debug)]
pub struct Slots {
    requests: Arc<Semaphore>,
    body_bytes: Arc<Semaphore>,
    device_requests_max: u32,
    devices: Arc<Mutex<HashMap<DeviceId, u32>>>,
}

/// One request's place. Dropping it frees the place.
#[derive(Debug)]
pub struct Slot {
    _request: OwnedSemaphorePermit,
    _body: Option<OwnedSemaphorePermit>,
}

/// One place of a device's. Dropping it frees the place.
#[derive(Debug)]
pub struct DeviceSlot {
    devices: Arc<Mutex<HashMap<DeviceId, u32>>>,
    device: DeviceId,
}

impl Slots {
    pub fn new(requests_max: usize, body_bytes_max: usize, device_requests_max: u32) -> Self {
        Self {
            requests: Arc::new(Semaphore::new(requests_max)),
            body_bytes: Arc::new(Semaphore::new(body_bytes_max)),
            device_requests_max,
            devices: Arc::default(),
        }
    }

    /// A place for a request whose body has at most so many bytes.
    pub fn enter(&self, body_bytes: usize) -> Option<Slot> {
        let request = self.requests.clone().try_acquire_owned().ok()?;
        let body = match body_bytes {
            0..=SMALL_BODY_BYTES => None,
            _ => Some(self.body_bytes.clone().try_acquire_many_owned(body_bytes as u32).ok()?),
        };
        Some(Slot { _request: request, _body: body })
    }

    /// A place for a request of this device.
    pub fn of(&self, device: DeviceId) -> Option<DeviceSlot> {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        let count = devices.entry(device).or_default();
        if *count >= self.device_requests_max {
            return None;
        }
        *count += 1;
        Some(DeviceSlot { devices: self.devices.clone(), device })
    }
}

impl Drop for DeviceSlot {
    fn drop(&mut self) {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = devices.get_mut(&self.device) {
            *count -= 1;
            if *count == 0 {
                devices.remove(&self.device);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_bodies_never_keep_small_ones_out() {
        let slots = Slots::new(8, 1 << 20, 2);
        let large = slots.enter(1 << 20).expect("the first");
        assert!(slots.enter(1 << 20).is_none());
        assert!(slots.enter(100).is_some());
        drop(large);
        assert!(slots.enter(1 << 20).is_some());
    }

    #[test]
    fn one_device_has_only_its_own_places() {
        let slots = Slots::new(8, 1 << 20, 2);
        let taken = [slots.of(DeviceId([1; 32])), slots.of(DeviceId([1; 32]))];
        assert!(slots.of(DeviceId([1; 32])).is_none());
        assert!(slots.of(DeviceId([2; 32])).is_some());
        drop(taken);
        assert!(slots.devices.lock().expect("unpoisoned").is_empty());
    }
}
