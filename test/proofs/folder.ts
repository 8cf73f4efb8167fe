/**
 * Real files under logs and cells. A change returns when the disk has it, and the name that it may have made, so
 * what survives a crash is always a prefix of the changes.
 */

import * as fs from "node:fs";
import { join } from "node:path";
import type { Files } from "quorumlab/sim";

const { O_CREAT, O_RDONLY, O_RDWR } = fs.constants;

export class Folder implements Files {
  private readonly path: string;

  /** @param path a folder that is there */
  constructor(path: string) {
    this.path = path;
  }

  read(file: string, from = 0, to = Infinity): Uint8Array {
    const path = join(this.path, file);
    return fs.existsSync(path) ? fs.readFileSync(path).subarray(from, to) : new Uint8Array(0);
  }

  list(): string[] {
    return fs.readdirSync(this.path).sort();
  }

  write(file: string, offset: number, bytes: Uint8Array): void {
    this.change(file, (fd) => fs.writeSync(fd, bytes, 0, bytes.length, offset));
  }

  truncate(file: string, length: number): void {
    this.change(file, (fd) => fs.ftruncateSync(fd, length));
  }

  rename(from: string, to: string): void {
    fs.renameSync(join(this.path, from), join(this.path, to));
    this.force(".", O_RDONLY);
  }

  remove(file: string): void {
    fs.rmSync(join(this.path, file), { force: true });
    this.force(".", O_RDONLY);
  }

  sync(): void {
    // Nothing waits for it: a change returns when the disk has it.
  }

  private change(file: string, act: (fd: number) => void): void {
    this.force(file, O_RDWR | O_CREAT, act);
    // Names are what a folder holds, and the file may be new.
    this.force(".", O_RDONLY);
  }

  private force(file: string, flags: number, act?: (fd: number) => void): void {
    const fd = fs.openSync(join(this.path, file), flags);
    act?.(fd);
    fs.fsyncSync(fd);
    fs.closeSync(fd);
  }
}
