//! Pages of lists.

use serde_json::Value;

use super::checked::{invalid, query};
use crate::{discovery::Call, rpc::RpcError};

/// One page of `items`, and the token of the next one. `size` is the parameter that bounds it.
pub(super) fn cut(
    items: Vec<Value>,
    call: &Call<'_>,
    size: &str,
    largest: usize,
) -> Result<(Vec<Value>, Option<String>), RpcError> {
    let start = match query(call, "pageToken") {
        None => 0,
        Some(token) => token
            .strip_prefix("page-")
            .and_then(|number| number.parse().ok())
            .filter(|start| *start <= items.len())
            .ok_or_else(|| invalid("Invalid page token."))?,
    };
    let size = query(call, size).and_then(|size| size.parse().ok());
    let size = size
        .filter(|size| *size > 0)
        .unwrap_or(largest)
        .min(largest);
    let next = (start + size < items.len()).then(|| format!("page-{}", start + size));
    let page = items.into_iter().skip(start).take(size).collect();
    Ok((page, next))
}
