// A Frontol register of our own, as far as public scenarios show its object model. JScript, run by cscript:
//     cscript //nologo till.js scenario.js sale.js
// Collections are cursors as in Frontol: set `index`, read the fields of the same object. JScript (ES3) cannot make
// such objects, so they are VBScript classes. What happens is written to stdout as `name<TAB>text`, ASCII with \u.

// ---- what is seen from outside ----

function say(name, text) {
  WScript.Echo(name + "\t" + String(text).replace(/\\/g, "\\\\").replace(/[^ -~]/g, function (letter) {
    var code = letter.charCodeAt(0).toString(16);
    return "\\u" + "0000".substring(code.length) + code;
  }));
}

function readText(path) {
  var files = new ActiveXObject("Scripting.FileSystemObject"), stream = files.OpenTextFile(path, 1), text = stream.ReadAll();
  stream.Close();
  return text;
}

// ---- cursors ----

var script = new ActiveXObject("MSScriptControl.ScriptControl");
script.Language = "VBScript";

function define(name, values, objects) {
  var code = ["Class " + name, "Private at", "Private rows", "Public Sub Over(r)", "Set rows = r", "at = 1", "End Sub",
    "Public Property Get count", "count = rows.count()", "End Property", "Public Property Get index", "index = at",
    "End Property", "Public Property Let index(v)", "at = v", "End Property"], place;
  for (place = 0; place < values.length; place++) {
    code.push("Public Property Get " + values[place], values[place] + " = rows.field(at, \"" + values[place] + "\")", "End Property");
  }
  for (place = 0; place < objects.length; place++) {
    code.push("Public Property Get " + objects[place], "Set " + objects[place] + " = rows.field(at, \"" + objects[place] + "\")", "End Property");
  }
  code.push("End Class", "Function Make" + name + "()", "Set Make" + name + " = New " + name, "End Function");
  script.AddCode(code.join("\r\n"));
}

define("Positions", ["id", "number", "storno", "quantity", "price", "priceWithDiscs", "sum", "sumWithDiscs", "totalSum",
  "totalSumDiscount", "barcode"], ["ware"]);
define("Payments", ["sumInBaseCurrency"], ["type"]);
define("Cards", ["value", "type"], []);

function cursor(made, list) {
  made.Over({
    count: function () { return list.length; },
    field: function (at, name) { return list[at - 1][name]; }
  });
  return made;
}

// ---- the object model ----

var Icon = { Error: 1, Question: 2, Warning: 3, Information: 4 }, Button = { YesNo: 1 }, DialogResult = { Yes: 6, No: 7 };
var VETO = { veto: true };

function Values() {
  var kept = {};
  this.get = function (name) { return kept["." + name] === undefined ? "" : kept["." + name]; };
  this.set = function (name, value) {
    if (typeof value !== "string") { throw new Error("a user value is a string"); }
    kept["." + name] = value;
  };
  this.remove = function (name) { delete kept["." + name]; };
  this.clear = function () { kept = {}; };
}

var KINDS = {
  1: { code: 1, name: "cash", text: "cash", operation: 0 }, 2: { code: 2, name: "card", text: "card", operation: 1 },
  7: { code: 7, name: "points", text: "points", operation: 7 }
};

function Document(number, operation) {
  var document = this, lines = [], payments = [], cards = [];
  this.lines = lines;
  this.payments = payments;
  this.cards = cards;
  this.number = number;
  this.sessionNumber = 3;
  this.type = { code: operation, name: "", operation: operation };
  this.userValues = new Values();
  this.baseDocument = null;
  this.position = cursor(script.CodeObject.MakePositions(), lines);
  this.payment = cursor(script.CodeObject.MakePayments(), payments);
  this.nonFiscalPayment = cursor(script.CodeObject.MakePayments(), []);
  this.card = cursor(script.CodeObject.MakeCards(), cards);
  this.totalSum = 0;
  this.recalculateAllDiscounts = function () {
    var place, line;
    document.totalSum = 0;
    for (place = 0; place < lines.length; place++) {
      line = lines[place];
      document.position.index = place + 1;
      line.totalSumDiscount = line.storno || !till.hasAction ? 0 : posGatewayDiscount(document.position);
      line.totalSum = round(line.sum - line.totalSumDiscount);
      line.sumWithDiscs = line.totalSum;
      if (!line.storno) { document.totalSum = round(document.totalSum + line.totalSum); }
    }
  };
  this.addPayment = function (code, sum) {
    if (till.refusesPayments) { throw new Error("the register took no payment"); }
    var row = { type: KINDS[code], sumInBaseCurrency: sum };
    if (!fire("addPayment", true, row)) { return; }
    payments.push(row);
    fire("addPayment", false, row);
  };
}

function round(sum) { return Math.round(sum * 100) / 100; }

var handlers = {};
var frontol = {
  currentDocument: null, codeWorkplace: 2, shopNumber: 1, sessionNumber: 3, currentUser: { code: 1, name: "1" },
  userValues: new Values(),
  addEventListener: function (event, name, before) {
    var key = event + (before ? ".before" : ".after");
    (handlers[key] = handlers[key] || []).push(name);
  },
  actions: {
    showMessage: function (text, flags, seconds) { say("message", text); return DialogResult.Yes; },
    showError: function (text) { say("error", text); throw VETO; },
    cancel: function () { throw VETO; },
    wait: function () { },
    inputString: function (caption, value, longest) {
      say("asked", caption + " [" + value + "]");
      var next = till.typed.length ? till.typed.shift() : null;
      return typeof next === "function" ? next() : next;
    },
    selectString: function (caption, texts, keys) {
      say("asked", caption + " [" + texts.replace(/\n/g, "|") + "]");
      return till.chosen.length ? till.chosen.shift() : null;
    }
  }
};

// False when a handler forbade it. An error of a handler is what a cashier would see as a broken scenario.
function fire(event, before, argument) {
  var names = handlers[event + (before ? ".before" : ".after")] || [], place;
  try {
    for (place = 0; place < names.length; place++) { eval(names[place])(argument); }
  } catch (error) {
    if (error === VETO) { say("vetoed", event); return false; }
    say("broken", event + ": " + error.message);
  }
  return true;
}

// ---- what a cashier does ----

var till = {
  typed: [], chosen: [], codes: "", told: 0, hasAction: true, refusesPayments: false, last: 0,
  start: function () { handlers = {}; init(); },
  open: function (operation, base) {
    frontol.currentDocument = new Document(till.last = till.last + 1, operation || 0);
    frontol.currentDocument.baseDocument = base || null;
    fire("openDocument", false);
    return frontol.currentDocument;
  },
  scan: function (code, price, quantity) {
    var document = frontol.currentDocument || till.open(), many = quantity || 1, sum = round(price * many);
    var line = { id: 100 + document.lines.length, number: document.lines.length + 1, storno: 0, quantity: many, price: price,
      priceWithDiscs: price, sum: sum, sumWithDiscs: sum, totalSum: sum, totalSumDiscount: 0, barcode: "",
      ware: { code: code, mark: "A-" + code, name: "", text: "\u0422\u043e\u0432\u0430\u0440 " + code, minPrice: 0 } };
    if (!fire("addPosition", true, line)) { return; }
    document.lines.push(line);
    document.totalSum = round(document.totalSum + sum);
    fire("addPosition", false, line);
  },
  storno: function (number) {
    var line = frontol.currentDocument.lines[number - 1];
    line.storno = 1;
    frontol.currentDocument.totalSum = round(frontol.currentDocument.totalSum - line.totalSum);
  },
  card: function (value) {
    var card = { value: value, type: 1 };
    frontol.currentDocument.cards.push(card);
    fire("addCard", false, card);
  },
  pay: function (code, sum) { frontol.currentDocument.addPayment(code, sum); till.paid(); },
  rest: function () {
    var left = frontol.currentDocument.totalSum, place, payments = frontol.currentDocument.payments;
    for (place = 0; place < payments.length; place++) { left -= payments[place].sumInBaseCurrency; }
    return round(left);
  },
  // Cash for what is left, as often as the register asks to repeat it; then the change, then the close.
  finish: function (given) {
    var tries = 0, before;
    do {
      before = frontol.currentDocument.payments.length;
      till.pay(1, given || till.rest());
    } while (frontol.currentDocument.payments.length === before && ++tries < 3);
    if (till.rest() < 0) { frontol.currentDocument.payments.push({ type: KINDS[1], sumInBaseCurrency: till.rest() }); }
    return till.close();
  },
  paid: function () { say("total", frontol.currentDocument.totalSum.toFixed(2)); },
  unpay: function (place) {
    var row = frontol.currentDocument.payments[place - 1];
    frontol.currentDocument.payments.splice(place - 1, 1);
    fire("stornoPayment", false, row);
  },
  close: function () {
    var document = frontol.currentDocument;
    if (!fire("closeDocument", true)) { return document; }
    say("footer", document.userValues.get("posGatewaySlip"));
    fire("closeDocument", false);
    frontol.currentDocument = null;
    say("closed", document.number);
    return document;
  },
  cancel: function () {
    fire("cancelDocument", true);
    frontol.currentDocument = null;
    fire("cancelDocument", false);
    say("cancelled", "");
  },
  session: function () { fire("closeSession", false); },
  // What the customer reads out: the next code that is sent, as the loyalty server tells it under the address `codes`.
  sms: function () {
    var found = null, tries;
    for (tries = 0; tries < 100 && (found === null || found.length <= till.told); tries++) {
      if (tries) { WScript.Sleep(50); }
      var http = new ActiveXObject("WinHttp.WinHttpRequest.5.1");
      http.Open("GET", till.codes, false);
      http.Send();
      found = http.ResponseText.match(/"code": *"\d+"/g);
    }
    till.told = found.length;
    return found[till.told - 1].replace(/\D/g, "");
  },
  // How long the cashier was kept waiting by what happens inside, in milliseconds.
  timed: function (name, act) {
    var since = new Date().getTime();
    act();
    say(name, new Date().getTime() - since);
  }
};

eval(readText(WScript.Arguments(0)));
till.start();
eval(readText(WScript.Arguments(1)));
say("end", "");
