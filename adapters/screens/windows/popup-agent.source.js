// POS gateway: popups on a Windows register. Started by wscript.exe from the Startup folder; settings in popup-agent.ini
// beside it. Made by scripts/windows-scripts from popup-agent.source.js. JScript, ES3, ASCII.

var TEXT = {
  title: "Программа лояльности",
  ok: "OK: ",
  cancel: "Отмена: ",
  congratulated: "поздравили",
  left: "клиент ушёл",
  settings: "Окна программы лояльности не запущены: в файле popup-agent.ini рядом с программой нужны строки gateway и register.",
  noAccess: "Шлюз не пускает эту кассу: проверьте register и token в popup-agent.ini, потом запустите программу снова."
};

var WAIT_SECONDS = 25;      // one question is open for so long
var LONGEST_PAUSE = 5000;   // milliseconds between questions while the gateway is away
var SOONEST_ANSWER = 1500;  // milliseconds: whatever is pressed sooner was not meant, as by a scanner that types Enter
var LONGEST_STAY = 3600;    // seconds
var LARGEST_TEXT = 65536;

// OK and Cancel have no letters to be pressed by a scanner; Cancel is the default; above all other windows.
var OK_CANCEL = 1, INFORMATION = 64, SECOND_IS_DEFAULT = 256, SYSTEM_MODAL = 4096;
var PRESSED_OK = 1, PRESSED_CANCEL = 2, TIME_OVER = -1;

var shell = new ActiveXObject("WScript.Shell");
var files = new ActiveXObject("Scripting.FileSystemObject");
var settings = readSettings();
var pause = 0, known = "", refused = false;

// ---- the round: tell what is to be told, ask, show at most one ----

function main() {
  if (!settings.gateway || !settings.register) { tell(TEXT.settings); WScript.Quit(1); }
  makeFolder(settings.folder);
  forgetOldDays();
  while (true) { oneRound(); }
}

function oneRound() {
  var told = deliverAnswers(), state = told ? ask() : null;
  if (state === null) {
    known = "";
    pause = Math.min(pause * 2 + 250, LONGEST_PAUSE);
    sleep(pause);
    return;
  }
  pause = 0;
  known = state.version;
  var popup = state.receipt_open ? null : firstNew(state.popups);
  if (popup !== null && claim(popup.id)) {
    keepAnswer(popup, show(popup));
    known = ""; // much may have happened meanwhile
  }
}

function firstNew(popups) {
  for (var place = 0; place < popups.length; place++) {
    if (!isClaimed(popups[place].id)) { return popups[place]; }
  }
  return null;
}

// What the cashier answered; empty when nobody did.
function show(popup) {
  var until = now() + popup.stays_seconds * 1000, since, pressed;
  do {
    since = now();
    pressed = message(wording(popup), popup.title, Math.max(1, Math.ceil((until - since) / 1000)));
  } while (pressed !== TIME_OVER && now() - since < SOONEST_ANSWER && now() < until);
  if (pressed === TIME_OVER) {
    return !popup.click_needed && now() - since >= popup.seen_after_seconds * 1000 ? "congratulated" : "";
  }
  if (now() - since < SOONEST_ANSWER) { return ""; }
  return pressed === PRESSED_OK ? "congratulated" : pressed === PRESSED_CANCEL ? "left" : "";
}

function wording(popup) {
  var whose = popup.whose ? popup.whose + "\n\n" : "";
  return whose + popup.text + "\n\n" + TEXT.ok + choice(popup, "congratulated") + "\n" + TEXT.cancel + choice(popup, "left");
}

// In the gateway's words; it does not offer "left" while the customer should be there, but a box has two buttons.
function choice(popup, answer) {
  for (var place = 0; place < popup.answers.length; place++) {
    if (isChoice(popup.answers[place]) && popup.answers[place].answer === answer) { return popup.answers[place].text; }
  }
  return TEXT[answer];
}

function isChoice(value) { return isObject(value) && isText(value.text); }

function message(text, title, seconds) {
  return shell.Popup(text, seconds, title, OK_CANCEL + INFORMATION + SECOND_IS_DEFAULT + SYSTEM_MODAL);
}

function tell(text) { shell.Popup(text, 60, TEXT.title, INFORMATION + SYSTEM_MODAL); }

// ---- shown once: a popup is claimed on disk before it is displayed, also against a second agent ----

function claim(id) {
  return attempt(function () {
    makeFolder(dayFolder(0));
    files.CreateTextFile(dayFolder(0) + "\\" + id, false).Close();
  });
}

function isClaimed(id) {
  return files.FileExists(dayFolder(0) + "\\" + id) || files.FileExists(dayFolder(1) + "\\" + id);
}

function forgetOldDays() {
  for (var days = 2; days < 40; days++) {
    if (files.FolderExists(dayFolder(days))) { forgetDay(dayFolder(days)); }
  }
}

function forgetDay(folder) {
  attempt(function () { files.DeleteFolder(folder, true); });
}

function dayFolder(daysAgo) {
  var day = new Date(now() - daysAgo * 86400000);
  return settings.folder + "\\shown-" + (day.getFullYear() * 10000 + (day.getMonth() + 1) * 100 + day.getDate());
}

// ---- answers: on disk until the gateway has taken or refused them ----

function keepAnswer(popup, answer) {
  if (answer) { writeAnswers(readAnswers().concat([popup.id + " " + answer])); }
}

// False when an answer could not be told yet.
function deliverAnswers() {
  var answers = readAnswers();
  while (answers.length) {
    if (!deliver(answers[0].split(" "))) { return false; }
    answers.shift();
    writeAnswers(answers);
  }
  return true;
}

function deliver(answer) {
  var reply = request("POST", "/" + answer[0] + "/answer", "{\"answer\": \"" + answer[1] + "\"}", 5);
  return reply !== null && (reply.status === 200 || reply.status === 409 || reply.status === 400 || reply.status === 404);
}

function readAnswers() {
  var lines = readText(settings.folder + "\\answers.txt").split("\n"), answers = [], place;
  for (place = 0; place < lines.length; place++) {
    if (/^[\w-]{1,64} (congratulated|left)$/.test(lines[place])) { answers.push(lines[place]); }
  }
  return answers;
}

function writeAnswers(answers) {
  var path = settings.folder + "\\answers.txt";
  attempt(function () {
    var stream = files.CreateTextFile(path + ".tmp", true);
    stream.Write(answers.join("\n") + "\n");
    stream.Close();
    if (files.FileExists(path)) { files.DeleteFile(path, true); }
    files.MoveFile(path + ".tmp", path);
  });
}

// ---- the gateway: its popup API ----

// What waits at this register; null when the gateway is away or what came is not its answer.
function ask() {
  var reply = request("GET", "?wait=" + WAIT_SECONDS + (known ? "&known=" + known : ""), "", WAIT_SECONDS + 5);
  if (reply !== null && reply.status === 401 && !refused) {
    refused = true;
    tell(TEXT.noAccess);
  }
  return reply !== null && reply.status === 200 ? understood(parseJson(reply.text)) : null;
}

function understood(state) {
  if (!isObject(state) || !isArray(state.popups) || typeof state.receipt_open !== "boolean") { return null; }
  if (typeof state.version !== "string" || !/^\w{0,64}$/.test(state.version)) { return null; }
  for (var place = 0; place < state.popups.length; place++) {
    if (!isPopup(state.popups[place])) { return null; }
  }
  return state;
}

function isPopup(popup) {
  return isObject(popup) && typeof popup.id === "string" && /^[\w-]{1,64}$/.test(popup.id) && isText(popup.title) &&
    isText(popup.text) && isText(popup.whose) && typeof popup.stays_seconds === "number" &&
    popup.stays_seconds >= 0 && popup.stays_seconds <= LONGEST_STAY &&
    typeof popup.click_needed === "boolean" && typeof popup.seen_after_seconds === "number" && isArray(popup.answers);
}

function request(method, path, body, seconds) {
  var reply = null;
  attempt(function () {
    var http = new ActiveXObject("WinHttp.WinHttpRequest.5.1"), limit = seconds * 1000;
    http.Open(method, settings.gateway + "/api/v1/registers/" + encodeURIComponent(settings.register) + "/popups" + path, true);
    http.SetTimeouts(5000, 5000, 5000, limit);
    if (settings.token) { http.SetRequestHeader("Authorization", "Bearer " + settings.token); }
    if (body) { http.SetRequestHeader("Content-Type", "application/json"); }
    http.Send(body);
    if (http.WaitForResponse(seconds)) {
      reply = { status: http.Status, text: http.ResponseText };
    } else {
      http.Abort();
    }
  });
  return reply;
}

// ---- JSON, read strictly and never evaluated: undefined for anything else ----

function parseJson(text) {
  var tokens = text.length <= LARGEST_TEXT ? tokensOf(text) : null, result;
  if (tokens === null) { return undefined; }
  attempt(function () {
    var value = jsonValue(tokens, 0);
    if (tokens.length === 0) { result = value; }
  });
  return result;
}

// All tokens but blanks; null when something else stands between them.
function tokensOf(text) {
  var token = /\s+|"(?:[^"\\\x00-\x1f]|\\["\\\/bfnrt]|\\u[0-9a-fA-F]{4})*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}\[\],:]/g;
  var tokens = [], at = 0, found;
  token.lastIndex = 0; // in ES3 the expression is the same object at every call
  while ((found = token.exec(text)) !== null) {
    if (found.index !== at) { return null; }
    at += found[0].length;
    if (!/^\s/.test(found[0])) { tokens.push(found[0]); }
  }
  return at === text.length ? tokens : null;
}

function jsonValue(tokens, depth) {
  var token = tokens.shift();
  if (token === undefined || depth > 10 || /^[}\],:]$/.test(token)) { throw new Error("JSON"); }
  if (token === "{") { return jsonObject(tokens, depth + 1); }
  if (token === "[") { return jsonArray(tokens, depth + 1); }
  if (token.charAt(0) === "\"") { return jsonString(token); }
  return token === "null" ? null : token === "true" || token === "false" ? token === "true" : Number(token);
}

function jsonObject(tokens, depth) {
  var object = {}, name;
  if (tokens[0] === "}") { tokens.shift(); return object; }
  do {
    name = jsonValue(tokens, depth);
    if (typeof name !== "string" || tokens.shift() !== ":") { throw new Error("JSON"); }
    object[name] = jsonValue(tokens, depth);
  } while (jsonMore(tokens, "}"));
  return object;
}

function jsonArray(tokens, depth) {
  var array = [];
  if (tokens[0] === "]") { tokens.shift(); return array; }
  do { array.push(jsonValue(tokens, depth)); } while (jsonMore(tokens, "]"));
  return array;
}

function jsonMore(tokens, end) {
  var token = tokens.shift();
  if (token !== "," && token !== end) { throw new Error("JSON"); }
  return token === ",";
}

function jsonString(token) {
  return token.substring(1, token.length - 1).replace(/\\(u[0-9a-fA-F]{4}|.)/g, function (all, letter) {
    if (letter.length > 1) { return String.fromCharCode(parseInt(letter.substring(1), 16)); }
    return { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }[letter] || letter;
  });
}

function isObject(value) { return typeof value === "object" && value !== null && !isArray(value); }

function isArray(value) { return value instanceof Array; }

function isText(value) { return typeof value === "string" && value.length <= 2000; }

// ---- settings and files ----

// Lines `name = value`; others are remarks.
function readSettings() {
  var found = { folder: shell.ExpandEnvironmentStrings("%LOCALAPPDATA%") + "\\pos-gateway" }, place, parts;
  var lines = readText(String(WScript.ScriptFullName).replace(/[^\\]*$/, "popup-agent.ini")).split(/\r?\n/);
  for (place = 0; place < lines.length; place++) {
    parts = /^\s*(gateway|register|token|folder)\s*=\s*(.*?)\s*$/.exec(lines[place]);
    if (parts !== null && parts[2] !== "") { found[parts[1]] = parts[2]; }
  }
  if (found.gateway) { found.gateway = found.gateway.replace(/\/+$/, ""); }
  return found;
}

// Empty when there is no such file.
function readText(path) {
  var text = "";
  attempt(function () {
    var stream = files.OpenTextFile(path, 1);
    text = stream.ReadAll();
    stream.Close();
  });
  return text;
}

function makeFolder(folder) {
  if (!folder || files.FolderExists(folder)) { return; }
  makeFolder(files.GetParentFolderName(folder));
  attempt(function () { files.CreateFolder(folder); });
}

// Wine's script host cannot sleep; there the time passes all the same.
function sleep(milliseconds) {
  var until = now() + milliseconds;
  attempt(function () { WScript.Sleep(milliseconds); });
  while (now() < until) { files.FileExists(settings.folder); }
}

function now() { return new Date().getTime(); }

// True when nothing went wrong. The agent outlives whatever does.
function attempt(act) {
  try {
    act();
    return true;
  } catch (error) {
    return false;
  }
}

main();
