//! Calls `storage.objects.list` of the Cloud Storage JSON API.

gapi::api! {
    mod storage = "storage:v1" { buckets.list, objects.* };
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = gapi::Client::new(gapi::auth::ServiceAccount::from_file("key.json")?);

    let mut arguments = std::env::args().skip(1);
    let bucket = arguments.next().ok_or("usage: cargo run -- BUCKET")?;
    let request = storage::objects().list(bucket);
    for entry in gapi::blocking::iter(request.items(&client)) {
        let item = entry?;
        println!("{}", item.name.unwrap_or_default());
    }
    Ok(())
}
