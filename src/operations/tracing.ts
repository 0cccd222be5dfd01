// Traces, through Deno's own OpenTelemetry: Deno makes a span of each request, this names it and adds the
// commits. Loaded only where traces are asked for.
import type { TraceCommit } from "../commits/measures.ts";

export interface Tracing {
  /** Names the span of the request that is being answered. Answers its trace's id. */
  nameRequest(method: string, route: string): string | undefined;
  traceCommit: TraceCommit;
}

export async function loadTracing(): Promise<Tracing> {
  const { SpanKind, SpanStatusCode, trace } = await import("@opentelemetry/api");
  const tracer = trace.getTracer("inventory-agent");
  return {
    nameRequest(method, route) {
      const span = trace.getActiveSpan();
      span?.updateName(`${method} ${route}`);
      span?.setAttribute("http.route", route);
      return span?.spanContext().traceId;
    },

    traceCommit(verb, work) {
      const attributes = { "db.system.name": "redis", "db.operation.name": verb };
      const options = { kind: SpanKind.CLIENT, attributes };
      return tracer.startActiveSpan(`commit ${verb}`, options, async (span) => {
        try {
          const reply = await work((batchSize) =>
            span.setAttribute("db.operation.batch.size", batchSize)
          );
          span.setAttribute("inventory.outcome", reply[0]);
          return reply;
        } catch (fault) {
          span.setStatus({ code: SpanStatusCode.ERROR, message: (fault as Error).message });
          throw fault;
        } finally {
          span.end();
        }
      });
    },
  };
}
