// The timeline: lanes over one axis, which is time or bytes. Each lane is a slider for keyboards and
// screen readers: the arrow keys go from mark to mark.

const MOST_OUTLINES = 20000; // of one lane; above that it is drawn as one shape
const REACH = 12; // pixels from the pointer within which a mark is meant
const NARROWEST = { time: 1 / 20000, bytes: 0 };

class Timeline {
  constructor(stream, { select, scrub }) {
    this.stream = stream;
    this.select = select;
    this.scrub = scrub;
    this.axis = stream.timed && !stream.cuts.length ? "time" : "bytes";
    this.offset = 0;
    this.lanes = lanesOf(stream);
    for (const lane of this.lanes) {
      lane.scale = Math.log2(lane.marks.reduce((most, mark) => Math.max(most, mark.stop - mark.start + 1), 2));
      lane.current = 0;
    }
    this.element = this.build();
    this.view = this.extent();
  }

  extent() {
    if (this.axis === "bytes") return [0, Math.max(1, this.stream.size)];
    const last = Math.max(this.stream.duration, this.stream.head + 1);
    return [0, last * 1.01];
  }

  build() {
    this.ruler = svg("svg", { class: "ruler", "aria-hidden": "true" });
    this.overlay = el("div", { class: "overlay", "aria-hidden": "true" });
    this.future = el("div", { class: "future" });
    this.never = el("div", { class: "never" });
    this.playhead = el("div", { class: "playhead" });
    this.ring = el("div", { class: "ring", hidden: true });
    const flagged = this.stream.marks.map((mark) => ({ ...mark, element: flagOf(mark, this.stream) }));
    const cuts = this.stream.cuts.slice(0, 200).map((offset, n) => ({
      kind: "cut",
      offset,
      at: this.stream.arrival(offset),
      element: el("div", { class: "flag cut", "data-offset": offset }, n < 3 && el("span", {}, `cut at ${number(offset)}`)),
    }));
    const head = { kind: "head", offset: 0, at: this.stream.head, element: el("div", { class: "flag head" }, el("span", {}, "head")) };
    this.flags = [...flagged, ...cuts, ...(this.stream.timed && this.stream.head ? [head] : [])];
    this.overlay.append(this.never, this.future, ...this.flags.map((flag) => flag.element), this.playhead, this.ring);
    const rows = this.lanes.map((lane) => this.row(lane));
    this.body = el("div", { class: "lanes" }, el("div", { class: "row head" }, el("span"), this.ruler, el("span")), rows, this.overlay);
    this.drag(this.ruler);
    return this.body;
  }

  row(lane) {
    lane.group = svg("g", { class: "marks" });
    lane.track = svg("svg", { class: "track", height: lane.height, "aria-hidden": "true" }, lane.group);
    const count = number(lane.id === "text" ? lane.length : lane.marks.length);
    lane.row = el(
      "div",
      {
        class: `row lane of-${lane.id} ${lane.family || ""}`,
        role: "slider",
        tabindex: lane.marks.length ? 0 : -1,
        "aria-label": `${lane.label}: ${plural(lane.marks.length, lane.noun)}`,
        "aria-valuemin": 1,
        "aria-valuemax": Math.max(1, lane.marks.length),
        "aria-valuenow": 1,
        onkeydown: (event) => this.key(lane, event),
        onfocus: () => this.point(lane, lane.current, true),
        onblur: () => this.leave(),
      },
      el("span", { class: "label", title: lane.label }, lane.label),
      lane.track,
      el("span", { class: "count" }, count),
    );
    lane.track.addEventListener("pointermove", (event) => this.hover(lane, event));
    lane.track.addEventListener("pointerleave", () => this.leave());
    lane.track.addEventListener("click", (event) => this.click(lane, event));
    lane.track.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    return lane.row;
  }

  // Make the outlines; needed once, and again for the other axis.
  outline() {
    for (const lane of this.lanes) {
      if (lane.id === "text") {
        const { first, bottom, steps } = growth(lane, this.axis);
        const end = `H${this.axis === "bytes" ? this.stream.size : this.stream.duration}`;
        lane.group.replaceChildren(
          svg("path", { class: "area", d: `M${first} ${bottom}${steps}${end}V${bottom}Z` }),
          svg("path", { class: "line", d: `M${first} ${bottom}${steps}${end}` }),
        );
        continue;
      }
      const shapes = lane.marks.map((mark) => outline(lane, mark, this.axis));
      const flights = svg("path", { class: "flight", d: flightsOf(lane, this.axis) });
      if (shapes.length > MOST_OUTLINES) {
        lane.group.replaceChildren(flights, svg("path", { class: "mark", d: shapes.join("") }));
      } else {
        lane.group.replaceChildren(
          flights,
          ...shapes.map((d, n) => svg("path", { class: n % 2 ? "mark odd" : "mark", d, "data-n": n })),
        );
      }
    }
    this.body.dataset.axis = this.axis;
  }

  // Place everything for the part of the axis that is in view.
  place() {
    const box = this.ruler.getBoundingClientRect();
    this.width = box.width || 800;
    const left = box.left - this.body.getBoundingClientRect().left;
    this.overlay.style.left = `${left}px`;
    this.overlay.style.width = `${this.width}px`;
    const [from, to] = this.view;
    const scale = this.width / (to - from);
    this.x = (value) => (value - from) * scale;
    for (const lane of this.lanes) {
      lane.group.setAttribute("transform", `translate(${-from * scale} 0) scale(${scale} 1)`);
    }
    const until = this.at(this.stream.until);
    this.band(this.never, this.stream.until < this.stream.size ? until : Infinity);
    for (const flag of this.flags) {
      const x = this.x(this.axis === "time" ? flag.at : flag.offset);
      flag.element.style.left = `${x}px`;
      flag.element.hidden = x < -1 || x > this.width + 1;
      if (flag.kind === "head") flag.element.hidden ||= this.axis === "bytes";
      flag.element.classList.toggle("leftwards", x > this.width * 0.7);
    }
    this.thin();
    this.rule();
    this.move(this.offset);
  }

  // Leave out labels that would lie on others: what went wrong goes first.
  thin() {
    const taken = [];
    const rank = { cut: 0, fault: 0, abort: 0, end: 1, head: 2 };
    for (const { element } of [...this.flags].sort((a, b) => rank[a.kind] - rank[b.kind])) {
      const label = element.firstElementChild;
      if (!label || element.hidden) continue;
      label.hidden = false;
      const box = label.getBoundingClientRect();
      label.hidden = taken.some((other) => box.left < other.right && other.left < box.right);
      if (!label.hidden) taken.push(box);
    }
  }

  band(element, from) {
    const x = clamp(this.x(from), 0, this.width);
    element.style.left = `${x}px`;
    element.style.width = `${this.width - x}px`;
    element.hidden = x >= this.width;
  }

  // The place on the axis of what is behind the byte before `offset`.
  at(offset) {
    return this.axis === "bytes" ? offset : this.stream.arrival(offset - 1);
  }

  rule() {
    const [from, to] = this.view;
    const step = niceStep((to - from) / Math.max(2, this.width / 110));
    const ticks = [];
    for (let value = Math.ceil(from / step) * step; value <= to; value += step) {
      const x = this.x(value);
      const anchor = x < 20 ? "start" : x > this.width - 30 ? "end" : "middle";
      ticks.push(
        svg("line", { x1: x, x2: x, y1: 18, y2: 24 }),
        svg("text", { x, y: 13, "text-anchor": anchor }, this.axis === "bytes" ? number(value) : tick(value, step)),
      );
    }
    this.ruler.replaceChildren(...ticks);
  }

  // Show how far the stream has come.
  move(offset) {
    this.offset = offset;
    const x = this.x(this.at(offset));
    this.playhead.style.left = `${x}px`;
    this.playhead.hidden = x < -1 || x > this.width + 1;
    this.band(this.future, this.at(offset));
  }

  setAxis(axis) {
    if (axis === this.axis) return;
    this.axis = axis;
    this.view = this.extent();
    this.outline();
    this.place();
  }

  zoom(factor, around) {
    const [from, to] = this.view;
    const [low, high] = this.extent();
    const centre = around ?? clamp(this.at(this.offset), from, to);
    const least = Math.max(this.axis === "bytes" ? 24 : 10, (high - low) * NARROWEST[this.axis]);
    const width = clamp((to - from) * factor, Math.min(least, high - low), high - low);
    const start = clamp(centre - ((centre - from) / (to - from)) * width, low, high - width);
    this.view = [start, start + width];
    this.place();
  }

  show(start, stop) {
    const [low, high] = this.extent();
    this.view = [Math.max(low, start), Math.min(high, stop)];
    this.place();
  }

  // Pan, so that a value is in view.
  reveal(value) {
    const [from, to] = this.view;
    if (value >= from && value <= to) return;
    const [low, high] = this.extent();
    const start = clamp(value - (to - from) / 2, low, high - (to - from));
    this.view = [start, start + to - from];
    this.place();
  }

  wheel(event) {
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (!event.ctrlKey && !event.metaKey && !sideways) return; // the page scrolls
    event.preventDefault();
    const [from, to] = this.view;
    if (sideways) {
      const [low, high] = this.extent();
      const start = clamp(from + (event.deltaX / this.width) * (to - from), low, high - (to - from));
      this.view = [start, start + to - from];
      this.place();
    } else {
      this.zoom(Math.exp(event.deltaY / 300), this.value(event));
    }
  }

  value(event) {
    const [from, to] = this.view;
    const x = event.clientX - this.ruler.getBoundingClientRect().left;
    return from + (clamp(x, 0, this.width) / this.width) * (to - from);
  }

  // The ruler is a handle of the playhead.
  drag(ruler) {
    const go = (event) => {
      const value = this.value(event);
      this.scrub(this.axis === "bytes" ? { offset: value } : { time: value });
    };
    ruler.addEventListener("pointerdown", (event) => {
      ruler.setPointerCapture(event.pointerId);
      go(event);
    });
    ruler.addEventListener("pointermove", (event) => ruler.hasPointerCapture(event.pointerId) && go(event));
  }

  // The mark of a lane that the pointer means: the one under it, or else the nearest.
  nearest(lane, event) {
    const value = this.value(event);
    const { from, to } = AXES[this.axis];
    const next = after(lane.marks, value, to);
    const reach = (REACH / this.width) * (this.view[1] - this.view[0]);
    let best = -1;
    let distance = reach;
    for (const n of [next - 1, next, next + 1]) {
      const mark = lane.marks[n];
      if (!mark) continue;
      const away = Math.max(from(mark) - value, value - to(mark), 0);
      if (away < distance) [best, distance] = [n, away];
    }
    return best;
  }

  hover(lane, event) {
    const n = this.nearest(lane, event);
    if (n < 0) this.leave();
    else this.point(lane, n, false);
  }

  click(lane, event) {
    const n = this.nearest(lane, event);
    if (n < 0) return;
    lane.current = n;
    lane.row.focus({ preventScroll: true });
    this.point(lane, n, true);
  }

  // Point at a mark: its bytes in a tip, and where it is chosen, in the panels.
  point(lane, n, chosen) {
    const mark = lane.marks[n];
    if (!mark) return;
    const { from, to } = AXES[this.axis];
    if (chosen) {
      this.reveal(to(mark));
      lane.current = n;
      lane.row.setAttribute("aria-valuenow", n + 1);
      lane.row.setAttribute("aria-valuetext", described(this.stream, lane, mark));
      this.select(lane, mark);
    }
    const x = this.x(from(mark));
    const right = this.x(to(mark));
    const top = lane.row.offsetTop;
    Object.assign(this.ring.style, {
      left: `${Math.max(x, 0) - 4}px`,
      width: `${Math.max(Math.min(right, this.width) - Math.max(x, 0), 0) + 8}px`,
      top: `${top}px`,
      height: `${lane.height}px`,
    });
    this.ring.hidden = false;
    showTip(this.stream, lane, mark, lane.track.getBoundingClientRect(), clamp((x + right) / 2, 0, this.width));
  }

  leave() {
    this.ring.hidden = true;
    hideTip();
  }

  key(lane, event) {
    const last = lane.marks.length - 1;
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -last, End: last };
    const sideways = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key in steps) this.point(lane, clamp(lane.current + steps[event.key], 0, last), true);
    else if (sideways) this.lanes[this.lanes.indexOf(lane) + sideways]?.row.focus();
    else if (event.key === "+" || event.key === "=") this.zoom(0.5);
    else if (event.key === "-") this.zoom(2);
    else if (event.key === "0") this.show(...this.extent());
    else if (event.key === "Escape") this.leave();
    else return;
    event.preventDefault();
  }
}

function flagOf(mark, stream) {
  const expected = mark.kind === "end" && stream.until < stream.size;
  const label = expected ? `recorded end: ${mark.label}` : mark.label;
  const fine = mark.kind === "end" && (expected || mark.label === "complete");
  return el("div", { class: fine ? "flag end" : `flag ${mark.kind} bad` }, el("span", {}, label));
}

function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  return [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) || 10 * power;
}

function tick(us, step) {
  if (!us) return "0";
  if (step >= 1e5 || us >= 1e7) return `${+(us / 1e6).toFixed(step < 1e5 ? 3 : 1)} s`;
  if (step >= 100) return `${+(us / 1e3).toFixed(step < 1000 ? 1 : 0)} ms`;
  return `${us} µs`;
}
