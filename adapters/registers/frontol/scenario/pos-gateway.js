// POS gateway: loyalty for Frontol 5 and 6 without the Priority API licence.
// Made by scripts/windows-scripts from pos-gateway.source.js. JScript, ES3, ASCII: safe to open, paste and load anywhere.

// ---- settings: fill in, then load this file in Frontol Administrator ----
var POS_GATEWAY = {
  url: "http://192.168.1.10:8090/frontol", // address of the gateway
  key: "CHANGE-ME",                        // access key of this register, Latin letters and digits
  outlet: "MAG-1",                         // the shop, as in the gateway's config
  register: "KASSA-1",                     // this register, as in the gateway's config
  pointsPayment: 0,                        // code of the payment kind "points"; 0: no paying with points
  askCode: false,                          // true: somebody else compares codes by SMS, ask the customer for his
  goods: "code",                           // what names goods: "code" or "mark" (article)
  waitSeconds: 1,                          // whole seconds: no answer is waited for longer
  registerSeconds: 4,                      // the same for registration: an SMS is sent meanwhile
  restSeconds: 30,                         // after silence nobody is made to wait again for so long
  messageSeconds: 20,                      // a message closes by itself after this
  slipColumns: 32,                         // width of the slip text
  folder: "C:\\ProgramData\\pos-gateway\\kept" // closed receipts that wait for the gateway
};

// ---- start: Frontol calls init() once; handlers and keys are found by name ----

function init() {
  posGatewayInit();
}

// From an init() of another scenario call this.
function posGatewayInit() {
  frontol.addEventListener("openDocument", "pgwOpened", false);
  frontol.addEventListener("addPosition", "pgwGoodsChanged", false);
  frontol.addEventListener("changePosition", "pgwGoodsChanged", false);
  frontol.addEventListener("addCard", "pgwCardAdded", false);
  frontol.addEventListener("cancelCard", "pgwCardRemoved", false);
  frontol.addEventListener("addPayment", "pgwBeforePayment", true);
  frontol.addEventListener("stornoPayment", "pgwPaymentRemoved", false);
  frontol.addEventListener("cancelDocument", "pgwBeforeCancel", true);
  frontol.addEventListener("cancelDocument", "pgwCancelled", false);
  frontol.addEventListener("closeDocument", "pgwBeforeClose", true);
  frontol.addEventListener("closeDocument", "pgwClosed", false);
  frontol.addEventListener("openSession", "pgwSession", false);
  frontol.addEventListener("closeSession", "pgwSession", false);
  pgwTry(function () { pgwSendKept(3000); });
}

// ---- what the cashier reads ----

var PGW_TEXT = {
  title: "\u041f\u0440\u043e\u0433\u0440\u0430\u043c\u043c\u0430 \u043b\u043e\u044f\u043b\u044c\u043d\u043e\u0441\u0442\u0438",
  noDocument: "\u0421\u043d\u0430\u0447\u0430\u043b\u0430 \u0434\u043e\u0431\u0430\u0432\u044c\u0442\u0435 \u0442\u043e\u0432\u0430\u0440 \u0432 \u0447\u0435\u043a",
  phone: "\u0422\u0435\u043b\u0435\u0444\u043e\u043d \u043f\u043e\u043a\u0443\u043f\u0430\u0442\u0435\u043b\u044f",
  coupon: "\u041d\u043e\u043c\u0435\u0440 \u043a\u0443\u043f\u043e\u043d\u0430 \u0438\u043b\u0438 \u043f\u0440\u043e\u043c\u043e\u043a\u043e\u0434",
  away: "\u0428\u043b\u044e\u0437 \u043b\u043e\u044f\u043b\u044c\u043d\u043e\u0441\u0442\u0438 \u043d\u0435 \u043e\u0442\u0432\u0435\u0447\u0430\u0435\u0442: \u043f\u0440\u043e\u0434\u0430\u0432\u0430\u0439\u0442\u0435 \u043a\u0430\u043a \u043e\u0431\u044b\u0447\u043d\u043e, \u0431\u0430\u043b\u043b\u044b \u0437\u0430 \u043f\u043e\u043a\u0443\u043f\u043a\u0443 \u0431\u0443\u0434\u0443\u0442 \u043d\u0430\u0447\u0438\u0441\u043b\u0435\u043d\u044b",
  noPoints: "\u0421\u043f\u0438\u0441\u0430\u0442\u044c \u0431\u0430\u043b\u043b\u044b \u0441\u0435\u0439\u0447\u0430\u0441 \u043d\u0435\u043b\u044c\u0437\u044f, \u043f\u0440\u0438\u043c\u0438\u0442\u0435 \u0434\u0440\u0443\u0433\u0443\u044e \u043e\u043f\u043b\u0430\u0442\u0443",
  pointsOff: "\u041e\u043f\u043b\u0430\u0442\u0430 \u0431\u0430\u043b\u043b\u0430\u043c\u0438 \u043d\u0430 \u044d\u0442\u043e\u0439 \u043a\u0430\u0441\u0441\u0435 \u043d\u0435 \u043d\u0430\u0441\u0442\u0440\u043e\u0435\u043d\u0430",
  pointsByKey: "\u0411\u0430\u043b\u043b\u044b \u0441\u043f\u0438\u0441\u044b\u0432\u0430\u044e\u0442\u0441\u044f \u043a\u043d\u043e\u043f\u043a\u043e\u0439 \u00ab\u0421\u043f\u0438\u0441\u0430\u0442\u044c \u0431\u0430\u043b\u043b\u044b\u00bb",
  points: "\u0421\u043a\u043e\u043b\u044c\u043a\u043e \u0431\u0430\u043b\u043b\u043e\u0432 \u0441\u043f\u0438\u0441\u0430\u0442\u044c, \u043d\u0435 \u0431\u043e\u043b\u044c\u0448\u0435 ",
  notANumber: "\u0412\u0432\u0435\u0434\u0438\u0442\u0435 \u0447\u0438\u0441\u043b\u043e \u0431\u043e\u043b\u044c\u0448\u0435 \u043d\u0443\u043b\u044f \u0438 \u043d\u0435 \u0431\u043e\u043b\u044c\u0448\u0435 ",
  notAdded: "\u041a\u0430\u0441\u0441\u0430 \u043d\u0435 \u043f\u0440\u0438\u043d\u044f\u043b\u0430 \u043e\u043f\u043b\u0430\u0442\u0443 \u0431\u0430\u043b\u043b\u0430\u043c\u0438, \u0431\u0430\u043b\u043b\u044b \u0432\u043e\u0437\u0432\u0440\u0430\u0449\u0430\u044e\u0442\u0441\u044f \u043f\u043e\u043a\u0443\u043f\u0430\u0442\u0435\u043b\u044e",
  code: "\u041a\u043e\u0434 \u0438\u0437 SMS \u043f\u043e\u043a\u0443\u043f\u0430\u0442\u0435\u043b\u044f",
  wrongCode: "\u041a\u043e\u0434 \u043d\u0435 \u043f\u043e\u0434\u043e\u0448\u0451\u043b, \u043f\u043e\u0432\u0442\u043e\u0440\u0438\u0442\u0435",
  newPhone: "\u0422\u0435\u043b\u0435\u0444\u043e\u043d \u043d\u043e\u0432\u043e\u0433\u043e \u0443\u0447\u0430\u0441\u0442\u043d\u0438\u043a\u0430",
  unsaid: "\u043d\u0435 \u0443\u043a\u0430\u0437\u0430\u043d\u043e",
  notRegistered: "\u041f\u043e\u043a\u0443\u043f\u0430\u0442\u0435\u043b\u044c \u043d\u0435 \u0437\u0430\u0440\u0435\u0433\u0438\u0441\u0442\u0440\u0438\u0440\u043e\u0432\u0430\u043d: \u0448\u043b\u044e\u0437 \u043b\u043e\u044f\u043b\u044c\u043d\u043e\u0441\u0442\u0438 \u043d\u0435 \u043e\u0442\u0432\u0435\u0447\u0430\u0435\u0442, \u043f\u043e\u043f\u0440\u043e\u0431\u0443\u0439\u0442\u0435 \u0435\u0449\u0451 \u0440\u0430\u0437",
  total: "\u0421\u043a\u0438\u0434\u043a\u0438 \u0440\u0430\u0441\u0441\u0447\u0438\u0442\u0430\u043d\u044b. \u041a \u043e\u043f\u043b\u0430\u0442\u0435: ",
  payAgain: "\n\u041f\u043e\u0432\u0442\u043e\u0440\u0438\u0442\u0435 \u043e\u043f\u043b\u0430\u0442\u0443",
  notApplied: "\u0421\u043a\u0438\u0434\u043a\u0438 \u043b\u043e\u044f\u043b\u044c\u043d\u043e\u0441\u0442\u0438 \u043d\u0435 \u043f\u0440\u0438\u043c\u0435\u043d\u0438\u043b\u0438\u0441\u044c: \u043f\u0440\u043e\u0432\u0435\u0440\u044c\u0442\u0435 \u043c\u0430\u0440\u043a\u0435\u0442\u0438\u043d\u0433\u043e\u0432\u0443\u044e \u0430\u043a\u0446\u0438\u044e \u0441 \u0444\u0443\u043d\u043a\u0446\u0438\u0435\u0439 posGatewayDiscount",
  notKept: "\u0427\u0435\u043a \u043d\u0435 \u043f\u0435\u0440\u0435\u0434\u0430\u043d \u0448\u043b\u044e\u0437\u0443 \u0438 \u043d\u0435 \u0441\u043e\u0445\u0440\u0430\u043d\u0451\u043d \u043d\u0430 \u0434\u0438\u0441\u043a: \u0441\u043e\u043e\u0431\u0449\u0438\u0442\u0435 \u0430\u0434\u043c\u0438\u043d\u0438\u0441\u0442\u0440\u0430\u0442\u043e\u0440\u0443",
  checkAway: "\u0428\u043b\u044e\u0437 \u043d\u0435 \u043e\u0442\u0432\u0435\u0447\u0430\u0435\u0442. \u041f\u0440\u043e\u0432\u0435\u0440\u044c\u0442\u0435 url \u0432 \u043d\u0430\u0441\u0442\u0440\u043e\u0439\u043a\u0430\u0445 \u0441\u0446\u0435\u043d\u0430\u0440\u0438\u044f \u0438 \u0447\u0442\u043e \u0448\u043b\u044e\u0437 \u0437\u0430\u043f\u0443\u0449\u0435\u043d: ",
  checkFolder: "\u041d\u0435 \u043f\u043e\u043b\u0443\u0447\u0430\u0435\u0442\u0441\u044f \u0437\u0430\u043f\u0438\u0441\u0430\u0442\u044c \u0444\u0430\u0439\u043b. \u041f\u0440\u043e\u0432\u0435\u0440\u044c\u0442\u0435 folder \u0432 \u043d\u0430\u0441\u0442\u0440\u043e\u0439\u043a\u0430\u0445 \u0441\u0446\u0435\u043d\u0430\u0440\u0438\u044f: ",
  checkRefused: "\u0428\u043b\u044e\u0437 \u043e\u0442\u0432\u0435\u0447\u0430\u0435\u0442, \u043d\u043e \u043e\u0442\u043a\u0430\u0437\u044b\u0432\u0430\u0435\u0442: ",
  checkRight: "\u0412\u0441\u0451 \u0432 \u043f\u043e\u0440\u044f\u0434\u043a\u0435, \u0448\u043b\u044e\u0437 \u043e\u0442\u0432\u0435\u0442\u0438\u043b: "
};

// ---- receipts under way: by their id, as one may be put aside for another ----

var PGW_UID = "posGatewayUid", PGW_LINES = "posGatewayLines", PGW_SLIP = "posGatewaySlip";
var PGW_SLOTS = 5000; // receipts kept at most: weeks without the gateway
var pgwStates = {}, pgwRestUntil = 0, pgwAdding = false, pgwApplying = false, pgwCancelling = null, pgwRefused = {}, pgwApplicant = {};

function pgwState(document) {
  var uid = document.userValues.get(PGW_UID);
  if (!uid) {
    uid = pgwNewId();
    document.userValues.set(PGW_UID, uid);
  }
  if (!pgwStates["." + uid]) {
    pgwStates["." + uid] = {
      uid: uid, card: pgwLastCard(document), phone: "", coupons: [], basket: "", tried: "", discounts: {}, available: 0,
      code: "", proven: "", points: 0, owed: "", toldAway: false, toldNotApplied: false, answer: null
    };
  }
  return pgwStates["." + uid];
}

function pgwForget(state) {
  delete pgwStates["." + state.uid];
}

function pgwNewId() {
  return [POS_GATEWAY.register, new Date().getTime().toString(36), Math.floor(Math.random() * 2e9).toString(36)].join("-");
}

function pgwLastCard(document) {
  var value = "";
  pgwTry(function () {
    var cards = document.card;
    if (cards.count > 0) {
      cards.index = cards.count;
      value = String(cards.value);
    }
  });
  return value;
}

function pgwIsSale(document) { return Number(document.type.operation) === 0; }

function pgwIsRefund(document) { return Number(document.type.operation) === 1; }

function pgwCurrent() {
  return frontol.currentDocument || null;
}

// ---- events ----

function pgwOpened() {
  pgwTry(function () {
    frontol.userValues.remove(PGW_SLIP);
    pgwSendKept(1000);
  });
}

// Discounts of another basket are taken back at once; new ones are asked for before payment.
function pgwGoodsChanged() {
  pgwTry(function () {
    var document = pgwCurrent();
    if (pgwApplying || document === null || !pgwIsSale(document)) { return; }
    var state = pgwState(document);
    if (state.tried === pgwBasket(document, state)) { return; }
    state.tried = "";
    state.basket = "";
    pgwApply(document, state, {});
  });
}

function pgwCardAdded(card) {
  pgwTry(function () {
    var document = pgwCurrent();
    if (document === null || !pgwIsSale(document)) { return; }
    var state = pgwState(document);
    state.card = card && card.value ? String(card.value) : pgwLastCard(document);
    pgwAnother(state);
    pgwIdentify(document, state);
  });
}

function pgwCardRemoved() {
  pgwTry(function () {
    var document = pgwCurrent();
    if (document === null) { return; }
    pgwState(document).card = pgwLastCard(document);
    pgwAnother(pgwState(document));
  });
}

// The only handler that may stop something: one payment, so that the cashier sees the new total first.
function pgwBeforePayment(payment) {
  var verdict = "";
  pgwTry(function () {
    var document = pgwCurrent();
    if (document === null || !pgwIsSale(document) || pgwAdding) { return; }
    if (pgwIsPoints(payment)) { verdict = "key"; return; }
    if (pgwPriceFirst(document, pgwState(document))) { verdict = "again"; }
  });
  if (verdict === "key") {
    pgwMessage(PGW_TEXT.pointsByKey);
    frontol.actions.cancel();
  }
  if (verdict === "again") { frontol.actions.cancel(); }
}

function pgwPaymentRemoved(payment) {
  pgwTry(function () {
    var document = pgwCurrent();
    if (document !== null && pgwIsPoints(payment)) { pgwGiveBack(document, pgwState(document)); }
  });
}

// What the receipt is to remember must be there before it is closed.
function pgwBeforeClose() {
  pgwTry(function () {
    var document = pgwCurrent();
    if (document === null || !pgwIsSale(document)) { return; }
    pgwState(document);
    document.userValues.set(PGW_LINES, pgwLines(document));
  });
}

// After a receipt is cancelled its document may be gone: what has to be given back is written down before.
function pgwBeforeCancel() {
  pgwCancelling = null;
  pgwTry(function () {
    var document = pgwCurrent();
    if (document === null) { return; }
    var state = pgwState(document);
    pgwCancelling = { state: state, body: state.points > 0 ? pgwBody(pgwHead(document, state, "cancelBonusPayment")) : "" };
  });
}

function pgwCancelled() {
  pgwTry(function () {
    if (pgwCancelling === null) { return; }
    var cancelled = pgwCancelling;
    pgwCancelling = null;
    pgwForget(cancelled.state);
    if (cancelled.body) { pgwDeliver("document", cancelled.body); }
  });
}

function pgwClosed() {
  pgwTry(function () {
    var document = pgwCurrent();
    if (document === null || !(pgwIsSale(document) || pgwIsRefund(document))) { return; }
    var state = pgwState(document);
    var answer = pgwDeliver("document", pgwBody(pgwClose(document, state)));
    pgwForget(state);
    document.userValues.remove(PGW_SLIP);
    if (answer !== null) {
      frontol.userValues.set(PGW_SLIP, pgwSlip(answer));
      pgwTell(answer);
    }
    pgwSendKept(1000);
  });
}

function pgwSession() {
  pgwTry(function () {
    pgwRestUntil = 0;
    pgwSendKept(5000);
  });
}

// ---- keys: bind each to a button or a key in Frontol Administrator ----

function posGatewayPhone() {
  pgwTry(function () {
    var document = pgwCurrent();
    if (document === null) { pgwMessage(PGW_TEXT.noDocument); return; }
    var state = pgwState(document), phone = pgwInput(PGW_TEXT.phone, state.phone, 20);
    if (phone === null) { return; }
    state.phone = phone;
    pgwAnother(state);
    pgwRestUntil = 0;
    if (state.phone) { pgwIdentify(document, state); }
  });
}

function posGatewayCoupon() {
  pgwTry(function () {
    var document = pgwCurrent();
    if (document === null) { pgwMessage(PGW_TEXT.noDocument); return; }
    var coupon = pgwInput(PGW_TEXT.coupon, "", 40);
    if (!coupon) { return; }
    pgwState(document).coupons.push(coupon);
    posGatewayCalculate();
  });
}

function posGatewayCalculate() {
  pgwTry(function () {
    var document = pgwCurrent();
    if (document === null) { pgwMessage(PGW_TEXT.noDocument); return; }
    pgwRestUntil = 0;
    var state = pgwState(document), total = pgwCalculate(document, state);
    if (total === null) { state.toldAway = false; pgwTellAway(state); return; }
    pgwTell(state.answer, PGW_TEXT.total + pgwMoney(total));
  });
}

function posGatewayPoints() {
  pgwTry(function () {
    var document = pgwCurrent(), amount;
    if (document === null) { pgwMessage(PGW_TEXT.noDocument); return; }
    if (!POS_GATEWAY.pointsPayment) { pgwMessage(PGW_TEXT.pointsOff); return; }
    var state = pgwState(document);
    pgwRestUntil = 0;
    if (!pgwSettled(state) || !pgwPriced(document, state)) { pgwMessage(PGW_TEXT.noPoints); return; }
    if (!(state.available > 0)) { pgwTell(state.answer, PGW_TEXT.noPoints); return; }
    amount = pgwAskAmount(state.available);
    if (amount > 0 && pgwProve(state)) { pgwSpend(document, state, amount); }
  });
}

// A new participant. Where a sale is open, it is his.
function posGatewayRegister() {
  if (!pgwTry(function () {
    var document = pgwCurrent(), state = document !== null && pgwIsSale(document) ? pgwState(document) : null;
    var phone = pgwInput(PGW_TEXT.newPhone, pgwApplicant.phone || (state === null ? "" : state.phone), 20);
    pgwRestUntil = 0;
    if (!phone || !pgwRegister(phone) || state === null) { return; }
    state.phone = phone;
    pgwAnother(state);
  })) { pgwMessage(PGW_TEXT.notRegistered); }
}

// Frontol asks this function for the discount of a line, in money: a marketing action names it.
function posGatewayDiscount(position) {
  var sum = 0;
  pgwTry(function () {
    var document = pgwCurrent();
    if (document === null) { return; }
    var state = pgwStates["." + document.userValues.get(PGW_UID)];
    sum = state ? state.discounts["." + pgwIndex(position || document.position)] || 0 : 0;
  });
  return sum;
}

// ---- customer and prices ----

// Whatever was proven or priced was another customer's.
function pgwAnother(state) {
  state.code = "";
  state.proven = "";
  state.basket = "";
}

function pgwIdentify(document, state) {
  var answer = pgwAsk("client", pgwBody(pgwHead(document, state, "")));
  if (answer === null) { pgwTellAway(state); return; }
  pgwTell(answer);
}

// Whether prices changed under the cashier's hands; each basket is asked for once.
function pgwPriceFirst(document, state) {
  var before = pgwTotal(document), total;
  if (state.tried === pgwBasket(document, state)) { return false; }
  total = pgwCalculate(document, state);
  if (total === null) { pgwTellAway(state); return false; }
  if (pgwSame(total, before)) { return false; }
  pgwTell(state.answer, PGW_TEXT.total + pgwMoney(total) + PGW_TEXT.payAgain);
  return true;
}

function pgwPriced(document, state) {
  return state.basket === pgwBasket(document, state) || pgwCalculate(document, state) !== null;
}

// The new total, or null when there was no answer. Sums are read without our own discounts and sent so.
function pgwCalculate(document, state) {
  var answer, discounts;
  state.tried = pgwBasket(document, state);
  state.basket = "";
  state.available = 0;
  pgwApply(document, state, {});
  answer = pgwAsk("document", pgwBody(pgwGoods(document, state, "calculate")));
  discounts = pgwDiscounts(answer, document);
  state.answer = answer;
  if (answer === null || answer[".code"] !== "0" || discounts === null) { return null; }
  state.basket = state.tried;
  state.available = pgwNumber(answer[".client.availableAmount"]) || 0;
  state.code = answer[".client.validationCode"] || state.code;
  document.userValues.set(PGW_SLIP, pgwSlip(answer));
  pgwApply(document, state, discounts);
  return pgwTotal(document);
}

function pgwApply(document, state, discounts) {
  var before = pgwTotal(document), had = pgwSum(state.discounts), owed = pgwSum(discounts);
  if (had.lines === 0 && owed.lines === 0) { return; }
  state.discounts = discounts;
  pgwApplying = true;
  pgwTry(function () { document.recalculateAllDiscounts(); });
  pgwApplying = false;
  if (owed.lines > 0 && !pgwSame(pgwTotal(document), before + had.sum - owed.sum) && !state.toldNotApplied) {
    state.toldNotApplied = true;
    pgwMessage(PGW_TEXT.notApplied);
  }
}

function pgwSum(discounts) {
  var found = { lines: 0, sum: 0 }, name;
  for (name in discounts) {
    found.lines++;
    found.sum += discounts[name];
  }
  return found;
}

// Discounts by line; null when they cannot be those of this receipt.
function pgwDiscounts(answer, document) {
  var found = {}, lines = {}, right = true, place, index, sum;
  if (answer === null) { return null; }
  pgwEachLine(document, function (line) { lines["." + pgwIndex(line)] = pgwLineTotal(line); });
  for (place = 0; answer[".document.positions." + place + ".index"] !== undefined; place++) {
    index = "." + answer[".document.positions." + place + ".index"];
    sum = pgwNumber(answer[".document.positions." + place + ".discountAmount"]);
    if (lines[index] === undefined || sum === null || sum > lines[index] + 0.001) { right = false; }
    found[index] = sum;
  }
  return right ? found : null;
}

// ---- points ----

function pgwIsPoints(payment) {
  return !!POS_GATEWAY.pointsPayment && !!payment && String(payment.type.code) === String(POS_GATEWAY.pointsPayment);
}

function pgwAskAmount(available) {
  var typed = pgwInput(PGW_TEXT.points + pgwMoney(available), pgwMoney(available), 12);
  if (typed === null) { return 0; }
  var amount = pgwNumber(typed.replace(",", "."));
  if (amount === null || amount <= 0 || amount > available) {
    pgwMessage(PGW_TEXT.notANumber + pgwMoney(available));
    return 0;
  }
  return amount;
}

// The code that the customer got by SMS, when one is needed: compared here, as a Priority till does, where the
// gateway tells it; else passed on.
function pgwProve(state) {
  if (state.code ? state.proven === state.code : !POS_GATEWAY.askCode) { return true; }
  var typed = pgwInput(PGW_TEXT.code, "", 20);
  if (typed === null) { return false; }
  if (state.code && typed !== state.code) { pgwMessage(PGW_TEXT.wrongCode); return false; }
  state.proven = typed;
  return true;
}

function pgwSpend(document, state, amount) {
  var rows = pgwGoods(document, state, "payByBonus");
  rows.push(["payment.type", "bonus"], ["payment.mode", "nonFiscal"], ["payment.amount", pgwMoney(amount)]);
  var answer = pgwAsk("document", pgwBody(rows));
  if (answer === null) { // it may have been done: give back whatever was taken
    pgwGiveBack(document, state);
    pgwMessage(PGW_TEXT.noPoints);
    return;
  }
  if (answer[".code"] !== "0") { pgwTell(answer); return; }
  state.points = amount;
  if (!pgwAddPayment(document, amount)) {
    pgwGiveBack(document, state);
    pgwMessage(PGW_TEXT.notAdded);
    return;
  }
  pgwTell(answer);
}

function pgwAddPayment(document, amount) {
  pgwAdding = true;
  var done = pgwTry(function () { document.addPayment(POS_GATEWAY.pointsPayment, amount, null); });
  pgwAdding = false;
  return done;
}

function pgwGiveBack(document, state) {
  state.points = 0;
  state.basket = "";
  var kept = pgwKeep("document", pgwBody(pgwHead(document, state, "cancelBonusPayment")));
  state.owed = pgwSendFile(kept) ? "" : kept;
}

// A giving back that is still to be told would undo the next spending: first the one, then the other.
function pgwSettled(state) {
  if (state.owed && pgwSendFile(state.owed)) { state.owed = ""; }
  return !state.owed;
}

// ---- registration: the gateway's questions, the code, and the answers once more; typed answers wait for the next try ----

function pgwRegister(phone) {
  var who = { phone: phone, code: "", proven: "" }, form, values, answer;
  if (pgwApplicant.phone !== phone) { pgwApplicant = { phone: phone }; }
  form = pgwEnrol("describe", who, []);
  values = form === null ? null : pgwFillIn(form);
  answer = values === null ? null : pgwEnrol("check", who, values);
  if (answer === null) { return false; }
  who.code = answer[".client.validationCode"] || "";
  answer = pgwProve(who) ? pgwEnrol("execute", who, values) : null;
  if (answer === null) { return false; }
  pgwApplicant = {};
  pgwTell(answer);
  return true;
}

// The answer, or null when there is none or it refuses: then the cashier has read why.
function pgwEnrol(action, who, values) {
  var rows = [
    ["action", action], ["dateTime", pgwTime(new Date())], ["businessUnit", POS_GATEWAY.outlet],
    ["workPlace", POS_GATEWAY.register], ["client.mobilePhone", who.phone], ["client.validationCode", who.proven]
  ], place, answer;
  for (place = 0; place < values.length; place++) {
    rows.push(["values." + place + ".name", values[place][0]], ["values." + place + ".value", values[place][1]]);
  }
  answer = pgwAsk("extra/client", pgwBody(rows), POS_GATEWAY.registerSeconds);
  if (answer === null) { pgwMessage(PGW_TEXT.notRegistered); return null; }
  if (answer[".code"] !== "0") { pgwTell(answer); return null; }
  return answer;
}

// Names and values; null when the cashier has given up.
function pgwFillIn(form) {
  var values = [], place, at, value;
  for (place = 0; form[".form.elements." + place + ".type"] !== undefined; place++) {
    at = ".form.elements." + place + ".";
    if (form[at + "type"] === "label") { pgwMessage(form[at + "text"]); continue; }
    value = form[at + "type"] === "comboBox" ? pgwChoose(form, at) : pgwType(form, at);
    if (value === null) { return null; }
    pgwApplicant["." + form[at + "name"]] = value;
    values.push([form[at + "name"], value]);
  }
  return values;
}

function pgwType(form, at) {
  return pgwInput(form[at + "text"], pgwApplicant["." + form[at + "name"]] || form[at + "default"] || "", 100);
}

function pgwChoose(form, at) {
  var texts = PGW_TEXT.unsaid + "\n", names = "-\n", place, item, chosen;
  for (place = 0; form[at + "items." + place + ".value"] !== undefined; place++) {
    item = at + "items." + place + ".";
    texts += form[item + "text"] + "\n";
    names += form[item + "value"] + "\n";
  }
  chosen = frontol.actions.selectString(form[at + "text"], texts, names);
  return chosen === null || chosen === undefined || chosen === "" ? null : String(chosen).replace(/^-$/, "");
}

// ---- requests: rows of a path and a value, see adapters/registers/frontol/plain ----

function pgwHead(document, state, action) {
  var rows = [
    ["action", action], ["type", pgwIsRefund(document) ? "refundReceipt" : "receipt"], ["dateTime", pgwTime(new Date())],
    ["businessUnit", POS_GATEWAY.outlet], ["workPlace", POS_GATEWAY.register], ["uid", state.uid],
    ["number", document.number], ["shift", document.sessionNumber]
  ];
  if (state.phone) { rows.push(["client.mobilePhone", state.phone]); }
  if (state.card) { rows.push(["client.card", state.card]); }
  if (state.proven) { rows.push(["client.validationCode", state.proven]); }
  for (var place = 0; place < state.coupons.length; place++) { rows.push(["coupons." + place, state.coupons[place]]); }
  return rows;
}

function pgwGoods(document, state, action) {
  var rows = pgwHead(document, state, action), place = 0;
  pgwEachLine(document, function (line) {
    var at = "positions." + place++ + ".";
    rows.push([at + "index", pgwIndex(line)], [at + "id", pgwGoodsId(line)], [at + "text", line.ware.text || line.ware.name],
      [at + "price", pgwMoney(line.price)], [at + "minimumPrice", pgwMoney(line.ware.minPrice || 0)],
      [at + "quantity", pgwAbsolute(line.quantity).toFixed(3)], [at + "totalAmount", pgwMoney(pgwLineTotal(line))]);
  });
  return rows;
}

// A closed sale or refund, as the customer paid it.
function pgwClose(document, state) {
  var rows = pgwGoods(document, state, "confirm");
  pgwPayments(document, rows);
  if (pgwIsRefund(document)) { pgwReference(document, rows); }
  return rows;
}

// Sums by kind: change is a negative sum of its own. In a refund Frontol may count downwards, the gateway never.
function pgwPayments(document, rows) {
  var sums = pgwPaymentSums(document), total = 0, place = 0, type, at;
  for (type in sums) { total += sums[type]; }
  for (type in sums) {
    if (pgwSame(sums[type], 0)) { continue; }
    at = "payments." + place++ + ".";
    rows.push([at + "type", type], [at + "mode", type === "bonus" ? "nonFiscal" : "fiscal"],
      [at + "amount", pgwMoney(total < 0 ? -sums[type] : sums[type])]);
  }
}

function pgwPaymentSums(document) {
  var sums = { cash: 0, creditCard: 0, other: 0, bonus: 0 };
  pgwEachPayment(document.payment, function (payment) {
    sums[pgwPaymentType(payment)] += Number(payment.sumInBaseCurrency);
  });
  if (sums.bonus === 0) {
    pgwTry(function () {
      pgwEachPayment(document.nonFiscalPayment, function (payment) {
        if (pgwIsPoints(payment)) { sums.bonus += Number(payment.sumInBaseCurrency); }
      });
    });
  }
  return sums;
}

function pgwEachPayment(payments, visit) {
  for (var place = 1; place <= payments.count; place++) {
    payments.index = place;
    visit(payments);
  }
}

// Operation of a payment kind: 0 cash, 1 bank card.
function pgwPaymentType(payment) {
  if (pgwIsPoints(payment)) { return "bonus"; }
  return { 0: "cash", 1: "creditCard" }[Number(payment.type.operation)] || "other";
}

// Lines of the sale, kept with it, so that a refund can say which of them comes back.
function pgwLines(document) {
  var found = [];
  pgwEachLine(document, function (line) { found.push(pgwIndex(line) + "=" + encodeURIComponent(pgwGoodsId(line))); });
  return found.join(" ");
}

function pgwReference(document, rows) {
  var base = document.baseDocument, place = 0;
  if (!base || !base.userValues.get(PGW_UID)) { return; }
  rows.push(["referenceUid", base.userValues.get(PGW_UID)]);
  var sold = base.userValues.get(PGW_LINES).split(" ");
  pgwEachLine(document, function (line) {
    var index = pgwTake(sold, encodeURIComponent(pgwGoodsId(line)));
    if (index) { rows.push(["positions." + place + ".referenceIndex", index]); }
    place++;
  });
}

function pgwTake(sold, goods) {
  var place, parts;
  for (place = 0; place < sold.length; place++) {
    parts = sold[place].split("=");
    if (parts[1] === goods) {
      sold.splice(place, 1);
      return parts[0];
    }
  }
  return "";
}

function pgwBody(rows) {
  var text = "pos-gateway 1\n", place, value;
  for (place = 0; place < rows.length; place++) {
    value = rows[place][1];
    if (value !== null && value !== undefined && value !== "") { text += rows[place][0] + "\t" + pgwEscape(value) + "\n"; }
  }
  return text + "end\n";
}

function pgwEscape(value) {
  return String(value).replace(/\\/g, "\\\\").replace(/\t/g, "\\t").replace(/\n/g, "\\n").replace(/\r/g, "\\r");
}

// ---- answers: members by their path after a point; null for what is cut or not the gateway's ----

function pgwParse(text) {
  var lines = String(text).split("\n"), answer = {}, last = lines.length - 2, place, tab;
  if (lines[0] !== "pos-gateway 1" || lines[last] !== "end" || lines[last + 1] !== "") { return null; }
  for (place = 1; place < last; place++) {
    tab = lines[place].indexOf("\t");
    if (tab < 1) { return null; }
    answer["." + lines[place].substring(0, tab)] = pgwUnescape(lines[place].substring(tab + 1));
  }
  return /^-?\d{1,9}$/.test(answer[".code"] || "") ? answer : null;
}

function pgwUnescape(value) {
  return value.replace(/\\(.)/g, function (all, letter) {
    return { t: "\t", n: "\n", r: "\r", "\\": "\\" }[letter] || all;
  });
}

function pgwNumber(text) {
  return /^-?\d{1,9}(\.\d{1,2})?$/.test(text || "") ? Number(text) : null;
}

// ---- network: asynchronous inside, so that a slow or dripping answer never holds the till longer than waitSeconds ----

// WinHttpRequest and not ServerXMLHTTP: only the first bounds the whole answer, the other each of its pieces.
// With `seconds` the cashier has asked for something slow: nobody else rests because of it.
function pgwAsk(resource, body, seconds) {
  if (new Date().getTime() < pgwRestUntil) { return null; }
  var answer = null, patience = seconds || POS_GATEWAY.waitSeconds, limit = patience * 1000;
  pgwTry(function () {
    var http = new ActiveXObject("WinHttp.WinHttpRequest.5.1");
    http.Open("POST", POS_GATEWAY.url + "/plain/" + resource, true);
    http.SetTimeouts(limit, limit, limit, limit);
    http.SetRequestHeader("Content-Type", "text/plain; charset=utf-8");
    http.SetRequestHeader("Authorization", "Bearer " + POS_GATEWAY.key);
    http.Send(body);
    if (http.WaitForResponse(patience)) {
      answer = pgwParse(http.ResponseText);
    } else {
      http.Abort();
    }
  });
  if (!seconds) { pgwRestUntil = answer === null ? new Date().getTime() + POS_GATEWAY.restSeconds * 1000 : 0; }
  return answer;
}

// ---- what must not be lost: on disk first, sent then, taken away once it is answered; repeats do no harm ----

function pgwDeliver(resource, body) {
  var kept = pgwKeep(resource, body), answer = pgwAsk(resource, body);
  if (answer !== null && answer[".code"] === "0") {
    pgwRemove(kept);
  } else if (!kept) {
    pgwMessage(PGW_TEXT.notKept);
  }
  return answer;
}

// The file's path; empty when the disk took nothing. A file appears whole or not at all. Files are numbered slots: the
// folder is read by number, as not every script host can list one.
function pgwKeep(resource, body) {
  var path = "";
  pgwTry(function () {
    var files = new ActiveXObject("Scripting.FileSystemObject"), half = POS_GATEWAY.folder + ".tmp", slot = 1;
    pgwMakeFolder(files, POS_GATEWAY.folder);
    var stream = files.CreateTextFile(half, true, true);
    stream.Write(resource + "\n" + body);
    stream.Close();
    while (slot < PGW_SLOTS && files.FileExists(pgwSlot(slot))) { slot++; }
    files.MoveFile(half, pgwSlot(slot));
    path = pgwSlot(slot);
  });
  return path;
}

function pgwSlot(slot) { return POS_GATEWAY.folder + "\\" + slot + ".txt"; }

function pgwMakeFolder(files, folder) {
  if (!folder || files.FolderExists(folder)) { return; }
  pgwMakeFolder(files, files.GetParentFolderName(folder));
  files.CreateFolder(folder);
}

// Until the time is over or the gateway is silent. What it refuses waits for Frontol's next start.
function pgwSendKept(milliseconds) {
  var until = new Date().getTime() + milliseconds, paths = pgwKeptFiles(), place;
  for (place = 0; place < paths.length && new Date().getTime() < until && new Date().getTime() >= pgwRestUntil; place++) {
    if (!pgwRefused[paths[place]]) { pgwSendFile(paths[place]); }
  }
}

function pgwKeptFiles() {
  var files = new ActiveXObject("Scripting.FileSystemObject"), paths = [], slot, count;
  if (!files.FolderExists(POS_GATEWAY.folder)) { return paths; }
  count = files.GetFolder(POS_GATEWAY.folder).Files.Count;
  for (slot = 1; slot <= PGW_SLOTS && paths.length < count; slot++) {
    if (files.FileExists(pgwSlot(slot))) { paths.push(pgwSlot(slot)); }
  }
  return paths;
}

// True once it need not be sent any more.
function pgwSendFile(path) {
  if (!path) { return true; }
  var files = new ActiveXObject("Scripting.FileSystemObject"), text = "", answer;
  if (!files.FileExists(path)) { return true; }
  if (!pgwTry(function () {
    var stream = files.OpenTextFile(path, 1, false, -1);
    text = stream.ReadAll();
    stream.Close();
  })) { return false; }
  answer = pgwAsk(text.substring(0, text.indexOf("\n")), text.substring(text.indexOf("\n") + 1));
  if (answer === null) { return false; }
  if (answer[".code"] !== "0") { pgwRefused[path] = true; return false; }
  return pgwRemove(path);
}

function pgwRemove(path) {
  return path === "" || pgwTry(function () { new ActiveXObject("Scripting.FileSystemObject").DeleteFile(path, true); });
}

// ---- the slip: text for a receipt template, see the README beside this file ----

function pgwSlip(answer) {
  var lines = [], paper, row, at;
  for (paper = 0; answer[".printingInformation." + paper + ".0.type"] !== undefined; paper++) {
    for (row = 0; answer[".printingInformation." + paper + "." + row + ".type"] !== undefined; row++) {
      at = ".printingInformation." + paper + "." + row + ".";
      lines.push(pgwSlipLine(answer, at));
    }
  }
  return lines.join("\n");
}

function pgwSlipLine(answer, at) {
  var type = answer[at + "type"], left = answer[at + "left"] || "", right = answer[at + "right"] || "";
  if (type === "pair") {
    return left + pgwRepeat(answer[at + "separator"] || " ", Math.max(1, POS_GATEWAY.slipColumns - left.length - right.length)) + right;
  }
  if (type === "line") { return pgwRepeat(answer[at + "symbol"] || "-", POS_GATEWAY.slipColumns); }
  return answer[at + "text"] || answer[at + "data"] || "";
}

function pgwRepeat(symbol, times) {
  return new Array(times + 1).join(symbol);
}

// ---- messages ----

function pgwTell(answer, first) {
  var texts = first ? [first] : [], place;
  if (answer[".error"]) { texts.push(answer[".error"]); }
  for (place = 0; answer[".cashierInformation." + place + ".text"] !== undefined; place++) {
    texts.push(answer[".cashierInformation." + place + ".text"]);
  }
  if (texts.length) { pgwMessage(texts.join("\n")); }
}

// Once a receipt; an answer that was not understood says what is wrong by itself.
function pgwTellAway(state) {
  if (state.toldAway) { return; }
  state.toldAway = true;
  if (state.answer !== null && state.answer[".error"]) { pgwTell(state.answer); } else { pgwMessage(PGW_TEXT.away); }
}

// What was typed; null when the cashier has cancelled.
function pgwInput(caption, value, longest) {
  var typed = frontol.actions.inputString(caption, value, longest);
  return typed === null || typed === undefined ? null : pgwTrim(typed);
}

function pgwMessage(text) {
  var icon = 0;
  pgwTry(function () { icon = Icon.Information; });
  if (!pgwTry(function () { frontol.actions.showMessage(text, icon, POS_GATEWAY.messageSeconds); })) {
    pgwTry(function () { frontol.actions.showMessage(text); });
  }
}

// ---- lines, sums, times ----

function pgwEachLine(document, visit) {
  var lines = document.position, place, was = lines.index;
  for (place = 1; place <= lines.count; place++) {
    lines.index = place;
    if (Number(lines.storno) === 0 && Number(lines.quantity) !== 0) { visit(lines); }
  }
  lines.index = was; // Frontol itself may stand there
}

function pgwIndex(line) { return Number(line.number) > 0 ? Number(line.number) : Number(line.index); }

function pgwGoodsId(line) { return String(POS_GATEWAY.goods === "mark" ? line.ware.mark : line.ware.code); }

function pgwLineTotal(line) {
  var total = Number(line.totalSum);
  return pgwAbsolute(isNaN(total) ? line.sumWithDiscs : total);
}

function pgwTotal(document) {
  var total = 0;
  pgwEachLine(document, function (line) { total += pgwLineTotal(line); });
  return total;
}

// Names a basket, whatever it costs.
function pgwBasket(document, state) {
  var found = [state.phone, state.card, state.coupons.join(" ")];
  pgwEachLine(document, function (line) { found.push(pgwIndex(line), pgwGoodsId(line), line.quantity, line.price); });
  return found.join("|");
}

function pgwAbsolute(value) { return Math.abs(Number(value)); }

function pgwMoney(value) { return (Math.round(Number(value) * 100) / 100).toFixed(2); }

function pgwSame(one, other) { return Math.abs(one - other) < 0.005; }

function pgwTrim(text) { return String(text).replace(/^\s+|\s+$/g, ""); }

function pgwTwo(number) { return (number < 10 ? "0" : "") + number; }

function pgwTime(at) {
  var away = -at.getTimezoneOffset(), from = Math.abs(away);
  return at.getFullYear() + "-" + pgwTwo(at.getMonth() + 1) + "-" + pgwTwo(at.getDate()) + "T" + pgwTwo(at.getHours()) + ":" +
    pgwTwo(at.getMinutes()) + ":" + pgwTwo(at.getSeconds()) + (away < 0 ? "-" : "+") + pgwTwo(Math.floor(from / 60)) + pgwTwo(from % 60);
}

// Loyalty never stops a sale: whatever goes wrong here stays here. True when nothing did.
function pgwTry(act) {
  try {
    act();
    return true;
  } catch (error) {
    return false;
  }
}

// ---- outside Frontol: "cscript //nologo pos-gateway.js" tells whether the settings are right ----

function pgwCheck() {
  var kept = pgwKeep("client", ""), answer;
  if (kept === "" || !pgwRemove(kept)) { return PGW_TEXT.checkFolder + POS_GATEWAY.folder; }
  answer = pgwAsk("client", pgwBody([
    ["businessUnit", POS_GATEWAY.outlet], ["workPlace", POS_GATEWAY.register], ["client.card", "0"]
  ]));
  if (answer === null) { return PGW_TEXT.checkAway + POS_GATEWAY.url; }
  if (answer[".code"] !== "0") { return PGW_TEXT.checkRefused + answer[".error"]; }
  return PGW_TEXT.checkRight + (answer[".cashierInformation.0.text"] || "");
}

if (typeof frontol === "undefined" && typeof WScript !== "undefined") { WScript.Echo(pgwCheck()); }
