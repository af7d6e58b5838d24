gapi::api! {
    pub mod toys = "toys:v1";
}

#[derive(gapi::Fields)]
#[fields(of = toys::Box)]
struct Capacity {
    capacity: i64,
}

async fn run(client: gapi::Client) -> Result<(), gapi::Error> {
    let toy = toys::boxes().toys().get("b", "t").send(&client).select::<Capacity>().await?;
    let _ = toy.capacity;
    Ok(())
}

struct Plain {
    name: String,
}

async fn without_the_derive(client: &gapi::Client) -> Result<(), gapi::Error> {
    let toy = toys::boxes().toys().get("b", "t").send(client).select::<Plain>().await?;
    println!("{}", toy.name);
    Ok(())
}

fn main() {
    let _ = run;
}
