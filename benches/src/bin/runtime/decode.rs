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

#[cfg(test)]
mod tests {
    use gapi_benches::by_hand;

    use super::*;

    #[test]
    fn both_read_the_same_page() {
        let text = page(3);
        let generated: sqladmin::InstancesListResponse =
            serde_json::from_str(&text).expect("generated");
        let by_hand: by_hand::Page = serde_json::from_str(&text).expect("by hand");
        assert_eq!(
            serde_json::to_value(&generated).expect("encode"),
            serde_json::to_value(&by_hand).expect("encode")
        );
    }

    #[test]
    fn nothing_of_the_page_is_unknown() {
        let page: sqladmin::InstancesListResponse =
            serde_json::from_str(&page(1)).expect("generated");
        assert!(page.extra.is_empty());
        let instance = &page.items.expect("items")[0];
        assert!(instance.extra.is_empty());
        assert!(
            instance
                .settings
                .as_ref()
                .expect("settings")
                .extra
                .is_empty()
        );
    }
}
