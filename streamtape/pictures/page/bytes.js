// Bytes as text in which nothing hides: what is no printable character stands as an escape, and the
// ends of reads and the cuts of a split are bars.

const SHOWN = 1500; // bytes around what is chosen
const MOST = 6000; // bytes at most
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;
const NAMED = { 9: "\\t", 10: "↵", 13: "␍" };

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// How long the character at `at` is, or 0 where none begins.
function characterSize(body, at, stop) {
  const first = body[at];
  const size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (!size || at + size > stop) return 0;
  for (let n = 1; n < size; n++) if ((body[at + n] & 0xc0) !== 0x80) return 0;
  return size;
}

// Yield the bytes from `start` to `stop` as pieces [offset, text, whether it is an escape]; no piece
// goes over an edge.
function* pieces(body, start, stop, isEdge) {
  for (let at = start; at < stop; ) {
    const size = wholeCharacter(body, at, stop, isEdge);
    if (!size) {
      yield [at, `\\x${body[at].toString(16).padStart(2, "0")}`, true];
      at += 1;
      continue;
    }
    const text = utf8.decode(body.subarray(at, at + size));
    if (NAMED[body[at]]) yield [at, NAMED[body[at]], true, body[at] === 10];
    else if (UNPRINTABLE.test(text)) yield [at, `\\u{${text.codePointAt(0).toString(16)}}`, true];
    else yield [at, text, false];
    at += size;
  }
}

function wholeCharacter(body, at, stop, isEdge) {
  const size = characterSize(body, at, stop);
  for (let n = 1; n < size; n++) if (isEdge(at + n)) return 0;
  try {
    if (size > 1) utf8.decode(body.subarray(at, at + size));
  } catch {
    return 0; // a surrogate, or an overlong form
  }
  return size;
}

// The beginning of some bytes, for a tip.
function excerptOf(stream, start, stop, most = 240) {
  let text = "";
  for (const [, each] of pieces(stream.body, start, Math.min(stop, start + most), () => false)) text += each;
  return stop - start > most ? `${text}…` : text;
}

class BytesPanel {
  constructor(stream) {
    this.stream = stream;
    this.reads = new Set(stream.reads.map((read) => read.stop));
    this.cuts = new Set(stream.cuts);
    this.heading = el("p", { class: "where" });
    this.text = el("div", { class: "bytes", tabindex: 0, role: "region", "aria-label": "bytes" });
    this.element = el("section", { class: "card panel" }, el("h2", {}, "Bytes"), this.heading, this.text);
  }

  // Show bytes, with what is around them; `offset` is how far the stream has come, `focus` the cut
  // that is to be in the middle.
  show(heading, start, stop, offset, focus = null) {
    const { size, until } = this.stream;
    const middle = stop - start > MOST ? [start, start + MOST] : [start, stop];
    let [from, to] = [Math.max(0, middle[0] - SHOWN), Math.min(size, middle[1] + SHOWN)];
    const events = this.stream.overlapping(from, to);
    if (events.length) {
      if (from - events[0].start < SHOWN) from = Math.min(from, events[0].start);
      const last = events[events.length - 1];
      if (last.stop - to < SHOWN) to = Math.max(to, last.stop);
    }
    this.heading.textContent = heading;
    this.text.replaceChildren();
    if (from > 0) this.text.append(el("p", { class: "more" }, `${number(from)} bytes before`));
    for (const [first, last, event] of this.parts(from, to, events)) {
      this.text.append(this.part(first, last, event, { start, stop, offset, until }));
    }
    if (to < size) this.text.append(el("p", { class: "more" }, `${number(size - to)} bytes behind`));
    const bar = focus == null ? null : this.text.querySelector(`[data-offset="${focus}"]`);
    reveal(this.text, bar || this.text.querySelector(".chosen"));
  }

  // The stretches from `from` to `to`: events, and what stands between them.
  *parts(from, to, events) {
    let at = from;
    for (const event of events) {
      if (event.start > at) yield [at, event.start, null];
      const first = Math.max(at, event.start);
      const last = Math.min(to, event.stop);
      if (last > first) yield [first, last, event];
      at = Math.max(at, last);
    }
    if (at < to) yield [at, to, null];
  }

  part(first, last, event, state) {
    const name = event ? `${event.n + 1} ${event.kind}` : "no event";
    const pre = el("pre", {});
    let run = null;
    let text = "";
    let names = "";
    const flush = () => {
      if (text) run.append(text);
      text = "";
    };
    const isEdge = (offset) => this.reads.has(offset) || this.cuts.has(offset) || offset === state.start || offset === state.stop;
    for (const [at, shown, escaped, ends] of pieces(this.stream.body, first, last, isEdge)) {
      if (at && (this.reads.has(at) || this.cuts.has(at))) {
        flush();
        names = "";
        pre.append(this.bar(at));
      }
      const classes = this.classes(at, escaped, state);
      if (classes !== names || !run) {
        flush();
        names = classes;
        run = el("span", { class: classes });
        pre.append(run);
      }
      text += ends ? `${shown}\n` : shown;
    }
    flush();
    const family = event ? event.family : "other";
    const where = el("span", { class: "range" }, `${number(first)}–${number(last)}`);
    return el("div", { class: `stretch ${family}` }, el("p", { class: "name" }, el("b", {}, name), where), pre);
  }

  classes(at, escaped, { start, stop, offset, until }) {
    const classes = [escaped ? "escape" : "plain"];
    if (at >= start && at < stop) classes.push("chosen");
    if (at >= until) classes.push("lost");
    else if (at >= offset) classes.push("later");
    return classes.join(" ");
  }

  bar(at) {
    const cut = this.cuts.has(at);
    const label = cut ? `cut at byte ${number(at)}` : `a read ends at byte ${number(at)}`;
    return el("span", { class: cut ? "bar cut" : "bar", title: label, "data-offset": at, role: "img", "aria-label": label });
  }
}
