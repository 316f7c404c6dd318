import { expect, test } from "vitest";
import { noteAddress, noteOf, outsideAddress } from "./address";

test("only the four kinds of address open outside", () => {
  expect(["https://example.org/a b", "example.org/x", "mailto:a@b.org", "tel:+9647701234567"].map(outsideAddress)).toEqual([
    "https://example.org/a%20b", "https://example.org/x", "mailto:a@b.org", "tel:+9647701234567",
  ]);
  for (const text of ["javascript:alert(1)", " JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc/passwd", "multaqa:note/x", "blob:x", "", null, "كلام"]) expect(outsideAddress(text)).toBe(null);
});

test("a note's address leads to that note and nowhere else", () => {
  const document = "0a".repeat(16);
  expect(noteOf(noteAddress(document))).toBe(document);
  expect(noteOf("multaqa:note/../x")).toBe(null);
  expect(noteOf("https://multaqa:note/")).toBe(null);
});
