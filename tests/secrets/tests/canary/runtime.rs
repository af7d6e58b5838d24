//! `gapi`, with requests and responses of generated modules.

use bytes::Bytes;
use gapi::{
    Body, Call, CallOptions, Client, Download, HttpBody, Media, RetryPolicy, ScopePolicy,
    StartUpload, UploadSession,
    auth::{AccessToken, ApiKey},
    push,
    value::Extra,
};
use gapi_fakes::{Reply, Request, Server};
use gapi_secrets::{
    drive,
    secretmanager::{self, AddSecretVersionRequest, SecretPayload},
    sqladmin::{self, User},
};
use serde_json::json;

use crate::{
    Entry,
    canary::{CANARY, debug, error},
    flows, open, secret,
};

const TABLE: &str = "a table that generated code holds: public text of a document";
const TIME: &str = "a time or a mask: its text is its value";
const DETAIL: &str =
    "a part of an error that the server writes for people; only who asks for the details sees it";

pub(crate) async fn entries() -> Vec<Entry> {
    let mut entries = vec![
        secret("gapi::Client", clients()),
        secret("gapi::ClientBuilder", builders()),
        secret(
            "gapi::CallOptions",
            debug(&options().request_id(Some(CANARY))),
        ),
        open("gapi::RetryPolicy", "numbers and times"),
        secret("gapi::Call", calls()),
        secret("gapi::Body", bodies()),
        secret("gapi::PendingCall", sendings()),
        secret("gapi::Wait", waits()),
        secret("gapi::OperationStream", watches()),
        secret("gapi::ResponseStream", elements()),
        secret(
            "gapi::HttpBody",
            debug(&HttpBody::new("text/plain", CANARY)),
        ),
        secret("gapi::Channel", debug(&channel())),
        secret("gapi::Notification", notifications()),
        open(
            "gapi::NotificationError",
            "the names of headers, never a value",
        ),
        secret(
            "gapi::Pages",
            debug(
                &sqladmin::instances()
                    .list("p")
                    .page_token(CANARY)
                    .pages(&client())
                    .options(options()),
            ),
        ),
        secret(
            "gapi::Items",
            debug(
                &sqladmin::instances()
                    .list("p")
                    .page_token(CANARY)
                    .items(&client())
                    .options(options()),
            ),
        ),
        secret("gapi::Batch", debug(&batch())),
        secret(
            "gapi::PendingBatch",
            debug(&batch().send(&client()).options(options())),
        ),
        secret("gapi::BatchResponses", batch_responses().await),
        secret(
            "gapi::Patch",
            debug(&gapi::Patch::between(&User::default(), &user())),
        ),
        secret("gapi::Mock", debug(&mock())),
        secret("gapi::MockCall", mock_calls().await),
        secret(
            "gapi::Reply",
            debug(&gapi::mock::Reply::json(json!({"token": CANARY})).header("x-secret", CANARY)),
        ),
        secret("gapi::Matcher", debug(&matcher())),
        secret("gapi::Recorder", recorded().await),
        secret("gapi::Replay", replayed()),
        open("gapi::BatchHandle", "the number of a call in its batch"),
        open("gapi::About", "names of a schema and of its properties"),
        open("gapi::Expected", "what a type takes, in words"),
        open(
            "gapi::Besides",
            "the name and the text of a token, which has no `Debug`",
        ),
        open("gapi::Container", "whether something is a map or a list"),
        open("gapi::Open", "an empty value, which nothing shows"),
        open("gapi::Given", "a value of `body!`, which has no `Debug`"),
        open("gapi::Exact", "a value of `body!`, which has no `Debug`"),
        open("gapi::Empty", "a property of `body!`, which has no `Debug`"),
        open("gapi::ForProperty", "a type without values"),
        open("gapi::ForPart", "a type without values"),
        open("gapi::Schema", "a type without values"),
        open("gapi::NoSchema", "a type without values"),
        open("gapi::Plain", "a type without values"),
        open("gapi::Optional", "a type without values"),
        open(
            "gapi::Declared",
            "a field within the code of `derive(Fields)`",
        ),
        open("gapi::Unset", "no value of a parameter"),
        open("gapi::Unsent", "the target of an error of the compiler"),
        open(
            "gapi::Scalar",
            "a value as it is read, which has no `Debug`",
        ),
        open(
            "gapi::View",
            "a value as it is written, which has no `Debug`",
        ),
        open("gapi::Selection", "names of properties"),
        open(
            "gapi::FieldSlot",
            "a field that is being read, within generated code",
        ),
        secret("gapi::Media", debug(&media())),
        open("gapi::Progress", "two numbers"),
        secret("gapi::Upload", uploads()),
        secret("gapi::PendingUpload", uploads()),
        secret("gapi::StartUpload", debug(&start(&client()))),
        secret("gapi::ResumableUpload", sessions().await),
        secret("gapi::UploadSession", sessions().await),
        secret("gapi::Download", debug(&download(&client()))),
        secret("gapi::Chunks", chunks().await),
        secret("gapi::Reader", chunks().await),
        open("gapi::Iter", "its Debug is that of its stream"),
        secret("gapi::HttpRequest", http_requests()),
        secret("gapi::Response", responses().await),
        secret("gapi::Error", flows::errors().await),
        secret("gapi::Extra", debug(&extra())),
        secret("gapi::ExtraIter", debug(&extra().iter())),
        open(
            "gapi::UnknownField",
            "the name of a field, which the caller wrote",
        ),
        open("gapi::InvalidValue", TIME),
        open("gapi::ErrorKind", "a kind"),
        open("gapi::ScopePolicy", "a choice"),
        open("gapi::Base64", "a choice"),
        open("gapi::MtlsEndpoint", "a choice"),
        open("gapi::AttemptMetrics", "a method and numbers"),
        open("gapi::CallMetrics", "a method and numbers"),
        secret("gapi::ConditionalCall", conditionals()),
    ];
    // The value of a choice can be shown.
    assert_eq!(format!("{:?}", ScopePolicy::Broad), "Broad");
    for name in [
        "gapi::Api",
        "gapi::Endpoint",
        "gapi::Verb",
        "gapi::Method",
        "gapi::Parameter",
        "gapi::Location",
        "gapi::Paging",
        "gapi::Slot",
        "gapi::MediaUpload",
        "gapi::MediaDownload",
        "gapi::Operation",
        "gapi::OperationShape",
        "gapi::JobShape",
        "gapi::Patching",
        "gapi::MaskOf",
    ] {
        entries.push(open(name, TABLE));
    }
    for name in [
        "gapi::DateTime",
        "gapi::Date",
        "gapi::Duration",
        "gapi::FieldMask",
    ] {
        entries.push(open(name, TIME));
    }
    for name in [
        "gapi::ErrorDetail",
        "gapi::ErrorInfo",
        "gapi::FieldViolation",
        "gapi::QuotaViolation",
        "gapi::PreconditionViolation",
        "gapi::HelpLink",
        "gapi::ResourceInfo",
    ] {
        entries.push(open(name, DETAIL));
    }
    entries
}

/// Everything that options can carry.
fn options() -> CallOptions {
    CallOptions::new()
        .header("authorization", format!("Bearer {CANARY}"))
        .header("x-goog-api-key", CANARY)
        .param("access_token", CANARY)
        .key(CANARY)
        .retry(RetryPolicy::none())
}

fn client() -> Client {
    Client::builder()
        .credentials(AccessToken::new(CANARY))
        .endpoint("http://127.0.0.1:9")
        .options(options())
        .build()
        .unwrap()
}

fn conditionals() -> Vec<String> {
    let request = sqladmin::instances().list("p").page_token(CANARY);
    debug(&request.send(&client()).if_none_match(CANARY))
}

fn clients() -> Vec<String> {
    let client = client();
    let mut displayed = debug(&client);
    displayed.extend(debug(client.credentials()));
    displayed.extend(debug(client.transport()));
    displayed.extend(debug(
        &client
            .with_credentials(ApiKey::new(CANARY))
            .with_options(options()),
    ));
    displayed
}

fn builders() -> Vec<String> {
    let mut displayed = debug(
        &Client::builder()
            .credentials(AccessToken::new(CANARY))
            .api_key(CANARY)
            .options(options())
            .endpoint(format!("https://example.com/?key={CANARY}")),
    );
    for endpoint in [
        format!("https://user:{CANARY}@example.com/"),
        format!("https://example.com/?key={CANARY}"),
    ] {
        let builder = Client::builder().api_key(CANARY).endpoint(endpoint);
        displayed.extend(debug(&builder));
        match builder.build() {
            Ok(client) => displayed.extend(debug(&client)),
            Err(refused) => displayed.extend(error(&refused)),
        }
    }
    let wrong = Client::builder()
        .api_key(CANARY)
        .options(options().header("x-secret", format!("{CANARY}\n")))
        .build();
    displayed.extend(error(&wrong.unwrap_err()));
    displayed
}

fn user() -> User {
    User {
        name: Some("ann".into()),
        password: Some(CANARY.into()),
        ..User::default()
    }
}

fn calls() -> Vec<String> {
    let insert = sqladmin::users().insert("p", "i", user());
    let mut displayed = debug(&insert);
    displayed.extend(debug(&gapi::Request::into_call(insert)));
    let with_parameter: Call =
        gapi::Request::into_call(sqladmin::instances().list("p").filter(CANARY));
    displayed.extend(debug(&with_parameter));
    displayed
}

fn bodies() -> Vec<String> {
    let mut displayed = debug(&Body::<User>::from(user()));
    displayed.extend(debug(&Body::<User>::from(json!({"password": CANARY}))));
    displayed.extend(debug(
        &Body::<User>::from_json(format!("\"{CANARY}\"")).unwrap(),
    ));
    displayed.extend(error(
        &Body::<User>::from_json(format!("{{\"{CANARY}")).unwrap_err(),
    ));
    displayed
}

fn sendings() -> Vec<String> {
    let sending = sqladmin::users()
        .insert("p", "i", user())
        .send(&client())
        .options(options());
    let mut displayed = debug(&sending);
    displayed.extend(debug(sending.call()));
    displayed
}

fn waits() -> Vec<String> {
    let request = || sqladmin::users().insert("p", CANARY, user());
    let mut displayed = debug(&request().send(&client()).wait().options(options()));
    displayed.extend(debug(&request().send(&client()).wait()));
    displayed
}

fn watches() -> Vec<String> {
    let request = sqladmin::users().insert("p", CANARY, user());
    debug(&request.send(&client()).wait().options(options()).watch())
}

fn elements() -> Vec<String> {
    let sending = sqladmin::users()
        .insert("p", CANARY, user())
        .send(&client());
    debug(&sending.options(options()).stream())
}

fn channel() -> push::Channel {
    push::Channel::web_hook(format!("https://example.com/{CANARY}"))
        .token(CANARY)
        .param("payload", CANARY)
}

/// A notification, and why it is none of another channel's.
fn notifications() -> Vec<String> {
    let mut headers = http::HeaderMap::new();
    for (name, value) in [
        ("x-goog-channel-id", "c"),
        ("x-goog-channel-token", CANARY),
        ("x-goog-message-number", "2"),
        ("x-goog-resource-id", "r"),
        ("x-goog-resource-state", "exists"),
    ] {
        headers.insert(name, value.parse().unwrap());
    }
    let reported = push::Notification::parse(&headers, CANARY).unwrap();
    let mut displayed = debug(&reported);
    let wrong = reported
        .check(&channel().token("another").with_id("c"))
        .unwrap_err();
    displayed.extend(error(&wrong));
    displayed
}

fn media() -> Media {
    Media::bytes(CANARY).content_type(format!("text/{CANARY}"))
}

fn uploads() -> Vec<String> {
    let upload = drive::files()
        .create(drive::File {
            name: Some(CANARY.into()),
            ..Default::default()
        })
        .upload(media());
    let mut displayed = debug(&upload);
    displayed.extend(debug(&upload.to_http().unwrap()));
    displayed.extend(debug(&upload.send(&client()).options(options())));
    displayed
}

fn start(client: &Client) -> StartUpload<drive::File> {
    let upload = drive::files()
        .create(drive::File::default())
        .upload(media());
    upload.start(client).options(options())
}

/// Sessions whose URL is a secret from end to end, and what goes wrong in them.
async fn sessions() -> Vec<String> {
    let server = Server::start(|request: &Request| match request.method.as_str() {
        "POST" => Reply::new(200).header("location", &format!("/{CANARY}?upload_id={CANARY}")),
        "DELETE" => Reply::text(403, CANARY),
        _ => Reply::text(400, CANARY),
    })
    .await
    .unwrap();
    let client = Client::builder()
        .credentials(AccessToken::new(CANARY))
        .endpoint(server.url())
        .build()
        .unwrap();
    let mut uploading = start(&client).await.unwrap();
    let mut displayed = debug(&uploading);
    displayed.extend(debug(&uploading.session()));
    displayed.extend(error(&uploading.next_chunk().await.unwrap_err()));
    let saved = serde_json::to_string(&uploading.session()).unwrap();
    assert!(saved.contains(CANARY), "a session is kept with its URL");
    displayed.extend(error(&uploading.cancel().await.unwrap_err()));
    let broken = saved.replace("http://", "");
    let read = serde_json::from_str::<UploadSession>(&broken);
    displayed.extend(error(&read.unwrap_err()));
    displayed
}

fn download(client: &Client) -> Download {
    drive::files().get("f1").download(client).options(options())
}

/// Media and headers with a secret, before and after they are read, and what breaks on the way.
async fn chunks() -> Vec<String> {
    let server = Server::start(|_: &Request| Reply::text(200, CANARY).header("set-cookie", CANARY))
        .await
        .unwrap();
    let client = Client::builder()
        .credentials(AccessToken::new(CANARY))
        .endpoint(server.url())
        .build()
        .unwrap();
    let mut chunks = download(&client).stream().await.unwrap();
    let mut displayed = debug(&chunks);
    assert_eq!(chunks.try_next().await.unwrap().unwrap(), CANARY);
    displayed.extend(debug(&chunks));
    displayed.extend(debug(&gapi::blocking::Reader::from(chunks)));
    displayed.extend(debug(&download(&client).await.unwrap()));
    let refused = download(&client).response_limit(1).await.unwrap_err();
    displayed.extend(error(&refused));
    displayed
}

fn http_requests() -> Vec<String> {
    let request = sqladmin::users().insert("p", "i", user());
    let mut displayed = debug(&request.to_http().unwrap());
    displayed.extend(debug(&request.send(&client()).to_http().unwrap()));
    displayed
}

/// Responses with a secret in the body and in headers.
async fn responses() -> Vec<String> {
    let server = Server::start(|_: &Request| {
        Reply::json(
            200,
            &json!({"name": "n", "payload": {"data": "Q0FOQVJZNWVjcmV0"}}),
        )
        .header("set-cookie", CANARY)
    })
    .await
    .unwrap();
    let client = Client::builder()
        .credentials(AccessToken::new(CANARY))
        .endpoint(server.url())
        .build()
        .unwrap();
    let access = secretmanager::projects()
        .secrets()
        .versions()
        .access("projects/p/secrets/s/versions/1");
    let typed = access.clone().send(&client).with_meta().await.unwrap();
    assert_eq!(
        typed.payload.as_ref().unwrap().data,
        Some(Bytes::from(CANARY))
    );
    let mut displayed = debug(&typed);
    displayed.extend(debug(&typed.into_inner()));
    displayed.extend(debug(&access.send(&client).raw().await.unwrap()));
    let body = AddSecretVersionRequest {
        payload: Some(SecretPayload {
            data: Some(Bytes::from(CANARY)),
            ..Default::default()
        }),
        ..Default::default()
    };
    displayed.extend(debug(&body));
    displayed.extend(debug(
        &secretmanager::projects()
            .secrets()
            .add_version("projects/p/secrets/s", body),
    ));
    displayed
}

fn extra() -> Extra {
    let mut extra = Extra::default();
    extra.insert("newPassword", CANARY);
    extra.insert("nested", json!({"deep": [CANARY]}));
    extra
}

fn batch() -> gapi::Batch {
    let mut batch = gapi::Batch::new();
    let first = batch.add(sqladmin::users().insert("p", "i", user()));
    let second = batch.add_with(sqladmin::instances().list("p").filter(CANARY), options());
    assert_eq!(
        format!("{first:?} {second:?}"),
        "BatchHandle(0) BatchHandle(1)"
    );
    batch
}

/// Responses of a batch that hold a secret, and errors that do.
async fn batch_responses() -> Vec<String> {
    let mock = gapi::mock::Mock::new()
        .on(
            "sql.users.insert",
            gapi::mock::Reply::error(403, "no", None).header("x-secret", CANARY),
        )
        .on("*", json!({"kind": CANARY}));
    let mut batch = gapi::Batch::new();
    let refused = batch.add(sqladmin::users().insert("p", "i", user()));
    let _list = batch.add(sqladmin::instances().list("p").filter(CANARY));
    let mut responses = batch.send(&mock.client()).key(CANARY).await.unwrap();
    let mut displayed = debug(&responses);
    displayed.extend(error(&responses.take(refused).unwrap_err()));
    displayed
}

fn matcher() -> gapi::mock::Matcher {
    sqladmin::instances().list("p").filter(CANARY).into()
}

fn mock() -> gapi::mock::Mock {
    gapi::mock::Mock::new()
        .on(matcher(), json!({"kind": CANARY}))
        .on(
            sqladmin::users().insert("p", "i", user()),
            json!({"secret": CANARY}),
        )
}

/// Calls that a mock got, and its error for one that it did not expect.
async fn mock_calls() -> Vec<String> {
    let mock = mock();
    let client = mock.client();
    sqladmin::users()
        .insert("p", "i", user())
        .send(&client)
        .header("x-secret", CANARY)
        .await
        .unwrap();
    let unexpected = sqladmin::users()
        .insert("q", "i", user())
        .send(&client)
        .key(CANARY)
        .await
        .unwrap_err();
    let mut displayed = debug(&mock.calls());
    displayed.extend(error(&unexpected));
    displayed.extend(mock.unused());
    displayed
}

/// A session in which secrets travel every way they can, as it is recorded.
async fn recorded() -> Vec<String> {
    let server = Server::start(|_: &Request| {
        Reply::json(
            200,
            &json!({"password": CANARY, "payload": {"data": CANARY}, "accessToken": CANARY}),
        )
        .header("set-cookie", CANARY)
        .header("location", &format!("https://h/u?upload_id={CANARY}"))
    })
    .await
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recording.jsonl");
    let transport = gapi::transport::default_transport().unwrap();
    let recorder = gapi::mock::Recorder::new(transport, &path).unwrap();
    let mut displayed = debug(&recorder);
    let client = Client::builder()
        .credentials(AccessToken::new(CANARY))
        .endpoint(server.url())
        .transport(recorder)
        .build()
        .unwrap();
    sqladmin::users()
        .insert("p", "i", user())
        .send(&client)
        .options(options())
        .raw()
        .await
        .unwrap();
    let mut batch = gapi::Batch::new();
    let _insert = batch.add_with(sqladmin::users().insert("p", "i", user()), options());
    let not_mixed = batch.send(&client).await.unwrap_err();
    displayed.extend(error(&not_mixed));
    displayed.push(std::fs::read_to_string(&path).unwrap());
    let curl = sqladmin::users()
        .insert("p", "i", user())
        .send(&client)
        .options(options())
        .to_http()
        .unwrap()
        .to_curl("");
    displayed.push(curl);
    displayed
}

fn replayed() -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recording.jsonl");
    let line = json!({"request": {"method": "GET", "url": "/x", "body": CANARY}, "response": {"status": 200, "headers": {"a": CANARY}, "body": CANARY}});
    std::fs::write(&path, line.to_string()).unwrap();
    let replay = gapi::mock::Replay::open(&path).unwrap();
    let mut displayed = debug(&replay);
    displayed.extend(replay.unused());
    displayed
}
