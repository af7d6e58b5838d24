//! What only a program with everything turned on can find out.

use std::error::Error;

mod backends;
mod encodings;
#[cfg(target_os = "linux")]
mod keyring;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    backends::check().await?;
    encodings::check().await?;
    #[cfg(target_os = "linux")]
    keyring::check();
    Ok(())
}
