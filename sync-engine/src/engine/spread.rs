//! Work on many things at once, on as many processors as there are. Knows nothing of what the work is.

use std::sync::{LazyLock, Mutex, PoisonError, mpsc};

/// Four processors at most: the others of a phone are slow ones, and somebody is typing.
const THREADS_MAX: usize = 4;

/// Asked once: on Linux the answer takes reading several files.
static THREADS: LazyLock<usize> =
    LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX));

/// Does `work` on each of `items`, while `first` runs on this thread; it can take what is done, in any order, and
/// once it ends without an error, this thread helps. An error leaves the rest undone.
pub(super) fn spread<T: Send, R: Send, E>(
    items: Vec<T>,
    work: impl Fn(T) -> R + Sync,
    first: impl FnOnce() -> Result<(), E>,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    // Whoever types alone has one document at a time, and needs no thread for it.
    let others = THREADS.min(items.len()) - usize::from(!items.is_empty());
    let left = Mutex::new(items.into_iter());
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
    let (done, results) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..others {
            let (done, next, work) = (done.clone(), &next, &work);
            scope.spawn(move || {
                while let Some(item) = next() {
                    if done.send(work(item)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        let mut result = first();
        while result.is_ok() {
            let own = next().map(&work);
            let is_last = own.is_none();
            result = own.into_iter().chain(results.try_iter()).try_for_each(&mut take);
            if is_last {
                // The others' last results; it ends when they have ended.
                result = result.and_then(|()| results.iter().try_for_each(&mut take));
                break;
            }
        }
        // After an error whoever is still at work stops when it cannot hand over what it has done.
        drop(results);
        result
    })
}

/// Does `work` on each of `items`, and gives the results in their order.
pub(super) fn spread_in_order<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let mut done: Vec<(usize, R)> = Vec::with_capacity(items.len());
    let numbered = items.into_iter().enumerate().collect();
    let all = spread(
        numbered,
        |(place, item)| (place, work(item)),
        || Ok::<(), std::convert::Infallible>(()),
        |result| {
            done.push(result);
            Ok(())
        },
    );
    let Ok(()) = all;
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_done_once_and_comes_back_in_order() {
        for count in [0, 1, 2, 1000] {
            let squares = spread_in_order((0..count).collect(), |number: u64| number * number);
            assert_eq!(squares, (0..count).map(|number| number * number).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_ends_the_work() {
        let failed = spread(vec![1; 1000], |number: u32| number, || Err("no"), |_| Ok(()));
        assert_eq!(failed, Err("no"));
        let mut taken = 0;
        let failed = spread(
            vec![1; 1000],
            |number: u32| number,
            || Ok(()),
            |number| {
                taken += number;
                if taken < 10 { Ok(()) } else { Err(taken) }
            },
        );
        assert_eq!(failed, Err(10));
    }
}
