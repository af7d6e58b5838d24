//! Makes calls at run time, without generated code.

use std::future::IntoFuture as _;

use gapi_dynamic::Service;
use serde_json::Value;

use crate::{Fault, Line, run::sent};

/// Makes a call of `service`, and gives the request that was sent, as JSON.
///
/// # Errors
/// When there is no such method, or something of the call has no place in it.
pub fn dynamic_request(service: &Service, line: &Line) -> Result<Value, Fault> {
    let fault = |why: &dyn ToString| Fault::new(why.to_string());
    let name = line.path.as_ref().or(line.method.as_ref());
    let name = name.map_or("", String::as_str);
    let method = service.find(name).map_err(|error| fault(&error))?;
    sent(line, |mut call| {
        let mut request = method.call();
        for parameter in method.table().parameters {
            if let Some(value) = call.take(parameter.name) {
                request = request.set(parameter.name, value.clone());
            }
        }
        if let Some(body) = call.given_body() {
            request = request.body(body);
        }
        if method.upload.is_some()
            && let Some(media) = call.media()?
        {
            let mut upload = request.upload(media);
            if call.is_media_alone() {
                upload = upload.media_only();
            }
            if call.is_resumable() {
                upload = upload.resumable();
            }
            let (client, options) = call.finish()?;
            return Ok(upload.send(client).options(options).raw());
        }
        if method.download.is_some() && call.is_download() {
            let (client, options) = call.finish()?;
            return Ok(request.download(client).options(options).into_future());
        }
        let (client, options) = call.finish()?;
        Ok(request.send(client).options(options).raw())
    })
}
