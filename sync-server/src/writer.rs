//! The one writer: a thread that owns the log's writing half. Whatever waits for it when it is free shares one
//! durable transaction, so many devices cost little more than one.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::followers::Followers;
use crate::log::{Appended, Batch, LogError, LogWriter};
use crate::metrics::Metrics;

/// 256 jobs wait; whoever comes later is better told so than left waiting.
const QUEUE_MAX: usize = 256;

/// 8 MiB of envelopes wait: eight of the largest pushes.
const QUEUE_BYTES_MAX: usize = 8 << 20;

/// 64 batches or 4 MiB share a transaction, so that the first of them does not wait for ever longer ones.
const GROUP_BATCHES_MAX: usize = 64;
const GROUP_BYTES_MAX: usize = 4 << 20;

/// What an envelope costs beside its header and payload, about.
const ENVELOPE_BYTES: usize = 256;

/// Why nothing was written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WriteError {
    #[error("too much waits to be written")]
    Full,
    #[error("the writer has stopped")]
    Stopped,
    #[error(transparent)]
    Log(#[from] Arc<LogError>),
}

type Operation = Box<dyn FnOnce(&mut dyn LogWriter) + Send>;

enum Job {
    Append(Push),
    Run(Operation),
    Stop,
}

struct Push {
    batch: Batch,
    room: OwnedSemaphorePermit,
    answer: oneshot::Sender<Result<Appended, WriteError>>,
}

/// The way to the writer's thread.
#[derive(Debug)]
pub struct Writer {
    queue: mpsc::Sender<Job>,
    room: Arc<Semaphore>,
    thread: std::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread. Followers are woken when a batch is durable and its sender has been answered.
    pub fn start(log: impl LogWriter, followers: Arc<Followers>, metrics: Arc<Metrics>) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let mut work = Work { log: Box::new(log), followers, metrics };
        let thread = std::thread::Builder::new().name("writer".into()).spawn(move || work.run(jobs))?;
        let room = Arc::new(Semaphore::new(QUEUE_BYTES_MAX));
        Ok(Self { queue, room, thread: std::sync::Mutex::new(Some(thread)) })
    }

    /// Appends a batch, together with whatever else waits. What has been answered is durable.
    pub async fn append(&self, batch: Batch) -> Result<Appended, WriteError> {
        let bytes = batch_bytes(&batch).min(QUEUE_BYTES_MAX) as u32;
        let room = self.room.clone().try_acquire_many_owned(bytes).map_err(|_| WriteError::Full)?;
        let (answer, answered) = oneshot::channel();
        self.send(Job::Append(Push { batch, room, answer }))?;
        answered.await.map_err(|_| WriteError::Stopped)?
    }

    /// Does one writing operation in its turn.
    pub async fn run<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&mut dyn LogWriter) -> Result<T, LogError> + Send + 'static,
    ) -> Result<T, WriteError> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Run(Box::new(move |log| {
            // Whoever asked may have left; what was done stays done.
            let _ = answer.send(operation(log));
        })))?;
        answered.await.map_err(|_| WriteError::Stopped)?.map_err(|error| Arc::new(error).into())
    }

    pub fn is_running(&self) -> bool {
        !self.queue.is_closed()
    }

    /// Finishes what waits, takes nothing more, and closes the log. Waiting for it blocks the thread.
    pub fn stop(&self) {
        // When the queue is full, the thread is still at work, and this waits for a place.
        let _ = self.queue.blocking_send(Job::Stop);
        let thread = self.thread.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writer's thread panicked");
        }
    }

    fn send(&self, job: Job) -> Result<(), WriteError> {
        self.queue.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => WriteError::Full,
            mpsc::error::TrySendError::Closed(_) => WriteError::Stopped,
        })
    }
}

struct Work {
    log: Box<dyn LogWriter>,
    followers: Arc<Followers>,
    metrics: Arc<Metrics>,
}

impl Work {
    fn run(&mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut next = jobs.blocking_recv();
        while let Some(job) = next.take() {
            match job {
                Job::Append(first) => {
                    let (group, after) = gather(first, &mut jobs);
                    next = after;
                    self.append(group);
                }
                Job::Run(operation) => operation(&mut *self.log),
                Job::Stop => jobs.close(),
            }
            next = next.or_else(|| jobs.blocking_recv());
        }
    }

    fn append(&mut self, group: Vec<Push>) {
        let (batches, senders): (Vec<_>, Vec<_>) =
            group.into_iter().map(|push| (push.batch, (push.answer, push.room))).unzip();
        let results = self.commit(&batches);
        for ((answer, _room), result) in senders.into_iter().zip(&results) {
            // The sender may be gone; it will repeat its push and be answered the same.
            let _ = answer.send(result.clone());
        }
        for (batch, result) in batches.iter().zip(&results) {
            if result.as_ref().is_ok_and(|appended| appended.head.is_some()) {
                self.followers.wake(&batch.space);
            }
        }
    }

    /// One transaction for all; if that fails, one for each, so that a damaged space stops no other.
    fn commit(&mut self, batches: &[Batch]) -> Vec<Result<Appended, WriteError>> {
        let error = match self.timed(batches) {
            Ok(appended) => return appended.into_iter().map(Ok).collect(),
            Err(error) => error,
        };
        if batches.len() == 1 || matches!(error, LogError::Busy(_)) {
            let error = WriteError::from(Arc::new(error));
            return batches.iter().map(|_| Err(error.clone())).collect();
        }
        batches.iter().flat_map(|batch| self.commit(std::slice::from_ref(batch))).collect()
    }

    fn timed(&mut self, batches: &[Batch]) -> Result<Vec<Appended>, LogError> {
        let begun = Instant::now();
        let result = self.log.append(batches);
        self.metrics.appended(batches.len(), begun.elapsed());
        result
    }
}

/// The pushes that wait right behind this one, and the job that comes after them.
fn gather(first: Push, jobs: &mut mpsc::Receiver<Job>) -> (Vec<Push>, Option<Job>) {
    let mut bytes = batch_bytes(&first.batch);
    let mut group = vec![first];
    while group.len() < GROUP_BATCHES_MAX && bytes < GROUP_BYTES_MAX {
        match jobs.try_recv() {
            Ok(Job::Append(push)) => {
                bytes += batch_bytes(&push.batch);
                group.push(push);
            }
            Ok(other) => return (group, Some(other)),
            Err(_) => break,
        }
    }
    (group, None)
}

fn batch_bytes(batch: &Batch) -> usize {
    let payload = |envelope: &sync_engine::envelope::Envelope| match &envelope.payload {
        sync_engine::envelope::Payload::Inline(bytes) => bytes.len(),
        _ => 0,
    };
    batch.envelopes.iter().map(|e| e.signed.bytes().len() + payload(e) + ENVELOPE_BYTES).sum()
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
