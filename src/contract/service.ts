// The service about itself: whether it is well, and what its problems mean.
import { withAccess } from "./operations.ts";
import { createRoute, z } from "@hono/zod-openapi";
import { Instant } from "./fields.ts";
import { PROBLEMS } from "./problem_kinds.ts";
import { problemResponses } from "./problems.ts";

export const Health = z.object({
  status: z.literal("healthy"),
  redis: z.literal("connected"),
  timestamp: Instant,
}).meta({
  description: "The service can do its work.",
  example: { status: "healthy", redis: "connected", timestamp: "2026-11-22T10:30:00.000Z" },
}).openapi("Health");

export const getHealth = withAccess(
  "open",
  createRoute({
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
  }),
);

export const Readiness = z.object({
  status: z.literal("ready"),
  role: z.string().optional().meta({
    description:
      "Of the Redis: `master`, which takes writes. This and what follows is told to `admin` alone where keys are " +
      "configured.",
  }),
  durability: z.enum(["always", "everysec", "none", "no append-only file", "unknown"]).optional()
    .meta({
      description: "How often Redis forces its append-only file to disk, if it keeps one.",
    }),
  maxmemory_policy: z.string().optional().meta({
    description: "Anything but `noeviction` is a warning.",
  }),
  script_loaded: z.boolean().optional().meta({
    description: "Whether Redis holds the script; sent if not.",
  }),
  partitions: z.object({ total: z.int(), served: z.int() }).optional().meta({
    description: "How many partitions the store has, and how many of them take commands now.",
  }),
  masters: z.array(z.object({
    name: z.string(),
    partitions: z.int().meta({ description: "How many partitions it serves." }),
    failing: z.string().optional().meta({ description: "Why it takes no commands now." }),
  })).optional().meta({ description: "The Redis, or those of a cluster." }),
  draining: z.boolean().optional().meta({ description: "Whether the service is stopping." }),
  last_sweep_at: Instant.optional().meta({
    description: "When this service last gave back the units of all holds that were due.",
  }),
  warnings: z.array(z.string()).optional().meta({
    description: "Settings of Redis under which acknowledged stock can be lost.",
  }),
}).meta({
  description: "The service takes commands.",
  example: {
    status: "ready",
    role: "master",
    durability: "everysec",
    maxmemory_policy: "noeviction",
    script_loaded: true,
    partitions: { total: 1, served: 1 },
    masters: [{ name: "localhost:6379", partitions: 1 }],
    draining: false,
    last_sweep_at: "2026-11-22T10:30:00.000Z",
    warnings: [],
  },
}).openapi("Readiness");

export const getReadiness = withAccess(
  "open",
  createRoute({
    method: "get",
    path: "/ready",
    operationId: "getReadiness",
    tags: ["Service"],
    summary: "Ask whether to send requests here",
    description:
      "For load balancers: 200 while commands are taken, 503 while every Redis is away, loading or a replica, or the " +
      "service is stopping. Tells how well Redis is set up to keep what it is told.",
    responses: {
      200: { description: "Ready.", content: { "application/json": { schema: Readiness } } },
      ...problemResponses(["store_unavailable", "internal_error"]),
    },
  }),
);

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

export const explainProblem = withAccess(
  "open",
  createRoute({
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
  }),
);
