//! What every scenario plays on: a server process with a database in a temporary folder, the relay before it, and
//! devices with databases beside it.

use std::path::PathBuf;

use sync_engine::driver::DriverError;
use sync_engine::entry::Home;
use sync_engine::http::Http;
use sync_engine::ids::{BlobHash, SpaceId};
use sync_engine::store::Durability;
use sync_server::log::{LogWriter, Quota};
use sync_server::sqlite::SqliteLog;

use super::figures::{Figures, Meter};
use super::peer::Peer;
use super::process::{Pace, ServerProcess};
use super::relay::Relay;
use super::weather::{Line, Weather};
use super::{ScenarioError, now_ms};

/// What a founder shows to be let in.
fn secret(nth: usize) -> Vec<u8> {
    format!("the scenario's founder {nth}").into_bytes()
}

const INVITE_MS: u64 = 3_600_000;

/// A server and a place for devices.
#[derive(Debug)]
pub(super) struct Stage {
    folder: tempfile::TempDir,
    server: ServerProcess,
    pace: Pace,
    relay: Relay,
}

impl Stage {
    /// With one founder, and a server that answers as much as it can.
    pub(super) async fn new() -> Result<Self, ScenarioError> {
        Self::with(1, Pace::Any).await
    }

    pub(super) async fn with(founders: usize, pace: Pace) -> Result<Self, ScenarioError> {
        let folder = tempfile::tempdir()?;
        let database = folder.path().join("server.db");
        let mut log = SqliteLog::open(&database, Quota::default(), &[42; 32])?;
        for nth in 0..founders {
            log.writer.add_invite(BlobHash::of(&secret(nth)), now_ms() + INVITE_MS)?;
        }
        drop(log);
        let server = ServerProcess::start(&database, pace).await?;
        let relay = Relay::start(server.addr).await?;
        Ok(Self { folder, server, pace, relay })
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("server.db")
    }

    /// Ends the server and starts it anew on its database: nothing of the old process's memory is left.
    pub(super) async fn restart_server(&mut self) -> Result<(), ScenarioError> {
        let server = ServerProcess::start(&self.database(), self.pace).await?;
        std::mem::replace(&mut self.server, server).stop().await?;
        self.relay.set_target(self.server.addr);
        Ok(())
    }

    pub(super) fn peer(&self, name: &str) -> Result<Peer, ScenarioError> {
        let home = Home { server: self.server.id, url: format!("http://{}", self.relay.addr) };
        Peer::open(name, self.folder.path().join(format!("{name}.db")), home)
    }

    /// The founder of a new space on the server.
    pub(super) async fn founder(&self) -> Result<(Peer, SpaceId), ScenarioError> {
        self.nth_founder(0, "najaf").await
    }

    pub(super) async fn nth_founder(&self, nth: usize, name: &str) -> Result<(Peer, SpaceId), ScenarioError> {
        let founder = self.peer(name)?;
        let space = founder.found(&secret(nth)).await?;
        Ok((founder, space))
    }

    /// A new member of a space, as the server knows already.
    pub(super) async fn member(&self, founder: &Peer, space: &SpaceId, name: &str) -> Result<Peer, ScenarioError> {
        let member = self.peer(name)?;
        member.join(&founder.invite(space).await?)?;
        member.sync().await?;
        Ok(member)
    }

    /// Lets a device write what is then measured without waiting for the disk.
    pub(super) fn prepare(
        &self,
        peer: Peer,
        work: impl FnOnce(&Peer) -> Result<(), ScenarioError>,
    ) -> Result<Peer, ScenarioError> {
        let peer = peer.reopen(Durability::ProcessOnly)?;
        work(&peer)?;
        peer.reopen(Durability::Full)
    }

    /// The way to the server, with connections of its own.
    pub(super) fn http(&self) -> Result<Http, ScenarioError> {
        let url = format!("http://{}", self.relay.addr);
        Ok(Http::new(&url, self.server.id).map_err(DriverError::from)?)
    }

    /// A line of its own for one device.
    pub(super) async fn line(&self, weather: Weather) -> Result<Line, ScenarioError> {
        Ok(Line::before(self.relay.addr, weather).await?)
    }

    pub(super) fn meter(&self) -> Result<Meter, ScenarioError> {
        Meter::start(&self.server, &self.relay)
    }

    pub(super) fn stop(&self, meter: Meter) -> Result<Figures, ScenarioError> {
        meter.stop(&self.server, &self.relay)
    }
}
