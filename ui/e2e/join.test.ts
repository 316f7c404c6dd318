// An invitation that is read from a picture, as a phone's camera takes it.

import { expect, test } from "vitest";
import words from "../src/i18n/members/ar";
import { hrefOf } from "./address";
import { opened, phone } from "./open";
import { device } from "./support";

test("a photograph of a code fills in its link on a phone, and a picture without one says so", async () => {
  const host = await device(["--sample"]);
  const link = "https://example.org/join#0123456789abcdef";
  const svg = await host.call("qr", { text: link });
  const page = await opened(host, hrefOf("join", {}), phone);
  const paper = await page.context().newPage();
  await paper.setContent(`<body style="margin: 40px; background: #ddd"><div style="width: 300px; rotate: 4deg; background: #fff; --ink: #000">${svg}</div></body>`);
  await paper.addStyleTag({ content: ".qr-paper { fill: #fff } .qr-ink { fill: #000 }" });
  const buffer = await paper.screenshot({ type: "jpeg" });
  const field = page.getByLabel(words.link);
  const camera = page.getByLabel(words.by_camera);
  expect(await camera.getAttribute("capture")).toBe("environment");
  await page.getByText(words.by_camera).waitFor();
  await camera.setInputFiles({ name: "photo.jpg", mimeType: "image/jpeg", buffer });
  await expect.poll(() => field.inputValue()).toBe(link);

  await paper.setContent("<p>لا رمز هنا</p>");
  await camera.setInputFiles({ name: "photo.jpg", mimeType: "image/jpeg", buffer: await paper.screenshot({ type: "jpeg" }) });
  await page.getByText(words.picture_failed).waitFor();
  expect(await field.inputValue()).toBe(link);
});
