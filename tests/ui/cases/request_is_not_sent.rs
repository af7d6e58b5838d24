//! A request is sent before it is awaited, and before it is given options.

gapi::api! { mod drive = "../../../discovery-docs/drive.v3.json" { files.{create, list} }; }

#[derive(gapi::Fields)]
#[fields(of = drive::FileList)]
struct Names {
    files: Vec<Name>,
}

#[derive(gapi::Fields)]
#[fields(of = drive::File)]
struct Name {
    name: Option<String>,
}

async fn awaited() -> Result<(), gapi::Error> {
    let list = drive::files().list().await?;
    for file in list.files.unwrap_or_default() {
        println!("{:?}", file.name);
    }
    Ok(())
}

async fn with_a_time_limit() -> Result<drive::FileList, gapi::Error> {
    let limit = std::time::Duration::from_secs(10);
    drive::files().list().q("x").timeout(limit).header("x-a", "b").await
}

async fn with_a_mask() -> Result<(), gapi::Error> {
    let list = drive::files().list().fields("files(name)").with_meta().await?;
    println!("{:?}", list.headers());
    Ok(())
}

async fn as_an_own_type() -> Result<(), gapi::Error> {
    for file in drive::files().list().select::<Names>().await?.files {
        println!("{:?}", file.name);
    }
    Ok(())
}

async fn an_upload() -> Result<drive::File, gapi::Error> {
    let file = gapi::body!(drive::File { name: "a" });
    drive::files().create(file).upload(b"text".to_vec()).await
}

fn main() {}
