// The page: a head, perhaps a finding, the timeline with its scrubber, and the panels.

const app = document.getElementById("app");
const tip = document.getElementById("tip");

// Say what a mark is, in words.
function described(stream, lane, mark) {
  const count = `${lane.noun} ${number(mark.n + 1)} of ${number(lane.id === "reads" ? stream.reads.length : lane.id === "cuts" ? lane.marks.length : stream.events.length)}`;
  const range = `bytes ${number(mark.start)} to ${number(mark.stop)} (${number(mark.stop - mark.start)})`;
  const time = stream.timed ? `, ${duration(mark.at)}` : "";
  const kind = mark.kind ? `, ${mark.kind}` : "";
  const added = mark.text ? `, adds ${JSON.stringify(mark.text.slice(0, 60))}` : "";
  return `${count}${kind}, ${range}${time}${added}`;
}

function showTip(stream, lane, mark, track, x) {
  tip.replaceChildren(
    el("p", { class: "what" }, described(stream, lane, mark)),
    el("pre", {}, excerptOf(stream, mark.start, mark.stop)),
  );
  tip.hidden = false;
  const width = Math.min(460, window.innerWidth - 24);
  tip.style.maxWidth = `${width}px`;
  const box = tip.getBoundingClientRect();
  const left = clamp(track.left + x - box.width / 2, 8, window.innerWidth - box.width - 8);
  const below = track.bottom + 10;
  const top = below + box.height > window.innerHeight ? track.top - box.height - 10 : below;
  tip.style.left = `${left}px`;
  tip.style.top = `${top}px`;
}

function hideTip() {
  tip.hidden = true;
}

function fact(value, name, extra = "") {
  return el("li", { class: extra }, el("b", {}, value), name && ` ${name}`);
}

function factsOf(stream) {
  const fault = stream.marks.find((mark) => mark.kind !== "end");
  return el(
    "ul",
    { class: "facts" },
    fact(stream.status, stream.media.split(";")[0], stream.status < 300 ? "" : "bad"),
    fact(number(stream.size), "bytes"),
    fact(number(stream.reads.length), stream.reads.length === 1 ? "read" : "reads"),
    fact(number(stream.events.length), stream.events.length === 1 ? "event" : "events"),
    stream.timed ? fact(duration(stream.duration), "") : fact("no times", ""),
    stream.until < stream.size ? fact(stream.end, "when recorded") : fact(stream.end, "", stream.end === "complete" ? "good" : "bad"),
    fault && fact(fault.label, "", "bad"),
    stream.recorded && el("li", {}, `recorded on ${stream.recorded}`),
  );
}

function findingOf(finding, title) {
  return el(
    "section",
    { class: "card finding", "aria-label": "what failed" },
    el("p", { class: "test" }, el("span", { class: "badge" }, "failed"), finding.test !== title && el("b", {}, finding.test)),
    el("pre", { class: "error" }, finding.error),
    finding.report.length > 0 && el("details", {}, el("summary", {}, "What the sweep found"), el("pre", {}, finding.report.join("\n"))),
    finding.reproduce && el("p", { class: "again" }, "Reproduce: ", el("code", { tabindex: 0 }, finding.reproduce)),
  );
}

// A cut, shown as the terminal shows it: the bytes around it, and what it goes through.
function excerptCard(stream) {
  if (!stream.excerpts.length) return null;
  const shown = stream.excerpts.map(({ offset, what, where }) =>
    el(
      "div",
      { class: "excerpt" },
      el("p", { class: "name" }, el("b", {}, `cut at byte ${number(offset)}`), ` ${what}${where}`),
      el("pre", {}, around(stream, offset)),
    ),
  );
  const hidden = stream.cuts.length - stream.excerpts.length;
  return el("section", { class: "card excerpts", "aria-label": "cuts" }, shown, hidden > 0 && el("p", { class: "more" }, `and ${plural(hidden, "more cut")}`));
}

const BEFORE = 56;
const BEHIND = 40;

// The bytes around a cut, with a bar in its place.
function around(stream, offset) {
  const isEdge = (at) => at === offset;
  const text = (start, stop) => {
    let found = "";
    for (const [, shown] of pieces(stream.body, start, stop, isEdge)) found += shown;
    return found;
  };
  const [from, to] = [Math.max(0, offset - BEFORE), Math.min(stream.size, offset + BEHIND)];
  const bar = el("span", { class: "bar cut", role: "img", "aria-label": "cut", "data-offset": offset });
  return [from > 0 && "… ", text(from, offset), bar, text(offset, to), to < stream.size && " …"];
}

class View {
  constructor(stream) {
    this.stream = stream;
    this.pending = null;
    this.bytes = new BytesPanel(stream);
    this.text = new TextPanel(stream);
    this.snapshot = stream.changes.length ? new SnapshotPanel(stream) : null;
    this.timeline = new Timeline(stream, {
      select: (lane, mark) => this.choose(lane, mark),
      scrub: (place) => { this.player.pause(); this.player.seek(place); },
    });
    this.player = new Player(stream, (offset, events) => this.moved(offset, events));
    this.element = el(
      "div",
      { class: "view" },
      factsOf(stream),
      excerptCard(stream),
      el(
        "section",
        { class: "card timeline", "aria-label": "timeline" },
        el("div", { class: "bar-top" }, el("h2", {}, "Timeline"), this.legend(), this.tools()),
        this.timeline.element,
        this.player.element,
      ),
      el(
        "div",
        { class: "panels" },
        this.bytes.element,
        el("div", { class: "column" }, stream.texts.length > 0 && this.text.element, this.snapshot?.element),
      ),
    );
  }

  legend() {
    const words = [];
    if (this.stream.cuts.length) words.push(el("span", { class: "key is-cut" }, "cut"));
    if (this.stream.until < this.stream.size) words.push(el("span", { class: "key is-never" }, "never came"));
    return el("span", { class: "legend" }, words);
  }

  tools() {
    const axis = (name) =>
      el("label", {}, el("input", {
        type: "radio", name: `axis${this.stream.number}`, value: name, checked: this.timeline.axis === name,
        disabled: name === "time" && !this.stream.timed,
        onchange: () => this.timeline.setAxis(name),
      }), el("span", {}, name));
    const button = (text, label, onclick) => el("button", { type: "button", title: label, "aria-label": label, onclick }, text);
    return el(
      "div",
      { class: "tools" },
      this.stream.cuts.length > 0 && button(this.stream.cuts.length > 1 ? "next cut" : "to the cut", "show the cut", () => this.nextCut()),
      el("span", { class: "axes", role: "radiogroup", "aria-label": "axis" }, axis("time"), axis("bytes")),
      button("−", "zoom out", () => this.timeline.zoom(2)),
      button("+", "zoom in", () => this.timeline.zoom(0.5)),
      button("all", "show all", () => this.timeline.show(...this.timeline.extent())),
    );
  }

  choose(lane, mark) {
    this.chosen = { heading: described(this.stream, lane, mark), start: mark.start, stop: mark.stop };
    this.player.pause();
    this.player.reach(mark.stop);
  }

  moved(offset, events) {
    this.timeline.move(offset);
    this.offset = offset;
    this.events = events;
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => this.panels());
  }

  // Panels are drawn once a frame, however fast the scrubber moves.
  panels() {
    this.pending = null;
    if (this.stream.texts.length) this.text.show(this.events);
    this.snapshot?.show(this.events);
    const { heading, start, stop, focus } = this.chosen || this.newest();
    this.bytes.show(heading, start, stop, this.offset, focus);
    this.chosen = null;
  }

  // What the stream has brought last.
  newest() {
    const read = this.stream.readAt(Math.max(0, this.offset - 1));
    const event = this.stream.events[this.events - 1];
    const start = event && event.stop === this.offset ? event.start : read ? read.start : 0;
    const what = event && event.stop === this.offset ? `event ${number(event.n + 1)}, ${event.kind}` : read ? `read ${number(read.n + 1)}` : "nothing yet";
    return { heading: `${what}: bytes ${number(start)} to ${number(this.offset)}`, start, stop: this.offset };
  }

  open() {
    this.timeline.outline();
    this.timeline.place();
    this.cut = undefined;
    if (this.stream.cuts.length) this.nextCut();
    else this.player.go(this.player.moments.length - 1);
  }

  // Go to the cut behind the one that was gone to, in turn.
  nextCut() {
    const { cuts } = this.stream;
    this.toCut(cuts[after(cuts, this.cut ?? -1)] ?? cuts[0]);
  }

  // Show a cut at its place in the bytes, and the stream as it was there.
  toCut(cut) {
    this.cut = cut;
    const event = this.stream.overlapping(Math.max(0, cut - 1), cut + 1)[0];
    const margin = Math.max(60, event ? event.stop - event.start : 0);
    this.element.querySelector(`input[value=bytes]`).checked = true;
    this.timeline.setAxis("bytes");
    this.timeline.show(cut - margin, cut + margin);
    const excerpt = this.stream.excerpts.find((each) => each.offset === cut);
    const what = excerpt ? `, ${excerpt.what}${excerpt.where}` : "";
    this.chosen = { heading: `cut at byte ${number(cut)}${what}`, start: cut, stop: cut, focus: cut };
    this.player.pause();
    this.player.reach(cut);
  }
}

async function main() {
  const began = performance.now();
  const data = JSON.parse(document.getElementById("streamtape-data").textContent);
  const streams = await Promise.all(data.pictures.map((picture) => Stream.of(picture)));
  const place = el("main", {});
  const shown = new Map();
  const show = (number) => {
    shown.get(current)?.player.pause();
    current = number;
    if (!shown.has(number)) shown.set(number, new View(streams[number]));
    place.replaceChildren(shown.get(number).element);
    hideTip();
    shown.get(number).open();
  };
  let current = data.shown;
  const choice = streams.length > 1 && el(
    "label",
    { class: "streams" },
    "stream ",
    el("select", { onchange: (event) => show(+event.target.value) },
      streams.map((stream, n) => el("option", { value: n, selected: n === data.shown }, `${n + 1} of ${streams.length}: ${stream.request}`))),
  );
  app.replaceChildren(
    el("header", {}, el("p", { class: "brand" }, "streamtape"), el("h1", {}, data.title), data.source && data.source !== data.title && el("p", { class: "source" }, data.source)),
    data.finding ? findingOf(data.finding, data.title) : "",
    el("p", { class: "request" }, choice || el("code", {}, streams.length ? streams[0].request : "")),
    place,
  );
  if (streams.length) show(data.shown);
  else place.append(el("p", { class: "none" }, "There is no stream in this cassette."));
  window.addEventListener("resize", () => shown.get(current)?.timeline.place());
  // For whoever measures: the layout is done when this is read.
  document.documentElement.dataset.drawn = (performance.now() - began + 0 * app.offsetHeight).toFixed(1);
}

main().catch((error) => {
  app.replaceChildren(el("p", { class: "card finding" }, `This page could not be drawn: ${error.message}`));
  throw error;
});
