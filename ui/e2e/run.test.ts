// What `make run` does once everything is built: a server, and a device with the sample conference on it.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Device, folder, freePort, root, until } from "./support";

/** Starts it as a terminal does, where there is no display; Ctrl-C ends all of it. */
async function started(data: string) {
  const env = { ...process.env, DISPLAY: "", WAYLAND_DISPLAY: "", MULTAQA_RUN: data, MULTAQA_PORT: String(await freePort()), MULTAQA_PAGES_PORT: "0" };
  const child = spawn(join(root, ".ci/app"), [], { env, detached: true, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  const interrupt = async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGINT");
    await ended;
  };
  onTestFinished(interrupt);
  const url = await new Promise<string>((resolve, reject) => {
    let said = "";
    child.stdout.on("data", (bytes: Buffer) => {
      said += bytes.toString();
      const found = /^(http:\/\/[\d.:]+)$/m.exec(said);
      if (found) resolve(found[1]!);
    });
    child.on("exit", (code) => reject(new Error(`ended with ${code}: ${said}`)));
  });
  return { device: Device.at(url), interrupt };
}

test("make run: the sample reaches the server, and the next start goes on where the last one ended", async () => {
  const data = folder();
  const first = await started(data);
  await until(async () => (await first.device.call("sync", {})).state === "current");
  const [space] = await first.device.call("spaces", {});
  const { members } = await first.device.call("members", { space: space!.space });
  expect(members.map(({ name }) => name).sort()).toEqual(["زينب الحسيني", "نور العاني"].sort());
  const before = await first.device.call("documents", { space: null, kind: null });
  const plan = before.find(({ kind }) => kind === "plan")!;
  const { conflicts } = await first.device.call("document", { name: plan.name, heads: null });
  expect(conflicts.map(({ field }) => field)).toEqual(["responsible"]);
  await first.interrupt();

  const second = await started(data);
  const after = await second.device.call("documents", { space: null, kind: null });
  expect(after.map(({ title }) => title).sort()).toEqual(before.map(({ title }) => title).sort());
});
