// The lanes of a timeline, as data: what stands in each, and how it is drawn on either axis.

const MOST_LANES = 14;
const HEIGHTS = { reads: 44, cuts: 24, events: 22, text: 52 };

function lanesOf(stream) {
  const kinds = new Map();
  for (const event of stream.events) {
    if (!kinds.has(event.kind)) kinds.set(event.kind, []);
    kinds.get(event.kind).push(event);
  }
  const lanes = [{ id: "reads", label: "reads", noun: "read", marks: stream.reads, height: HEIGHTS.reads }];
  if (stream.split) lanes.push(cutsLane(stream));
  const named = [...kinds].slice(0, kinds.size > MOST_LANES ? MOST_LANES - 1 : MOST_LANES);
  const rest = [...kinds].slice(named.length).flatMap(([, events]) => events);
  for (const [kind, events] of named) lanes.push(eventsLane(kind, events[0].family, events));
  if (rest.length) lanes.push(eventsLane("other events", "other", rest.sort((a, b) => a.n - b.n)));
  if (stream.texts.length) lanes.push(textLane(stream));
  return lanes;
}

function eventsLane(label, family, marks) {
  return { id: "events", label, noun: "event", family, marks, height: HEIGHTS.events };
}

function cutsLane(stream) {
  const edges = [0, ...stream.cuts, stream.size];
  const marks = edges.slice(1).map((stop, n) => ({ n, start: edges[n], stop, at: stream.arrival(stop - 1) }));
  return { id: "cuts", label: `split ${shortened(stream.split)}`, noun: "piece", marks, height: HEIGHTS.cuts };
}

const shortened = (text, most = 16) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function textLane(stream) {
  const marks = stream.events.filter((event) => event.text);
  let length = 0;
  const grown = marks.map((event) => (length += event.text.length));
  return { id: "text", label: "characters", noun: "piece of text", family: "text", marks, grown, length, height: HEIGHTS.text };
}

// Where a mark begins and ends on an axis.
const AXES = {
  time: { from: (mark) => mark.began ?? mark.at, to: (mark) => mark.at },
  bytes: { from: (mark) => mark.start, to: (mark) => mark.stop },
};

// The outline of one mark, in units of the axis and pixels of height.
function outline(lane, mark, axis) {
  const from = AXES[axis].from(mark);
  const to = AXES[axis].to(mark);
  const bottom = lane.height - 3;
  if (axis === "bytes") {
    return `M${from} 4H${to}V${bottom}H${from}Z`;
  }
  if (lane.id === "reads") {
    const share = Math.log2(mark.stop - mark.start + 1) / lane.scale;
    return `M${to} ${bottom}V${bottom - 3 - share * (lane.height - 12)}`;
  }
  return `M${to} ${lane.height / 2 - 5.5}V${lane.height / 2 + 5.5}`;
}

// How long each event was on its way: from the read with its first byte to the one with its last.
function flightsOf(lane, axis) {
  if (axis === "bytes" || lane.id !== "events") return "";
  const { from, to } = AXES.time;
  return lane.marks
    .filter((mark) => from(mark) < to(mark))
    .map((mark) => `M${from(mark)} ${lane.height / 2}H${to(mark)}`)
    .join("");
}

// How much text there was, as steps.
function growth(lane, axis) {
  const bottom = lane.height - 3;
  const steps = lane.marks.map((mark, n) => {
    const y = bottom - (lane.grown[n] / (lane.length || 1)) * (lane.height - 10);
    return `H${AXES[axis].to(mark)}V${y.toFixed(2)}`;
  });
  const first = lane.marks.length ? AXES[axis].to(lane.marks[0]) : 0;
  return { first, bottom, steps: steps.join("") };
}
