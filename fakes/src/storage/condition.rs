//! What a request demands of an object: its generation, and the checksums that an upload declares.

use std::io;

use ::http::{Method, Response};
use serde_json::{Value, json};

use super::{
    content::Content,
    http::{Arriving, Body, empty, json_response, refuse},
};

/// Returns the refusal of a request whose condition on an object of this generation does not hold.
pub(super) fn unmet(arriving: &Arriving, generation: u64) -> Option<Response<Body>> {
    let wanted = |parameter: &str| arriving.parameter(parameter)?.parse::<u64>().ok();
    let differs = |parameter: &str, is: u64| wanted(parameter).is_some_and(|wanted| wanted != is);
    let is_current = wanted("ifGenerationNotMatch") == Some(generation);
    if is_current && arriving.method == Method::GET {
        return Some(empty(304));
    }
    let is_unmet = is_current
        || differs("ifGenerationMatch", generation)
        || differs("ifMetagenerationMatch", u64::from(generation > 0));
    let message = "At least one of the pre-conditions you specified did not hold.";
    let reason = json!({"message": message, "domain": "global", "reason": "conditionNotMet"});
    let error = json!({"code": 412, "message": message, "errors": [reason]});
    is_unmet.then(|| json_response(412, &json!({"error": error})))
}

/// Returns the refusal of an upload that declares other checksums than its bytes have.
pub(super) fn mismatch(declared: &Value, content: &Content) -> io::Result<Option<Response<Body>>> {
    let (crc32c, md5) = content.hashes()?;
    for (name, title, is) in [("crc32c", "CRC32C", crc32c), ("md5Hash", "MD5 hash", md5)] {
        if let Some(given) = declared[name].as_str().filter(|given| *given != is) {
            let message =
                format!("Provided {title} \"{given}\" doesn't match calculated {title} \"{is}\".");
            return Ok(Some(refuse(400, &message)));
        }
    }
    Ok(None)
}
