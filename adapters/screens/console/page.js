// Asks the gateway every two seconds and draws what it says.
"use strict";

const EVERY_MS = 2000;
const PATIENCE_MS = 6000;
const LATE_SECONDS = 600; // an outbox whose oldest work is late by more than this needs a look
const SILENT_SECONDS = 900; // a register that has asked today but not for so long stands out

const texts = JSON.parse(document.body.dataset.texts);
const at = (id) => document.getElementById(id);
let csrf = "";
let limitedByHand = false;

async function ask() {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), PATIENCE_MS);
  try {
    const answer = await fetch("/console/overview", { signal: giveUp.signal });
    if (answer.status === 401) { location.reload(); return; }
    const told = await answer.json();
    csrf = told.csrf;
    at("out").hidden = !told.can_leave;
    draw(told.overview);
    link(true);
  } catch (error) {
    link(false);
  } finally {
    clearTimeout(timer);
    setTimeout(ask, document.hidden ? 5 * EVERY_MS : EVERY_MS);
  }
}

function link(alive) {
  at("link").dataset.state = alive ? "live" : "gone";
  const said = at("link").lastElementChild;
  const text = alive ? texts.live : texts.gone;
  if (said.textContent !== text) said.textContent = text;
}

function draw(told) {
  const now = new Date(told.now);
  at("outlet").textContent = told.outlet;
  drawVerdict(told, now);
  drawLoyalty(told, now);
  drawOutbox(told.outbox, now);
  drawPopups(told.popups);
  drawRegisters(told.registers, now);
  drawPrinters(told.printers, now);
  drawCharts(told.hour);
  at("version").textContent = `${texts.version} ${told.version} · ${texts.started} ${ago(told.started, now)}`;
}

function drawVerdict(told, now) {
  const troubles = [
    ...Object.entries(told.limited).map(([reason, since]) => `${texts.limited}: ${texts["limited_" + reason]}, ${texts.since} ${clock(since)}`),
    ...(told.outbox ? [] : [texts.store_away]),
    ...(told.outbox && told.outbox.oldest_seconds > LATE_SECONDS ? [`${texts.outbox}: ${texts.oldest} ${span(told.outbox.oldest_seconds)}`] : []),
    ...(told.outbox && told.outbox.parked_count ? [`${texts.parked}: ${told.outbox.parked_count}`] : []),
    ...told.registers.filter((row) => row.screen_missing).map((row) => `${texts.register} ${row.name}: ${texts.screen_missing}`),
    ...told.printers.filter((row) => row.trouble).map((row) => `${row.name}: ${row.hint}`),
  ];
  const place = at("verdict");
  place.dataset.state = troubles.length ? "bad" : "good";
  set(place.querySelector("h2"), troubles.length ? texts.look : texts.works);
  const list = place.querySelector("ul");
  if ([...list.children].map((row) => row.textContent).join("|") !== troubles.join("|")) list.replaceChildren(...troubles.map((text) => made("li", text)));
}

function drawLoyalty(told, now) {
  const loyalty = told.loyalty;
  const states = Object.values(loyalty.breakers);
  const worst = states.includes("open") ? "open" : states.includes("half_open") ? "half_open" : "closed";
  const asked = loyalty.last_success || loyalty.last_failure;
  const state = at("loyalty-state");
  state.dataset.state = worst === "closed" ? (asked ? "good" : "idle") : "bad";
  set(state, worst === "closed" && !asked ? texts.unasked : texts[worst]);
  facts(at("loyalty"), [
    [texts.median, milliseconds(loyalty.median)],
    [texts.slowest, milliseconds(loyalty.p99)],
    [texts.last_success, ago(loyalty.last_success, now)],
    [texts.last_failure, ago(loyalty.last_failure, now)],
  ]);
  limitedByHand = told.limited_by_hand;
  set(at("limit"), limitedByHand ? texts.limited_off : texts.limited_on);
  at("limit").classList.toggle("main", limitedByHand);
}

function drawOutbox(outbox, now) {
  if (!outbox) { set(at("outbox-state"), texts.store_away); at("outbox-state").dataset.state = "bad"; return; }
  at("outbox-state").dataset.state = outbox.oldest_seconds > LATE_SECONDS ? "bad" : "good";
  set(at("outbox-state"), `${texts.waiting}: ${outbox.pending}`);
  set(at("outbox-late"), outbox.oldest_seconds > 5 ? `${texts.oldest} ${span(outbox.oldest_seconds)}` : "");
  set(at("parked-title"), outbox.parked_count ? `${texts.parked}: ${outbox.parked_count}` : texts.nothing_parked);
  const list = at("parked");
  const ids = outbox.parked.map((row) => row.id).join("|");
  if (list.dataset.ids === ids) return; // the buttons stay under the finger
  list.dataset.ids = ids;
  list.replaceChildren(...outbox.parked.map((row) => parked(row, now)));
}

function parked(row, now) {
  const item = document.createElement("li");
  const what = made("p", "");
  what.append(made("b", texts[row.kind]), ` ${row.at ? clock(row.at) : ""} `, made("code", row.id));
  item.append(what, made("p", row.why || "—"));
  if (row.can_retry) {
    const button = made("button", texts.retry);
    button.type = "button";
    button.setAttribute("aria-label", `${texts.retry}: ${texts[row.kind]} ${row.id}`);
    button.addEventListener("click", () => act("retry/" + encodeURIComponent(row.id), {}, button, at("retry-said"), texts.retried));
    item.append(button);
  }
  return item;
}

function drawPopups(popups) {
  facts(at("popups"), ["raised", "shown", "reported", "left", "expired"].map((name) => [texts[name], String(popups[name])]));
}

function drawRegisters(rows, now) {
  at("registers").replaceChildren(...rows.map((row) => {
    const line = document.createElement("tr");
    const name = made("th", row.name);
    name.scope = "row";
    const errors = made("td", String(row.errors), "n");
    if (row.errors) errors.dataset.state = "bad";
    const screens = made("td", row.screen_missing ? texts.screen_missing : String(row.screens));
    if (row.screen_missing) screens.dataset.state = "bad";
    const seen = made("td", ago(row.last_seen, now));
    if (row.last_seen && now - new Date(row.last_seen) > SILENT_SECONDS * 1000) seen.dataset.state = "idle";
    line.append(name, seen, made("td", String(row.calls), "n"), errors, screens);
    return line;
  }));
}

function lastJob(last, now) {
  return `${texts.last_job}: ${texts["document_" + last.document] || last.document} · ${texts["job_" + last.outcome]} · ${ago(last.at, now)}`;
}

function drawPrinters(rows, now) {
  at("printers").replaceChildren(...(rows.length ? rows.map((row) => {
    const item = document.createElement("li");
    const state = made("span", row.trouble ? row.hint : row.seen ? texts.ready : texts.unseen);
    state.dataset.state = row.trouble ? "bad" : row.seen ? "good" : "idle";
    item.append(made("b", row.name), " ", state);
    item.append(made("small", row.last ? lastJob(row.last, now) : texts.no_jobs));
    const jobs = [[row.waiting, texts.jobs], [row.unknown, texts.unknown_jobs]].filter(([count]) => count);
    if (jobs.length) item.append(made("small", jobs.map(([count, text]) => `${text}: ${count}`).join(" · ")));
    return item;
  }) : [made("li", texts.no_printers, "soft")]));
}

function drawCharts(hour) {
  const last = hour[hour.length - 1];
  const p99 = hour.map((row) => (row.p99 === null ? null : Math.round(row.p99 * 1000)));
  chart(at("calls-chart"), hour.map((row) => row.calls), texts.calls, texts.no_data);
  chart(at("p99-chart"), p99, texts.p99, texts.no_data);
  chart(at("pending-chart"), hour.map((row) => row.pending), texts.pending, texts.no_data);
  set(at("calls-now"), String(last.calls));
  set(at("p99-now"), last.p99 === null ? "—" : String(Math.round(last.p99 * 1000)));
  set(at("pending-now"), last.pending === null ? "—" : String(last.pending));
}

async function act(path, body, button, place, done) {
  button.setAttribute("aria-disabled", "true");
  try {
    const headers = { "Content-Type": "application/json", "X-Console": csrf };
    const answer = await fetch("/console/" + path, { method: "POST", headers, body: JSON.stringify(body) });
    place.textContent = answer.ok ? done : `${texts.failed}: ${(await answer.json()).error}`;
  } catch (error) {
    place.textContent = texts.gone;
  }
  button.removeAttribute("aria-disabled");
}

at("limit").addEventListener("click", () => {
  if (limitedByHand || confirm(texts.limited_sure)) act("limited", { on: !limitedByHand }, at("limit"), at("limit-said"), "");
});
at("out").addEventListener("click", async () => {
  await act("logout", {}, at("out"), at("retry-said"), "");
  location.reload();
});

function facts(list, rows) {
  if (list.children.length !== rows.length) {
    list.replaceChildren(...rows.map(() => { const row = made("div", ""); row.append(made("dt", ""), made("dd", "")); return row; }));
  }
  rows.forEach(([name, value], index) => { set(list.children[index].firstChild, name); set(list.children[index].lastChild, value); });
}

function made(name, text, kind) {
  const element = document.createElement(name);
  element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function milliseconds(seconds) {
  return seconds === null ? "—" : `${Math.round(seconds * 1000)} ${texts.millisecond}`;
}

function clock(text) {
  return new Date(text).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
}

function ago(text, now) {
  if (!text) return texts.never;
  const seconds = Math.max(0, (now - new Date(text)) / 1000);
  return seconds < 3 ? texts.now : `${span(seconds)} ${texts.ago}`;
}

function span(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} ${texts.second}`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} ${texts.minute}`;
  if (seconds < 86400) return `${Math.round(seconds / 3600)} ${texts.hour}`;
  return `${Math.round(seconds / 86400)} ${texts.day}`;
}

ask();
