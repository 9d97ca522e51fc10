// From the columns that `_data.py` writes to one stream: bytes, reads, events, texts, snapshots.
// Offsets are bytes, times are microseconds since the request.

const MOST_CUTS = 5000; // that the scrubber stops at

function sums(differences, before = 0) {
  return differences.map((difference) => (before += difference));
}

async function inflated(text) {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function readsOf(columns, head) {
  const stops = sums(columns.sizes);
  const times = sums(columns.gaps, head);
  return stops.map((stop, n) => ({ n, start: stop - columns.sizes[n], stop, at: times[n] }));
}

function eventsOf(columns) {
  const starts = sums(columns.start);
  const began = sums(columns.began);
  return starts.map((start, n) => ({
    n,
    type: columns.types[columns.type[n]],
    kind: columns.kinds[columns.kind[n]],
    family: columns.families[columns.kind[n]],
    start,
    stop: start + columns.size[n],
    began: began[n],
    at: began[n] + columns.took[n],
    adds: null,
    text: "",
  }));
}

class Stream {
  static async of(data) {
    const stream = Object.assign(new Stream(), data);
    stream.body = await inflated(data.body);
    stream.size = stream.body.length;
    stream.reads = readsOf(data.reads, data.head);
    stream.events = eventsOf(data.events);
    stream.cuts = sums(data.cuts);
    for (const [event, text, added] of data.adds) {
      Object.assign(stream.events[event], { adds: text, text: added });
    }
    stream.marks = data.marks.map(([kind, offset, at, label]) => ({ kind, offset, at, label }));
    stream.moments = stream.momentsOf();
    stream.timed = stream.duration > stream.head || stream.reads.some((read) => read.at !== stream.head);
    return stream;
  }

  // Every place at which something is new to a client: the end of a read, or of an event; a cut.
  momentsOf() {
    const offsets = new Set([0, ...this.cuts.slice(0, MOST_CUTS)]);
    for (const each of [...this.reads, ...this.events]) {
      if (each.stop <= this.until) offsets.add(each.stop);
    }
    offsets.add(this.until);
    return [...offsets].sort((a, b) => a - b).map((offset) => ({ offset, at: this.arrival(offset - 1) }));
  }

  // When the byte at `offset` came.
  arrival(offset) {
    if (offset < 0 || !this.reads.length) return this.head;
    const index = after(this.reads, offset, (read) => read.stop);
    return this.reads[Math.min(index, this.reads.length - 1)].at;
  }

  // How many events a client has that has taken the bytes up to `offset`.
  eventsBy(offset) {
    return after(this.events, offset, (event) => event.stop);
  }

  readsBy(offset) {
    return after(this.reads, offset, (read) => read.stop);
  }

  // The read that brought the byte at `offset`, or undefined.
  readAt(offset) {
    return this.reads[after(this.reads, offset, (read) => read.stop)];
  }

  overlapping(start, stop) {
    const found = [];
    for (let n = after(this.events, start, (event) => event.stop); n < this.events.length; n++) {
      if (this.events[n].start >= stop) break;
      found.push(this.events[n]);
    }
    return found;
  }
}

// The snapshot of the message after any number of events: forwards from where it is, or from the
// beginning again.
class Snapshot {
  constructor(stream) {
    this.stream = stream;
    this.reset();
  }

  reset() {
    this.next = 0;
    this.message = null;
    this.changed = new Set();
  }

  // Take the first `events` events; `changed` then holds the paths that the last of them touched.
  seek(events) {
    const { changes } = this.stream;
    if (this.next && changes[this.next - 1][0] >= events) this.reset();
    this.changed = new Set();
    while (this.next < changes.length && changes[this.next][0] < events) {
      const [event, path, how, value] = changes[this.next++];
      this.apply(this.stream.paths[path], how, how === 2 ? this.stream.events[event].text : value);
      if (event === events - 1) this.changed.add(JSON.stringify(this.stream.paths[path]));
    }
    return this.message;
  }

  apply(path, how, value) {
    const copy = how ? value : structuredClone(value);
    if (!path.length) {
      this.message = copy;
      return;
    }
    let holder = this.message;
    for (const key of path.slice(0, -1)) holder = holder[key];
    const last = path[path.length - 1];
    // `__proto__` is a name like any other in JSON.
    const there = Object.hasOwn(holder, last) ? holder[last] : "";
    Object.defineProperty(holder, last, {
      value: how ? `${typeof there === "string" ? there : ""}${copy}` : copy,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
}
