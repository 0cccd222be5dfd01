// The app in this process, on a Redis of the test's own; every answer is held against the contract.
import { type AppOptions, createApp } from "../../src/app.ts";
import { makeLog } from "../../src/log.ts";
import { assertDeclared } from "./contract.ts";
import { openTestStore, type TestStore } from "./store.ts";

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // deno-lint-ignore no-explicit-any -- what a JSON body holds is for the test to say
  body: any;
}

export interface TestApp extends TestStore {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  send(path: string, init: RequestInit): Promise<Answer>;
  /** The app as a server takes it. */
  fetch(request: Request): Response | Promise<Response>;
  logged: string[];
  /** The app itself, to be served. */
  app: ReturnType<typeof createApp>;
}

export async function openTestApp(
  options: Parameters<typeof openTestStore>[0] = {},
  appOptions: Partial<AppOptions> = {},
): Promise<TestApp> {
  const t = await openTestStore(options);
  const logged: string[] = [];
  const app = createApp({
    store: t.store,
    log: makeLog("info", (line) => logged.push(line)),
    maxBodyBytes: 4096,
    holdLifetimeMaxSeconds: 7200,
    requestTimeoutMs: 10_000,
    ...appOptions,
  });
  const send = async (path: string, init: RequestInit) => {
    const response = await app.request(path, init);
    const text = await response.text();
    assertDeclared(init.method ?? "GET", path, response, text);
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
  };
  return {
    ...t,
    app,
    logged,
    fetch: (request) => app.fetch(request),
    send,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, body, headers = {}) =>
      send(path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      }),
  };
}
