import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Outside } from "./Outside";

const bridge = vi.hoisted(() => ({ isInWindow: false, call: vi.fn(async () => null) }));
vi.mock("../engine/bridge", async (original) => ({
  ...(await original<typeof import("../engine/bridge")>()),
  call: bridge.call,
  get isInWindow() {
    return bridge.isInWindow;
  },
}));

const address = "https://example.org/";

async function press() {
  const opened = vi.fn();
  render(<Outside address={address} onOpened={opened}>فتح</Outside>);
  const link = screen.getByRole("link", { name: "فتح" });
  const pressed = new Promise<MouseEvent>((tell) => window.addEventListener("click", tell, { once: true }));
  await userEvent.click(link);
  expect(opened).toHaveBeenCalledOnce();
  return { link, isLeftToBrowser: !(await pressed).defaultPrevented };
}

test("from a browser an address is opened in a tab that knows nothing of this one", async () => {
  const { link, isLeftToBrowser } = await press();
  expect(isLeftToBrowser).toBe(true);
  expect(link.getAttribute("href")).toBe(address);
  expect(link.getAttribute("target")).toBe("_blank");
  expect(link.getAttribute("rel")).toContain("noopener");
  expect(bridge.call).not.toHaveBeenCalled();
});

test("from the window the system is asked to open an address, and the page stays", async () => {
  bridge.isInWindow = true;
  const { isLeftToBrowser } = await press();
  expect(isLeftToBrowser).toBe(false);
  expect(bridge.call).toHaveBeenCalledWith("open_outside", { address });
});
