// The service about itself: whether it is well, and what its problems mean.
import { createRoute, z } from "@hono/zod-openapi";
import { Instant } from "./fields.ts";
import { problemResponses, PROBLEMS } from "./problems.ts";

export const Health = z.object({
  status: z.literal("healthy"),
  redis: z.literal("connected"),
  timestamp: Instant,
}).meta({
  description: "The service can do its work.",
  example: { status: "healthy", redis: "connected", timestamp: "2026-11-22T10:30:00.000Z" },
}).openapi("Health");

export const getHealth = createRoute({
  method: "get",
  path: "/health",
  operationId: "getHealth",
  tags: ["Service"],
  summary: "Ask whether the service is well",
  description: "Asks Redis too. For monitoring; no other call needs it first.",
  responses: {
    200: { description: "Well.", content: { "application/json": { schema: Health } } },
    ...problemResponses(["store_unavailable", "internal_error"]),
  },
});

export const ProblemExplanation = z.object({
  code: z.string().meta({ description: "The code, as in `code` of a problem." }),
  title: z.string(),
  status: z.int().meta({ description: "The HTTP status it comes with." }),
  retryable: z.boolean().meta({ description: "Whether the same request may succeed later." }),
  advice: z.string().meta({ description: "What to do about it." }),
}).meta({
  description: "What a kind of problem means.",
  example: { code: "hold_expired", ...PROBLEMS.hold_expired },
}).openapi("ProblemExplanation");

export const explainProblem = createRoute({
  method: "get",
  path: "/problems/{code}",
  operationId: "explainProblem",
  tags: ["Service"],
  summary: "Explain a kind of problem",
  description: "What the `type` of a problem document leads to.",
  request: { params: z.object({ code: z.string().meta({ example: "hold_expired" }) }) },
  responses: {
    200: {
      description: "It means this.",
      content: { "application/json": { schema: ProblemExplanation } },
    },
    ...problemResponses(["not_found", "internal_error"]),
  },
});
