// The scrubber: how far the stream has come, by hand or at its recorded pace.

const SPEEDS = [0.25, 1, 4, 16];
const UNTIMED = 12; // moments a second of a recording without times

class Player {
  constructor(stream, moved) {
    this.stream = stream;
    this.moved = moved;
    this.moments = stream.moments;
    this.index = this.moments.length - 1;
    this.speed = 1;
    this.running = null;
    this.button = el("button", { class: "play", type: "button", onclick: () => this.toggle() });
    this.range = el("input", {
      type: "range", min: 0, max: Math.max(1, this.moments.length - 1), step: 1, class: "scrubber",
      "aria-label": "how far the stream has come",
      oninput: () => { this.pause(); this.go(+this.range.value); },
    });
    this.output = el("output", { class: "now", "aria-live": "off" });
    const speeds = SPEEDS.map((speed) => el("option", { value: speed, selected: speed === 1 }, `${speed}×`));
    this.element = el(
      "div",
      { class: "player", role: "group", "aria-label": "replay" },
      this.button,
      this.range,
      this.output,
      el("select", { "aria-label": "speed", onchange: (event) => (this.speed = +event.target.value) }, speeds),
    );
    this.label();
  }

  label() {
    this.button.textContent = this.running ? "❚❚" : "▶";
    this.button.setAttribute("aria-label", this.running ? "pause" : "replay at the recorded pace");
    this.button.title = this.button.getAttribute("aria-label");
  }

  go(index) {
    this.index = clamp(index, 0, this.moments.length - 1);
    this.range.value = this.index;
    const { offset, at } = this.moments[this.index];
    const events = this.stream.eventsBy(offset);
    const counts = `read ${number(this.stream.readsBy(offset))} of ${number(this.stream.reads.length)}, event ${number(events)} of ${number(this.stream.events.length)}`;
    const time = this.stream.timed ? duration(at) : "no times";
    this.output.replaceChildren(el("b", {}, time), ` ${counts}`);
    this.range.setAttribute("aria-valuetext", `${time}, ${number(offset)} bytes, ${counts}`);
    this.moved(offset, events);
  }

  // Go to the last moment that is not behind a byte, or not after a time.
  seek({ offset, time }) {
    const index = time == null ? after(this.moments, offset, (each) => each.offset) : after(this.moments, time, (each) => each.at);
    this.go(index - 1);
  }

  // Go to the first moment at which the byte before `offset` is there.
  reach(offset) {
    this.go(after(this.moments, offset - 1, (each) => each.offset));
  }

  toggle() {
    if (this.running) return this.pause();
    if (this.index >= this.moments.length - 1) this.go(0);
    const begin = this.stream.timed ? this.moments[this.index].at : this.index;
    this.running = { begin, since: performance.now() };
    this.label();
    const step = (now) => {
      if (!this.running) return;
      const passed = Math.max(0, now - this.running.since) * this.speed;
      const due = this.stream.timed
        ? after(this.moments, this.running.begin + passed * 1000, (each) => each.at) - 1
        : Math.floor(this.running.begin + (passed / 1000) * UNTIMED);
      if (due > this.index) this.go(due);
      if (this.index >= this.moments.length - 1) this.pause();
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  pause() {
    this.running = null;
    this.label();
  }
}
