// Hocuspocus (Yjs): its server with the SQLite extension, and its provider under Node.
//
// As its documents advise: all documents of a device share one websocket (multiplexing), awareness is off because
// nobody looks at presence here, and updates are kept by the SQLite extension. Everything else is as it comes, with
// two exceptions. The server closes a connection that asks for more than 100 documents, or has sent more than 1,000
// messages, before it was let in, which one device with 1,000 documents always does: those limits are raised. And it
// gathers updates for a moment before it sends them on, by which a document that is read from the disk goes to its
// first reader twice: `flushDelay: false` sends each at once, which is never slower here, as each document's changes
// come in one piece.
//
// In its favour: an update is stored some 2 s after it came (`debounce`), and nobody waits for that here. Yjs keeps
// nothing on a device's disk under Node, so its devices hold their documents in memory and pay for no disk.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SQLite } from "@hocuspocus/extension-sqlite";
import { HocuspocusProvider, HocuspocusProviderWebsocket } from "@hocuspocus/provider";
import { Server as HocuspocusServer } from "@hocuspocus/server";
import WebSocket from "ws";
import * as Y from "yjs";
import { digest, play, wait } from "./scenarios.mjs";
import { Writer } from "./writing.mjs";

class Server {
  #server;
  #sqlite;

  constructor(folder) {
    mkdirSync(folder, { recursive: true });
    this.#sqlite = new SQLite({ database: join(folder, "documents.db") });
    this.#server = new HocuspocusServer({
      port: 0,
      address: "127.0.0.1",
      quiet: true,
      stopOnSignals: false,
      extensions: [this.#sqlite],
      flushDelay: false,
      maxPendingDocuments: Infinity,
      maxUnauthenticatedQueueMessages: Infinity,
      maxUnauthenticatedQueueSize: Infinity,
    });
  }

  async start() {
    await this.#server.listen();
    return this.#server.address.port;
  }

  async holds(versions) {
    const stored = this.#sqlite.db.prepare("select data from documents where name = ?");
    for (const [name, version] of versions) {
      let data;
      while (!(data = stored.get(name)?.data) || !isSame(Y.encodeStateVectorFromUpdate(data), version)) await sleep(50);
    }
  }

  /** Its devices are told, and know themselves. */
  agrees() {}

  async rests() {
    while (this.#server.hocuspocus.getDocumentsCount() > 0) await sleep(10);
  }

  async stop() {
    await this.#server.destroy();
  }
}

class Device {
  #documents = new Map();
  #providers = [];
  #socket;
  #missing;
  #arrived = wait();

  write({ documents, changes }) {
    const writer = new Writer(1);
    for (let nth = 0; nth < documents; nth += 1) {
      const document = new Y.Doc();
      const body = document.getText("body");
      document.getMap("note").set("title", writer.words(3).trim());
      for (let change = 0; change < changes; change += 1) {
        const { at, deleted, words } = writer.change(body.length);
        document.transact(() => {
          body.delete(at, deleted);
          body.insert(at, words);
        });
      }
      this.#documents.set(`note-${nth}`, document);
    }
    return [...this.#documents.keys()];
  }

  versions() {
    return new Map([...this.#documents].map(([name, document]) => [name, Y.encodeStateVector(document)]));
  }

  expect(versions) {
    this.#missing = versions;
  }

  async follow(names, url) {
    for (const name of names) {
      const document = new Y.Doc();
      document.on("update", () => this.#look(name, document));
      this.#documents.set(name, document);
    }
    await this.send(url);
  }

  #look(name, document) {
    const version = this.#missing.get(name);
    if (!version || !isSame(Y.encodeStateVector(document), version)) return;
    this.#missing.delete(name);
    if (this.#missing.size === 0) this.#arrived.done();
  }

  arrived() {
    return this.#arrived.promise;
  }

  async send(url) {
    this.#socket = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: WebSocket, autoConnect: false });
    for (const [name, document] of this.#documents) {
      const provider = new HocuspocusProvider({ websocketProvider: this.#socket, name, document, awareness: null });
      provider.attach();
      this.#providers.push(provider);
    }
    await this.reconnect();
  }

  async reconnect() {
    const same = this.#providers.map(
      (provider) =>
        new Promise((done) => {
          // The server has confirmed what it lacked, after it sent what it had: nothing is left to say.
          const look = () => {
            if (!provider.synced || provider.hasUnsyncedChanges) return;
            provider.off("unsyncedChanges", look);
            done();
          };
          provider.on("unsyncedChanges", look);
        }),
    );
    this.#socket.connect();
    await Promise.all(same);
  }

  async disconnect() {
    const gone = new Promise((done) => this.#socket.on("disconnect", done));
    this.#socket.disconnect();
    await gone;
  }

  contents() {
    const note = ([name, document]) => ({
      name,
      title: document.getMap("note").get("title"),
      body: document.getText("body").toString(),
    });
    return digest([...this.#documents].map(note));
  }
}

function isSame(one, other) {
  return Buffer.compare(one, other) === 0;
}

await play(import.meta.url, "hocuspocus", { Server, Device });
