//! A body of another type is made with `Body::of`.

gapi::api! { mod drive = "../../../discovery-docs/drive.v3.json" { files.{create, update} }; }

struct Own {
    name: String,
}

fn main() {
    let own = Own { name: "a".into() };
    let _ = drive::files().create(own);
    let _ = drive::files().update("id", "a");
    let _ = drive::files().create(Some(drive::File::default()));
}
