// What is remembered from one update to the next, and what follows from it.

const UPDATES = 60;
const FADE = 0.97;
const WINDOW = 10;
const MOST_REMEMBERED = 1000;
const MOST_OWNERS = 20;

const memory = new Map();
let clock = 0;

export const KINDS = ['read', 'write', 'distributed'];

// Takes a document in. Returns its resources, hottest first where that is asked for.
export function take(document, time, sort) {
  clock++;
  const byName = new Map();
  for (const one of document.statistics) byName.set(one.resourceName, resource(one.resourceName, one, null));
  for (const one of document.status) {
    const known = byName.get(one.resourceName);
    if (known) known.status = one.locks;
    else byName.set(one.resourceName, resource(one.resourceName, null, one.locks));
  }
  const resources = [...byName.values()];
  for (const one of resources) remember(one, time);
  forget();
  if (sort === 'heat') resources.sort((a, b) => b.heat - a.heat || (a.name < b.name ? -1 : 1));
  return resources;
}

function resource(name, statistics, status) {
  return { name, locks: statistics ? statistics.locks : {}, operations: statistics ? statistics.recentOperations : [], status: status || {} };
}

function remember(one, time) {
  one.holders = owners(one, 'holders');
  one.waiters = owners(one, 'waiters');
  one.held = one.holders.length;
  one.waiting = one.waiters.length;
  let held = 0, waiting = 0;
  one.totals = { acquisitions: 0, timeouts: 0, wait: 0, hold: 0 };
  one.waitP99 = null;
  one.holdP99 = null;
  for (const kind of KINDS) {
    const lock = one.locks[kind];
    if (!lock) continue;
    held += lock.currentHolders;
    waiting += lock.currentWaiters;
    one.totals.acquisitions += lock.totalAcquisitions;
    one.totals.timeouts += lock.totalTimeouts;
    one.totals.wait += lock.totalWaitTimeMs || 0;
    one.totals.hold += lock.totalHoldTimeMs || 0;
    one.waitP99 = worst(one.waitP99, lock.waitPercentilesMs, lock.maxWaitTimeMs, lock.totalAcquisitions);
    one.holdP99 = worst(one.holdP99, lock.holdPercentilesMs, lock.maxHoldTimeMs, lock.totalReleases);
  }
  one.held = all(one.held, held, one.holders);
  one.waiting = all(one.waiting, waiting, one.waiters);
  let past = memory.get(one.name);
  if (!past) memory.set(one.name, past = { waiting: [], samples: [], heat: 0, reasons: new Map(), weight: 0 });
  past.seen = clock;
  push(past.waiting, one.waiting, UPDATES);
  const before = past.samples[past.samples.length - 1];
  if (before && before.acquisitions > one.totals.acquisitions) past.samples = [];
  push(past.samples, { time, held: one.held, acquisitions: one.totals.acquisitions, hold: one.totals.hold }, WINDOW + 1);
  one.rate = rate(past.samples);
  one.use = use(past.samples, one.holders);
  past.heat = before ? past.heat * 0.85 + 0.15 * score(one) : score(one);
  one.heat = past.heat;
  one.history = past.waiting;
  notice(past, one);
  one.reason = reason(past);
}

// A document has only the first owners; the statistics count those of this process, at another moment.
export function all(shown, counted, list) {
  const cut = KINDS.some((kind) => list.filter((owner) => owner.kind === kind).length >= MOST_OWNERS);
  return cut ? Math.max(shown, counted) : shown;
}

const score = (one) => 3 * one.waiting + 2 * one.use + Math.min(1, one.held) + Math.log10(1 + one.rate) / 4;

function owners(one, part) {
  const all = [];
  for (const kind of KINDS) {
    const lock = one.status[kind];
    if (lock) for (const owner of lock[part]) all.push({ kind, ...owner });
  }
  return all;
}

function worst(known, percentiles, max, number) {
  if (!number) return known;
  const value = percentiles ? { ms: percentiles.p99, exact: true } : { ms: max, exact: false };
  return known && known.ms >= value.ms ? known : value;
}

function rate(samples) {
  const first = samples[0], last = samples[samples.length - 1];
  return last.time > first.time ? 1000 * (last.acquisitions - first.acquisitions) / (last.time - first.time) : 0;
}

// Which share of the last seconds somebody held it: ended holds, and those that go on.
function use(samples, holders) {
  const first = samples[0], last = samples[samples.length - 1];
  const span = last.time - first.time;
  if (span <= 0) return last.held > 0 ? 1 : 0;
  let held = last.hold - first.hold;
  for (const holder of holders) held += Math.min(holder.heldMs, span);
  return Math.min(1, held / span);
}

// Each waiter that is seen counts for why it waits; long ago counts less.
function notice(past, one) {
  past.weight *= FADE;
  for (const [key, weight] of past.reasons) past.reasons.set(key, weight * FADE);
  const holds = new Set(one.holders.map((holder) => holder.kind));
  for (const waiter of one.waiters) {
    const key = whyWaits(waiter.kind, holds);
    if (key) {
      past.reasons.set(key, (past.reasons.get(key) || 0) + 1);
      past.weight++;
    }
  }
}

function whyWaits(kind, holds) {
  if (kind === 'distributed') return holds.has('distributed') ? 'one at a time' : null;
  if (kind === 'write') return holds.has('read') ? 'writers behind readers' : holds.has('write') ? 'writers behind writers' : null;
  return holds.has('write') ? 'readers behind writers' : holds.has('read') ? 'readers behind a waiting writer' : null;
}

function reason(past) {
  let best = null;
  for (const [key, weight] of past.reasons) if (!best || weight > best.weight) best = { key, weight };
  return best && past.weight >= 12 ? { key: best.key, share: best.weight / past.weight } : null;
}

const REMEDY = {
  'writers behind readers': 'Shorter reads let writers in sooner.',
  'writers behind writers': 'Lock less at a time, such as one name for each key, or write faster.',
  'readers behind writers': 'Shorter writes let readers in sooner.',
  'readers behind a waiting writer': 'Readers keep their place behind a writer; shorter reads let it in sooner.',
  'one at a time': 'Do less while it is held, or lock less at a time, such as one name for each key.'
};

// A sentence about a resource where the numbers speak.
export function hint(one) {
  const found = one.reason;
  if (!found || found.share < 0.6) return null;
  if (found.key !== 'one at a time') return `${Math.round(100 * found.share)} % of the waiting on ${one.name} is ${found.key}. ${REMEDY[found.key]}`;
  return one.use >= 0.5 ? `${one.name} is in use ${Math.round(100 * one.use)} % of the time, by one owner after the other. ${REMEDY[found.key]}` : null;
}

// Who holds it, who waits and why, in plain words.
export function sentence(one) {
  const parts = [];
  const holder = one.holders[0];
  if (holder) {
    const more = one.held - 1;
    const verb = holder.kind === 'read' ? 'Read by ' : 'Held by ';
    parts.push(`${verb}${holder.owner}${more > 0 ? ` and ${more} more` : ''}${holder.method ? ` in ${holder.method}` : ''} (process ${holder.process}) for ${duration(holder.heldMs)}.`);
  } else if (one.waiting) {
    const last = one.operations.filter((operation) => operation.operation === 'ACQUIRED').pop();
    parts.push(last ? `Passing on; last held by ${last.owner}${last.method ? ` in ${last.method}` : ''}.` : 'Passing from one holder to the next at this moment.');
  } else {
    parts.push('Free now.');
  }
  if (one.waiting) {
    const first = one.waiters.reduce((a, b) => (!a || b.waitedMs > a.waitedMs ? b : a), null);
    parts.push(`${one.waiting === 1 ? '1 waits' : `${one.waiting} wait`}${first ? `, the longest for ${duration(first.waitedMs)}` : ''}${because(one)}.`);
  } else if (one.totals.wait > 0 && one.waitP99) {
    parts.push(`Nobody waits; ${one.waitP99.exact ? '99 of 100 waited' : 'all waited'} ${duration(one.waitP99.ms)} or less.`);
  }
  return parts.join(' ');
}

function because(one) {
  const holds = new Set(one.holders.map((holder) => holder.kind));
  const keys = new Map();
  for (const waiter of one.waiters) {
    const key = whyWaits(waiter.kind, holds);
    if (key) keys.set(key, (keys.get(key) || 0) + 1);
  }
  const key = [...keys].sort((a, b) => b[1] - a[1]).map((entry) => entry[0])[0] || (one.reason && one.reason.key);
  return key ? `, ${key === 'one at a time' ? 'because only one owner at a time may hold it' : key}` : '';
}

function push(list, value, most) {
  list.push(value);
  if (list.length > most) list.shift();
}

function forget() {
  for (const [name, past] of memory) if (clock - past.seen > UPDATES || memory.size > MOST_REMEMBERED) memory.delete(name);
}

export function duration(ms) {
  if (ms === null || ms === undefined) return '–';
  if (ms < 0.05) return '0 ms';
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3600000) return `${Math.floor(ms / 60000)} min ${Math.round(ms % 60000 / 1000)} s`;
  return `${(ms / 3600000).toFixed(1)} h`;
}

export function count(number) {
  if (number < 10000) return String(Math.round(number));
  if (number < 1e6) return `${(number / 1e3).toFixed(number < 1e5 ? 1 : 0)} k`;
  return `${(number / 1e6).toFixed(number < 1e8 ? 1 : 0)} M`;
}
