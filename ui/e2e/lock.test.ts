// A stolen device: a passphrase is set on the settings page, the app is killed, and asks for it.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { binary, browser, Device, folder, pages, screensFolder, start, until } from "./support";

const typed = "تقرر تشكيل لجنة من ثلاثة";
const passphrase = "نخلة على الشط";

/** The files of a folder in which the text stands. */
const filesWith = (data: string, text: string) => readdirSync(data).filter((name) => readFileSync(join(data, name)).includes(text));

test("a passphrase that was set in the settings is asked for at the next start, and what was typed is there", async () => {
  const data = folder();
  let device = await new Device(data, ["--sample"]).start();
  onTestFinished(() => device.kill());
  const opened = await browser();
  onTestFinished(() => opened.close());
  const page = await opened.newPage({ viewport: { width: 390, height: 844 }, locale: "ar" });
  const { spaces } = await device.call("start", {});
  const name = await device.call("create", { space: spaces[0]!.space, kind: "note", title: typed, edits: [] });
  await until(async () => (await device.call("search", { query: "لجنة", space: null })).length > 0);
  expect(filesWith(data, "لجنة")).not.toEqual([]);

  await page.goto(`${device.url}/#/settings`);
  await page.getByRole("button", { name: "ضع عبارة مرور" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("العبارة الجديدة").fill("قصيرة");
  await dialog.getByText("أقل من ثمانية أحرف").waitFor();
  await dialog.getByLabel("العبارة الجديدة").fill(passphrase);
  await dialog.getByLabel("أعد كتابتها").fill(`${passphrase}.`);
  await dialog.getByText("العبارتان مختلفتان").waitFor();
  await page.screenshot({ path: join(screensFolder, "passphrase.png") });
  await dialog.getByLabel("أعد كتابتها").fill(passphrase);
  await dialog.getByRole("button", { name: "ضع عبارة مرور" }).click();
  await page.getByText("ويسألك التطبيق عن عبارة المرور كلما فُتح").waitFor();
  // Work goes on over the encrypted data, and words that one searched for go into it.
  await page.goto(`${device.url}/#/search`);
  await page.getByRole("searchbox").fill("لجنة");
  await page.keyboard.press("Enter");
  await page.getByRole("searchbox").fill("");
  await page.getByRole("button", { name: "لجنة" }).waitFor();
  await device.call("edit", { name, edits: [{ edit: "set", at: [], field: "title", value: `${typed}، ثم رُفعت` }] });
  await device.kill();
  for (const text of ["لجنة", "زينب", "SQLite format"]) expect(filesWith(data, text)).toEqual([]);

  device = await new Device(data).start();
  await page.goto(device.url);
  await page.getByRole("heading", { name: "بيانات هذا الجهاز مقفلة" }).waitFor();
  await expect(device.call("documents", { space: null, kind: null })).rejects.toThrow("locked");
  await page.getByLabel("عبارة المرور").fill("نخلة على النهر");
  await page.getByRole("button", { name: "افتح" }).click();
  await page.getByText("ليست هذه عبارة المرور.").waitFor();
  await page.screenshot({ path: join(screensFolder, "locked.png") });
  await page.getByLabel("عبارة المرور").fill(passphrase);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "بيانات هذا الجهاز مقفلة" }).waitFor({ state: "detached" });
  const lines = await device.call("documents", { space: null, kind: "note" });
  expect(lines.map(({ title }) => title)).toContain(`${typed}، ثم رُفعت`);

  // Whoever has forgotten it begins anew, and the locked data is put aside.
  await device.kill();
  device = await new Device(data).start();
  await page.goto(device.url);
  await page.getByRole("button", { name: "ابدأ من جديد" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "ابدأ من جديد" }).click();
  await page.getByRole("heading", { name: "أهلًا بك في ملتقى" }).waitFor();
  expect(readdirSync(data)).toContain("multaqa.locked-1.db.kept-1");
});

test("the system's key store keeps the key, and without it the data stays closed until it is there again", async () => {
  const [data, home, other] = [folder(), folder(), folder()];
  /** The app in a session of its own, whose key store is kept in that home. */
  const begin = async (home: string, ...more: string[]) => {
    const host = [binary("host"), "--port", "0", "--key-store", "--folder", data, "--pages", pages, ...more];
    const bound = "setpriv --pdeathsig KILL";
    const script = `printf password | ${bound} gnome-keyring-daemon --foreground --unlock --components=secrets >&2 &
      until dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetNameOwner string:org.freedesktop.secrets >&2; do
        kill -0 $! || { echo "the key store did not start" >&2; exit 1; }
        sleep 0.05
      done
      echo "$$"
      exec "$@"`;
    const env = { HOME: home, XDG_RUNTIME_DIR: home, XDG_DATA_HOME: home };
    const { child, found } = await start("dbus-run-session", ["--", ...bound.split(" "), "sh", "-c", script, "sh", ...host], /^(\d+)\n[^]*(http:\/\/[\d.:]+)/m, env);
    // The session ends with what it was begun for, and takes its own daemon along.
    const end = () => new Promise<void>((gone) => {
      if (child.exitCode !== null) return gone();
      child.on("exit", () => gone());
      process.kill(Number(found[1]), "SIGKILL");
    });
    onTestFinished(end);
    return { device: Device.at(found[2]!), end };
  };
  const first = await begin(home, "--sample");
  expect(await first.device.call("lock_state", {})).toEqual({ protection: "key_store", is_locked: false });
  const { device: id } = await first.device.call("start", {});
  await first.end();
  for (const text of ["النخيل", "SQLite format"]) expect(filesWith(data, text)).toEqual([]);

  const elsewhere = await begin(other);
  expect(await elsewhere.device.call("lock_state", {})).toEqual({ protection: "key_store", is_locked: true });
  await expect(elsewhere.device.call("unlock", { passphrase: "" })).rejects.toThrow("locked");
  await elsewhere.end();

  const again = await begin(home);
  expect((await again.device.call("start", {})).device).toBe(id);
});
