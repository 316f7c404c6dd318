// automerge-repo: its websocket adapters and its file storage, on the server and on the devices alike.
//
// The server is what its documents call a sync server: it has everything, announces nothing, and gives whatever is
// asked for (`announce` false, `access` true). Everything else is as it comes.
//
// In its favour: a device that writes offline and then connects has its documents in memory already, as has the one
// that reconnects; and its files are written without waiting for the disk (no fsync).

import { setTimeout as sleep } from "node:timers/promises";
import { change, getHeads, splice } from "@automerge/automerge";
import { parseAutomergeUrl, Repo } from "@automerge/automerge-repo";
import { WebSocketClientAdapter, WebSocketServerAdapter } from "@automerge/automerge-repo-network-websocket";
import { NodeFSStorageAdapter } from "@automerge/automerge-repo-storage-nodefs";
import { WebSocketServer } from "ws";
import { digest, play, wait } from "./scenarios.mjs";
import { Writer } from "./writing.mjs";

class Server {
  #folder;
  #sockets;
  #repo;

  constructor(folder) {
    this.#folder = folder;
  }

  async start() {
    this.#sockets = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await new Promise((done) => this.#sockets.once("listening", done));
    this.#repo = new Repo({
      network: [new WebSocketServerAdapter(this.#sockets)],
      storage: new NodeFSStorageAdapter(this.#folder),
      shareConfig: { announce: async () => false, access: async () => true },
    });
    return this.#sockets.address().port;
  }

  async holds(versions) {
    for (const [name, version] of versions) {
      const { documentId } = parseAutomergeUrl(name);
      const has = (handle) => handle?.isReady() && isAt(handle.doc(), version);
      while (!has(this.#repo.handles[documentId])) await sleep(10);
    }
    await this.#repo.flush();
  }

  /** The devices that it agrees with are not answered, so only the server knows. */
  async agrees(documents) {
    const heard = new Set();
    await new Promise((done) => {
      this.#repo.on("doc-metrics", ({ type, documentId }) => {
        if (type === "receive-sync-message" && heard.add(documentId).size === documents) done();
      });
    });
  }

  async rests() {
    while (this.#repo.peers.length > 0) await sleep(10);
  }

  async stop() {
    await this.#repo.shutdown();
    this.#sockets.close();
  }
}

class Device {
  #repo;
  #handles = new Map();
  #adapter;
  #missing;
  #arrived = wait();

  constructor(folder) {
    this.#repo = new Repo({ storage: new NodeFSStorageAdapter(folder) });
  }

  async write({ documents, changes }) {
    const writer = new Writer(1);
    for (let nth = 0; nth < documents; nth += 1) {
      const handle = this.#repo.create({ title: writer.words(3).trim(), body: "" });
      // All of a document's changes at once, as they are not what is measured.
      handle.update((document) => {
        for (let count = 0; count < changes; count += 1) {
          document = change(document, (note) => {
            const { at, deleted, words } = writer.change(note.body.length);
            splice(note, ["body"], at, deleted, words);
          });
        }
        return document;
      });
      this.#handles.set(handle.url, handle);
    }
    await this.#repo.flush();
    return [...this.#handles.keys()];
  }

  versions() {
    return new Map([...this.#handles].map(([name, handle]) => [name, getHeads(handle.doc())]));
  }

  expect(versions) {
    this.#missing = versions;
  }

  async follow(names, url) {
    await this.send(url);
    await Promise.all(names.map((name) => this.#follow(name)));
  }

  /** Asks for a document; one that the server does not have yet comes as soon as it does. */
  async #follow(name) {
    const { handle } = this.#repo.findWithProgress(name);
    this.#handles.set(name, handle);
    handle.on("heads-changed", ({ doc }) => this.#look(name, doc));
    await handle.whenReady(["ready", "unavailable"]);
  }

  #look(name, document) {
    const version = this.#missing.get(name);
    if (!version || !isAt(document, version)) return;
    this.#missing.delete(name);
    if (this.#missing.size === 0) this.#arrived.done();
  }

  async arrived() {
    await this.#arrived.promise;
    await this.#repo.flush();
  }

  async send(url) {
    this.#adapter = new WebSocketClientAdapter(url);
    this.#repo.networkSubsystem.addNetworkAdapter(this.#adapter);
    await this.#repo.networkSubsystem.whenReady();
  }

  async disconnect() {
    this.#repo.networkSubsystem.removeNetworkAdapter(this.#adapter);
  }

  async reconnect(url) {
    await this.send(url);
  }

  contents() {
    return digest([...this.#handles].map(([name, handle]) => ({ name, ...handle.doc() })));
  }
}

/** Whether a document is at this version; one author has one head. */
function isAt(document, version) {
  return getHeads(document).join() === version.join();
}

await play(import.meta.url, "automerge-repo", { Server, Device });
