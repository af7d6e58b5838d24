//! Media up and down, beside plain streaming with reqwest.

use std::{convert::Infallible, io::Write as _, net::SocketAddr, path::Path, sync::Arc};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use gapi::{Client, Media, auth::AccessToken};
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    body::{Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt as _;

use crate::call::http_client;
use crate::pairs::{Figure, Goal, compare};
use crate::{Failure, server};

gapi::api! {
    /// Cloud Storage.
    mod storage = "storage:v1" { objects.{insert, get} };
}

/// The bytes of one transfer.
const SIZE: usize = 64 << 20;

/// How much is read and written at once.
const PIECE: usize = 256 << 10;

/// A file in a session of one chunk, and the same hand-written: the start, and one PUT whose body streams the file.
pub(crate) async fn upload(pairs: u32) -> Result<Figure, Failure> {
    let mut file = tempfile::NamedTempFile::new()?;
    for n in 0..SIZE / PIECE {
        file.write_all(&vec![u8::try_from(n % 251)?; PIECE])?;
    }
    let address = sink()?;
    let client = client(address)?;
    let path: &Path = file.path();
    let ours = async || {
        let upload = storage::objects()
            .insert("b", storage::Object::default())
            .name("o")
            .upload(Media::file(path));
        upload.resumable().one_chunk().send(&client).await?;
        Ok(())
    };
    let http = http_client()?;
    let theirs = async || {
        let url = format!("http://{address}/upload/storage/v1/b/b/o?name=o&uploadType=resumable");
        let start = http
            .post(url)
            .bearer_auth("token")
            .body("{}")
            .send()
            .await?;
        let session = start.headers()["location"].to_str()?.to_owned();
        let file = tokio::fs::File::open(path).await?;
        let pieces = stream::try_unfold(file, async |mut file| {
            let mut piece = Vec::with_capacity(PIECE);
            (&mut file)
                .take(PIECE as u64)
                .read_to_end(&mut piece)
                .await?;
            Ok::<_, std::io::Error>((!piece.is_empty()).then_some((Bytes::from(piece), file)))
        });
        let put = http
            .put(session)
            .bearer_auth("token")
            .header("content-length", SIZE)
            .header("content-range", format!("bytes 0-{}/{SIZE}", SIZE - 1))
            .body(reqwest::Body::wrap_stream(pieces));
        put.send().await?.error_for_status()?.bytes().await?;
        Ok(())
    };
    let what = format!("upload of {} MiB in one chunk, throughput", SIZE >> 20);
    compare(what, Goal::AtLeast(0.9), pairs, 1, ours, theirs).await
}

/// All bytes, read and given up.
pub(crate) async fn download(pairs: u32) -> Result<Figure, Failure> {
    let address = sink()?;
    let client = client(address)?;
    let ours = async || {
        let download = storage::objects().get("b", "o").download(&client);
        let count = download.to_writer(tokio::io::sink()).await?;
        assert_eq!(*count, SIZE as u64);
        Ok(())
    };
    let http = http_client()?;
    let theirs = async || {
        let url = format!("http://{address}/storage/v1/b/b/o/o?alt=media");
        let reply = http.get(url).bearer_auth("token").send().await?;
        let mut pieces = reply.error_for_status()?.bytes_stream();
        let mut count = 0;
        while let Some(piece) = pieces.next().await {
            count += piece?.len();
        }
        assert_eq!(count, SIZE);
        Ok(())
    };
    let what = format!("download of {} MiB, throughput", SIZE >> 20);
    compare(what, Goal::AtLeast(0.9), pairs, 1, ours, theirs).await
}

fn client(address: SocketAddr) -> Result<Client, Failure> {
    Ok(Client::builder()
        .credentials(AccessToken::new("token"))
        .endpoint(format!("http://{address}"))
        .transport(Arc::new(http_client()?))
        .build()?)
}

/// A server that takes media and forgets it, and gives as much of nothing.
fn sink() -> Result<SocketAddr, Failure> {
    server::listen(|stream, address| async move {
        let service = service_fn(move |request| reply(address, request));
        // The client ends the connection when it has measured.
        let _ = http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service)
            .await;
    })
}

type Body = UnsyncBoxBody<Bytes, Infallible>;

async fn reply(
    address: SocketAddr,
    request: http::Request<Incoming>,
) -> Result<http::Response<Body>, Infallible> {
    let (head, mut body) = request.into_parts();
    let mut taken = 0;
    while let Some(Ok(frame)) = body.frame().await {
        taken += frame.data_ref().map_or(0, Bytes::len);
    }
    let whole = |text: String| Full::new(Bytes::from(text)).boxed_unsync();
    let mut response = http::Response::new(match head.method.as_str() {
        "POST" => whole(String::new()),
        "PUT" => whole(format!(r#"{{"size": "{taken}"}}"#)),
        _ => {
            let piece = Bytes::from(vec![7; PIECE]);
            let pieces = (0..SIZE / PIECE).map(move |_| Ok(Frame::data(piece.clone())));
            StreamBody::new(stream::iter(pieces)).boxed_unsync()
        }
    });
    let headers = response.headers_mut();
    match head.method.as_str() {
        "POST" => {
            let session = format!("http://{address}/upload/storage/v1/b/b/o?upload_id=1");
            if let Ok(session) = session.parse() {
                headers.insert("location", session);
            }
        }
        "GET" => {
            headers.insert("content-length", SIZE.into());
        }
        _ => {}
    }
    Ok(response)
}
