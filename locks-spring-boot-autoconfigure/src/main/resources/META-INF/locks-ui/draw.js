// Pictures: sparklines, the timeline of one resource, and who waits for whom.

const SVG = 'http://www.w3.org/2000/svg';

export function svg(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export function sparkline() {
  const area = svg('polygon'), line = svg('polyline');
  const root = svg('svg', { class: 'spark', viewBox: '0 0 120 24', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, area, line);
  let drawn = '';
  return {
    root,
    update(values, slots) {
      const most = Math.max(4, ...values);
      const step = 120 / (slots - 1);
      const start = 120 - step * (values.length - 1);
      const points = values.map((value, i) => `${(start + i * step).toFixed(1)},${(22.5 - 20 * value / most).toFixed(1)}`).join(' ');
      if (points === drawn) return;
      drawn = points;
      line.setAttribute('points', points);
      area.setAttribute('points', `${start.toFixed(1)},24 ${points} 120,24`);
    }
  };
}

// Remembers the holds and waits of one resource that operations and status tell of.
export class Spans {
  constructor() {
    this.spans = new Map();
    this.name = null;
  }

  take(name, operations, status, now) {
    if (name !== this.name) {
      this.name = name;
      this.spans.clear();
    }
    for (const span of this.spans.values()) if (span.open) this.spans.delete(span.key);
    const granted = new Map();
    for (const operation of operations) {
      const time = Date.parse(operation.time), key = `${operation.lock} ${operation.owner}`;
      if (operation.operation === 'ACQUIRED') {
        granted.set(key, time);
        if (operation.waitTimeMs >= 0.05) this.add({ what: 'wait', lock: operation.lock, owner: operation.owner, from: time - operation.waitTimeMs, to: time });
      } else if (operation.operation === 'RELEASED' || operation.operation === 'LOST') {
        if (granted.has(key)) this.add({ what: 'hold', lock: operation.lock, owner: operation.owner, from: granted.get(key), to: time });
        granted.delete(key);
      } else {
        this.add({ what: 'failed', lock: operation.lock, owner: operation.owner, from: time - operation.waitTimeMs, to: time });
      }
    }
    for (const [lock, owners] of Object.entries(status)) {
      for (const one of owners.holders) this.add({ what: 'hold', lock, owner: one.owner, from: now - one.heldMs, to: now, open: true });
      for (const one of owners.waiters) this.add({ what: 'wait', lock, owner: one.owner, from: now - one.waitedMs, to: now, open: true });
    }
    const all = [...this.spans.values()].sort((a, b) => b.to - a.to);
    for (const span of all.slice(600)) this.spans.delete(span.key);
  }

  add(span) {
    span.key = `${span.what} ${span.lock} ${span.owner} ${Math.round(span.from)} ${span.open ? 'open' : ''}`;
    this.spans.set(span.key, span);
  }

  // The newest spans, and a stretch of time in which they can be told apart.
  recent(now) {
    const all = [...this.spans.values()].sort((a, b) => b.to - a.to).slice(0, 160);
    const lengths = all.map((span) => span.to - span.from).sort((a, b) => a - b);
    const typical = lengths.length ? lengths[Math.floor(lengths.length * 0.8)] : 0;
    const seconds = [1, 2, 4, 12, 60].find((length) => typical * 3 <= length * 1000) || 300;
    return { seconds, spans: all.filter((span) => span.to > now - seconds * 1000) };
  }
}

const LANES = 10;

export function timeline(canvas, spans, now, colours) {
  const { seconds, spans: shown } = spans.recent(now);
  const lanes = new Map();
  for (const span of shown) if (!lanes.has(span.owner) && lanes.size < LANES) lanes.set(span.owner, 0);
  [...lanes.keys()].sort().forEach((owner, i) => lanes.set(owner, i));
  const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width) return seconds;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const g = canvas.getContext('2d');
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, width, height);
  const left = Math.min(150, width * 0.3), right = width - 8, bottom = height - 18;
  const x = (time) => right - (now - time) / (seconds * 1000) * (right - left);
  const lane = (bottom - 6) / LANES;
  g.font = '11px system-ui, "DejaVu Sans", sans-serif';
  g.textBaseline = 'middle';
  g.fillStyle = colours.muted;
  for (let i = 0; i <= 4; i++) {
    const at = left + i * (right - left) / 4;
    g.fillRect(at, 6, i === 4 ? 1 : 0.35, bottom - 6);
    g.textAlign = i === 4 ? 'right' : 'center';
    g.fillText(i === 4 ? 'now' : `−${seconds * (4 - i) / 4} s`, at, height - 8);
  }
  g.textAlign = 'left';
  for (const [owner, i] of lanes) g.fillText(shorten(owner, Math.floor((left - 14) / 6.2)), 8, 6 + (i + 0.5) * lane);
  const fill = (span) => span.what === 'failed' ? colours.failed : span.what === 'wait' ? colours.wait : span.lock === 'read' ? colours.read : colours.hold;
  for (const span of [...shown].reverse()) {
    if (!lanes.has(span.owner)) continue;
    const from = Math.max(left, x(span.from)), to = Math.max(from + 1.5, x(span.to));
    const thin = span.what === 'wait';
    g.fillStyle = fill(span);
    g.fillRect(from, 6 + lanes.get(span.owner) * lane + lane * (thin ? 0.36 : 0.16), to - from, lane * (thin ? 0.28 : 0.68));
  }
  return seconds;
}

export function shorten(text, most) {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, Math.max(1, Math.ceil(most / 2) - 1)).join('')}…${characters.slice(characters.length - Math.floor(most / 2)).join('')}`;
}

function markers(id) {
  return svg('defs', {}, ...['', 'waits', 'dead'].map((kind) => svg('marker', { id: `${id}-${kind || 'held'}`, class: kind, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto-start-reverse' }, svg('path', { d: 'M0 0L8 4L0 8z' }))));
}

const NODE = { width: 148, height: 26 };

function node(kind, text, x, y, dead) {
  const group = svg('g', { class: `${kind}${dead ? ' dead' : ''}`, transform: `translate(${x - NODE.width / 2} ${y - NODE.height / 2})` },
    svg('rect', { width: NODE.width, height: NODE.height, rx: kind === 'resource' ? 13 : 5 }));
  const label = svg('text', { x: NODE.width / 2, y: 17, 'text-anchor': 'middle' }), title = svg('title');
  label.textContent = shorten(text, 21);
  title.textContent = text;
  group.append(label, title);
  return group;
}

// From the border of one node to that of another.
function edge(from, to, kind, id) {
  const cut = (a, b) => {
    const dx = b.x - a.x, dy = b.y - a.y;
    const scale = Math.min(Math.abs(dx) ? (NODE.width / 2 + 2) / Math.abs(dx) : 9, Math.abs(dy) ? (NODE.height / 2 + 2) / Math.abs(dy) : 9, 0.5);
    return { x: a.x + dx * scale, y: a.y + dy * scale };
  };
  const a = cut(from, to), b = cut(to, from);
  return svg('path', { class: `edge ${kind}`, d: `M${a.x.toFixed(1)} ${a.y.toFixed(1)}L${b.x.toFixed(1)} ${b.y.toFixed(1)}`, 'marker-end': `url(#${id}-${kind.includes('dead') ? 'dead' : kind || 'held'})` });
}

// A deadlock is a circle: each owner points to what it waits for, and that to its holder.
export function circle(participants, id) {
  const stations = participants.flatMap((one) => [{ kind: 'owner', text: one.owner }, { kind: 'resource', text: one.waitsFor }]);
  const rx = stations.length > 6 ? 170 : 118, ry = stations.length > 6 ? 150 : 78;
  const width = 2 * rx + NODE.width + 16, height = 2 * ry + NODE.height + 12;
  stations.forEach((station, i) => {
    const angle = 2 * Math.PI * i / stations.length - Math.PI;
    station.x = width / 2 + rx * Math.cos(angle);
    station.y = height / 2 + ry * Math.sin(angle);
  });
  const root = svg('svg', { class: 'net', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': `Circle of ${participants.length} owners that wait for each other` }, markers(id));
  stations.forEach((station, i) => root.append(edge(station, stations[(i + 1) % stations.length], station.kind === 'owner' ? 'waits dead' : 'dead', id)));
  for (const station of stations) root.append(node(station.kind, station.text, station.x, station.y, true));
  return root;
}

const MOST_RESOURCES = 6;
const MOST_OWNERS = 4;

// Waiting owners on the left, what they wait for in the middle, who holds it on the right; chains go on to the right.
export function waitsFor(resources, id) {
  const nodes = new Map(), edges = [];
  const add = (kind, key, text) => {
    if (!nodes.has(key)) nodes.set(key, { kind, text, key, level: 0 });
    return nodes.get(key);
  };
  for (const one of resources.filter((resource) => resource.waiting > 0).slice(0, MOST_RESOURCES)) {
    const what = add('resource', `r ${one.name}`, one.name);
    one.waiters.slice(0, MOST_OWNERS).forEach((waiter) => edges.push([add('owner', `o ${waiter.process} ${waiter.owner}`, waiter.owner), what, 'waits']));
    if (one.waiting > MOST_OWNERS) edges.push([add('owner', `m ${one.name}`, `and ${one.waiting - Math.min(MOST_OWNERS, one.waiters.length)} more`), what, 'waits']);
    one.holders.slice(0, MOST_OWNERS).forEach((holder) => edges.push([what, add('owner', `o ${holder.process} ${holder.owner}`, holder.owner), '']));
    if (one.held > MOST_OWNERS) edges.push([what, add('owner', `h ${one.name}`, `and ${one.held - Math.min(MOST_OWNERS, one.holders.length)} more`), '']);
  }
  if (!edges.length) return null;
  for (let round = 0; round < 12; round++) {
    for (const [from, to] of edges) if (to.level <= from.level && from.level < 7) to.level = from.level + 1;
  }
  const columns = [];
  for (const one of nodes.values()) (columns[one.level] ||= []).push(one);
  const rows = Math.max(...columns.map((column) => (column || []).length));
  const width = columns.length * (NODE.width + 56) - 40, height = rows * (NODE.height + 10) + 8;
  columns.forEach((column, level) => column && column.forEach((one, i) => {
    one.x = 8 + NODE.width / 2 + level * (NODE.width + 56);
    one.y = height * (i + 0.5) / column.length;
  }));
  const root = svg('svg', { class: columns.length > 3 ? 'net wide' : 'net', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': 'Owners, the resources they wait for, and who holds these' }, markers(id));
  for (const [from, to, kind] of edges) root.append(edge(from, to, kind, id));
  for (const one of nodes.values()) root.append(node(one.kind, one.text, one.x, one.y, false));
  return root;
}
