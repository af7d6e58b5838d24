//! What a file of credentials makes this machine do: every URL, file and program of every type, alone and within other credentials, under every
//! policy. Nothing is contacted, read or run but what the documentation of `UrlPolicy` promises.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use gapi_auth::{
    ApplicationDefault, AuthError, AuthErrorKind, AuthRequest, AuthorizedUser, Credentials,
    Environment, ExternalAccount, ExternalAccountAuthorizedUser, GdchServiceAccount, Impersonated,
    ProgramOutput, Scopes, ServiceAccount, UrlPolicy,
};
use gapi_transport::Transport;
use http::Uri;
use serde_json::{Value, json};

use super::{gdch, support::*};

/// One property of one type of file, and what it names.
struct Case {
    kind: &'static str,
    /// The way to the property.
    property: &'static str,
    file: Value,
    names: Names,
}

#[derive(Clone, Copy, Debug)]
enum Names {
    Url(Purpose, Target),
    /// Whether it is read or only named; a file that the program's transport makes needless is asked for without one.
    File,
    Program,
    Universe,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Purpose {
    Key,
    Gdch,
    User,
    Sts,
    Iam,
    Subject,
    AwsMetadata,
    AwsSts,
}

/// The host of a URL.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Target {
    /// The one that the type's files usually name.
    Usual(&'static str),
    Elsewhere,
    ElsewhereInTheClear,
    ThisMachine,
    ThisMachineByName,
    LinkLocal,
    /// A host of the right service, with another name before it.
    Deceiving,
    /// Another service of Google's, where others may read what they are sent.
    Storage,
}

impl Target {
    const ALL: [Self; 7] = [
        Self::Elsewhere,
        Self::ElsewhereInTheClear,
        Self::ThisMachine,
        Self::ThisMachineByName,
        Self::LinkLocal,
        Self::Deceiving,
        Self::Storage,
    ];

    fn root(self) -> &'static str {
        match self {
            Self::Usual(root) => root,
            Self::Elsewhere => "https://elsewhere.example",
            Self::ElsewhereInTheClear => "http://elsewhere.example",
            Self::ThisMachine => "http://127.0.0.1:8500",
            Self::ThisMachineByName => "https://localhost:8500",
            Self::LinkLocal => "http://169.254.169.254",
            Self::Deceiving => "https://sts.googleapis.com@elsewhere.example",
            Self::Storage => "https://storage.googleapis.com",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Trust {
    Default,
    Untrusted,
    UntrustedWithHost,
    UntrustedWithUniverse,
    UntrustedWithFiles,
    UntrustedWithPrograms,
}

impl Trust {
    const ALL: [Self; 6] = [
        Self::Default,
        Self::Untrusted,
        Self::UntrustedWithHost,
        Self::UntrustedWithUniverse,
        Self::UntrustedWithFiles,
        Self::UntrustedWithPrograms,
    ];

    /// Those that could make a difference to what is named.
    fn of(names: Names) -> &'static [Self] {
        match names {
            Names::Url(..) => &Self::ALL[..4],
            Names::File | Names::Program | Names::Universe => &Self::ALL,
        }
    }

    fn policy(self) -> UrlPolicy {
        match self {
            Self::Default => UrlPolicy::default(),
            Self::Untrusted => UrlPolicy::untrusted(),
            Self::UntrustedWithHost => UrlPolicy::untrusted().allow_host("elsewhere.example"),
            Self::UntrustedWithUniverse => {
                UrlPolicy::untrusted().allow_universe("elsewhere.example")
            }
            Self::UntrustedWithFiles => UrlPolicy::untrusted().allow_files(),
            Self::UntrustedWithPrograms => UrlPolicy::untrusted().allow_executables(),
        }
    }

    /// What the documentation promises.
    fn allows(self, names: Names) -> bool {
        match names {
            Names::Url(purpose, target) => self.allows_url(purpose, target),
            Names::File => matches!(self, Self::Default | Self::UntrustedWithFiles),
            // The environment allows programs, which counts where the file is trusted.
            Names::Program => matches!(self, Self::Default | Self::UntrustedWithPrograms),
            Names::Universe => matches!(self, Self::Default | Self::UntrustedWithUniverse),
        }
    }

    fn allows_url(self, purpose: Purpose, target: Target) -> bool {
        let is_trusted = self == Self::Default;
        let is_key = matches!(purpose, Purpose::Key | Purpose::Gdch);
        match target {
            // Neither the token server of an air-gapped cloud nor that of a subject token is known to anybody but the program.
            Target::Usual(_) => is_trusted || !matches!(purpose, Purpose::Gdch | Purpose::Subject),
            Target::Elsewhere => match self {
                Self::Default => is_key || purpose == Purpose::Subject,
                Self::UntrustedWithHost => true,
                _ => false,
            },
            Target::ElsewhereInTheClear => false,
            Target::ThisMachine | Target::ThisMachineByName => is_trusted,
            Target::LinkLocal => match purpose {
                Purpose::AwsMetadata => true,
                Purpose::Subject => is_trusted,
                _ => false,
            },
            // A key's file names its server.
            Target::Deceiving | Target::Storage => {
                is_trusted && (is_key || (purpose, target) == (Purpose::Subject, Target::Storage))
            }
        }
    }
}

const UNIVERSE: &str = "elsewhere.example";
const AWS_STS: &str = "https://sts.us-east-2.amazonaws.com";

fn key_json() -> &'static Value {
    static KEY: OnceLock<Value> = OnceLock::new();
    KEY.get_or_init(|| {
        let key = gapi_fakes::keys::ServiceAccount::new("robot", "proj").expect("a key");
        key.key_json("https://oauth2.googleapis.com/token")
            .parse()
            .expect("JSON")
    })
}

/// A file of this type that every policy allows, but for the token server of Google Distributed Cloud.
pub(crate) fn plain(kind: &str) -> Value {
    match kind {
        "service_account" => key_json().clone(),
        "authorized_user" => {
            json!({"type": kind, "client_id": "c", "client_secret": "s", "refresh_token": "r"})
        }
        "external_account" => {
            let mut file = configuration(aws());
            file["subject_token_type"] = json!("urn:ietf:params:aws:token-type:aws4_request");
            file
        }
        "external_account_authorized_user" => {
            json!({"type": kind, "client_id": "c", "client_secret": "s", "refresh_token": "r"})
        }
        "impersonated_service_account" => json!({
            "type": kind,
            "service_account_impersonation_url": impersonation_url(),
            "source_credentials": plain("authorized_user"),
        }),
        "gdch_service_account" => json!({
            "type": kind, "format_version": "1", "project": "proj", "private_key_id": "key-1", "private_key": gdch::key().pem,
            "name": "robot", "token_uri": "https://elsewhere.example/authenticate",
        }),
        _ => panic!("no file of the type {kind}"),
    }
}

/// Its keys are those of the environment.
fn aws() -> Value {
    json!({"environment_id": "aws1", "regional_cred_verification_url": format!("{AWS_STS}?Action=GetCallerIdentity&Version=2011-06-15")})
}

/// One case for each URL that `property` may have.
fn urls(
    cases: &mut Vec<Case>,
    kind: &'static str,
    property: &'static str,
    purpose: Purpose,
    usual: &'static str,
    file: impl Fn(String) -> Value,
) {
    for target in Target::ALL.into_iter().chain([Target::Usual(usual)]) {
        // Keys take long to read; elsewhere in the clear and the like are refused by what all types share.
        let is_one_of_many = !matches!(
            target,
            Target::Elsewhere | Target::ThisMachine | Target::Storage | Target::Usual(_)
        );
        if kind == "service_account" && is_one_of_many {
            continue;
        }
        let path = match purpose {
            Purpose::Iam => format!("/v1/projects/-/serviceAccounts/{TARGET}:generateAccessToken"),
            Purpose::AwsSts => String::from("?Action=GetCallerIdentity&Version=2011-06-15"),
            _ => String::from("/token"),
        };
        cases.push(Case {
            kind,
            property,
            file: file(format!("{}{path}", target.root())),
            names: Names::Url(purpose, target),
        });
    }
}

/// The plain file with one more property.
fn with(kind: &str, property: &str, value: impl Into<Value>) -> Value {
    let mut file = plain(kind);
    file[property] = value.into();
    file
}

fn cases() -> Vec<Case> {
    const STS: &str = "https://sts.googleapis.com";
    const OAUTH: &str = "https://oauth2.googleapis.com";
    const IAM: &str = "https://iamcredentials.googleapis.com";
    const METADATA: &str = "http://[fd00:ec2::254]";
    let mut cases = Vec::new();
    let all = &mut cases;
    for (kind, property, purpose, usual) in [
        ("service_account", "token_uri", Purpose::Key, OAUTH),
        ("authorized_user", "token_uri", Purpose::User, OAUTH),
        ("external_account", "token_url", Purpose::Sts, STS),
        (
            "external_account",
            "service_account_impersonation_url",
            Purpose::Iam,
            IAM,
        ),
        (
            "external_account_authorized_user",
            "token_url",
            Purpose::Sts,
            STS,
        ),
        (
            "impersonated_service_account",
            "service_account_impersonation_url",
            Purpose::Iam,
            IAM,
        ),
        (
            "gdch_service_account",
            "token_uri",
            Purpose::Gdch,
            "https://identity.example",
        ),
    ] {
        urls(all, kind, property, purpose, usual, |url| {
            with(kind, property, url)
        });
    }
    let external = "external_account";
    let subject = |source: Value| configuration(source);
    urls(
        all,
        external,
        "url",
        Purpose::Subject,
        "https://tokens.example",
        |url| subject(json!({"url": url})),
    );
    for property in ["region_url", "url", "imdsv2_session_token_url"] {
        urls(
            all,
            external,
            property,
            Purpose::AwsMetadata,
            METADATA,
            |url| {
                let mut source = aws();
                for name in ["region_url", "url"] {
                    source[name] = json!(METADATA);
                }
                source[property] = json!(url);
                let mut file = plain(external);
                file["credential_source"] = source;
                file["subject_token_type"] = json!("urn:ietf:params:aws:token-type:aws4_request");
                file
            },
        );
    }
    urls(
        all,
        external,
        "regional_cred_verification_url",
        Purpose::AwsSts,
        AWS_STS,
        |url| {
            let mut file = plain(external);
            file["credential_source"]["regional_cred_verification_url"] = json!(url);
            file
        },
    );
    for kind in [
        "service_account",
        external,
        "external_account_authorized_user",
        "impersonated_service_account",
    ] {
        cases.push(Case {
            kind,
            property: "universe_domain",
            file: with(kind, "universe_domain", UNIVERSE),
            names: Names::Universe,
        });
    }
    for (property, source) in [
        ("file", json!({"file": "/subject"})),
        (
            "certificate_config_location",
            json!({"certificate": {"certificate_config_location": "/config.json"}}),
        ),
        (
            "trust_chain_path",
            json!({"certificate": {"use_default_certificate_config": true, "trust_chain_path": "/chain.pem"}}),
        ),
    ] {
        cases.push(Case {
            kind: external,
            property,
            file: subject(source),
            names: Names::File,
        });
    }
    cases.push(Case {
        kind: external,
        property: "command",
        file: subject(json!({"executable": {"command": "/bin/token"}})),
        names: Names::Program,
    });
    cases.push(Case {
        kind: "gdch_service_account",
        property: "ca_cert_path",
        file: with("gdch_service_account", "ca_cert_path", "/ca.pem"),
        names: Names::File,
    });
    cases
}

/// Properties that lead somewhere and have a test elsewhere, and which.
const ELSEWHERE: [(&str, &str); 6] = [
    (
        "revoke_uri",
        "nothing_is_revoked_at_a_server_that_the_policy_refuses",
    ),
    (
        "revoke_url",
        "nothing_is_revoked_at_a_server_that_the_policy_refuses",
    ),
    (
        "output_file",
        "a_program_that_may_run_reads_no_file_that_may_not_be_read",
    ),
    (
        "cert_path",
        "of the certificate configuration, which is a file of `certificate_config_location`",
    ),
    (
        "key_path",
        "of the certificate configuration, which is a file of `certificate_config_location`",
    ),
    (
        "cert_provider_command",
        "of Endpoint Verification's file, which no file of credentials leads to",
    ),
];

/// The property names that the readers of files take and that lead somewhere, found in their sources.
fn properties_of_sources() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(path).expect("text");
            for taker in [
                ".text(",
                ".required(",
                ".named(",
                ".list(",
                ".secret(",
                ".required_secret(",
                ".peek(",
                ".named_path(",
                ".required_path(",
                ".object(",
                ".map(",
            ] {
                for rest in text.split(taker).skip(1) {
                    let name = rest
                        .trim_start()
                        .strip_prefix('"')
                        .and_then(|rest| rest.split('"').next());
                    found.extend(name.map(str::to_owned));
                }
            }
        }
    }
    let ends = [
        "url",
        "uri",
        "file",
        "path",
        "location",
        "command",
        "universe_domain",
        "folder",
        "host",
        "endpoint",
    ];
    found.retain(|name| ends.iter().any(|end| name.ends_with(end)));
    found
}

/// A machine on which everything is there, and how often its program ran.
fn machine() -> (Environment, Arc<AtomicUsize>) {
    let runs = Arc::new(AtomicUsize::new(0));
    let count = runs.clone();
    let certificate = "-----BEGIN CERTIFICATE-----\nMAEA\n-----END CERTIFICATE-----\n";
    let config =
        json!({"cert_configs": {"workload": {"cert_path": "/leaf.pem", "key_path": "/key.pem"}}});
    let printed = json!({"version": 1, "success": true, "token_type": "urn:ietf:params:oauth:token-type:jwt", "id_token": "printed"});
    let environment = Environment::new()
        .var("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1")
        .var("AWS_REGION", "us-east-2")
        .var("AWS_ACCESS_KEY_ID", "id")
        .var("AWS_SECRET_ACCESS_KEY", "secret")
        .var("CLOUDSDK_CONFIG", "/sdk")
        .file("/sdk/certificate_config.json", config.to_string())
        .file("/config.json", config.to_string())
        .file("/leaf.pem", certificate)
        .file("/chain.pem", certificate)
        .file("/subject", "of the machine")
        .file("/ca.pem", "no certificate")
        .file("/output.json", printed.to_string())
        .program("/bin/token", move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            Ok(ProgramOutput::new(0, printed.to_string()))
        });
    (environment, runs)
}

/// How a program reads a file.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reading {
    ByItsType,
    /// The policy after the transport, as setters may come in any order.
    ByItsTypePolicyLast,
    ApplicationDefault,
}

impl Reading {
    const ALL: [Self; 3] = [
        Self::ByItsType,
        Self::ByItsTypePolicyLast,
        Self::ApplicationDefault,
    ];
}

/// The credentials of a file.
fn read(
    reading: Reading,
    file: &Value,
    policy: UrlPolicy,
    environment: Environment,
    transport: Option<Arc<dyn Transport>>,
) -> Result<Box<dyn Credentials>, AuthError> {
    macro_rules! by_type {
        ($type:ty, $read:ident $(, $setter:ident)*) => {{
            let mut credentials = <$type>::$read(&file.to_string())?.clock(clock());
            $(credentials = credentials.$setter(environment);)*
            if reading == Reading::ByItsType {
                credentials = credentials.url_policy(policy.clone());
            }
            if let Some(transport) = transport {
                credentials = credentials.transport(transport);
            }
            if reading != Reading::ByItsType {
                credentials = credentials.url_policy(policy);
            }
            Ok(Box::new(credentials))
        }};
    }
    if reading == Reading::ApplicationDefault {
        let environment = environment
            .file("/adc.json", file.to_string())
            .var("GOOGLE_APPLICATION_CREDENTIALS", "/adc.json");
        let mut found = ApplicationDefault::new()
            .environment(environment)
            .url_policy(policy)
            .gdch_audience("https://api.example")
            .clock(clock());
        if let Some(transport) = transport {
            found = found.transport(transport);
        }
        return Ok(Box::new(found.find()?));
    }
    match file["type"].as_str().expect("a type") {
        "service_account" => by_type!(ServiceAccount, from_json),
        "authorized_user" => by_type!(AuthorizedUser, from_authorized_user_info),
        "external_account" => by_type!(ExternalAccount, from_json, environment),
        "external_account_authorized_user" => by_type!(ExternalAccountAuthorizedUser, from_json),
        "impersonated_service_account" => by_type!(Impersonated, from_json, environment),
        "gdch_service_account" => {
            let read = GdchServiceAccount::from_json(&file.to_string())?;
            let account = read
                .audience("https://api.example")
                .environment(environment)
                .url_policy(policy);
            Ok(Box::new(match transport {
                Some(transport) => account.transport(transport),
                None => account,
            }))
        }
        kind => panic!("no type {kind}"),
    }
}

/// What came of a case: an error, if any, which hosts were sent something, what was sent, and how often the program ran.
struct Outcome {
    error: Option<AuthError>,
    sent: Vec<Recorded>,
    runs: usize,
}

async fn outcome(case: &Case, file: &Value, reading: Reading, trust: Trust) -> Outcome {
    let google = Google::acting(|recorded| {
        let is_metadata = recorded.method == "GET" || recorded.method == "PUT";
        is_metadata.then(|| Ok(response(200, "us-east-2b")))
    });
    let (environment, runs) = machine();
    let environment = match case.property {
        // Asked only without a setting of the environment.
        "region_url" | "url" | "imdsv2_session_token_url" => environment
            .unset("AWS_REGION")
            .unset("AWS_SECRET_ACCESS_KEY"),
        _ => environment,
    };
    let policy = match file["type"].as_str() {
        // The token server has to be named in every case.
        Some("gdch_service_account") if case.property != "token_uri" => {
            trust.policy().allow_host("elsewhere.example")
        }
        _ => trust.policy(),
    };
    // A transport of the program's makes the certificate authority's certificate needless.
    let lends = case.property == "ca_cert_path";
    let shared = google.shared();
    let own = (!lends).then(|| shared.clone());
    let credentials =
        read(reading, file, policy, environment, own).expect("a file that can be read");
    let url = Uri::from_static("https://drive.googleapis.com/");
    let request = AuthRequest::new(&url, Scopes::Default(&SCOPES)).with_transport(&shared);
    let error = credentials.headers(&request).await.err();
    Outcome {
        error,
        sent: google.recorded(),
        runs: runs.load(Ordering::SeqCst),
    }
}

/// Why an outcome is not what was promised.
fn wrong(case: &Case, allowed: bool, outcome: &Outcome) -> Option<String> {
    let refused = matches!(&outcome.error, Some(error) if error.kind() == AuthErrorKind::Config);
    let text = outcome
        .error
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    if !allowed {
        let is_silent = outcome.sent.is_empty() && outcome.runs == 0;
        // The errors of files that were read would name what is wrong with them.
        let names_it = match case.names {
            Names::File => text.contains("which a configuration that is not trusted may not name"),
            Names::Program => text.contains("run a program"),
            Names::Url(..) | Names::Universe => true,
        };
        return (!refused || !is_silent || !names_it)
            .then(|| format!("not refused: {text}; sent {:?}", hosts(outcome)));
    }
    let done = match case.names {
        Names::Url(Purpose::AwsSts, _) | Names::Universe => outcome.error.is_none(),
        Names::Url(_, target) => {
            let root: Uri = target.root().parse().expect("a URL");
            hosts(outcome).contains(root.host().expect("a host"))
        }
        // The file was read, for it holds no certificate.
        Names::File if case.property == "ca_cert_path" => {
            text.contains("/ca.pem") && !text.contains("not trusted")
        }
        Names::File => outcome.error.is_none(),
        Names::Program => outcome.runs == 1 && outcome.error.is_none(),
    };
    (!done).then(|| format!("not done: {text}; sent {:?}", hosts(outcome)))
}

fn hosts(outcome: &Outcome) -> BTreeSet<&str> {
    let hosts = outcome
        .sent
        .iter()
        .filter_map(|recorded| recorded.uri.host());
    hosts.collect()
}

/// The types that others can contain.
const NESTED: [&str; 4] = [
    "service_account",
    "authorized_user",
    "external_account",
    "external_account_authorized_user",
];

/// The type that can contain others.
fn nesting(source: &Value) -> Value {
    with(
        "impersonated_service_account",
        "source_credentials",
        source.clone(),
    )
}

#[tokio::test]
async fn a_file_reaches_what_is_promised_and_nothing_else() {
    let mut wrongs = Vec::new();
    let mut tried = 0;
    for case in cases() {
        let nested = NESTED.contains(&case.kind).then(|| nesting(&case.file));
        for (depth, file) in [Some(&case.file), nested.as_ref()]
            .into_iter()
            .flatten()
            .enumerate()
        {
            let readings = Reading::ALL.into_iter().filter(|reading| {
                // Without other setters there is no order of them.
                *reading != Reading::ByItsTypePolicyLast || case.kind != "service_account"
            });
            for (reading, trust) in readings.flat_map(|reading| {
                Trust::of(case.names)
                    .iter()
                    .map(move |trust| (reading, *trust))
            }) {
                tried += 1;
                let outcome = outcome(&case, file, reading, trust).await;
                if let Some(why) = wrong(&case, trust.allows(case.names), &outcome) {
                    wrongs.push(format!(
                        "{} {} {:?} depth {depth} {reading:?} {trust:?}: {why}",
                        case.kind, case.property, case.names
                    ));
                }
            }
        }
    }
    assert!(
        wrongs.is_empty(),
        "{} of {tried}: {wrongs:#?}",
        wrongs.len()
    );
    assert!(tried > 1000, "only {tried}");
}

#[test]
fn every_type_and_every_property_that_leads_somewhere_is_in_the_table() {
    let environment = Environment::new()
        .var("GOOGLE_APPLICATION_CREDENTIALS", "/f")
        .file("/f", r#"{"type": "unknown"}"#);
    let error = ApplicationDefault::new()
        .environment(environment)
        .find()
        .expect_err("no such type");
    let known = error
        .hint()
        .expect("a hint")
        .strip_prefix("known types are ")
        .expect("the types");
    let known: BTreeSet<_> = known.split(", ").collect();
    let cases = cases();
    let tried: BTreeSet<_> = cases.iter().map(|case| case.kind).collect();
    assert_eq!(known, tried);
    for kind in known {
        let nests = Impersonated::from_json(&nesting(&plain(kind)).to_string()).is_ok();
        assert_eq!(nests, NESTED.contains(&kind), "{kind}");
    }

    let mut tried: BTreeSet<_> = cases.iter().map(|case| case.property.to_owned()).collect();
    tried.extend(ELSEWHERE.map(|(name, _)| name.to_owned()));
    assert_eq!(properties_of_sources(), tried);
}

#[tokio::test]
async fn a_program_that_may_run_reads_no_file_that_may_not_be_read() {
    let source = json!({"executable": {"command": "/bin/token", "output_file": "/output.json"}});
    for (policy, allowed) in [
        (UrlPolicy::untrusted().allow_executables(), false),
        (
            UrlPolicy::untrusted().allow_executables().allow_files(),
            true,
        ),
        (UrlPolicy::default(), true),
    ] {
        for file in [
            configuration(source.clone()),
            nesting(&configuration(source.clone())),
        ] {
            let (environment, _) = machine();
            let transport = Some(Google::default().shared());
            let credentials = read(
                Reading::ByItsType,
                &file,
                policy.clone(),
                environment,
                transport,
            )
            .expect("a file");
            assert_eq!(ask(&*credentials).await.is_ok(), allowed, "{policy:?}");
        }
    }
}

#[tokio::test]
async fn nothing_is_revoked_at_a_server_that_the_policy_refuses() {
    let evil = "http://127.0.0.1:8500/revoke";
    let google = Google::default();
    let file = with("authorized_user", "revoke_uri", evil);
    let user = AuthorizedUser::from_authorized_user_info(&file.to_string()).expect("a file");
    let user = user
        .transport(google.shared())
        .url_policy(UrlPolicy::untrusted());
    assert_eq!(
        user.revoke().await.expect_err("refused").kind(),
        AuthErrorKind::Config
    );
    let file = with("external_account_authorized_user", "revoke_url", evil);
    let user = ExternalAccountAuthorizedUser::from_json(&file.to_string()).expect("a file");
    let user = user
        .transport(google.shared())
        .url_policy(UrlPolicy::untrusted());
    assert_eq!(
        user.revoke().await.expect_err("refused").kind(),
        AuthErrorKind::Config
    );
    assert!(google.recorded().is_empty());
}
