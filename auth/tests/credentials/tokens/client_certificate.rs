//! Client certificates: where they are found, what is wrong with them, and a server that asks for one.

use std::sync::Arc;

use gapi_auth::{AuthErrorKind, ClientCertificate, Environment, ProgramOutput};
use gapi_transport::{Body, Transport, TransportErrorKind, TransportOptions};
use http::Request;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{RootCertStore, ServerConfig, server::WebPkiClientVerifier};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

const CONFIG: &str = "/home/jane/.config/gcloud/certificate_config.json";
const BUNDLE: &str =
    "/var/run/secrets/workload-spiffe-credentials/x509.credential-bundle.private-key.pem";
const SECURE_CONNECT: &str = "/home/jane/.secureConnect/context_aware_metadata.json";

/// An authority, and a certificate that it signed.
struct Pki {
    authority: CertifiedIssuer<'static, KeyPair>,
    chain: String,
    key: String,
}

fn pki() -> Pki {
    let mut params = CertificateParams::new([]).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = CertifiedIssuer::self_signed(params, key).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new([String::from("127.0.0.1")]).expect("parameters");
    let certificate = params.signed_by(&key, &authority).expect("a certificate");
    Pki {
        chain: certificate.pem(),
        key: key.serialize_pem(),
        authority,
    }
}

fn home() -> Environment {
    Environment::new().var("HOME", "/home/jane")
}

fn config(certificate: &str, key: &str) -> String {
    json!({"cert_configs": {"workload": {"cert_path": certificate, "key_path": key}}}).to_string()
}

/// A machine with a workload's certificate.
fn workload(pki: &Pki) -> Environment {
    home()
        .file(CONFIG, config("/certs/c.pem", "/certs/k.pem"))
        .file("/certs/c.pem", pki.chain.clone())
        .file("/certs/k.pem", pki.key.clone())
}

async fn location(environment: &Environment) -> Option<String> {
    let found = ClientCertificate::find_with_command(environment).await;
    found
        .expect("no error")
        .map(|found| found.origin().to_owned())
}

#[tokio::test]
async fn a_certificate_is_found_where_googles_clients_find_it() {
    let pki = pki();
    let both = format!("{}{}", pki.key, pki.chain);
    let plain = workload(&pki);
    let found = ClientCertificate::find(&plain)
        .await
        .expect("no error")
        .expect("found");
    assert_eq!(found.origin(), "/certs/c.pem");
    assert_eq!(found.chain().trim(), pki.chain.trim());
    assert_eq!(found.key().trim(), pki.key.trim());
    found.transport().expect("a transport");

    assert_eq!(location(&home()).await, None);
    // One of both variables, in this order; empty is unset.
    let switch = |first: &str, second: &str| {
        plain
            .clone()
            .var("GOOGLE_API_USE_CLIENT_CERTIFICATE", first)
            .var("CLOUDSDK_CONTEXT_AWARE_USE_CLIENT_CERTIFICATE", second)
    };
    for (first, second, is_used) in [
        ("true", "false", true),
        ("True", "", true),
        ("false", "true", false),
        ("1", "true", false),
        ("", "true", true),
        ("", "false", false),
        ("", "", true),
    ] {
        assert_eq!(
            location(&switch(first, second)).await.is_some(),
            is_used,
            "{first} {second}"
        );
    }
    // A variable names another configuration.
    let elsewhere = |name: &str| {
        plain
            .clone()
            .var(name, "/etc/config.json")
            .file("/etc/config.json", config("/other/c.pem", "/other/k.pem"))
            .file("/other/c.pem", pki.chain.clone())
            .file("/other/k.pem", pki.key.clone())
    };
    for name in [
        "GOOGLE_API_CERTIFICATE_CONFIG",
        "CLOUDSDK_CONTEXT_AWARE_CERTIFICATE_CONFIG_FILE_PATH",
    ] {
        assert_eq!(
            location(&elsewhere(name)).await.as_deref(),
            Some("/other/c.pem")
        );
    }
    // A configuration for other kinds of certificates has no effect.
    let other = json!({"cert_configs": {"macos_keychain": {"issuer": "x"}}}).to_string();
    let named = plain
        .clone()
        .var("GOOGLE_API_CERTIFICATE_CONFIG", "/etc/other.json")
        .file("/etc/other.json", other.clone());
    assert_eq!(location(&named).await.as_deref(), Some("/certs/c.pem"));
    let bundle = home().file(CONFIG, other).file(BUNDLE, both.clone());
    assert_eq!(location(&bundle).await.as_deref(), Some(BUNDLE));
    let found = ClientCertificate::find(&bundle)
        .await
        .expect("no error")
        .expect("found");
    assert!(!found.chain().contains("PRIVATE KEY"));
    // gcloud's folder may be elsewhere.
    let moved = home()
        .var("CLOUDSDK_CONFIG", "/gcloud")
        .file("/gcloud/certificate_config.json", config("/c", "/k"))
        .file("/c", pki.chain.clone())
        .file("/k", pki.key.clone());
    assert_eq!(location(&moved).await.as_deref(), Some("/c"));
}

#[tokio::test]
async fn a_command_is_run_only_where_it_is_allowed_and_demanded() {
    let pki = pki();
    let both = format!("{}{}", pki.chain, pki.key);
    let file = json!({"cert_provider_command": ["/opt/helper", "--print_certificate", "--with_passphrase"]});
    let machine =
        home()
            .file(SECURE_CONNECT, file.to_string())
            .program("/opt/helper", move |program| {
                assert_eq!(program.arguments(), ["--print_certificate"]);
                Ok(ProgramOutput::new(0, both.clone()))
            });
    assert_eq!(location(&machine).await, None, "nobody demands one");
    let demanded = machine.var("GOOGLE_API_USE_CLIENT_CERTIFICATE", "true");
    assert_eq!(location(&demanded).await.as_deref(), Some(SECURE_CONNECT));
    let error = ClientCertificate::find(&demanded)
        .await
        .expect_err("not allowed");
    assert_eq!(error.kind(), AuthErrorKind::NotFound);
    assert!(error.to_string().contains("find_with_command"), "{error}");
    for (output, words) in [
        (ProgramOutput::new(3, "canary"), "status 3"),
        (ProgramOutput::new(0, "canary"), "no whole certificate"),
        (
            ProgramOutput::new(0, pki.chain.clone()),
            "no whole private key",
        ),
        (ProgramOutput::new(0, vec![0xff]), "no text"),
    ] {
        let broken = demanded
            .clone()
            .program("/opt/helper", move |_| Ok(output.clone()));
        let error = ClientCertificate::find_with_command(&broken)
            .await
            .expect_err(words);
        assert!(error.to_string().contains(words), "{error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_named() {
    use AuthErrorKind::*;
    let pki = pki();
    let cut = &pki.key[..pki.key.len() / 2];
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\ncanary\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let plain = workload(&pki);
    let with = |path: &str, text: &str| plain.clone().file(path, text);
    for (environment, kind, words) in [
        (
            home().var("GOOGLE_API_USE_CLIENT_CERTIFICATE", "true"),
            NotFound,
            "demands a client certificate",
        ),
        (
            home().var("GOOGLE_API_CERTIFICATE_CONFIG", "/nowhere"),
            NotFound,
            "GOOGLE_API_CERTIFICATE_CONFIG names it",
        ),
        (with(CONFIG, "canary"), Config, "not JSON"),
        (with(CONFIG, "{}"), Config, "no `cert_configs`"),
        (
            with(
                CONFIG,
                r#"{"cert_configs":{"workload":{"cert_path":"/certs/c.pem"}}}"#,
            ),
            Config,
            "`key_path` is missing",
        ),
        (
            with(CONFIG, &config("/missing.pem", "/certs/k.pem")),
            NotFound,
            "/missing.pem",
        ),
        (
            with("/certs/c.pem", "canary"),
            Crypto,
            "/certs/c.pem: there is no whole certificate",
        ),
        (
            with("/certs/c.pem", &pki.chain[..200]),
            Crypto,
            "no whole certificate",
        ),
        (
            with(
                "/certs/c.pem",
                &format!("{}{}", &pki.chain[..200], pki.chain),
            ),
            Crypto,
            "no whole certificate",
        ),
        (
            with("/certs/k.pem", cut),
            Crypto,
            "/certs/k.pem: there is no whole private key",
        ),
        (
            with("/certs/k.pem", &pki.key.repeat(2)),
            Crypto,
            "more than one private key",
        ),
        (with("/certs/k.pem", encrypted), Crypto, "encrypted"),
    ] {
        let error = ClientCertificate::find(&environment)
            .await
            .expect_err(words);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
    let other = KeyPair::generate().expect("a key");
    let another = ClientCertificate::from_pem(&pki.chain, &other.serialize_pem()).expect("PEM");
    let error = another.transport().expect_err("another's key");
    assert_eq!(error.kind(), Crypto, "{error}");
}

/// A server that wants to see a certificate of `pki`'s authority, and responds to one request of each connection.
async fn server(pki: &Pki) -> u16 {
    let mut roots = RootCertStore::empty();
    roots.add(pki.authority.der().clone()).expect("a root");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new([String::from("127.0.0.1")]).expect("parameters");
    let certificate = params
        .signed_by(&key, &pki.authority)
        .expect("a certificate");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier.build().expect("a verifier"))
        .with_single_cert(
            vec![certificate.der().clone()],
            key.serialize_der().try_into().expect("a key"),
        )
        .expect("a configuration");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut tls) = acceptor.accept(connection).await else {
                    return;
                };
                let mut request = [0; 4096];
                if tls.read(&mut request).await.is_ok_and(|read| read > 0) {
                    let response = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
                    let _ = tls.write_all(response).await;
                    let _ = tls.shutdown().await;
                }
            });
        }
    });
    port
}

async fn call(port: u16, transport: &Arc<dyn Transport>) -> Result<u16, TransportErrorKind> {
    let request = Request::get(format!("https://127.0.0.1:{port}/")).body(Body::empty());
    let response = transport.send(request.expect("a request")).await;
    response
        .map(|response| response.status().as_u16())
        .map_err(|error| error.kind())
}

#[tokio::test]
async fn a_server_that_asks_for_a_certificate_gets_it() {
    let pki = pki();
    let port = server(&pki).await;
    let found = ClientCertificate::find(&workload(&pki))
        .await
        .expect("no error")
        .expect("found");
    let trusting = || TransportOptions::new().only_roots(pki.authority.pem());
    let with = trusting()
        .client_certificate(found.chain(), found.key())
        .build()
        .expect("a transport");
    assert_eq!(call(port, &with).await, Ok(204));
    let without = trusting().build().expect("a transport");
    call(port, &without).await.expect_err("no certificate");
    let another = self::pki();
    let other = trusting()
        .client_certificate(&another.chain, &another.key)
        .build()
        .expect("a transport");
    call(port, &other)
        .await
        .expect_err("another authority's certificate");
}
