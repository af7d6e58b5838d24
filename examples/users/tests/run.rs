//! Every example runs without an account, and prints what it should.

use std::process::Command;

fn run(program: &str, arguments: &[&str], expected: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .expect("a program");
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {errors}");
    for expected in expected {
        assert!(
            text.contains(expected),
            "{program} did not say {expected:?}: {text}"
        );
    }
}

#[test]
fn web_app() {
    let expected = [
        "/: <!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>gapi</title><p>You are not signed in.",
        "You are ann@example.com.",
        "<li>minutes.md</li><li>plan.md</li>",
        "Nobody asked for that.",
        "0 grants are left",
    ];
    run(env!("CARGO_BIN_EXE_web_app"), &["--tour"], &expected);
}

#[test]
fn installed_app() {
    let program = env!("CARGO_BIN_EXE_installed_app");
    // One after the other: they share a folder.
    run(program, &[], &["7 files\nsigned in already\n7 files"]);
    run(
        program,
        &["--console"],
        &["7 files\nsigned in already\n7 files"],
    );
}

#[test]
fn device() {
    run(
        env!("CARGO_BIN_EXE_device"),
        &[],
        &["/device and enter ", "budget.csv\nholiday.txt"],
    );
}

#[test]
fn drive_files() {
    run(
        env!("CARGO_BIN_EXE_drive_files"),
        &[],
        &["budget.csv (file-1)\nholiday.txt (file-2)"],
    );
}

#[test]
fn calendar() {
    run(
        env!("CARGO_BIN_EXE_calendar"),
        &[],
        &["ann@example.com\nAnn, Europe/Vienna"],
    );
}

#[test]
fn bigquery() {
    run(env!("CARGO_BIN_EXE_bigquery"), &[], &["the\" \"25568"]);
}

#[test]
fn delegated_users() {
    let expected = [
        "ann@example.com: 7 files",
        "cem@example.com: 7 files",
        "3 tokens, ",
    ];
    run(env!("CARGO_BIN_EXE_delegated_users"), &[], &expected);
}

#[test]
fn compute_engine() {
    run(env!("CARGO_BIN_EXE_compute_engine"), &[], &["orders"]);
}

#[test]
fn app_engine() {
    run(
        env!("CARGO_BIN_EXE_app_engine"),
        &[],
        &["found at the metadata server\norders"],
    );
}
