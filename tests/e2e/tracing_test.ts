// Traces of the real process, as a collector gets them.
import assert from "node:assert/strict";
import { makeDataDir, startService } from "../support/service.ts";

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: Record<string, unknown> }[];
}

Deno.test("a request's span is named after its route, has the commit as its child, and is in the log", async () => {
  const spans: Span[] = [];
  const collector = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
    if (new URL(request.url).pathname === "/v1/traces") {
      const { resourceSpans } = await request.json();
      for (const { scopeSpans } of resourceSpans) {
        for (const each of scopeSpans) spans.push(...each.spans);
      }
    } else await request.body?.cancel();
    return Response.json({});
  });
  await using data = await makeDataDir();
  await using service = await startService({
    DATA_DIR: data.path,
    OTEL_DENO: "true",
    OTEL_DENO_CONSOLE: "ignore",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
    OTEL_BSP_SCHEDULE_DELAY: "50",
  });
  await (await service.post("/hold", { sku: "SKU000001", quantity: 1 })).json();
  const line = await service.logged("request");
  const find = (name: string) => spans.find((span) => span.name === name);
  const deadline = Date.now() + 15_000;
  while (!find("POST /hold") || !find("commit hold")) {
    assert(Date.now() < deadline, JSON.stringify(spans.map(({ name }) => name)));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const [request, commit] = [find("POST /hold")!, find("commit hold")!];
  assert.equal(commit.traceId, request.traceId);
  assert.equal(commit.parentSpanId, request.spanId);
  assert.equal(line.trace_id, request.traceId);
  const attribute = (span: Span, key: string) =>
    Object.values(span.attributes.find((each) => each.key === key)!.value)[0];
  assert.equal(attribute(request, "http.route"), "/hold");
  assert.equal(Number(attribute(commit, "db.operation.batch.size")), 1);
  assert.equal(attribute(commit, "inventory.outcome"), "active");
  await collector.shutdown();
});
