import { KINDS, all as countAll, count, duration, hint, sentence, take } from './model.js';
import { Spans, circle, sparkline, timeline, waitsFor } from './draw.js';

const UPDATE_MS = 1000;
const PATIENCE_MS = 8000;
const LIMIT = 60;
const DETAIL_LIMIT = 100;
const ROWS_OF_OWNERS = 12;
const OPERATIONS = 30;
const ENDPOINT = document.querySelector('meta[name="locks"]').content;

const at = (id) => document.getElementById(id);
const spans = new Spans();
const rows = new Map();
const state = { paused: false, following: true, chosen: null, search: '', state: '', sort: 'heat', failures: 0, timer: 0, round: 0, resources: [] };

// Text goes into the page as text only, and only where it has changed.
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function element(name, className, text) {
  const created = document.createElement(name);
  if (className) created.className = className;
  if (text !== undefined) created.textContent = text;
  return created;
}

function flag(target, name, on) {
  if (target.classList.contains(name) !== on) target.classList.toggle(name, on);
}

// Rows of a small table: cells are kept, their texts change.
function fill(body, records) {
  while (body.rows.length > records.length) body.deleteRow(-1);
  records.forEach((cells, i) => {
    const row = body.rows[i] || body.insertRow();
    cells.forEach(([text, className], j) => {
      const cell = row.cells[j] || row.insertCell();
      say(cell, text);
      if (cell.className !== (className || '')) cell.className = className || '';
    });
  });
}

function list(target, texts) {
  while (target.children.length > texts.length) target.lastElementChild.remove();
  texts.forEach((text, i) => say(target.children[i] || target.appendChild(element('li')), text));
}

// ---- asking ----

class Refused extends Error {
}

async function ask(parameters) {
  const query = new URLSearchParams(parameters);
  const response = await fetch(`${ENDPOINT}?${query}`, { headers: { Accept: 'application/json' }, cache: 'no-store', credentials: 'same-origin', signal: AbortSignal.timeout(PATIENCE_MS) });
  if (response.status === 404 && parameters.resource !== undefined) return null;
  if (!response.ok) throw new Refused(explain(response.status));
  if (response.redirected || !(response.headers.get('Content-Type') || '').includes('json')) throw new Refused('The server answered with another page: you may have to log in again. Reload this page.');
  return response.json();
}

function explain(status) {
  if (status === 401 || status === 403) return `The server refuses (${status}) to show the locks: the endpoint "locks" needs the same rights as this page.`;
  if (status === 404) return 'There is no endpoint "locks" beside this page. Expose both: management.endpoints.web.exposure.include=locks,locksui';
  return `The server answered ${status} to a request for the locks. Its log may say why.`;
}

async function update() {
  clearTimeout(state.timer);
  if (state.paused || document.hidden) return;
  const round = ++state.round;
  try {
    const parameters = { limit: LIMIT, sort: state.sort };
    if (state.state) parameters.state = state.state;
    if (state.search) parameters.search = state.search;
    const wanted = state.chosen;
    const [all, one] = await Promise.all([ask(parameters), wanted === null ? null : ask({ resource: wanted, limit: DETAIL_LIMIT })]);
    if (round !== state.round) return;
    state.failures = 0;
    problem(null);
    status('live', 'Live');
    show(all, wanted, one);
  } catch (failure) {
    if (round !== state.round) return;
    state.failures++;
    if (failure instanceof Refused) {
      status('error', 'Error');
      problem(failure.message);
    } else {
      status('disconnected', 'Disconnected');
      problem(state.resources.length ? 'The server does not answer. What you see is from before; this page goes on trying.' : 'The server does not answer. This page goes on trying.');
    }
  }
  state.timer = setTimeout(update, UPDATE_MS * Math.min(5, 1 + state.failures));
}

function status(name, text) {
  at('status').dataset.state = name;
  say(at('status'), text);
  const stale = name === 'disconnected' || name === 'error';
  const main = document.querySelector('main');
  if (stale !== main.hasAttribute('data-stale')) main.toggleAttribute('data-stale', stale);
}

function problem(text) {
  at('problem').hidden = text === null;
  if (text !== null) say(at('problem'), text);
}

// ---- showing ----

function show(all, wanted, one) {
  const now = Date.now();
  const resources = take(all, performance.now(), state.sort);
  state.resources = resources;
  const hottest = chooseHottest(resources);
  if (state.following && hottest) choose(hottest.name, true);
  showHeadline(resources, hottest, all);
  showDeadlocks(all.deadlocks);
  showRows(resources, all.resourcesLeftOut || 0);
  const known = resources.find((resource) => resource.name === state.chosen);
  showDetail(known || null, wanted === state.chosen ? one : null, now, all.advice || []);
  if (state.round % 2) showGraph(resources);
  showOperations(resources);
}

// The first place is kept against those that are only a little hotter.
function chooseHottest(resources) {
  const first = resources.reduce((a, b) => (!a || b.heat > a.heat ? b : a), null);
  const known = resources.find((resource) => resource.name === state.hottest);
  const chosen = known && first.heat < known.heat * 1.25 + 0.3 ? known : first;
  state.hottest = chosen ? chosen.name : null;
  return chosen;
}

function showHeadline(resources, hottest, all) {
  const sum = (part) => resources.reduce((total, one) => total + part(one), 0);
  const waiting = sum((one) => one.waiting), dead = all.deadlocks.filter((one) => one.kind === 'CYCLE').length;
  say(at('sum-held'), count(sum((one) => one.held)));
  say(at('sum-waiting'), count(waiting));
  say(at('sum-rate'), count(sum((one) => one.rate)));
  say(at('sum-deadlocks'), String(dead));
  flag(at('sum-waiting').parentElement, 'warm', waiting > 0);
  flag(at('tile-deadlocks'), 'alarm', dead > 0);
  const name = at('hot-name');
  name.disabled = !hottest;
  say(name, hottest ? hottest.name : 'none yet');
  say(at('hot-text'), hottest ? sentence(hottest) : 'No lock has been taken yet.');
  list(at('hints'), hottest && hint(hottest) ? [hint(hottest)] : []);
  document.title = dead ? `Deadlock – Locks` : waiting ? `${count(waiting)} wait – Locks` : 'Locks';
}

function row(name) {
  const tr = element('tr'), button = element('button', 'name', name), spark = sparkline();
  button.type = 'button';
  button.title = name;
  button.addEventListener('click', () => { choose(name, false); update(); });
  const cell = (className, ...children) => { const td = element('td', className); td.append(...children); tr.append(td); return td; };
  cell('', button);
  cell('wide', spark.root);
  const waiting = cell('num'), held = cell('num');
  const meter = element('div', 'meter'), track = element('span', 'track'), bar = element('span', 'fill'), value = element('span', 'value');
  track.append(bar);
  meter.append(track, value);
  cell('', meter);
  const waitP99 = cell('num'), holdP99 = cell('num wide'), timeouts = cell('num wide');
  return { tr, spark, waiting, held, bar, value, waitP99, holdP99, timeouts };
}

function showRows(resources, leftOut) {
  const body = at('rows'), shown = new Set();
  resources.forEach((one, i) => {
    shown.add(one.name);
    if (!rows.has(one.name)) rows.set(one.name, row(one.name));
    const cells = rows.get(one.name);
    if (body.children[i] !== cells.tr) body.insertBefore(cells.tr, body.children[i] || null);
    cells.spark.update(one.history, 60);
    say(cells.waiting, count(one.waiting));
    flag(cells.waiting, 'warm', one.waiting > 0);
    say(cells.held, count(one.held));
    const percent = `${Math.round(100 * one.use)}%`;
    if (cells.bar.style.width !== percent) cells.bar.style.width = percent;
    say(cells.value, percent);
    times(cells.waitP99, one.waitP99);
    times(cells.holdP99, one.holdP99);
    say(cells.timeouts, count(one.totals.timeouts));
    flag(cells.timeouts, 'warm', one.totals.timeouts > 0);
    if (one.name === state.chosen) cells.tr.setAttribute('aria-current', 'true');
    else cells.tr.removeAttribute('aria-current');
  });
  for (const [name, cells] of rows) {
    if (!shown.has(name)) {
      cells.tr.remove();
      rows.delete(name);
    }
  }
  const filtered = state.search || state.state;
  if (!resources.length) say(at('count'), filtered ? 'No resource is like that now.' : 'No resource has been locked yet. As soon as one is, it appears here.');
  else say(at('count'), leftOut ? `The first ${resources.length} of ${count(resources.length + leftOut)}${filtered ? ' that match' : ''}. Search to find others.` : `${resources.length} ${resources.length === 1 ? 'resource' : 'resources'}${filtered ? ' that match' : ''}.`);
}

function times(cell, value) {
  say(cell, value ? `${value.exact ? '' : '≤ '}${duration(value.ms)}` : '–');
  const title = value && !value.exact ? 'The longest so far: there are too few for percentiles' : '';
  if (cell.title !== title) cell.title = title;
}

function choose(name, following) {
  state.chosen = name;
  state.following = following;
  at('follow').setAttribute('aria-pressed', String(following));
  for (const [known, cells] of rows) {
    if (known === name) cells.tr.setAttribute('aria-current', 'true');
    else cells.tr.removeAttribute('aria-current');
  }
}

function showDetail(known, document, now, allAdvice) {
  const nothing = state.chosen === null || (!known && !document);
  at('detail').hidden = nothing;
  at('detail-empty').hidden = !nothing;
  if (state.chosen !== null && nothing) say(at('detail-empty').firstElementChild, `“${state.chosen}” is not known any more.`);
  if (nothing) return;
  const statistics = document && document.statistics[0] || { locks: known ? known.locks : {}, recentOperations: known ? known.operations : [] };
  const locks = document ? (document.status[0] ? document.status[0].locks : {}) : known.status;
  const part = (what) => KINDS.flatMap((kind) => (locks[kind] ? locks[kind][what].map((one) => ({ kind, ...one })) : []));
  const holders = part('holders'), waiters = part('waiters').sort((a, b) => (a.kind === 'distributed') - (b.kind === 'distributed') || a.position - b.position);
  const total = (field) => KINDS.reduce((sum, kind) => sum + (statistics.locks[kind] ? statistics.locks[kind][field] : 0), 0);
  const held = countAll(holders.length, total('currentHolders'), holders), waiting = countAll(waiters.length, total('currentWaiters'), waiters);
  say(at('detail-name'), state.chosen);
  say(at('detail-text'), known ? sentence({ ...known, operations: statistics.recentOperations, holders, waiters, held, waiting }) : '');
  const hints = (document && document.advice || allAdvice.filter((one) => one.resourceName === state.chosen)).map((one) => `${one.message}.${one.setting ? ` To raise: ${one.setting}.` : ''}`);
  if (known && known.name !== state.hottest && hint(known)) hints.unshift(hint(known));
  list(at('advice'), hints);
  say(at('holders-count'), count(held));
  say(at('waiters-count'), count(waiting));
  fill(at('holders'), withRest(holders.map((one) => [[`${one.owner}${one.kind === 'read' ? ' (reads)' : ''}`, 'mono'], [one.method || '–', 'mono'], [one.process, 'quiet'], [duration(one.heldMs), 'num']]), held, 4, 'Nobody.'));
  fill(at('waiters'), withRest(waiters.map((one) => [[String(one.position), 'num quiet'], [`${one.owner} (${one.kind === 'read' ? 'to read' : one.kind === 'write' ? 'to write' : 'distributed'})`, 'mono'], [one.method || '–', 'mono'], [one.process, 'quiet'], [duration(one.waitedMs), 'num']]), waiting, 5, 'Nobody.'));
  fill(at('kinds'), KINDS.filter((kind) => statistics.locks[kind] && statistics.locks[kind].totalAcquisitions + statistics.locks[kind].totalTimeouts > 0).flatMap((kind) => {
    const lock = statistics.locks[kind];
    const numbers = (what, number, percentiles, max) => [[`${kind}: ${what}`], [count(number), 'num'], ...['p50', 'p90', 'p99'].map((p) => [percentiles ? duration(percentiles[p]) : '–', 'num']), [duration(max), 'num']];
    return [numbers('waits', lock.totalAcquisitions, lock.waitPercentilesMs, lock.maxWaitTimeMs), numbers('holds', lock.totalReleases, lock.holdPercentilesMs, lock.maxHoldTimeMs)];
  }));
  spans.take(state.chosen, statistics.recentOperations, locks, now);
  const seconds = timeline(at('timeline'), spans, now, colours());
  say(at('timeline-title'), `Holds and waits, last ${seconds} s`);
}

function withRest(records, all, columns, none) {
  const shown = records.slice(0, ROWS_OF_OWNERS);
  const rest = (text) => [[text, 'quiet'], ...Array.from({ length: columns - 1 }, () => ['', 'quiet'])];
  if (!all) return [rest(none)];
  if (columns === 5 && all > shown.length) return [...shown, [['', 'num quiet'], [`and ${count(all - shown.length)} more`, 'quiet'], ['', 'quiet'], ['', 'quiet'], ['', 'num']]];
  return all > shown.length ? [...shown, rest(`and ${count(all - shown.length)} more`)] : shown;
}

// A canvas does not know the colours of the page: they are read where the page uses them.
function colours() {
  const theme = document.documentElement.dataset.theme + matchMedia('(prefers-color-scheme: dark)').matches;
  if (state.theme !== theme) {
    state.theme = theme;
    const of = (selector) => getComputedStyle(document.querySelector(selector), '::before').backgroundColor;
    state.colours = { hold: of('.key.hold'), read: of('.key.read'), wait: of('.key.wait'), failed: of('.key.failed'), muted: getComputedStyle(document.querySelector('.timeline figcaption')).color };
  }
  return state.colours;
}

function showDeadlocks(deadlocks) {
  const key = JSON.stringify(deadlocks.map((one) => [one.kind, one.detectedAt, one.participants.map((who) => [who.owner, who.waitsFor])]));
  if (state.deadlocks === key) return;
  state.deadlocks = key;
  const cycles = deadlocks.filter((one) => one.kind === 'CYCLE'), long = deadlocks.filter((one) => one.kind !== 'CYCLE');
  at('deadlocks').hidden = !deadlocks.length;
  say(at('deadlocks-title'), cycles.length ? `${cycles.length === 1 ? 'Deadlock' : `${cycles.length} deadlocks`}: they wait for each other` : 'Suspiciously long waits');
  const parts = cycles.slice(0, 5).map((one, i) => {
    const part = element('div', 'cycle'), words = element('div'), steps = element('ol');
    for (const who of one.participants.slice(0, 12)) steps.append(element('li', '', `${who.owner} holds ${who.holds.join(', ') || 'nothing else'} and waits for ${who.waitsFor}${who.method ? ` in ${who.method}` : ''} (process ${who.process}).`));
    words.append(element('p', 'note', `Since ${new Date(one.detectedAt).toLocaleTimeString()}. It ends only when one of them gives up: take locks in the same order everywhere, or set locks.deadlock.policy to break.`), steps);
    const picture = element('div', 'graph');
    if (one.participants.length <= 6) picture.append(circle(one.participants, `cycle${i}`));
    part.append(picture, words);
    return part;
  });
  if (cycles.length > 5) parts.push(element('p', 'note', `And ${cycles.length - 5} more.`));
  for (const one of long.slice(0, 10)) {
    const who = one.participants[0];
    if (who) parts.push(element('p', 'note', `${who.owner} has waited for ${who.waitsFor} since before ${new Date(one.detectedAt).toLocaleTimeString()}, longer than locks.deadlock.threshold.`));
  }
  at('deadlock-list').replaceChildren(...parts);
}

function showGraph(resources) {
  const picture = waitsFor(resources, 'graph');
  at('graph').replaceChildren(...(picture ? [picture] : []));
  at('graph-empty').hidden = picture !== null;
}

const WORDS = { ACQUIRED: 'acquired', RELEASED: 'released', TIMEOUT: 'timed out', INTERRUPTED: 'interrupted', CANCELLED: 'cancelled', UPGRADE_REFUSED: 'upgrade refused', DEADLOCK: 'deadlock', LOST: 'lost', FAILED: 'failed' };

function showOperations(resources) {
  const all = resources.flatMap((one) => one.operations.map((operation) => ({ name: one.name, ...operation })))
    .sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0)).slice(0, OPERATIONS);
  at('operations-empty').hidden = all.length > 0;
  const body = at('operations');
  fill(body, all.map((one) => [[new Date(one.time).toLocaleTimeString([], { hour12: false }) + one.time.slice(19, 23), 'quiet'], [`${WORDS[one.operation] || one.operation} ${one.lock}`, tone(one.operation)], [one.name, 'mono'], [one.owner, 'mono'], [one.operation === 'RELEASED' ? '' : duration(one.waitTimeMs), 'num']]));
}

const tone = (operation) => (operation === 'ACQUIRED' ? 'did' : operation === 'RELEASED' ? 'quiet' : 'bad');

// ---- buttons ----

at('pause').addEventListener('click', () => {
  state.paused = !state.paused;
  state.round++;
  at('pause').setAttribute('aria-pressed', String(state.paused));
  if (state.paused) status('paused', 'Paused');
  update();
});
at('follow').addEventListener('click', () => {
  if (state.following) choose(state.chosen, false);
  else if (state.hottest) choose(state.hottest, true);
  update();
});
at('hot-name').addEventListener('click', () => {
  choose(state.hottest, false);
  at('detail-name').scrollIntoView({ block: 'nearest' });
  update();
});
let typing = 0;
at('search').addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => { state.search = at('search').value.trim(); update(); }, 200);
});
for (const id of ['state', 'sort']) at(id).addEventListener('change', () => { state[id] = at(id).value; update(); });
document.addEventListener('visibilitychange', update);

// ---- colours ----

const THEMES = { '': ['◐ Auto', 'as the system'], dark: ['● Dark', 'dark'], light: ['○ Light', 'light'] };

function theme(name) {
  if (name) document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
  say(at('theme'), THEMES[name][0]);
  at('theme').setAttribute('aria-label', `Colours: ${THEMES[name][1]}`);
  try { localStorage.setItem('locksui.theme', name); } catch { /* it is not remembered then */ }
}

at('theme').addEventListener('click', () => {
  const names = Object.keys(THEMES);
  theme(names[(names.indexOf(document.documentElement.dataset.theme || '') + 1) % names.length]);
  update();
});
try {
  const known = localStorage.getItem('locksui.theme');
  if (known in THEMES) theme(known);
} catch { /* as the system */ }

// ---- resetting, where that is allowed ----

async function findOutWhetherToReset() {
  try {
    const response = await fetch(ENDPOINT, { method: 'OPTIONS', credentials: 'same-origin' });
    at('reset').hidden = !(response.headers.get('Allow') || '').includes('DELETE');
  } catch { /* then it is not offered */ }
}

async function reset() {
  at('confirm').close();
  const headers = {}, token = document.cookie.match(/(?:^|; )XSRF-TOKEN=([^;]*)/);
  if (token) headers['X-XSRF-TOKEN'] = decodeURIComponent(token[1]);
  try {
    const response = await fetch(ENDPOINT, { method: 'DELETE', headers, credentials: 'same-origin' });
    if (!response.ok) problem(`The statistics were not reset: the server answered ${response.status}.`);
    else update();
  } catch {
    problem('The statistics were not reset: the server does not answer.');
  }
}

at('reset').addEventListener('click', () => at('confirm').showModal());
at('confirm-no').addEventListener('click', () => at('confirm').close());
at('confirm-yes').addEventListener('click', reset);

findOutWhetherToReset();
update();
