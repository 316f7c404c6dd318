//! The server's certificate: of its own key, which every link names, or from files.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sync_engine::keys::SecretKey;
use tokio_rustls::TlsAcceptor;

/// What stands before the 32 bytes of an Ed25519 seed in PKCS #8 (RFC 8410, section 7).
const ED25519_PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// How connections are encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Not at all: for the machine itself, or behind a proxy that adds TLS.
    Off,
    /// By the server's own key. Devices know it from their links; browsers do not.
    Own,
    /// By files in PEM form: a certificate with its chain, and its secret key.
    Files { certificates: PathBuf, key: PathBuf },
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("cannot read {}: {error}", path.display())]
    File { path: PathBuf, error: rustls::pki_types::pem::Error },
    #[error("the certificate and its key do not serve: {0}")]
    Unfit(#[from] rustls::Error),
    #[error("cannot make a certificate of the server's own key: {0}")]
    Own(#[from] rcgen::Error),
}

impl Tls {
    /// What nobody has to think about: the server's own key wherever others can listen.
    pub fn usual(listen: SocketAddr) -> Self {
        if listen.ip().is_loopback() { Self::Off } else { Self::Own }
    }

    pub(crate) fn acceptor(&self, own: &SecretKey) -> Result<Option<TlsAcceptor>, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider);
        let (builder, (chain, key)) = match self {
            Self::Off => return Ok(None),
            // What TLS 1.2 signs does not say what it is for, and this key signs other things.
            Self::Own => (builder.with_protocol_versions(&[&rustls::version::TLS13])?, of_own_key(own)?),
            Self::Files { certificates, key } => {
                (builder.with_safe_default_protocol_versions()?, from_files(certificates, key)?)
            }
        };
        let mut config = builder.with_no_client_auth().with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Some(TlsAcceptor::from(Arc::new(config))))
    }
}

type Certificate = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn of_own_key(own: &SecretKey) -> Result<Certificate, TlsError> {
    let key = PrivatePkcs8KeyDer::from([&ED25519_PKCS8[..], &own.seed()].concat());
    let pair = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&key, &rcgen::PKCS_ED25519)?;
    let mut named = rcgen::CertificateParams::new(vec![])?;
    named.distinguished_name.push(rcgen::DnType::CommonName, format!("Multaqa server {}", own.server()));
    Ok((vec![named.self_signed(&pair)?.into()], key.into()))
}

fn from_files(certificates: &Path, key: &Path) -> Result<Certificate, TlsError> {
    let of = |path: &Path| {
        let path = path.to_owned();
        move |error| TlsError::File { path, error }
    };
    let chain = CertificateDer::pem_file_iter(certificates).map_err(of(certificates))?;
    let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(of(certificates))?;
    Ok((chain, PrivateKeyDer::from_pem_file(key).map_err(of(key))?))
}
