//! A bare `None` has no type, and an argument of an optional parameter gives none to what is parsed for it.

gapi::api! { mod drive = "../../../discovery-docs/drive.v3.json" { files.list }; }

fn none() -> drive::files::List {
    drive::files().list().q(None)
}

fn parsed() -> drive::files::List {
    drive::files().list().page_size("5".parse().unwrap_or_default())
}

fn main() {}
