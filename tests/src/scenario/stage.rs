//! What every scenario plays on: a server process with a database in a temporary folder, the relay before it, and
//! devices with databases beside it.

use std::path::PathBuf;

use sync_engine::entry::Home;
use sync_engine::ids::{BlobHash, SpaceId};
use sync_engine::store::Durability;
use sync_server::log::{LogWriter, Quota};
use sync_server::sqlite::SqliteLog;

use super::figures::{Figures, Meter};
use super::peer::Peer;
use super::process::ServerProcess;
use super::relay::Relay;
use super::weather::{Line, Weather};
use super::{ScenarioError, now_ms};

/// What the founder shows to be let in.
const SECRET: &[u8] = b"a scenario's founder";

const INVITE_MS: u64 = 3_600_000;

/// A server and a place for devices.
#[derive(Debug)]
pub(super) struct Stage {
    folder: tempfile::TempDir,
    server: ServerProcess,
    relay: Relay,
}

impl Stage {
    pub(super) async fn new() -> Result<Self, ScenarioError> {
        let folder = tempfile::tempdir()?;
        let database = folder.path().join("server.db");
        SqliteLog::open(&database, Quota::default(), &[42; 32])?
            .writer
            .add_invite(BlobHash::of(SECRET), now_ms() + INVITE_MS)?;
        let server = ServerProcess::start(&database).await?;
        let relay = Relay::start(server.addr).await?;
        Ok(Self { folder, server, relay })
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("server.db")
    }

    /// Ends the server and starts it anew on its database: nothing of the old process's memory is left.
    pub(super) async fn restart_server(&mut self) -> Result<(), ScenarioError> {
        let server = ServerProcess::start(&self.database()).await?;
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
        let founder = self.peer("najaf")?;
        let space = founder.found(SECRET).await?;
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
