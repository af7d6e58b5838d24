//! The help texts. `EXPECTORATE=overwrite` writes the current ones.

use crate::support::Folder;

#[test]
fn help_is_what_it_was() {
    let folder = Folder::new();
    for (file, line) in [
        ("gapi.txt", "--help"),
        ("generate.txt", "generate --help"),
        ("expand.txt", "expand --help"),
        ("init.txt", "init --help"),
        ("fetch.txt", "fetch --help"),
        ("index.txt", "index --help"),
        ("list.txt", "list --help"),
        ("methods.txt", "methods --help"),
        ("show.txt", "show --help"),
        ("call.txt", "call --help"),
        ("diff.txt", "diff --help"),
        ("auth.txt", "auth --help"),
        ("auth-login.txt", "auth login --help"),
        ("completions.txt", "completions --help"),
    ] {
        expectorate::assert_contents(format!("tests/help/{file}"), &folder.gapi(line).ok().stdout);
    }
}

#[test]
fn wrong_arguments_have_a_status_of_their_own() {
    let folder = Folder::new();
    folder
        .gapi("")
        .fails_with(2, &["Usage: gapi [OPTIONS] <COMMAND>"]);
    folder
        .gapi("generate tasks:v1")
        .fails_with(2, &["--output <FILE>"]);
    folder
        .gapi("generete tasks:v1")
        .fails_with(2, &["'generate'"]);
}
