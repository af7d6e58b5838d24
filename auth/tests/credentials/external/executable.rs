//! Programs that print subject tokens.

use std::{
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use gapi_auth::{
    AuthErrorKind, Credentials, Environment, ExternalAccount, OperatingSystem, ProgramOutput,
};
use serde_json::{Value, json};

use super::support::*;

const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";

fn printed() -> Value {
    json!({"version": 1, "success": true, "token_type": ID_TOKEN, "id_token": "printed"})
}

/// A program that prints this, and how often it ran.
fn program(output: Value) -> (Environment, Arc<AtomicUsize>) {
    let runs = Arc::new(AtomicUsize::new(0));
    let count = runs.clone();
    let text = output.to_string();
    let environment = Environment::new()
        .var("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1")
        .program("/bin/token", move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            Ok(ProgramOutput::new(0, text.clone()))
        });
    (environment, runs)
}

fn account(environment: Environment, google: &Google) -> ExternalAccount {
    let source = json!({"executable": {"command": "/bin/token", "output_file": "/kept"}});
    ExternalAccount::from_json(&configuration(source).to_string())
        .expect("a configuration")
        .environment(environment)
        .transport(google.shared())
        .clock(clock())
}

#[tokio::test]
async fn it_runs_only_where_it_is_allowed() {
    let (environment, runs) = program(printed());
    let google = Google::default();
    for value in ["", "0", "true", "11"] {
        let environment = environment
            .clone()
            .var("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", value);
        let error = ask(&account(environment, &google)).await.expect_err(value);
        assert_eq!(error.kind(), AuthErrorKind::Config);
        assert!(
            error
                .to_string()
                .contains("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1"),
            "{error}"
        );
    }
    let forbidden = account(environment.clone(), &google).allow_executables(false);
    ask(&forbidden).await.expect_err("the program's word");
    assert_eq!(
        (runs.load(Ordering::SeqCst), google.recorded().len()),
        (0, 0)
    );
    ask(&account(environment.clone(), &google))
        .await
        .expect("the environment's word");
    let bare = environment.unset("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES");
    ask(&account(bare, &google).allow_executables(true))
        .await
        .expect("the program's word");
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn both_kinds_of_token_are_taken() {
    for (token_type, field) in [
        (ID_TOKEN, "id_token"),
        ("urn:ietf:params:oauth:token-type:jwt", "id_token"),
        ("urn:ietf:params:oauth:token-type:saml2", "saml_response"),
    ] {
        let mut output = json!({"version": 1, "success": true, "token_type": token_type});
        output[field] = json!("printed");
        let google = Google::default();
        ask(&account(program(output).0, &google))
            .await
            .expect("a token");
        assert_eq!(google.recorded()[0].form()["subject_token"], "printed");
    }
}

#[tokio::test]
async fn cached_output_is_used_while_it_is_valid() {
    let cached = |expires: u64, token: &str| {
        json!({"version": 1, "success": true, "token_type": ID_TOKEN, "id_token": token, "expiration_time": expires}).to_string()
    };
    for (file, token, ran) in [
        (cached(NOW + 60, "kept"), "kept", 0),
        (cached(NOW, "kept"), "printed", 1),
        (cached(NOW - 1, "kept"), "printed", 1),
        // Without a time it is not known.
        (
            printed().to_string().replace("printed", "kept"),
            "printed",
            1,
        ),
        (String::from("{\"version\": 1, \"succ"), "printed", 1),
        (String::from("[]"), "printed", 1),
        (json!({"version": 2}).to_string(), "printed", 1),
        (
            json!({"version": 1, "success": false, "code": "1", "message": "no"}).to_string(),
            "printed",
            1,
        ),
    ] {
        let (environment, runs) = program(printed());
        let google = Google::default();
        ask(&account(environment.file("/kept", file.clone()), &google))
            .await
            .expect("a token");
        assert_eq!(
            google.recorded()[0].form()["subject_token"],
            token,
            "{file}"
        );
        assert_eq!(runs.load(Ordering::SeqCst), ran, "{file}");
    }
}

#[tokio::test]
async fn a_program_may_write_its_file_and_print_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("kept");
    let written = path.clone();
    let environment = Environment::system()
        .var("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1")
        .program("/bin/token", move |program| {
            assert_eq!(
                program.variables()["GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE"],
                written.as_os_str()
            );
            std::fs::write(&written, printed().to_string())?;
            Ok(ProgramOutput::new(0, ""))
        });
    let source = json!({"executable": {"command": "/bin/token", "output_file": path}});
    let google = Google::default();
    let account = ExternalAccount::from_json(&configuration(source).to_string())
        .expect("a configuration")
        .environment(environment)
        .transport(google.shared())
        .clock(clock());
    ask(&account).await.expect("a token");
    assert_eq!(google.recorded()[0].form()["subject_token"], "printed");
}

#[tokio::test]
async fn outputs_without_a_token_are_explained() {
    for (output, kind, expected) in [
        (
            json!({"version": 1, "success": false, "code": "401", "message": "Caller not authorized"}),
            AuthErrorKind::Other,
            "Caller not authorized (code 401)",
        ),
        (
            json!({"version": 1, "success": false}),
            AuthErrorKind::Other,
            "has no token",
        ),
        (
            json!({"version": 2, "success": true}),
            AuthErrorKind::Unsupported,
            "version 2",
        ),
        (json!({"success": true}), AuthErrorKind::Config, "`version`"),
        (json!({"version": 1}), AuthErrorKind::Config, "`success`"),
        (
            json!({"version": 1, "success": true}),
            AuthErrorKind::Config,
            "`token_type`",
        ),
        (
            json!({"version": 1, "success": true, "token_type": "urn:x"}),
            AuthErrorKind::Config,
            "`token_type`",
        ),
        (
            json!({"version": 1, "success": true, "token_type": ID_TOKEN}),
            AuthErrorKind::Config,
            "`id_token`",
        ),
        (
            json!({"version": 1, "success": true, "token_type": ID_TOKEN, "id_token": "t", "expiration_time": NOW}),
            AuthErrorKind::Config,
            "expired",
        ),
        (json!("text"), AuthErrorKind::Config, "JSON object"),
    ] {
        let google = Google::default();
        let error = ask(&account(program(output).0, &google))
            .await
            .expect_err(expected);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(expected), "{expected}: {error}");
        assert!(google.recorded().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn programs_that_fail_are_named() {
    for (outcome, kind, expected) in [
        (
            Err(io::ErrorKind::NotFound),
            AuthErrorKind::NotFound,
            "/bin/token",
        ),
        (
            Err(io::ErrorKind::PermissionDenied),
            AuthErrorKind::Other,
            "/bin/token",
        ),
        (
            Err(io::ErrorKind::TimedOut),
            AuthErrorKind::Other,
            "timeout_millis",
        ),
        (
            Ok(ProgramOutput::new(3, "")),
            AuthErrorKind::Other,
            "status 3",
        ),
        (
            Ok(ProgramOutput::new(
                1,
                r#"{"version":1,"success":false,"code":"401","message":"Caller not authorized."}"#,
            )),
            AuthErrorKind::Other,
            "status 1: Caller not authorized. (code 401)",
        ),
        (
            Ok(ProgramOutput::new(
                1,
                r#"{"version":1,"success":false,"code":401,"message":"No secret=canary"}"#,
            )),
            AuthErrorKind::Other,
            "status 1: No secret=[redacted] (code 401)",
        ),
        (
            Ok(ProgramOutput::new(2, "usage: token [--audience]\n")),
            AuthErrorKind::Other,
            "status 2: usage: token [--audience]",
        ),
        (
            Ok(ProgramOutput {
                stderr: b"warning: slow".to_vec().into(),
                ..ProgramOutput::new(2, "password=canary is wrong")
            }),
            AuthErrorKind::Other,
            "status 2: password=[redacted] is wrong; warning: slow",
        ),
        (
            Ok(ProgramOutput {
                stderr: b"disk full".to_vec().into(),
                ..ProgramOutput::new(1, "canary\n")
            }),
            AuthErrorKind::Other,
            "status 1: disk full",
        ),
        (
            // A token that comes with a failure is none, and is not shown.
            Ok(ProgramOutput {
                stderr: b"disk full".to_vec().into(),
                ..ProgramOutput::new(1, printed().to_string().replace("printed", "canary"))
            }),
            AuthErrorKind::Other,
            "status 1: disk full",
        ),
        (
            Ok(ProgramOutput {
                status: None,
                stderr: b"no such key\n".to_vec().into(),
                ..ProgramOutput::new(0, "")
            }),
            AuthErrorKind::Other,
            "signal: no such key",
        ),
    ] {
        let environment = Environment::new()
            .var("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1")
            .program("/bin/token", move |_| match &outcome {
                Ok(output) => Ok(output.clone()),
                Err(kind) => Err((*kind).into()),
            });
        let source = json!({"executable": {"command": "/bin/token"}});
        let account = ExternalAccount::from_json(&configuration(source).to_string())
            .expect("a configuration")
            .environment(environment)
            .transport(Google::default().shared());
        let error = ask(&account).await.expect_err(expected);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(expected), "{expected}: {error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}

#[tokio::test]
async fn a_command_is_split_as_the_platform_splits_it() {
    for (os, command, expected) in [
        (
            OperatingSystem::Windows,
            r"C:\tools\get-token.exe --audience x",
            [r"C:\tools\get-token.exe", "--audience", "x"],
        ),
        (
            OperatingSystem::Windows,
            r#""C:\Program Files\get-token.exe" "a b" x"#,
            [r"C:\Program Files\get-token.exe", "a b", "x"],
        ),
        (
            OperatingSystem::Linux,
            r"'/opt/get token' a\ b x",
            ["/opt/get token", "a b", "x"],
        ),
    ] {
        let environment = Environment::new()
            .os(os)
            .program(expected[0], move |program| {
                assert_eq!(program.arguments(), &expected[1..]);
                Ok(ProgramOutput::new(0, printed().to_string()))
            });
        let source = json!({"executable": {"command": command}});
        let account = ExternalAccount::from_json(&configuration(source).to_string())
            .expect("a configuration")
            .allow_executables(true)
            .environment(environment)
            .transport(Google::default().shared());
        ask(&account).await.expect(command);
    }
    let source = json!({"executable": {"command": "a \"b"}});
    let account = ExternalAccount::from_json(&configuration(source).to_string())
        .expect("a configuration")
        .allow_executables(true);
    let error = ask(&account).await.expect_err("no command");
    assert_eq!(error.kind(), AuthErrorKind::Config);
    assert!(error.to_string().contains("quotation mark"), "{error}");
}

#[tokio::test]
async fn an_expiration_time_may_have_a_fraction() {
    for (time, valid) in [
        (json!(4_102_444_800.123), true),
        (json!(NOW as f64 + 0.5), true),
        (json!(NOW as f64 - 0.5), false),
        (json!(1e300), false),
        (json!(-1), false),
        (json!("4102444800"), false),
    ] {
        let mut output = printed();
        output["expiration_time"] = time.clone();
        let outcome = ask(&account(program(output).0, &Google::default())).await;
        assert_eq!(outcome.is_ok(), valid, "{time}: {outcome:?}");
    }
}

/// A program of this machine.
#[cfg(unix)]
fn script(folder: &Path, text: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("token.sh");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("executable");
    path.display().to_string()
}

#[cfg(unix)]
fn real(command: String, google: &Google) -> ExternalAccount {
    let source = json!({"executable": {"command": command, "timeout_millis": 5000}});
    ExternalAccount::from_json(&configuration(source).to_string())
        .expect("a configuration")
        .allow_executables(true)
        .environment(Environment::system())
        .transport(google.shared())
}

#[cfg(unix)]
#[tokio::test]
async fn a_real_program_sees_its_variables_and_arguments() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = r#"printf '{"version":1,"success":true,"token_type":"urn:ietf:params:oauth:token-type:jwt","id_token":"%s|%s|%s"}' "$1" "$GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE" "$GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE""#;
    let command = format!("'{}' 'two words'", script(folder.path(), text));
    let google = Google::default();
    let account = real(command, &google);
    ask(&account).await.expect("a token");
    assert_eq!(
        google.recorded()[0].form()["subject_token"],
        format!("two words|{POOL}|0")
    );
    assert!(account.describe().contains(POOL));
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn a_real_program_that_hangs_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let google = Google::default();
    let account = real(script(folder.path(), "exec sleep 600"), &google);
    let before = tokio::time::Instant::now();
    let error = ask(&account).await.expect_err("it hangs");
    assert!(error.to_string().contains("timeout_millis"), "{error}");
    // Three attempts of 5 s each, and the waits between them.
    let took = before.elapsed();
    assert!(
        took >= Duration::from_secs(15) && took < Duration::from_secs(30),
        "{took:?}"
    );
}
