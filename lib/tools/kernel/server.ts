/** What Jupyter hears of a cell: its output whole and in order, its errors as errors. */

import { gathered, inOrder, outside, type Socket } from "./output.ts";
import type { Out, Request, Runner } from "./runner.ts";
import type { Tslab } from "./tslab.ts";

type Server = InstanceType<Tslab["jupyter"]["ZmqServer"]>;
type Message = Parameters<Server["handleExecute"]>[1];

/** Listens to Jupyter. @param configPath the file in which Jupyter says where */
export function listen({ jupyter, executor }: Tslab, runner: Runner, configPath: string): void {
  const handler = new jupyter.JupyterHandlerImpl(executor, false);
  const info = handler.handleKernel();
  handler.handleKernel = () => ({ ...info, language_info: LANGUAGE });
  const server = new jupyter.ZmqServer(handler, configPath);
  server.handleExecute = async (shell, request) => {
    const { out, flush } = outOf(server, request);
    const reply = request.createReply();
    reply.header.msg_type = "execute_reply";
    reply.content = await runner.run(request.content as Request, out);
    flush();
    reply.signAndSend(server.connInfo.key, shell);
  };
  // A request may come as soon as its socket listens, and nothing can be said on a socket that is still being bound.
  const bind = server["bindSocket"].bind(server);
  let isHeard: Promise<void> = Promise.resolve();
  server["bindSocket"] = (socket: unknown, port: number): Promise<void> => {
    if (socket !== server.iopub) return isHeard.then(() => bind(socket, port));
    isHeard = bind(socket, port);
    return isHeard;
  };
  const close = server.close.bind(server);
  server.close = () => {
    close();
    // A timer that a cell has left running must not keep the kernel alive.
    setTimeout(() => process.exit(), 200).unref();
  };
  server.init().then(() => {
    const iopub: Socket = server.iopub;
    Object.assign(server, { iopub: inOrder(iopub) });
  });
}

/** Where the output of a request goes; what was printed is sent when something else is, and by `flush`. */
function outOf(server: Server, request: Message): { out: Out; flush(): void } {
  const publish = (type: string, content: object) => {
    const message = request.createReply();
    message.header.msg_type = type;
    message.content = content;
    message.signAndSend(server.connInfo.key, server.iopub);
  };
  const { write, flush } = gathered((name, text) => publish("stream", { name, text }));
  const then = (type: string, content: object) => {
    flush();
    publish(type, content);
  };
  const out: Out = {
    print: (stream, text) => outside(write, stream, text),
    show: (content, replace) =>
      outside(then, replace ? "update_display_data" : "display_data", content),
    fail: (error) => outside(then, "error", error),
  };
  return { out, flush };
}

/** Without tslab's own editor mode, in which JupyterLab would colour cells as JavaScript. */
const LANGUAGE = {
  name: "typescript",
  version: "5.0.4",
  mimetype: "text/typescript",
  file_extension: ".ts",
};
