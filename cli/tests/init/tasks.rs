//! Calls `tasks.tasks.list` of the Google Tasks API.

gapi::api! {
    mod tasks = "tasks:v1" { tasks.list };
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let user = gapi::auth::AuthorizedUser::signed_in()?
        .ok_or("no user is signed in: run `gapi auth login`")?;
    let client = gapi::Client::new(user);

    let mut arguments = std::env::args().skip(1);
    let tasklist = arguments.next().ok_or("usage: cargo run -- TASKLIST")?;
    let request = tasks::tasks().list(tasklist);
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{}", item.title.unwrap_or_default());
    }
    Ok(())
}
