//! Where keys are kept beside the device's data: the system's own store of secrets.

/// A store of secrets, by name. What fails is told in words for the log.
pub trait KeyStore: Send + Sync {
    /// None if it keeps nothing under that name.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, String>;
    fn set(&self, name: &str, key: &[u8]) -> Result<(), String>;
    fn remove(&self, name: &str) -> Result<(), String>;
}

/// Keeps nothing: phones for now, and whoever tries the app out in a folder of its own.
pub struct NoKeys;

impl KeyStore for NoKeys {
    fn get(&self, _: &str) -> Result<Option<Vec<u8>>, String> {
        Err("no key store is used here".into())
    }

    fn set(&self, _: &str, _: &[u8]) -> Result<(), String> {
        Err("no key store is used here".into())
    }

    fn remove(&self, _: &str) -> Result<(), String> {
        Ok(())
    }
}

#[cfg(any(target_os = "linux", target_os = "macos", target_os = "windows"))]
pub use system::SystemKeys;

#[cfg(any(target_os = "linux", target_os = "macos", target_os = "windows"))]
mod system {
    use std::sync::Arc;

    #[cfg(target_os = "macos")]
    use apple_native_keyring_store::keychain::Store;
    use keyring_core::api::CredentialStoreApi as _;
    use keyring_core::{Entry, Error};
    #[cfg(target_os = "windows")]
    use windows_native_keyring_store::Store;
    #[cfg(target_os = "linux")]
    use zbus_secret_service_keyring_store::Store;

    use super::KeyStore;

    /// Under which the system shows them.
    const SERVICE: &str = "Multaqa";

    /// The Secret Service on Linux, the keychain on macOS, the Credential Manager on Windows.
    pub struct SystemKeys;

    /// Runs apart from any async runtime, as the Secret Service's library waits for answers.
    fn asked<T: Send>(
        name: &str,
        ask: impl FnOnce(Entry) -> keyring_core::Result<T> + Send,
    ) -> Result<Option<T>, String> {
        let answer = || {
            let store: Arc<Store> = Store::new()?;
            ask(store.build(SERVICE, name, None)?)
        };
        let asked = std::thread::scope(|scope| scope.spawn(answer).join());
        match asked.map_err(|_| "the key store's library failed".to_owned())? {
            Ok(answer) => Ok(Some(answer)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    impl KeyStore for SystemKeys {
        fn get(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
            asked(name, |entry| entry.get_secret())
        }

        fn set(&self, name: &str, key: &[u8]) -> Result<(), String> {
            asked(name, |entry| entry.set_secret(key)).map(drop)
        }

        fn remove(&self, name: &str) -> Result<(), String> {
            asked(name, |entry| entry.delete_credential()).map(drop)
        }
    }
}

/// The system's store, where this app knows one.
pub fn system() -> Box<dyn KeyStore> {
    #[cfg(any(target_os = "linux", target_os = "macos", target_os = "windows"))]
    return Box::new(SystemKeys);
    #[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
    return Box::new(NoKeys);
}
