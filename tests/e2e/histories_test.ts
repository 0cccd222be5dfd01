// What concurrent clients were told of one stock line has an order in which a plain model says the same.
import assert from "node:assert/strict";
import { stock } from "../chaos/campaign.ts";
import { recordHistories, UNITS_PER_HISTORY } from "../chaos/histories.ts";
import { isLinearizable } from "../chaos/linearizable.ts";
import { chance } from "../chaos/random.ts";
import { openWorld } from "../chaos/world.ts";

Deno.test("300 concurrent histories, connections breaking meanwhile, are linearizable", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  await using world = await openWorld({ durability: "everysec" });
  const skus = Array.from({ length: 300 }, (_, i) => `LINE${i}`);
  await stock(world, skus, UNITS_PER_HISTORY);
  const histories = await recordHistories(world, skus, chance(seed));
  const unanswered = histories.flat().filter(({ answer }) => !answer).length;
  assert(unanswered > 0, "the meddling left no outcome unknown");
  for (const history of histories) {
    assert(
      isLinearizable(history, UNITS_PER_HISTORY),
      `seed ${seed}: ${JSON.stringify(history, null, 1)}`,
    );
  }
});
