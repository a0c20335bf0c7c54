// One subscription's life over fourteen months on a test clock, by Stripe's client for Node.
//
//   node life.mjs URL STRIPE_FOLDER    prints what was seen, as JSON
//
// two_clients.py does the same with the client for Python, call by call: keep them in step.

import { createRequire } from "node:module";

const [url, folder] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const Stripe = createRequire(import.meta.url)(folder);
const stripe = new Stripe("sk_test_life", { host: hostname, port, protocol: "http", maxNetworkRetries: 0, telemetry: false });

const at = (text) => Date.parse(text) / 1000;
const seen = [];

async function advance(clock, to) {
  await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: at(to) });
  let now = await stripe.testHelpers.testClocks.retrieve(clock.id);
  while (now.status === "advancing") now = await stripe.testHelpers.testClocks.retrieve(clock.id);
  if (now.status !== "ready") throw new Error(`the clock is ${now.status}`);
}

async function look(subscription, label) {
  const now = await stripe.subscriptions.retrieve(subscription.id, { expand: ["latest_invoice.payments"] });
  const item = now.items.data[0];
  const invoice = now.latest_invoice;
  seen.push({
    label,
    status: now.status,
    period: [item.current_period_start, item.current_period_end],
    price: item.price.unit_amount,
    invoice: { number: invoice.number, status: invoice.status, reason: invoice.billing_reason, total: invoice.total, paid: invoice.amount_paid },
    payments: invoice.payments.data.map((payment) => [payment.status, payment.amount_paid]),
  });
}

const clock = await stripe.testHelpers.testClocks.create({ frozen_time: at("2026-01-31T10:00:00Z"), name: "life" });
const customer = await stripe.customers.create({ email: "life@example.com", test_clock: clock.id });
const card = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: card.id } });
const product = await stripe.products.create({ name: "Academy" });
const monthly = { product: product.id, currency: "usd", recurring: { interval: "month" } };
const basic = await stripe.prices.create({ ...monthly, unit_amount: 999 });
const pro = await stripe.prices.create({ ...monthly, unit_amount: 2999 });
const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: basic.id }] });
await look(subscription, "subscribed");

await advance(clock, "2026-02-28T12:00:00Z");
await look(subscription, "clamped to February");
await advance(clock, "2026-03-31T12:00:00Z");
await look(subscription, "back on the 31st");

await advance(clock, "2026-04-15T10:00:00Z");
const item = subscription.items.data[0];
const change = { items: [{ id: item.id, price: pro.id }], proration_behavior: "always_invoice" };
const preview = await stripe.invoices.createPreview({
  customer: customer.id,
  subscription: subscription.id,
  subscription_details: { ...change, proration_date: at("2026-04-15T10:00:00Z") },
});
await stripe.subscriptions.update(subscription.id, { ...change, proration_date: at("2026-04-15T10:00:00Z") });
seen.push({ label: "previewed", total: preview.total, lines: preview.lines.data.map((line) => line.amount) });
await look(subscription, "upgraded");

for (const to of ["2026-04-30T12:00:00Z", "2026-05-31T12:00:00Z", "2026-06-30T12:00:00Z"]) {
  await advance(clock, to);
  await look(subscription, `renewed by ${to}`);
}

const failing = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customer.id });
await stripe.subscriptions.update(subscription.id, { default_payment_method: failing.id });
await advance(clock, "2026-07-31T12:00:00Z");
await look(subscription, "renewal declined");
await stripe.subscriptions.update(subscription.id, { default_payment_method: card.id });
const { latest_invoice: owed } = await stripe.subscriptions.retrieve(subscription.id);
await stripe.invoices.pay(owed);
await look(subscription, "paid after all");

const coupon = await stripe.coupons.create({ percent_off: 25, duration: "repeating", duration_in_months: 2 });
await stripe.subscriptions.update(subscription.id, { discounts: [{ coupon: coupon.id }] });
for (const to of ["2026-08-31T12:00:00Z", "2026-09-30T12:00:00Z", "2026-10-31T12:00:00Z", "2026-11-30T12:00:00Z"]) {
  await advance(clock, to);
  await look(subscription, `renewed by ${to}`);
}

await stripe.subscriptions.update(subscription.id, { pause_collection: { behavior: "void" } });
await advance(clock, "2026-12-31T12:00:00Z");
await look(subscription, "collection paused");
await stripe.subscriptions.update(subscription.id, { pause_collection: "" });
await advance(clock, "2027-01-31T12:00:00Z");
await look(subscription, "collection resumed");
await advance(clock, "2027-02-28T12:00:00Z");
await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
await advance(clock, "2027-03-31T12:00:00Z");
await look(subscription, "ended");

const invoices = await stripe.invoices.list({ customer: customer.id, limit: 100 }).autoPagingToArray({ limit: 1000 });
const events = await stripe.events.list({ limit: 100 }).autoPagingToArray({ limit: 10000 });
const counted = {};
for (const event of events) counted[event.type] = (counted[event.type] ?? 0) + 1;
try {
  await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false });
} catch (refusal) {
  seen.push({ label: "refused", type: refusal.rawType, code: refusal.code ?? null, status: refusal.statusCode });
}
console.log(JSON.stringify({ seen, invoices: invoices.map((each) => [each.number, each.status, each.total]), events: counted }));
