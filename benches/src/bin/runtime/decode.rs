//! A long list: what reading it costs beside serde's derives.

use gapi_benches::{derived, page, sqladmin};

use crate::Failure;
use crate::pairs::{Figure, Goal, compare};

/// Instances of the list, which make it 20 MB long.
const INSTANCES: usize = 38_000;

/// Reads one list of instances, as generated types and as the same types with serde's derives, which have no `extra`.
pub(crate) async fn list(pairs: u32) -> Result<Figure, Failure> {
    let text = page(INSTANCES);
    let ours = async || {
        let page: sqladmin::InstancesListResponse = serde_json::from_str(&text)?;
        assert_eq!(page.items.map(|items| items.len()), Some(INSTANCES));
        Ok(())
    };
    let theirs = async || {
        let page: derived::InstancesListResponse = serde_json::from_str(&text)?;
        assert_eq!(page.items.map(|items| items.len()), Some(INSTANCES));
        Ok(())
    };
    let what = format!("decoding a list of {:.1} MB", text.len() as f64 / 1e6);
    compare(what, Goal::AtLeast(0.95), pairs.min(15), 1, ours, theirs).await
}
