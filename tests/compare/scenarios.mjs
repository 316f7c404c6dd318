// The scenarios that every system plays alike: `backlog`, `bootstrap` and `idle`, as src/scenario/catching_up.rs has
// them. Knows no system; one is a class `Server` and a class `Device` with these verbs:
//
//   Server  start()            serves what is in its folder, and returns the port
//           holds(versions)    returns when it has all of these, on its disk
//           agrees(documents)  returns when it has heard of so many documents that a device has the same, where the
//                              device itself is not told
//           rests()            returns when nobody is connected and it has nothing left to do
//           stop()             ends in order, with everything on its disk
//   Device  write(options)     writes documents while there is no connection, and returns their names
//           versions()         what it has: each document's name and version
//           follow(names, url) connects, and asks for documents that it does not have; returns when it was answered
//           send(url)          connects with what it has written
//           expect(versions)   says what `arrived` waits for
//           arrived()          returns when it has all of that, on its disk if the system can
//           disconnect()
//           reconnect(url)     returns when it knows that it and the server have the same, if it is told
//           contents()         the letters of all its documents, in one digest

import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { act, Actor, usage } from "./actor.mjs";
import { Relay } from "./relay.mjs";

/** What is exchanged before a backlog is, so that its processes have compiled their code as those of any day have. */
const WARM_UP = { documents: 100, changes: 20 };

/** A server process, the relay before it, devices, and a folder that holds what they store. */
class Stage {
  devices = [];

  static async set(module) {
    const stage = new Stage();
    stage.module = module;
    stage.folder = mkdtempSync(join(tmpdir(), "multaqa-compare-"));
    process.on("exit", () => rmSync(stage.folder, { recursive: true, force: true, maxRetries: 5 }));
    stage.server = stage.actor("server", "server");
    stage.relay = await Relay.start(await stage.server.ask("start"));
    stage.url = `ws://127.0.0.1:${stage.relay.port}`;
    return stage;
  }

  actor(role, name) {
    return new Actor(this.module, role, join(this.folder, name));
  }

  device(name) {
    const device = this.actor("device", name);
    this.devices.push(device);
    return device;
  }

  /** Ends the server and starts it anew on its folder: nothing of the old process's memory is left. */
  async restartServer() {
    await this.server.ask("stop");
    await this.server.end();
    this.server = this.actor("server", "server");
    this.relay.setTarget(await this.server.ask("start"));
  }

  /** The same process with a new server in it, on an empty folder. */
  async beginServerAnew() {
    await this.server.ask("rests");
    await this.server.ask("stop");
    await this.server.beginAnew();
    this.relay.setTarget(await this.server.ask("start"));
  }

  meter() {
    return { begun: performance.now(), ...this.relay.bytes, server: this.server.usage.cpu_ms, client: this.clientCpu() };
  }

  stop(meter) {
    const wall_ms = performance.now() - meter.begun;
    const { rss_bytes, cpu_ms } = this.server.usage;
    return {
      wall_ms: rounded(wall_ms),
      up_bytes: this.relay.bytes.up - meter.up,
      down_bytes: this.relay.bytes.down - meter.down,
      server_rss_bytes: rss_bytes,
      server_cpu_ms: rounded(cpu_ms - meter.server),
      client_cpu_ms: rounded(this.clientCpu() - meter.client),
    };
  }

  /** Of all devices together, and the relay. */
  clientCpu() {
    return this.devices.reduce((sum, device) => sum + device.usage.cpu_ms, usage(process.pid).cpu_ms);
  }
}

const scenarios = {
  /** Documents written offline on one device, until a second, connected device has them all. */
  async backlog(stage, options) {
    const [writer, reader] = [stage.device("najaf"), stage.device("karbala")];
    await exchange(stage, writer, reader, WARM_UP);
    await Promise.all([writer.ask("disconnect"), reader.ask("disconnect")]);
    await Promise.all([stage.beginServerAnew(), writer.beginAnew(), reader.beginAnew()]);

    const figures = await exchange(stage, writer, reader, options);
    return { ...figures, matches: (await reader.ask("contents")) === (await writer.ask("contents")) };
  },

  /** An empty device reads everything from a server that has just been started. */
  async bootstrap(stage, options) {
    const writer = stage.device("najaf");
    const names = await writer.ask("write", options);
    const versions = await writer.ask("versions");
    await writer.ask("send", stage.url);
    await stage.server.ask("holds", versions);
    await writer.ask("disconnect");
    await stage.server.ask("rests");
    await stage.restartServer();
    const reader = stage.device("karbala");
    await reader.ask("expect", versions);

    const meter = stage.meter();
    const arrived = reader.ask("arrived");
    await reader.ask("follow", names, stage.url);
    await arrived;
    const figures = stage.stop(meter);

    return { ...figures, matches: (await reader.ask("contents")) === (await writer.ask("contents")) };
  },

  /** A device that has everything reconnects, and there is nothing new. */
  async idle(stage, options) {
    const device = stage.device("najaf");
    await device.ask("write", options);
    await device.ask("send", stage.url);
    await stage.server.ask("holds", await device.ask("versions"));
    await device.ask("disconnect");
    await stage.server.ask("rests");

    const meter = stage.meter();
    await Promise.all([stage.server.ask("agrees", options.documents), device.ask("reconnect", stage.url)]);
    return stage.stop(meter);
  },
};

/** What one device has written offline, until the other one has it. */
async function exchange(stage, writer, reader, options) {
  const names = await writer.ask("write", options);
  const versions = await writer.ask("versions");
  await reader.ask("expect", versions);
  await reader.ask("follow", names, stage.url);

  const meter = stage.meter();
  const arrived = reader.ask("arrived");
  await writer.ask("send", stage.url);
  await arrived;
  const figures = stage.stop(meter);
  // Until then a server that dies takes with it what no device has on a disk.
  await stage.server.ask("holds", versions);
  return { ...figures, stored_ms: rounded(performance.now() - meter.begun) };
}

/** What one letter of difference in a title or a body changes. */
export function digest(notes) {
  const hash = createHash("sha256");
  for (const { name, title, body } of notes.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(JSON.stringify([name, title, body]));
  }
  return hash.digest("hex");
}

/** A promise, with what resolves it. */
export function wait() {
  const waiting = {};
  waiting.promise = new Promise((resolve) => (waiting.done = resolve));
  return waiting;
}

/** The program of a system: `node SYSTEM.mjs SCENARIO` prints one line of figures; its own processes are its roles. */
export async function play(module, system, { Server, Device }) {
  const [role, folder] = process.argv.slice(2);
  const Role = process.send && { server: Server, device: Device }[role];
  if (Role) return act((life) => new Role(join(folder, `${life}`)));

  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      documents: { type: "string", default: "1000" },
      changes: { type: "string", default: "20" },
      "timeout-s": { type: "string", default: "300" },
    },
  });
  const [scenario] = positionals;
  const options = { documents: Number(values.documents), changes: Number(values.changes) };
  if (!scenarios[scenario]) throw new Error(`no scenario ${scenario}: ${Object.keys(scenarios).join(", ")}`);

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));
  setTimeout(() => {
    console.error(`${system} ${scenario} took longer than ${values["timeout-s"]} s`);
    process.exit(1);
  }, Number(values["timeout-s"]) * 1000);
  const figures = await scenarios[scenario](await Stage.set(fileURLToPath(module)), options);
  console.log(JSON.stringify({ scenario, system, ...options, ...figures }));
  process.exit(figures.matches === false ? 1 : 0);
}

/** To a thousandth: more digits say nothing. */
function rounded(value) {
  return Math.round(value * 1000) / 1000;
}
