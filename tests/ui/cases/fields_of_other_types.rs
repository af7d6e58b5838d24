//! Fields of types that are not read from responses: one error each.

gapi::api! { mod drive = "../../../discovery-docs/drive.v3.json" { files.get }; }

#[derive(gapi::Fields)]
#[fields(of = drive::File)]
struct Lite {
    id: String,
    size: Option<usize>,
    owners: Vec<Owner>,
    #[fields(default)]
    trashed: Flag,
}

struct Owner {
    email_address: String,
}

#[derive(Default)]
struct Flag;

#[derive(gapi::Fields)]
struct Free {
    count: usize,
}

async fn read(client: &gapi::Client) -> Result<(), gapi::Error> {
    let file = drive::files().get("a").send(client).select::<Lite>().await?;
    println!("{} {:?} {}", file.id, file.size, file.owners[0].email_address);
    Ok(())
}

fn main() {}
