//! The machine, as a value.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use gapi_auth::{Environment, OperatingSystem, Program, ProgramOutput};
use gapi_transport::SystemClock;

#[test]
fn a_new_environment_has_only_what_is_set() {
    let environment = Environment::new();
    assert_eq!(environment.get("PATH"), None);
    assert_eq!(environment.home(), None);
    assert!(!environment.is_file(file!()) && !environment.is_file("/etc/passwd"));
    assert_eq!(
        kind(environment.read("/etc/passwd")),
        io::ErrorKind::NotFound
    );
    assert!(Environment::system().get("PATH").is_some());
}

#[test]
fn variables_are_trimmed_and_empty_ones_are_unset() {
    let environment = Environment::new()
        .var("A", " a\n")
        .var("EMPTY", "")
        .var("BLANK", "  ")
        .var("B", "b")
        .unset("B");
    assert_eq!(environment.get("A").as_deref(), Some("a"));
    for unset in ["EMPTY", "BLANK", "B", "C"] {
        assert_eq!(environment.get(unset), None, "{unset}");
    }
    assert_eq!(
        environment.first_of(&["C", "EMPTY", "A"]),
        Some(("A", "a".to_owned()))
    );
    assert_eq!(Environment::system().unset("PATH").get("PATH"), None);
}

#[test]
fn folders_are_where_each_system_keeps_them() {
    let linux = Environment::new().var("HOME", "/home/u");
    assert_eq!(linux.gcloud_dir(), path("/home/u/.config/gcloud"));
    assert_eq!(linux.config_dir(), path("/home/u/.config"));
    let xdg = linux.clone().var("XDG_CONFIG_HOME", "/xdg");
    assert_eq!(xdg.config_dir(), path("/xdg"));
    assert_eq!(
        xdg.gcloud_dir(),
        path("/home/u/.config/gcloud"),
        "gcloud knows no XDG"
    );
    assert_eq!(
        xdg.var("XDG_CONFIG_HOME", "relative").config_dir(),
        path("/home/u/.config")
    );
    assert_eq!(
        linux.clone().var("CLOUDSDK_CONFIG", "/sdk").gcloud_dir(),
        path("/sdk")
    );
    assert_eq!(
        linux.clone().var("CLOUDSDK_CONFIG", "").gcloud_dir(),
        path("/home/u/.config/gcloud")
    );

    let mac = linux.os(OperatingSystem::MacOs);
    assert_eq!(mac.gcloud_dir(), path("/home/u/.config/gcloud"));
    assert_eq!(
        mac.config_dir(),
        path("/home/u/Library/Application Support")
    );

    let windows = Environment::new().os(OperatingSystem::Windows);
    assert_eq!(windows.gcloud_dir(), path("C:\\gcloud"));
    assert_eq!(
        windows.clone().var("SystemDrive", "D:").gcloud_dir(),
        path("D:\\gcloud")
    );
    let windows = windows
        .var("APPDATA", "/roaming")
        .var("USERPROFILE", "/users/u");
    assert_eq!(windows.gcloud_dir(), path("/roaming/gcloud"));
    assert_eq!(windows.home(), path("/users/u"));

    assert_eq!(Environment::new().gcloud_dir(), None);
}

#[test]
fn files_that_were_put_hide_the_machines() {
    let folder = tempfile::tempdir().expect("a folder");
    let real = folder.path().join("real");
    fs::write(&real, "real").expect("written");
    let environment = Environment::system();
    assert_eq!(*environment.read(&real).expect("a file"), b"real");
    assert!(environment.modified(&real).expect("a file").is_some());
    assert_eq!(
        kind(environment.read(folder.path().join("none"))),
        io::ErrorKind::NotFound
    );
    assert!(
        environment.read(folder.path()).is_err(),
        "a folder is no file"
    );

    let environment = environment.file(&real, "put");
    assert_eq!(*environment.read(&real).expect("a file"), b"put");
    assert_eq!(environment.modified(&real).expect("a file"), None);
    let denied = environment.broken_file(&real, io::ErrorKind::PermissionDenied);
    assert!(denied.is_file(&real));
    assert_eq!(kind(denied.read(&real)), io::ErrorKind::PermissionDenied);
    let gone = denied.broken_file(&real, io::ErrorKind::NotFound);
    assert!(!gone.is_file(&real));
}

#[test]
fn text_is_utf_8_without_a_mark_and_not_longer_than_a_mebibyte() {
    let environment = Environment::new()
        .file("/marked", "\u{feff}text")
        .file("/bytes", [0xfd, 0xfe])
        .file("/long", vec![b' '; 1024 * 1024 + 1])
        .file("/full", vec![b' '; 1024 * 1024]);
    assert_eq!(*environment.read_text("/marked").expect("text"), "text");
    assert_eq!(
        kind(environment.read_text("/bytes")),
        io::ErrorKind::InvalidData
    );
    assert_eq!(kind(environment.read("/long")), io::ErrorKind::FileTooLarge);
    assert!(environment.read("/full").is_ok());
}

#[test]
fn debug_shows_names_only() {
    let environment = Environment::system()
        .var("TOKEN", "canary")
        .file("/secret/file", "canary")
        .program("helper", |_| Ok(ProgramOutput::new(0, "canary")));
    let displayed = format!(
        "{environment:?} {:?}",
        Program::new("helper").arg("canary").var("T", "canary")
    );
    assert!(!displayed.contains("canary"), "{displayed}");
    for name in ["TOKEN", "/secret/file", "helper"] {
        assert!(displayed.contains(name), "{displayed}");
    }
}

#[tokio::test]
async fn programs_that_were_put_are_functions() {
    let environment = Environment::new().program("helper", |program: &Program| {
        let name = program.variables()["NAME"].to_string_lossy().into_owned();
        Ok(ProgramOutput::new(
            0,
            format!("{name} {}", program.arguments().len()),
        ))
    });
    let helper = Program::new("helper").arg("a").arg("b").var("NAME", "n");
    let output = run(&environment, &helper).await.expect("output");
    assert_eq!(*output.stdout, b"n 2");
    assert_eq!(
        kind(run(&environment, &Program::new("sh")).await),
        io::ErrorKind::NotFound
    );
}

#[cfg(unix)]
mod unix {
    use std::time::SystemTime;

    use gapi_transport::ManualClock;

    use super::*;

    fn sh(script: &str) -> Program {
        Program::new("sh").arg("-c").arg(script)
    }

    #[tokio::test]
    async fn a_programs_output_status_and_variables() {
        let environment = Environment::system().var("A", "a").unset("HOME");
        let script = "cat; echo $A$B${HOME-unset}; echo oops >&2; exit 3";
        let output = run(&environment, &sh(script).var("B", "b"))
            .await
            .expect("output");
        assert_eq!(*output.stdout, b"abunset\n");
        assert_eq!(*output.stderr, b"oops\n");
        assert_eq!((output.status, output.success()), (Some(3), false));
        let missing = Program::new("/no/such/program");
        assert_eq!(
            kind(run(&environment, &missing).await),
            io::ErrorKind::NotFound
        );
    }

    #[tokio::test]
    async fn a_program_that_does_not_end_is_killed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (pid, environment) = (folder.path().join("pid"), Environment::system());
        let program = sh("echo $$ > \"$0\"; exec sleep 600").arg(&pid);
        let (limit, clock) = (Duration::from_secs(30), ManualClock::new(SystemTime::now()));
        let there = async {
            while fs::read(&pid).map_or(true, |text| text.is_empty()) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            clock.advance(limit);
        };
        let (ended, ()) = tokio::join!(environment.run(&program, limit, &clock), there);
        assert_eq!(kind(ended), io::ErrorKind::TimedOut);
        let pid = fs::read_to_string(pid).expect("it ran");
        let proc = PathBuf::from(format!("/proc/{}", pid.trim()));
        // The thread that watches it reaps it.
        while cfg!(target_os = "linux") && proc.exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn a_program_that_prints_without_end_is_stopped() {
        let ended = run(&Environment::system(), &sh("yes")).await;
        assert_eq!(kind(ended), io::ErrorKind::FileTooLarge);
    }
}

async fn run(environment: &Environment, program: &Program) -> io::Result<ProgramOutput> {
    environment
        .run(program, Duration::from_secs(60), &SystemClock)
        .await
}

fn path(text: &str) -> Option<PathBuf> {
    Some(Path::new(text).to_owned())
}

fn kind<T>(result: io::Result<T>) -> io::ErrorKind {
    result.err().expect("an error").kind()
}

#[test]
fn utf_16_is_text_with_a_byte_order_mark() {
    let text = "\u{feff}{\"a\": \"\u{1f511}\"}";
    let units = || text.encode_utf16();
    let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
    for content in [&little, &big] {
        let environment = Environment::new().file("/f", content.clone());
        let read = environment.read_text("/f").expect("text");
        assert_eq!(*read, text.trim_start_matches('\u{feff}'));
        for broken in [
            content[..content.len() - 1].to_vec(),
            [&content[..2], &[0xd8; 2][..]].concat(),
        ] {
            let environment = Environment::new().file("/f", broken);
            environment.read_text("/f").expect_err("broken");
        }
    }
    assert_eq!(
        *Environment::new()
            .file("/f", [0xff, 0xfe])
            .read_text("/f")
            .expect("empty"),
        ""
    );
}
