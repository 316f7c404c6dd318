import { expect, test } from "vitest";
import { firstSettings } from "../../engine/store";
import { textFor } from "../../i18n/text";
import { fieldWords } from "./fields";

const { fieldName, whatIsAt, valueWords } = fieldWords(textFor(firstSettings));

test("values are told in the page's words, digits and calendars", () => {
  expect(valueWords("due", "2026-11-22")).toBe("٢٢ تشرين الثاني ٢٠٢٦ الموافق ١٢ جمادى الآخرة ١٤٤٨ هـ");
  expect(valueWords("status", "in_progress")).toBe("قيد التنفيذ");
  expect(valueWords("progress", 40)).toBe("٤٠٪");
  expect(valueWords("ordinal", 8)).toBe("الثامنة");
  expect(valueWords("responsible", "")).toBe(null);
  expect(valueWords("head", "a1", (id) => (id === "a1" ? "زينب" : null))).toBe("زينب");
});

test("what a newer app stored is shown as it is, under a name of ours", () => {
  expect(fieldName("budget")).toBe("حقل من إصدار أحدث");
  expect(valueWords("status", "someday")).toBe("someday");
  expect(valueWords("due", "قريبًا")).toBe("قريبًا");
});

test("an address is named by its last collection", () => {
  expect([[], ["items", "a"], ["delegations", "a", "members", "b"], ["items"], ["body"]].map(whatIsAt)).toEqual(["المستند", "بند الخطة", "عضو وفد", "بند الخطة", "نص الملاحظة"]);
});
