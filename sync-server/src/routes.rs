//! The routes: what a request must pass, which handler answers it, and the form of the answer.

mod blobs;
mod enter;
mod gate;
mod health;
mod pull;
mod push;
mod recovery;
mod repair;
mod reply;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use sync_engine::wire::{Refusal, Route};

use crate::service::Service;
use gate::Caller;
use reply::Answer;

/// Everything that the server answers.
pub fn router(service: Arc<Service>) -> Router {
    let mut router = Router::new().route("/health", get(health::health)).route("/metrics", get(health::metrics));
    for route in Route::ALL {
        let answer = move |State(service): State<Arc<Service>>, request: Request| answer(service, route, request);
        router = router.route(&route.path(), post(answer));
    }
    router.with_state(service)
}

async fn answer(service: Arc<Service>, route: Route, request: Request) -> Response {
    let nonce = gate::nonce(request.headers());
    let result = match gate::admit(&service, route, request).await {
        Ok(caller) => handle(&service, route, caller).await,
        Err(refusal) => Err(refusal),
    };
    let refusal = result.as_ref().err();
    service.metrics.request(route, refusal.map(|refusal| refusal.code));
    if let Some(refusal) = refusal {
        tracing::debug!(route = route.name(), code = ?refusal.code, message = refusal.message, "refused");
    }
    reply::respond(&service, nonce, result)
}

async fn handle(service: &Arc<Service>, route: Route, caller: Caller) -> Result<Answer, Refusal> {
    match route {
        Route::Push => push::push(service, caller).await.map(Answer::whole),
        Route::Pull => pull::pull(service, caller).await.map(Answer::Stream),
        Route::Repair => repair::repair(service, caller).await.map(Answer::whole),
        Route::Enter => enter::enter(service, caller).await.map(Answer::whole),
        Route::PutBlob => blobs::put(service, caller).await.map(Answer::whole),
        Route::GetBlob => blobs::get(service, caller).await.map(Answer::whole),
        Route::Return => recovery::take_back(service, caller).await.map(Answer::whole),
        Route::Confirm => recovery::confirm(service, caller).await.map(Answer::whole),
    }
}
