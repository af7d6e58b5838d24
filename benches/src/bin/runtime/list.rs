//! A long list: what an entry costs when it comes page by page.

use std::sync::Arc;

use bytes::Bytes;
use gapi::{Client, auth::AccessToken};
use gapi_benches::{derived, page, sqladmin};

use crate::call::http_client;
use crate::pairs::{Figure, Goal, compare};
use crate::{Failure, server};

/// Entries of a page, and pages of the list.
const SIZE: u32 = 1_000;
const PAGES: u32 = 100;

/// Follows the list to its end.
pub(crate) async fn items(pairs: u32) -> Result<Figure, Failure> {
    let mut last: serde_json::Value = serde_json::from_str(&page(SIZE as usize))?;
    if let Some(fields) = last.as_object_mut() {
        fields.remove("nextPageToken");
    }
    let last = last.to_string();
    let pages: Vec<Bytes> = (1..=PAGES)
        .map(|number| {
            let mut text = last.clone();
            if number < PAGES {
                text.insert_str(1, &format!("\"nextPageToken\":\"{number}\","));
            }
            Bytes::from(text)
        })
        .collect();
    let pages: Arc<[Bytes]> = pages.into();
    let address = server::start(move |target| {
        let token = target.split("pageToken=").nth(1);
        let token = token.and_then(|rest| rest.split('&').next()?.parse::<usize>().ok());
        pages.get(token.unwrap_or(0)).cloned().unwrap_or_default()
    })?;
    let client = Client::builder()
        .credentials(AccessToken::new("token"))
        .endpoint(format!("http://{address}"))
        .transport(Arc::new(http_client()?))
        .build()?;
    let ours = async || {
        let mut count = 0;
        let mut all = sqladmin::instances().list("example-123").items(&client);
        while let Some(instance) = all.try_next().await? {
            count += u32::from(instance.name.is_some());
        }
        assert_eq!(count, SIZE * PAGES);
        Ok(())
    };
    let http = http_client()?;
    let url = format!("http://{address}/v1/projects/example-123/instances?alt=json");
    let theirs = async || {
        let mut count = 0;
        let mut token = String::new();
        loop {
            let request = http
                .get(format!("{url}&pageToken={token}"))
                .header("accept", "application/json")
                .header("user-agent", "program/1.0")
                .bearer_auth("token");
            let response = request.send().await?.error_for_status()?;
            let page: derived::InstancesListResponse = response.json().await?;
            for instance in page.items.unwrap_or_default() {
                count += u32::from(instance.name.is_some());
            }
            match page.next_page_token {
                Some(next) => token = next,
                None => break,
            }
        }
        assert_eq!(count, SIZE * PAGES);
        Ok(())
    };
    let what = format!(
        "`.items()` over {} entries in pages of {SIZE}",
        SIZE * PAGES
    );
    compare(what, Goal::AtMost(1.1), pairs, 1, ours, theirs).await
}
