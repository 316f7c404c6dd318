// A TCP relay in front of a server that counts what passes: every byte on the socket, headers and all.

import { connect, createServer } from "node:net";

export class Relay {
  bytes = { up: 0, down: 0 };
  #target;
  #server;

  static async start(target) {
    const relay = new Relay();
    relay.#target = target;
    relay.#server = createServer({ noDelay: true }, (client) => relay.#accept(client));
    await new Promise((done) => relay.#server.listen(0, "127.0.0.1", done));
    return relay;
  }

  get port() {
    return this.#server.address().port;
  }

  /** New connections go there: the server has been started anew. */
  setTarget(port) {
    this.#target = port;
  }

  #accept(client) {
    const server = connect({ port: this.#target, host: "127.0.0.1", noDelay: true });
    client.on("data", (bytes) => (this.bytes.up += bytes.length));
    server.on("data", (bytes) => (this.bytes.down += bytes.length));
    client.pipe(server);
    server.pipe(client);
    // A connection that fails is its ends' to notice: both are closed here.
    client.on("error", () => server.destroy());
    server.on("error", () => client.destroy());
  }
}
