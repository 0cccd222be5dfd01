// Runs episodes against one world, audits after each, and keeps the figures for the table.
import { connectStore } from "../support/store.ts";
import { count } from "../../src/store/inventory.ts";
import { Books } from "./books.ts";
import { attempt, Ledger, LOCATIONS, startLoad, type Told } from "./clients.ts";
import { type Episode, sleep } from "./episodes.ts";
import type { Chance } from "./random.ts";
import { openWorld, type World, type WorldOptions } from "./world.ts";

export interface Figures {
  episodes: number;
  serviceKills: number;
  redisKills: number;
  /** Commands answered with 200. */
  acknowledged: number;
  /** Commands of which at least one attempt left its effect in doubt. */
  unknown: number;
  resolved: number;
  lost: number;
  /** Kills of Redis at which its own rules let it lose up to 2 s, and those at which it did. */
  killsDuringFsync: number;
  lossesDuringFsync: number;
  faults: string[];
  /** From the moment that all was mended to the first command that succeeded, in milliseconds. */
  firstSuccessMs: number[];
  /** How long each refusal for want of Redis took, in milliseconds. */
  refusedMs: number[];
}

export const noFigures = (): Figures => ({
  episodes: 0,
  serviceKills: 0,
  redisKills: 0,
  acknowledged: 0,
  unknown: 0,
  resolved: 0,
  lost: 0,
  killsDuringFsync: 0,
  lossesDuringFsync: 0,
  faults: [],
  firstSuccessMs: [],
  refusedMs: [],
});

/** What every world has. */
export interface Arena extends AsyncDisposable {
  /** Where clients go. */
  url: string;
  killsDuringFsync: number;
  /** How likely a client's hold gets one more line; 0 if not said. */
  cartShare?: number;
}

export interface Campaign<Place extends Arena = World> extends AsyncDisposable {
  world: Place;
  /** Runs one episode under load, audits, and answers what was found wrong. */
  run(episode: Episode<Place>, figures: Figures): Promise<string[]>;
  /** Set once something was lost: what clients were told does not hold any more, and a new world is needed. */
  isSpoilt: boolean;
}

export const SKUS = Array.from({ length: 12 }, (_, i) => `CHAOS${i}`);
export const UNITS = 1_000_000;
const REPEATS_CHECKED = 10;
const LEAST_DONE = 20;

export async function openCampaign(
  options: WorldOptions,
  chance: Chance,
  clients = 24,
  resolveWithinMs = 120_000,
): Promise<Campaign> {
  const world = await openWorld(options);
  await stock(world, SKUS, UNITS);
  const books = new Books();
  const audit = (ledger: Ledger) => books.audit(world.redis, ledger);
  return campaignIn(world, audit, chance, clients, resolveWithinMs);
}

/** A campaign in a world that has been stocked. */
export function campaignIn<Place extends Arena>(
  world: Place,
  audit: (ledger: Ledger) => Promise<string[]>,
  chance: Chance,
  clients = 24,
  resolveWithinMs = 120_000,
): Campaign<Place> {
  const ledger = new Ledger(resolveWithinMs);

  async function run(episode: Episode<Place>, figures: Figures): Promise<string[]> {
    const fsyncsBefore = world.killsDuringFsync;
    const [toldBefore, unknownBefore, unresolvedBefore] = [
      ledger.told.length,
      ledger.unknown,
      ledger.unresolved,
    ];
    const chances = Array.from({ length: clients }, () => chance.fork());
    const load = startLoad(() => world.url, ledger, SKUS, chances, world.cartShare);
    await sleep(chance.between(100, 400));
    const faults: string[] = [];
    try {
      await episode.run(world, chance);
      figures.firstSuccessMs.push(await firstSuccess(ledger));
      await sleep(chance.between(50, 150));
      await untilLoaded(ledger, toldBefore);
    } catch (error) {
      faults.push(`${episode.name}: ${(error as Error).message}`);
    }
    await load.finish();

    faults.push(...await audit(ledger));
    faults.push(...ledger.unexpected.splice(0).map((each) => `unexpected: ${each}`));
    const told = ledger.told.slice(toldBefore);
    for (let i = 0; i < REPEATS_CHECKED && told.length > 0; i++) {
      const { path, key, request, text } = chance.pick(told);
      const again = await attempt(world.url, ledger, path, key, request);
      if (again?.text !== text) faults.push(`repeat of ${key}: ${again?.text}, first ${text}`);
    }
    faults.push(...await audit(ledger));

    figures.episodes++;
    figures.serviceKills += episode.kills?.service ?? 0;
    figures.redisKills += episode.kills?.redis ?? 0;
    figures.acknowledged += told.filter(({ status }) => status === 200).length;
    figures.unknown += ledger.unknown - unknownBefore;
    figures.resolved += told.filter(({ wasUnknown }) => wasUnknown).length;
    const isLoss = faults.some((fault) => fault.startsWith("LOST"));
    const wasDuringFsync = world.killsDuringFsync > fsyncsBefore;
    if (wasDuringFsync) figures.killsDuringFsync++;
    campaign.isSpoilt ||= faults.length > 0;
    if (isLoss && wasDuringFsync) {
      figures.lossesDuringFsync++;
      return [];
    }
    if (isLoss) figures.lost++;
    if (ledger.unresolved > unresolvedBefore) {
      faults.push(`${ledger.unresolved - unresolvedBefore} commands were never answered`);
    }
    for (const ms of ledger.refusedMs.splice(0)) figures.refusedMs.push(ms);
    figures.faults.push(...faults);
    return faults;
  }

  const campaign: Campaign<Place> = {
    world,
    run,
    isSpoilt: false,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
  return campaign;
}

async function firstSuccess(ledger: Ledger): Promise<number> {
  const mendedAt = performance.now();
  while (ledger.lastSuccessAt <= mendedAt) {
    if (performance.now() - mendedAt > 60_000) throw new Error("no success within 60 s");
    await sleep(2);
  }
  return ledger.lastSuccessAt - mendedAt;
}

/** A busy machine needs longer for a load that an audit says something of. */
async function untilLoaded(ledger: Ledger, toldBefore: number): Promise<void> {
  const isDone = ({ status }: Told) => status === 200;
  for (let ms = 0; ledger.told.slice(toldBefore).filter(isDone).length <= LEAST_DONE; ms += 10) {
    if (ms > 60_000) throw new Error("hardly any load");
    await sleep(10);
  }
}

/** Puts units on the shelf of every location. */
export async function stock(world: World, skus: string[], units: number): Promise<void> {
  const store = await connectStore(world.socketPath);
  await Promise.all(
    skus.map((sku) =>
      count(store, { sku, onHand: LOCATIONS.map((location) => [location, units]) })
    ),
  );
  store.close();
}
