// @ts-check
/**
 * The learner's `work/`: copies of the course's chapters and exercises, of which none is ever overwritten. A chapter
 * is copied without its outputs: who is asked to predict a result must not see it before the cell has run.
 */

import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, parse } from "node:path";
import { Problem } from "./problem.mjs";
import { hashOf, hashOfText, project, textOf, writeWhole } from "./project.mjs";

const PARTS = [
  { folder: "notebooks", ending: ".ipynb" },
  { folder: "exercises", ending: ".ts" },
];

/**
 * The course's own files that a learner gets a copy of.
 * @param {string} root @returns {string[]} such as "notebooks/00-start-here.ipynb"
 */
export function courseFiles(root) {
  return PARTS.flatMap(({ folder, ending }) => {
    const there = existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : [];
    return there.filter((name) => name.endsWith(ending)).map((name) => `${folder}/${name}`);
  }).sort();
}

/** @param {string} root @returns {string[]} the course's files that `work/` lacks */
export function missingCopies(root) {
  return courseFiles(root).filter((file) => !existsSync(join(project(root).work, file)));
}

/**
 * Copies what is missing and remembers which version each copy comes from.
 * @param {string} root @returns {string[]} what was copied
 */
export function copyMissing(root) {
  const missing = missingCopies(root);
  mkdirSync(project(root).work, { recursive: true });
  for (const file of missing) {
    const target = join(project(root).work, file);
    const draft = draftOf(join(root, file), target);
    // A link appears whole, and never in the place of another file.
    linkSync(draft, target);
    rmSync(draft);
    remember(root, file);
  }
  return missing;
}

/**
 * The chapters and exercises whose file in the course has changed since the learner's copy was made.
 * @param {string} root @returns {string[]} their names, such as "01-who-is-the-master"
 */
export function newerChapters(root) {
  const { work } = project(root);
  const origins = readOrigins(root);
  const newer = courseFiles(root).filter((file) => {
    if (!existsSync(join(work, file))) return false;
    const now = hashOfText(pristine(join(root, file)));
    return origins[file] !== undefined && origins[file] !== now && hashOf(join(work, file)) !== now;
  });
  return [...new Set(newer.map((file) => parse(file).name))];
}

/**
 * The course's notebook and exercise of one name.
 * @param {string} root @param {string} name such as "01-who-is-the-master"
 * @returns {string[]} such as "notebooks/01-who-is-the-master.ipynb"
 * @throws Problem when nothing of the course has that name
 */
export function filesNamed(root, name) {
  const files = courseFiles(root).filter((file) => parse(file).name === name);
  if (files.length > 0) return files;
  const names = [...new Set(courseFiles(root).map((file) => parse(file).name))].join(", ");
  throw new Problem(`reset: "${name}" is no chapter or exercise: expected one of ${names}.`, 2);
}

/**
 * Brings the course's notebook and exercise of one name into `work/`; the learner's files stay beside them.
 * @param {string} root @param {string} name such as "01-who-is-the-master"
 * @returns {{ file: string, kept: string | undefined }[]} what was brought, and where the learner's own file is now
 * @throws Problem when nothing of the course has that name
 */
export function resetWork(root, name) {
  return filesNamed(root, name).map((file) => {
    const target = join(project(root).work, file);
    const kept = differs(join(root, file), target) ? keepBeside(target) : undefined;
    renameSync(draftOf(join(root, file), target), target);
    remember(root, file);
    return { file, kept: kept && `${dirname(file)}/${kept}` };
  });
}

/**
 * What a learner begins with: the text of a course's file, that of a notebook without its outputs.
 * @param {string} source @returns {string}
 */
function pristine(source) {
  const text = readFileSync(source, "utf8");
  if (!source.endsWith(".ipynb")) return text;
  const notebook = JSON.parse(text);
  for (const cell of notebook.cells) {
    if (cell.cell_type === "code") Object.assign(cell, { execution_count: null, outputs: [] });
  }
  // One space and a last newline: as Jupyter writes it.
  return `${JSON.stringify(notebook, undefined, 1)}\n`;
}

/**
 * Writes a pristine file beside its target, so that the target itself is never there by half.
 * @param {string} source @param {string} target @returns {string} the draft
 */
function draftOf(source, target) {
  const draft = `${target}.${process.pid}`;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(draft, pristine(source));
  return draft;
}

/** @param {string} course @param {string} target @returns {boolean} whether the target exists and is another text */
function differs(course, target) {
  return existsSync(target) && readFileSync(target, "utf8") !== pristine(course);
}

/**
 * Copies a file to the first free name of the form NN-name.old-1.ts.
 * @param {string} target @returns {string} that name
 */
function keepBeside(target) {
  const { dir, name, ext } = parse(target);
  for (let number = 1; ; number++) {
    const kept = `${name}.old-${number}${ext}`;
    try {
      copyFileSync(target, join(dir, kept), constants.COPYFILE_EXCL);
      return kept;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    }
  }
}

/** Which version of the course's file each copy was made from, by the hash of the pristine text. */
function originsFile(/** @type {string} */ root) {
  return join(project(root).work, ".origins.json");
}

/** @param {string} root @returns {Record<string, string>} */
function readOrigins(root) {
  try {
    return JSON.parse(textOf(originsFile(root)) ?? "{}");
  } catch {
    return {};
  }
}

/** @param {string} root @param {string} file */
function remember(root, file) {
  const origins = { ...readOrigins(root), [file]: hashOfText(pristine(join(root, file))) };
  writeWhole(originsFile(root), `${JSON.stringify(origins, undefined, 2)}\n`);
}
