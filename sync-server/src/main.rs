//! The binary: what its operator can say to it. Clock, randomness, environment and signals come in here, and
//! nowhere below.

mod operate;

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand, ValueEnum};
use sync_engine::ids::SpaceId;
use sync_server::log::Quota;
use sync_server::open_files;
use sync_server::rates::Rate;
use sync_server::server::{Config, Server};
use sync_server::service::Limits;
use sync_server::tls::Tls;
use tokio::signal::unix::{SignalKind, signal};

/// 4,096 connections, as many as are served at once, and some files beside them.
const OPEN_FILES_MIN: u64 = 4200;

/// Keeps the shared copy of Multaqa's spaces, and never opens a document.
///
/// Start it with `sync-server serve`. Then let the first device in: `sync-server invite` prints a link to open in
/// the app. Members that come by an invite of the app's need nothing from you.
#[derive(Parser)]
#[command(version, arg_required_else_help = true, max_term_width = 100)]
struct Cli {
    /// The file that holds everything: spaces, attachments, and the server's secret key
    #[arg(long, env = "MULTAQA_DATABASE", default_value = "multaqa-server.db", global = true, value_name = "FILE")]
    database: PathBuf,
    /// How the log on standard error is written
    #[arg(long, env = "MULTAQA_LOG_FORMAT", default_value = "text", global = true, value_name = "FORMAT")]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum UseTls {
    /// Unless only this machine can connect
    Auto,
    /// Always
    On,
    /// Never: only behind a proxy that adds TLS
    Off,
}

#[derive(Subcommand)]
enum Command {
    /// Serve devices until SIGTERM or SIGINT (Ctrl-C)
    Serve(Serve),
    /// Print a link that lets one device found spaces here; the server may be running
    Invite {
        #[command(flatten)]
        address: Address,
        /// Days until the link expires
        #[arg(long, default_value_t = 7, value_name = "N")]
        days: u64,
    },
    /// List the spaces
    Spaces {
        /// As JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Write a copy of the database to a new file; the server may be running
    ///
    /// The copy holds the server's secret key: keep it as safely as the server.
    Backup { file: PathBuf },
    /// Put a backup in the database's place; stop the server first
    ///
    /// What was there is kept beside it. Devices then bring back what the backup lacks, and in every space an admin,
    /// or you with `confirm`, must confirm the members before new ones are taken.
    Restore { file: PathBuf },
    /// Check every signature, digest and payload; the server may be running
    ///
    /// Exits with 2 if something is wrong.
    Verify {
        /// As JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Drop old payloads that confirmed snapshots stand for; headers stay
    Compact {
        /// Only what is older; devices that were away for longer fetch snapshots instead
        #[arg(long, default_value_t = 90, value_name = "N")]
        older_than_days: u64,
    },
    /// Confirm the members of a space after a restore, in the place of its admins
    Confirm { space: SpaceId },
}

#[derive(Args)]
struct Address {
    /// Where devices reach the server, for links: an https address, unless it is this machine's own
    #[arg(long, env = "MULTAQA_PUBLIC_URL", default_value = "http://127.0.0.1:8787", value_name = "URL")]
    public_url: String,
}

#[derive(Args)]
struct Serve {
    /// Address and port for HTTP/1.1 and HTTP/2
    #[arg(long, env = "MULTAQA_LISTEN", default_value = "127.0.0.1:8787", value_name = "ADDR")]
    listen: SocketAddr,
    /// Whether the server's own key encrypts connections; devices know it from their links
    #[arg(long, env = "MULTAQA_TLS", default_value = "auto", value_name = "WHEN", conflicts_with = "tls_cert")]
    tls: UseTls,
    /// A certificate by an authority, with its chain, in PEM form, instead of the server's own key; start again to
    /// take a renewed one
    #[arg(long, env = "MULTAQA_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's secret key, in PEM form
    #[arg(long, env = "MULTAQA_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    #[command(flatten)]
    address: Address,
    /// MiB that one device may store in one space
    #[arg(long, env = "MULTAQA_DEVICE_MIB_MAX", default_value_t = Quota::default().device_bytes_max >> 20, value_name = "N")]
    device_mib_max: u64,
    /// MiB that one space may hold
    #[arg(long, env = "MULTAQA_SPACE_MIB_MAX", default_value_t = Quota::default().space_bytes_max >> 20, value_name = "N")]
    space_mib_max: u64,
    /// Requests a second of one device
    #[arg(long, env = "MULTAQA_REQUESTS_PER_SECOND", default_value_t = Rate::default().requests_per_second,
        value_parser = clap::value_parser!(u32).range(1..), value_name = "N")]
    requests_per_second: u32,
    /// KiB a second of one device
    #[arg(long, env = "MULTAQA_KIB_PER_SECOND", default_value_t = Rate::default().bytes_per_second >> 10,
        value_parser = clap::value_parser!(u64).range(1..), value_name = "N")]
    kib_per_second: u64,
    /// Streams that may be open at once
    #[arg(long, env = "MULTAQA_STREAMS_MAX", default_value_t = Limits::default().streams_max, value_name = "N")]
    streams_max: usize,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    log_to_stderr(cli.log_format);
    let result = match cli.command {
        Command::Serve(serve) => run(cli.database, serve).map(|()| ExitCode::SUCCESS),
        Command::Invite { address, days } => operate::invite(&cli.database, &address.public_url, days, now_ms()),
        Command::Spaces { json } => operate::spaces(&cli.database, json),
        Command::Backup { file } => operate::backup(&cli.database, &file),
        Command::Restore { file } => operate::restore(&cli.database, &file),
        Command::Verify { json } => operate::verify(&cli.database, json),
        Command::Compact { older_than_days } => operate::compact(&cli.database, older_than_days, now_ms()),
        Command::Confirm { space } => operate::confirm(&cli.database, &space),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(database: PathBuf, serve: Serve) -> anyhow::Result<()> {
    let defaults = (Quota::default(), Limits::default());
    let (device_bytes_max, space_bytes_max) = (serve.device_mib_max << 20, serve.space_mib_max << 20);
    let rate = Rate {
        requests_per_second: serve.requests_per_second,
        bytes_per_second: serve.kib_per_second << 10,
        ..defaults.1.rate
    };
    let tls = match (serve.tls, serve.tls_cert.zip(serve.tls_key)) {
        (_, Some((certificates, key))) => Tls::Files { certificates, key },
        (UseTls::Auto, None) => Tls::usual(serve.listen),
        (UseTls::On, None) => Tls::Own,
        (UseTls::Off, None) => Tls::Off,
    };
    let config = Config {
        database,
        listen: serve.listen,
        tls,
        quota: Quota { device_bytes_max, space_bytes_max, ..defaults.0 },
        limits: Limits { rate, streams_max: serve.streams_max, ..defaults.1 },
        clock: Arc::new(now_ms),
        seed: seed()?,
    };
    // Each thread costs memory of its own, and a small server has two cores.
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).max_blocking_threads(4).thread_stack_size(1 << 20).enable_all();
    runtime.build().context("cannot start the threads")?.block_on(async {
        let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        if let Some(limit) = open_files::raise_limit().filter(|limit| *limit < OPEN_FILES_MIN) {
            tracing::warn!(limit, "few files may be open at once: followers beyond that are turned away");
        }
        let running = Server::start(config).await?;
        // The address is for whoever started it: with port 0 nobody else knows it.
        println!("listening on {}", running.url);
        println!("server {}", running.id);
        tracing::info!(addr = %running.addr, server = %running.id, url = serve.address.public_url, "serving");
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        tracing::info!("stopping");
        running.shutdown().await;
        tracing::info!("stopped");
        Ok(())
    })
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

fn seed() -> anyhow::Result<[u8; 32]> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).context("the system gives no random bytes")?;
    Ok(seed)
}

fn log_to_stderr(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("MULTAQA_LOG").unwrap_or_else(|_| "info".into());
    let is_colored = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(is_colored).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}
