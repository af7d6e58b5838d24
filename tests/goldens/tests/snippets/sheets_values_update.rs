//! `gapi show sheets:v4 spreadsheets.values.update`: the example, and the body with everything that it may hold.

gapi::api! {
    mod sheets = "sheets:v4" { spreadsheets.values.update };
}

pub async fn update(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = sheets::ValueRange {
        range: Some("my-range".into()),
        ..Default::default()
    };
    let request = sheets::spreadsheets()
        .values()
        .update("my-spreadsheet-id", "my-range", body);
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub fn body() -> impl Sized {
    sheets::ValueRange {
        major_dimension: Some(sheets::ValueRangeMajorDimension::Rows),
        range: Some("".into()),
        values: Some(vec![vec![]]),
        ..Default::default()
    }
}
