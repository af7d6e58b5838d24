gapi::api! {
    pub mod kinds = "kinds.json" { things.create };
}

async fn run(client: &gapi::Client) -> Result<(), gapi::Error> {
    let part = kinds::things().look("a").fields("name").send(client).await?;
    let inner = kinds::things().parts().get("a").send(client).await?;
    let other = kinds::parts().get("a").send(client).await?;
    println!("{:?} {:?} {:?}", part.name, inner.name, other.name);
    kinds::things().creat(kinds::Thing::default()).send(client).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
