//! `gapi show tasks:v1 tasks.move`: the example, and the body with everything that it may hold.

gapi::api! {
    mod tasks = "tasks:v1" { tasks."move" };
}

pub async fn r#move(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = tasks::tasks().r#move("my-tasklist", "my-task");
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}
