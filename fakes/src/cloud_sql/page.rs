//! Pages by name, with opaque tokens.

use base64::{Engine, engine::general_purpose::URL_SAFE};
use serde_json::Value;

use super::responses::invalid;
use crate::{discovery::Call, rpc::RpcError};

/// One page, and the token of the next one.
pub(super) struct Page {
    pub(super) items: Vec<Value>,
    pub(super) next: Option<String>,
}

/// Cuts the page that `call` asks for out of `items`, which are sorted by name. `largest` bounds its size.
pub(super) fn cut(
    items: Vec<(String, Value)>,
    call: &Call<'_>,
    largest: usize,
) -> Result<Page, RpcError> {
    let filter = call.query.get("filter").cloned().unwrap_or_default();
    // An empty token asks for the first page.
    let token = call
        .query
        .get("pageToken")
        .filter(|token| !token.is_empty());
    let after = token.map(|token| read(token, &filter)).transpose()?;
    let size = match call
        .query
        .get("maxResults")
        .and_then(|size| size.parse().ok())
    {
        None | Some(0) => largest,
        Some(size) => largest.min(size),
    };
    let mut rest: Vec<(String, Value)> = items
        .into_iter()
        .filter(|(name, _)| after.as_ref().is_none_or(|after| name > after))
        .collect();
    let more = rest.len() > size;
    rest.truncate(size);
    let next = rest
        .last()
        .filter(|_| more)
        .map(|(name, _)| URL_SAFE.encode(format!("{name}\n{filter}")));
    Ok(Page {
        items: rest.into_iter().map(|(_, item)| item).collect(),
        next,
    })
}

/// The name behind which the page starts. A token is good for its own filter only.
fn read(token: &str, filter: &str) -> Result<String, RpcError> {
    let bytes = URL_SAFE.decode(token).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    match text.as_deref().and_then(|text| text.split_once('\n')) {
        Some((name, of)) if of == filter => Ok(name.to_owned()),
        _ => Err(invalid("Invalid page token.")),
    }
}
