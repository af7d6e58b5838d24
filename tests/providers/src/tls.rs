//! TLS with a server that requires a client certificate, and with the roots of the platform.

use std::sync::Arc;

use gapi::transport::{
    Body, Transport, TransportError, TransportErrorKind, TransportOptions, default_transport,
};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use crate::Failure;

const AUTHORITY: &str = include_str!("../pki/ca.pem");
const RSA: &str = include_str!("../pki/client-rsa.pem");
const EC: &str = include_str!("../pki/client-ec.pem");
const CLIENTS: [(&str, &str, &str); 3] = [
    ("PKCS#1", RSA, include_str!("../pki/client-pkcs1.key.pem")),
    ("PKCS#8", EC, include_str!("../pki/client-pkcs8.key.pem")),
    ("SEC 1", EC, include_str!("../pki/client-sec1.key.pem")),
];

/// The provider of the server, which is the one that gapi uses.
fn provider() -> Arc<CryptoProvider> {
    #[cfg(feature = "graviola")]
    return Arc::new(rustls_graviola::default_provider());
    #[cfg(all(feature = "aws-lc-rs", not(feature = "graviola")))]
    return Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    #[cfg(not(any(feature = "aws-lc-rs", feature = "graviola")))]
    return CryptoProvider::get_default()
        .cloned()
        .unwrap_or_else(of_ring);
}

#[cfg(not(any(feature = "aws-lc-rs", feature = "graviola")))]
fn of_ring() -> Arc<CryptoProvider> {
    #[cfg(feature = "ring")]
    return Arc::new(rustls::crypto::ring::default_provider());
    #[cfg(not(feature = "ring"))]
    panic!("a program without a provider has no server");
}

/// Starts a server, and returns its port.
async fn server(with_certificate: bool) -> Result<u16, Failure> {
    let builder =
        ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let builder = if with_certificate {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(AUTHORITY.as_bytes())?)?;
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
        builder.with_client_cert_verifier(verifier.build()?)
    } else {
        builder.with_no_client_auth()
    };
    let chain = CertificateDer::from_pem_slice(include_bytes!("../pki/server.pem"))?;
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("../pki/server.key.pem"))?;
    let acceptor = TlsAcceptor::from(Arc::new(builder.with_single_cert(vec![chain], key)?));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut tls = acceptor.accept(connection).await?;
                let mut request = [0; 4096];
                if tls.read(&mut request).await? > 0 {
                    let response = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
                    tls.write_all(response).await?;
                    tls.shutdown().await?;
                }
                std::io::Result::Ok(())
            });
        }
    });
    Ok(port)
}

async fn get(transport: &dyn Transport, port: u16) -> Result<u16, TransportError> {
    let request = http::Request::get(format!("https://localhost:{port}/"))
        .body(Body::empty())
        .expect("a request");
    Ok(transport.send(request).await?.status().as_u16())
}

/// Connects. The platform's roots are those of the variable `SSL_CERT_FILE`.
pub async fn check() -> Result<(), Failure> {
    let port = server(true).await?;
    let trusting = || TransportOptions::new().only_roots(AUTHORITY);
    for (form, chain, key) in CLIENTS {
        let transport = trusting().client_certificate(chain, key).build()?;
        assert_eq!(get(&*transport, port).await?, 204, "{form}");
        println!("mutual TLS: {form}");
    }
    get(&*trusting().build()?, port)
        .await
        .expect_err("no certificate");
    let (_, chain, _) = CLIENTS[0];
    let (_, _, of_another) = CLIENTS[1];
    let error = trusting().client_certificate(chain, of_another).build();
    assert_eq!(
        error.expect_err("another key").kind(),
        TransportErrorKind::Tls
    );

    let port = server(false).await?;
    assert_eq!(get(&*default_transport()?, port).await?, 204);
    println!("TLS: the platform's roots");
    // The certificate of the client did not issue that of the server.
    let other = TransportOptions::new().only_roots(EC).build()?;
    let error = get(&*other, port).await.expect_err("an unknown issuer");
    assert_eq!(error.kind(), TransportErrorKind::Tls, "{error}");
    Ok(())
}

/// The transport reports the features.
pub fn check_without_provider() -> Result<(), Failure> {
    let error = default_transport().expect_err("there is no provider");
    assert_eq!(error.kind(), TransportErrorKind::NoClient);
    let text = error.to_string();
    assert!(
        text.contains("`aws-lc-rs`") && text.contains("`ring`"),
        "{text}"
    );
    println!("no transport: an error names the features");
    Ok(())
}
