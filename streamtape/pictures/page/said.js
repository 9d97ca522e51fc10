// What the stream has said so far: the texts that grow, and the snapshot of the message.

const LONGEST = 4000; // characters of one text; the newest are shown

class TextPanel {
  constructor(stream) {
    this.stream = stream;
    this.body = el("div", { class: "said", tabindex: 0, role: "region", "aria-label": "text so far" });
    this.element = el("section", { class: "card panel" }, el("h2", {}, "Text so far"), this.body);
  }

  // Show the texts after the first `events` events, with what the last of them has added.
  show(events) {
    const texts = this.stream.texts.map(() => []);
    for (const event of this.stream.events.slice(0, events)) {
      if (event.adds != null) texts[event.adds].push(event.text);
    }
    const last = this.stream.events[events - 1];
    this.body.replaceChildren(
      ...texts.flatMap((parts, n) => {
        if (!parts.length) return [];
        const added = last && last.adds === n ? parts.pop() : "";
        const before = parts.join("");
        const text = before.length > LONGEST ? `… ${before.slice(-LONGEST)}` : before;
        return [el("p", { class: "name" }, this.stream.texts[n]), el("p", { class: "text" }, text, added && el("mark", {}, added))];
      }),
    );
    if (!this.body.childElementCount) this.body.append(el("p", { class: "none" }, "Nothing yet."));
    this.body.scrollTop = this.body.scrollHeight;
  }
}

class SnapshotPanel {
  constructor(stream) {
    this.snapshot = new Snapshot(stream);
    this.body = el("pre", { class: "snapshot", tabindex: 0, role: "region", "aria-label": "snapshot of the message" });
    this.element = el("section", { class: "card panel" }, el("h2", {}, "Snapshot"), this.body);
  }

  show(events) {
    const message = this.snapshot.seek(events);
    if (message === null) {
      this.body.replaceChildren(el("span", { class: "none" }, "No message yet."));
      return;
    }
    const out = document.createDocumentFragment();
    this.write(out, message, "", []);
    this.body.replaceChildren(out);
    reveal(this.body, this.body.querySelector(".changed"));
  }

  write(out, value, indent, path) {
    const changed = this.snapshot.changed.has(JSON.stringify(path)) && path.length;
    if (changed) {
      const inside = el("span", { class: "changed" });
      out.append(inside);
      out = inside;
    }
    if (value === null || typeof value !== "object") return out.append(scalar(value));
    const isList = Array.isArray(value);
    const entries = isList ? value.map((each, n) => [n, each]) : Object.entries(value);
    if (!entries.length) return out.append(isList ? "[]" : "{}");
    out.append(isList ? "[" : "{");
    entries.forEach(([key, each], n) => {
      out.append(`${n ? "," : ""}\n${indent}  `);
      if (!isList) out.append(el("span", { class: "key" }, JSON.stringify(key)), ": ");
      this.write(out, each, `${indent}  `, [...path, key]);
    });
    out.append(`\n${indent}${isList ? "]" : "}"}`);
  }
}

function scalar(value) {
  if (typeof value !== "string") return el("span", { class: value === null ? "null" : "number" }, String(value));
  const text = value.length > LONGEST ? `… ${value.slice(-LONGEST)}` : value;
  return el("span", { class: "string" }, JSON.stringify(text));
}
