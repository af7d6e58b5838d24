//! An optional parameter takes a value of its type, or an option of it.

gapi::api! {
    mod drive = "../../../discovery-docs/drive.v3.json" { files.list };
    mod youtube = "../../../discovery-docs/youtube.v3.json" { videos.list };
}

fn main() {
    let list = drive::files().list();
    let _ = list.clone().q(5);
    let _ = list.clone().q(Some(5));
    let _ = list.clone().page_size("5");
    let _ = list.clone().page_size(5_usize);
    let _ = list.clone().page_size(Some("5"));
    let _ = list.clone().supports_all_drives("yes");
    let list = youtube::videos().list(["id"]);
    let _ = list.clone().id("a");
    let _ = list.clone().id([1]);
    let _ = list.clone().id(Some([1]));
    let _ = list.chart(1);
}
