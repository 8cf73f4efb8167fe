/** Which paths name a znode. */

import { describe, expect, test } from "vitest";
import { isPath, nameOf, parentOf } from "../../lib/ensemble/path.ts";

test("the root's name is /, and as a parent it is the empty string", () => {
  expect(["/a/b", "/a", "/", "a", "/a/"].map(parentOf)).toEqual(["/a", "", "", "", "/a"]);
  expect(["/a/b", "/a", "/", "a", "/a/"].map(nameOf)).toEqual(["b", "a", "", "a", ""]);
});

test.each(["/", "/a", "/a/b/c", "/a.b", "/...", "/.a", "/a..", "/ü €", "/a b", "/-1", "/\uf900"])(
  "%j is a path",
  (path) => expect(isPath(path)).toBe(true),
);

describe.each([
  ["does not start with a slash", ["", "a", "a/b"]],
  ["ends with a slash", ["/a/", "//"]],
  ["has an empty segment", ["//a", "/a//b"]],
  ["has a relative segment", ["/.", "/..", "/a/.", "/a/../b", "/./a"]],
  ["has a character that nobody can read", ["/\0", "/a\u0001", "/\u001f", "/\u007f", "/\u009f"]],
  ["has half a character, or one of the private area", ["/\ud83d\ude00", "/\ud800", "/\uf8ff"]],
  ["has a special at the end of the plane", ["/\ufff0", "/\uffff"]],
])("what %s is none", (_, paths) => {
  test.each(paths)("%j", (path) => expect(isPath(path)).toBe(false));
});
