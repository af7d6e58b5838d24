//! Media with fake-gcs-server and gcp-storage-emulator.

use super::{Desk, document};

fn media(server: &str) {
    let (desk, api, url) = (
        Desk::new(),
        document("storage.v1"),
        gapi_servers::server(server),
    );
    let call = |words: &[&str]| {
        desk.call(
            &[],
            &[
                &["--anonymous", "--endpoint-url", &url, api.as_str()],
                words,
            ]
            .concat(),
        )
    };
    call(&["buckets.insert", "--project", "p", "--set", "name=command"]).ok();
    let bytes: Vec<u8> = (0..18 << 20).map(|number: u32| number as u8).collect();
    std::fs::write(desk.path("f.bin"), &bytes).expect("a file");
    let name = "a b#é.txt";
    call(&[
        "objects.insert",
        "command",
        "--name",
        name,
        "--upload",
        "f.bin",
        "--upload-type",
        "application/octet-stream",
    ])
    .ok();
    let ran = call(&["objects.get", "command", name, "--media", "-o", "g.bin"]).ok();
    assert_eq!(ran.stdout, "");
    assert!(
        std::fs::read(desk.path("g.bin")).expect("a file") == bytes,
        "other bytes"
    );
    let names = call(&[
        "objects.list",
        "command",
        "--all",
        "--format",
        "value",
        "--columns",
        "name",
    ])
    .ok()
    .stdout;
    assert_eq!(names, format!("{name}\n"));
    call(&["objects.get", "command", name, "-o", "x.json"]).ok();
    assert!(
        std::fs::read_to_string(desk.path("x.json"))
            .expect("a file")
            .contains("\"bucket\"")
    );
    let missing = call(&[
        "objects.get",
        "command",
        "missing",
        "--media",
        "-o",
        "g.bin",
    ]);
    assert_eq!(missing.status, 1, "{}", missing.stderr);
    assert_eq!(
        std::fs::metadata(desk.path("g.bin")).expect("a file").len(),
        bytes.len() as u64
    );
    let deleted = call(&["objects.delete", "command", name]).ok();
    assert_eq!(deleted.stdout, "");
    let mut files: Vec<_> = std::fs::read_dir(desk.path(""))
        .expect("a folder")
        .map(|file| file.expect("a file").file_name())
        .collect();
    files.sort();
    assert_eq!(files, ["f.bin", "g.bin", "x.json"]);
}

#[test]
fn fake_gcs_server() {
    media("fake-gcs-server");
}

#[test]
fn gcp_storage_emulator() {
    media("gcp-storage-emulator");
}
