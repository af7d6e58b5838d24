//! Just enough of a browser to follow redirects and keep cookies.

use std::collections::BTreeMap;

use gapi::transport::{Body, default_transport};

use crate::Failure;

/// A browser without a window, for programs that run without a user.
#[derive(Debug, Default)]
pub struct Browser {
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// One without cookies.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a page, follows redirects, and gives the text that it ends with.
    ///
    /// # Errors
    /// When a page cannot be reached.
    pub async fn open(&mut self, url: &str) -> Result<String, Failure> {
        let mut url = url.to_owned();
        for _ in 0..10 {
            let cookies: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let request = http::Request::get(&url)
                .header("cookie", cookies.join("; "))
                .body(Body::empty())?;
            let response = default_transport()?.send(request).await?;
            for cookie in response.headers().get_all("set-cookie") {
                let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
                if let Some((name, value)) = pair.split_once('=') {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
            match response.headers().get("location") {
                Some(next) => {
                    let next = next.to_str()?;
                    url = if next.starts_with('/') {
                        format!("{}{next}", origin(&url))
                    } else {
                        next.to_owned()
                    };
                }
                None => {
                    let body = response.into_body().collect(1 << 20).await?;
                    return Ok(String::from_utf8_lossy(&body).into_owned());
                }
            }
        }
        Err("too many redirects".into())
    }
}

fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    url[start..]
        .find('/')
        .map_or(url, |end| &url[..start + end])
}
