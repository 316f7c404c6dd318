//! What the operator's tools ask: whether the server works, and what it has counted. Neither names a space, a
//! device or a person.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::metrics::Gauges;
use crate::service::Service;

pub(super) async fn health(State(service): State<Arc<Service>>) -> Response {
    let can_read = service.read(|log| log.head(&sync_engine::ids::SpaceId([0; 32]))).await.is_ok();
    let status = match (service.is_draining(), service.writer.is_running() && can_read) {
        (true, _) => "stopping",
        (false, true) => "ok",
        (false, false) => "failing",
    };
    let code = if status == "ok" { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::json!({
        "status": status,
        "server": service.id(),
        "version": env!("CARGO_PKG_VERSION"),
    });
    (code, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

pub(super) async fn metrics(State(service): State<Arc<Service>>) -> Response {
    let spaces = match service.read(|log| log.spaces()).await {
        Ok(spaces) => spaces.len(),
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    let text = service.metrics.render(Gauges { followers: service.followers.count(), spaces });
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
