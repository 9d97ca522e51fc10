// Elements, and numbers as text. All text goes in as text nodes: nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

const el = (name, attributes = {}, ...children) =>
  fill(document.createElement(name), attributes, children);

const svg = (name, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, name), attributes, children);

const number = (value) => value.toLocaleString("en");

const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;

// Microseconds, with as many digits as tell neighbours apart.
function duration(us) {
  if (Math.abs(us) >= 1e6) return `${(us / 1e6).toFixed(3)} s`;
  if (Math.abs(us) >= 1e3) return `${(us / 1e3).toFixed(us % 1000 ? 1 : 0)} ms`;
  return `${us} µs`;
}

// The index of the first of ascending values that is more than `value`.
function after(values, value, of = (each) => each) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(values[middle]) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

// Scroll a panel, and only that, until one of its elements is in its middle.
function reveal(panel, element) {
  if (!element) return;
  const box = element.getBoundingClientRect();
  const frame = panel.getBoundingClientRect();
  if (panel.scrollHeight <= panel.clientHeight) return;
  panel.scrollTop += box.top - frame.top + Math.min(box.height, frame.height) / 2 - frame.height / 2;
}
