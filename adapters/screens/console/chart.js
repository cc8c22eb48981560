// A line over the last hour as SVG. Fixed box, one path; `null` breaks the line.
"use strict";

const WIDTH = 300;
const HEIGHT = 84;
const MINUTES = 60;
const SVG = "http://www.w3.org/2000/svg";

function chart(place, values, label, empty) {
  const known = values.filter((value) => value !== null);
  if (!known.length) { place.textContent = empty; return; }
  const top = niceTop(Math.max(...known));
  const x = (index) => WIDTH - (values.length - 1 - index) * (WIDTH / (MINUTES - 1));
  const y = (value) => HEIGHT - 2 - (value / top) * (HEIGHT - 8);
  const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, preserveAspectRatio: "none" });
  for (const part of [0, 0.5, 1]) svg.append(element("line", { x1: 0, x2: WIDTH, y1: y(top * part), y2: y(top * part), class: "grid" }));
  const runs = runsOf(values);
  for (const run of runs) svg.append(element("path", { d: area(run, x, y), class: "area" }));
  for (const run of runs) svg.append(element("path", { d: line(run, x, y), class: "line" }));
  const last = values.length - 1;
  if (values[last] !== null) svg.append(element("circle", { cx: x(last) - 3, cy: y(values[last]), r: 3, class: "dot" }));
  const scale = document.createElement("span");
  scale.className = "scale";
  scale.textContent = top;
  place.replaceChildren(svg, scale);
}

function niceTop(largest) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, largest)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= largest) || 10 * power;
}

function runsOf(values) {
  const runs = [];
  let run = [];
  values.forEach((value, index) => {
    if (value !== null) run.push([index, value]);
    else if (run.length) { runs.push(run); run = []; }
  });
  if (run.length) runs.push(run);
  return runs;
}

function line(run, x, y) {
  const points = run.length > 1 ? run : [[run[0][0] - 1, run[0][1]], run[0]];
  return "M" + points.map(([index, value]) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join("L");
}

function area(run, x, y) {
  const points = run.length > 1 ? run : [[run[0][0] - 1, run[0][1]], run[0]];
  return `${line(run, x, y)}L${x(points[points.length - 1][0]).toFixed(1)},${HEIGHT}L${x(points[0][0]).toFixed(1)},${HEIGHT}Z`;
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
