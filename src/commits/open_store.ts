// Opens a store: nodes, partitions, and what is between them and a caller.
import { crc32 } from "node:zlib";
import { clusterNodes } from "../redis/cluster.ts";
import { StoreFault, withDeadline } from "../redis/faults.ts";
import { isReady, oneNode, onMaster, type RedisNode } from "../redis/nodes.ts";
import type { Reply } from "./batch_queue.ts";
import { commitUnderClaim, needsClaim, takeClaim } from "./claims.ts";
import { declaredKeys, partitionPrefix } from "./keys.ts";
import {
  type Call,
  encodeOperation,
  encodeQuestion,
  type Operation,
  type Question,
  unwrap,
} from "./operation.ts";
import { BATCH_LIMITS, programSettings, type StoreOptions } from "./options.ts";
import { settlePartsSoon } from "./parts.ts";
import { Partition } from "./partition.ts";
import { commitPrograms, readProgram } from "./programs.ts";
import type { Store } from "./store.ts";
import { keepsLikeHolds } from "./verbs.ts";

export function openStore(options: StoreOptions): Store {
  const { replicas = 0 } = options;
  const settings = programSettings(options);
  const committing = commitPrograms(settings, options.clockSource);
  const reading = readProgram(settings, options.clockSource);
  const count = options.partitions ?? 1;
  // The key that made a hold must not be forgotten while that hold may still live.
  const keepSecondsOf = (verb: Operation["verb"]) =>
    keepsLikeHolds(verb)
      ? Math.max(options.idempotencyTtlSeconds, options.holdLifetimeMaxSeconds)
      : options.idempotencyTtlSeconds;

  const { timeoutMs } = options;
  const prefixes = Array.from({ length: count }, (_, index) => partitionPrefix(index, count));
  const nodes = options.clusterUrls
    ? clusterNodes({
      ...options,
      urls: options.clusterUrls,
      slotKeys: prefixes.map((prefix) => declaredKeys(prefix)[0]),
    })
    : oneNode({
      ...options,
      address: options.address!,
      probes: {
        commits: { script: committing.usual, args: [prefixes[0]] },
        reads: { script: reading, args: [prefixes[0]] },
      },
    });
  const sendTo = ({ reads }: RedisNode, args: string[]) =>
    withDeadline(reads.call(...args), timeoutMs, () => reads.reset("no answer in time"));

  const { observer, traceCommit } = options;
  const limits = { timeoutMs, ...BATCH_LIMITS };
  const scripts = { ...committing, reading };
  const partitions = prefixes.map((prefix, index) => {
    const onWentBack = (commits: number) => {
      observer?.wentBack(index, commits);
      options.onWentBack?.(index, commits);
    };
    return new Partition({ index, prefix, scripts, nodes, limits, replicas, observer, onWentBack });
  });

  const commitAtHome = async (operation: Operation, call?: Call): Promise<Reply> => {
    const { verb, weight, partition = 0 } = operation;
    const home = partitions[partition];
    const keepSeconds = keepSecondsOf(verb);
    try {
      const [reply, replayOf] = unwrap(
        verb,
        await decideAt(partition, (waitsForParts) => {
          const request = encodeOperation(operation, { keepSeconds, waitsForParts, call });
          return traceCommit
            ? traceCommit(verb, (onSent) => home.commit(request, weight, onSent))
            : home.commit(request, weight);
        }),
      );
      if (call) call.replayOf = replayOf;
      observer?.operation(verb, reply[0], replayOf !== undefined);
      return reply;
    } catch (fault) {
      observer?.operation(verb, fault instanceof StoreFault ? fault.code : "failed", false);
      throw fault;
    }
  };

  // Parts of carts that are due may have units to give back, which only their homes know. They are asked before
  // anybody is refused for want of units, or told of them: once by all who wait, and once more for whoever came to
  // those when it was too late. What is out of reach is left as it stands.
  const asking = new Map<number, Promise<void>>();
  const askHomes = (partition: number) =>
    asking.getOrInsertComputed(
      partition,
      () => settlePartsSoon(store, partition).finally(() => asking.delete(partition)),
    );
  type Decide = (waitsForParts: boolean) => Promise<Reply>;
  const knowingParts = async (partition: number, decide: Decide): Promise<Reply> => {
    for (let round = 0; round < 2; round++) {
      const reply = await decide(true);
      if (reply[0] !== "parts_due") return reply;
      await askHomes(partition);
    }
    return await decide(false);
  };
  const decideAt = count === 1 ? (_: number, decide: Decide) => decide(false) : knowingParts;
  const askAt = (question: Question, partition: number) =>
    decideAt(
      partition,
      (waitsForParts) =>
        partitions[partition].ask(encodeQuestion(question, waitsForParts), question.weight),
    );

  const store: Store = {
    partitions: count,
    timeoutMs,
    holdKeepSeconds: keepSecondsOf("hold"),

    partitionOf: (name) => count === 1 ? 0 : crc32(name) % count,

    async commit(operation, call) {
      if (!call || operation.isClaimed || !needsClaim(store, operation, call)) {
        return await commitAtHome(operation, call);
      }
      const claim = await takeClaim(store, call, {
        request: operation.request,
        keepSeconds: keepSecondsOf(operation.verb),
      });
      return await commitUnderClaim(claim, () => commitAtHome(operation, call));
    },

    ask(question) {
      return askAt(question, question.partition ?? 0);
    },

    askAll(question) {
      return Promise.all(partitions.map((_, partition) => askAt(question, partition)));
    },

    settle(partition = 0) {
      return partitions[partition].settle();
    },

    nodes() {
      return nodes.all().map((node) => ({
        name: node.name,
        get ready() {
          return isReady(node);
        },
        partitions: prefixes.flatMap((_, index) => nodes.of(index) === node ? [index] : []),
        command: (...args) => sendTo(node, args),
        async knowsScript() {
          const found = await sendTo(node, committing.usual.find) as unknown[];
          return found.length > 0;
        },
      }));
    },

    commandAt(partition, command, key, ...args) {
      const words = [command, prefixes[partition] + key, ...args];
      const deadlineMs = performance.now() + timeoutMs;
      return onMaster(nodes, partition, deadlineMs, (node) => sendTo(node, words));
    },

    isReady: (partition) => partitions[partition].ready,

    get ready() {
      return partitions.every((each) => each.ready);
    },

    get queueLength() {
      return partitions.reduce((sum, each) => sum + each.queueLength, 0);
    },

    close: () => nodes.close(),
  };
  return store;
}
