//! The API's error responses.

use crate::rpc::RpcError;

pub(super) fn not_authorized() -> RpcError {
    RpcError::new(
        403,
        "PERMISSION_DENIED",
        "The client is not authorized to make this request.",
    )
    .error("global", "notAuthorized")
}

pub(super) fn no_instance() -> RpcError {
    RpcError::new(404, "NOT_FOUND", "The Cloud SQL instance does not exist.")
        .error("global", "instanceDoesNotExist")
}

pub(super) fn no_operation() -> RpcError {
    RpcError::new(404, "NOT_FOUND", "The Cloud SQL operation does not exist.")
        .error("global", "operationDoesNotExist")
}

pub(super) fn instance_exists() -> RpcError {
    RpcError::new(
        409,
        "ALREADY_EXISTS",
        "The Cloud SQL instance already exists.",
    )
    .error("global", "instanceAlreadyExists")
}

pub(super) fn busy() -> RpcError {
    RpcError::new(
        409,
        "ABORTED",
        "Operation failed because another operation was already in progress. Try your request after the current operation is complete.",
    )
    .error("global", "operationInProgress")
}

pub(super) fn stale_settings() -> RpcError {
    RpcError::new(
        412,
        "FAILED_PRECONDITION",
        "Condition does not match: the settingsVersion is not the current one.",
    )
    .error("global", "staleData")
}

pub(super) fn invalid(text: impl Into<String>) -> RpcError {
    RpcError::new(400, "INVALID_ARGUMENT", text).error("global", "invalid")
}

pub(super) fn unimplemented(method: &str) -> RpcError {
    RpcError::new(
        501,
        "UNIMPLEMENTED",
        format!("{method} is not implemented here."),
    )
}
