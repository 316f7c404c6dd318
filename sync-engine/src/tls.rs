//! Which certificate a device takes for its server's: one of the server's own key, which every link names, or one by
//! an authority that the system trusts.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use crate::ids::ServerId;

/// What stands before the 32 bytes of an Ed25519 key in a certificate (RFC 8410, section 4).
const ED25519_SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// How to reach the server with that key over TLS.
pub(crate) fn config(server: ServerId) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier { server, provider: provider.clone(), authorities: OnceLock::new() };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Whether a request failed because nobody could show a certificate of the server's.
pub(crate) fn is_of_certificate(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(Error::InvalidCertificate(_)) = error.downcast_ref::<Error>() {
        return true;
    }
    // An I/O error's source is its inner error's, and passes over that error itself.
    let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    inner.is_some_and(|inner| is_of_certificate(inner)) || error.source().is_some_and(is_of_certificate)
}

#[derive(Debug)]
struct Verifier {
    server: ServerId,
    provider: Arc<CryptoProvider>,
    /// Read when the first certificate of another key comes: most servers need none, and some systems have none.
    authorities: OnceLock<Option<Arc<dyn ServerCertVerifier>>>,
}

impl Verifier {
    fn is_own(&self, certificate: &CertificateDer<'_>) -> bool {
        let key = ParsedCertificate::try_from(certificate).map(|parsed| parsed.subject_public_key_info());
        key.is_ok_and(|key| *key == [&ED25519_SPKI[..], &self.server.0].concat())
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // Its names and dates say nothing: who has the key is the server, wherever it is reached.
        if self.is_own(certificate) {
            return Ok(ServerCertVerified::assertion());
        }
        match self.authorities.get_or_init(|| authorities(self.provider.clone()).ok()) {
            Some(authorities) => authorities.verify_server_cert(certificate, chain, name, ocsp, now),
            None => Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        // TLS 1.2 signs bytes that do not say what they are for, which the server's own key never does.
        if self.is_own(certificate) {
            return Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure));
        }
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(not(target_os = "android"))]
fn authorities(provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    Ok(Arc::new(rustls_platform_verifier::Verifier::new(provider)?))
}

/// Mozilla's: the system's own are reached through Java, which a library cannot count on.
#[cfg(target_os = "android")]
fn authorities(provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
    Ok(verifier.build().map_err(|error| Error::General(error.to_string()))?)
}
