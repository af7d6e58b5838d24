//! With every decoder of reqwest turned on, by any crate of a program, a client decodes bodies unless it was set not to, and loses what follows the first member of
//! gzip. gapi's own transport was.

use std::{error::Error, io::Write as _};

use flate2::{Compression, write::GzEncoder};
use gapi::{Client, Download, auth::Anonymous, generated::v1 as generated};
use gapi_fakes::{Reply, Request, Server};

static API: generated::Api =
    generated::Api::new("storage", "", "", "https://storage.googleapis.com/");

static GET: generated::Method = generated::Method::new(
    &API,
    generated::Verb::Get,
    "storage.objects.get",
    "o/{object}",
)
.with_parameters(&[generated::Parameter::path("object")])
.with_download(generated::MediaDownload::new(false));

fn gzip(text: &str) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}

/// Fetches what is encoded in every way.
pub async fn check() -> Result<(), Box<dyn Error>> {
    let members = [gzip("id,name\n1,a\n")?, gzip("2,b\n3,c\n")?].concat();
    let body = members.clone();
    let server = Server::start(move |request: &Request| {
        let encoding = request.path.trim_start_matches("/o/");
        Reply::new(200)
            .header("content-encoding", encoding)
            .body("text/csv", body.clone())
    })
    .await?;

    // Otherwise there is nothing to be careful about, and this program proves nothing.
    let plain = reqwest::Client::builder().no_proxy().build()?;
    let theirs = plain.get(format!("{}/o/gzip", server.url())).send().await?;
    let theirs = theirs.bytes().await;
    assert!(!theirs.is_ok_and(|bytes| bytes == "id,name\n1,a\n2,b\n3,c\n"));
    println!("a reqwest::Client with its decoders loses members here");

    let own = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd();
    let builder = || {
        Client::builder()
            .credentials(Anonymous)
            .endpoint(server.url())
    };
    for client in [builder().build()?, builder().transport(own.build()?).build()?] {
        let download = |name| Download::new(&client, generated::Call::new(&GET).with("object", name));
        let content = download("gzip").bytes().await?;
        assert_eq!(content, "id,name\n1,a\n2,b\n3,c\n");
        for encoding in ["gzip", "br", "deflate", "zstd"] {
            let stored = download(encoding).read_compressed().await?;
            assert_eq!(stored[..], members, "{encoding}");
            assert_eq!(stored.headers()["content-encoding"], encoding);
        }
        let error = download("br").bytes().await.expect_err("not decoded");
        assert!(error.to_string().contains("\"br\""), "{error}");
    }
    println!("bodies come as they were sent");
    Ok(())
}
