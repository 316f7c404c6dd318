//! How many files and connections the process may have open at once.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Raises the process's limit as far as it may go without more rights: many systems start a program with 1,024, and
/// every follower is a connection. Gives the limit from here on; none if there is none.
pub fn raise_limit() -> Option<u64> {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        limit.current = limit.maximum;
        // As it was, then: whoever is refused a connection comes again.
        let _ = setrlimit(Resource::Nofile, limit);
    }
    getrlimit(Resource::Nofile).current
}
