import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { goInstead } from "../app/router";
import { App } from "../app/Shell";
import { forgetAnswers } from "../engine/query";
import { boot, firstSettings } from "../engine/store";
// Read here, so that a busy machine does not spend the time of a test on reading them.
import "./settings";

let calls: { name: string; args: unknown }[] = [];
let server: string | null;

beforeEach(() => {
  calls = [];
  server = "https://example.org";
  forgetAnswers();
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  vi.stubGlobal("ResizeObserver", class { observe() {} disconnect() {} unobserve() {} });
  vi.stubGlobal("CSS", { escape: (text: string) => text });
  vi.stubGlobal("WebSocket", class { close() {} });
  const device = (id: string, label: string, is_this = false) => ({ device: id, label, is_removed: false, is_this });
  const me = (...devices: object[]) => ({ member: "d1", name: "زينب", organisation: "قسم العلاقات", role: "editor", is_removed: false, is_me: true, devices });
  const members: Record<string, object> = {
    s: me(device("d1", "", true), device("d2", "هاتفي"), { ...device("d3", "قديم"), is_removed: true }),
    g: me(device("d1", "", true), device("d2", "")),
  };
  vi.stubGlobal("fetch", async (address: string, { body }: { body: string }) => {
    const [command, args] = [address.replace("/cmd/", ""), JSON.parse(body)];
    calls.push({ name: command, args });
    const space = (id: string, title: string) => ({ space: id, title, role: "editor", standing: "member", server, organisations: [], members: 2 });
    const answers: Record<string, unknown> = {
      start: { device: "d1", person: { name: "زينب", organisation: "قسم العلاقات" }, settings: firstSettings, spaces: [space("s", "ملاحظاتنا"), space("g", "الملتقى")], version: "1", left_at: null },
      sync: { state: "current", waiting: 0, spaces: [] },
      members: { members: [members[args.space], { ...me(device("o1", "جهاز غيري")), is_me: false, member: "o1" }], invites: [], held: [], may_decide: false },
      documents: [],
      pair_offer: { code: "multaqa://offer#abc", svg: "" },
    };
    return new Response(JSON.stringify(answers[command] ?? null));
  });
});

test("a lost device is four taps away, and is removed from every space", async () => {
  goInstead("today");
  const stop = boot(() => "s");
  const user = userEvent.setup();
  render(<App />);
  await user.click((await screen.findAllByRole("button", { name: /ملاحظاتنا/ }))[0]!);
  await user.click(await screen.findByRole("menuitem", { name: "الإعدادات" }));
  // One's own devices, each once, without this one and those that are gone.
  const lost = await screen.findByRole("button", { name: "فُقد هذا الجهاز" });
  expect(within(lost.closest("li")!).getByText("هاتفي")).toBeTruthy();
  await user.click(lost);
  await user.click(await screen.findByRole("button", { name: "إزالة الجهاز" }));
  await waitFor(() => expect(calls.filter(({ name }) => name === "remove_device").map(({ args }) => args)).toEqual([{ space: "s", device: "d2" }, { space: "g", device: "d2" }]));
  expect(await screen.findByText("أُزيل الجهاز")).toBeTruthy();
  stop();
});

test("a second device needs a server, and its code can be copied", async () => {
  goInstead("settings");
  const user = userEvent.setup();
  const copied = vi.spyOn(navigator.clipboard, "writeText");
  const stop = boot(() => "s");
  const { unmount } = render(<App />);
  await user.click(await screen.findByRole("button", { name: "إضافة جهاز لي" }));
  await user.click(await screen.findByRole("button", { name: "نسخ" }));
  expect(copied).toHaveBeenCalledWith("multaqa://offer#abc");
  unmount();
  stop();
  server = null;
  const again = boot(() => "s");
  render(<App />);
  expect(await screen.findByText(/اربط المساحة بخادم أولًا/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "إضافة جهاز لي" })).toBeNull();
  again();
});
