// The calendar: drag on free time to book, drag a booking to move it, pull its end; Enter, Alt with the arrows and Delete
// do the same. Every change goes to the reader's draft; the server says whether it can be, and what would go instead.

const root = document.getElementById("calendar");
const words = JSON.parse(root.dataset.words);
const { count, inTheWay, write } = await import(root.dataset.check);
const { openBooking, askReach, tellRefusal } = await import(root.dataset.dialogs);
const { withoutTable } = await import(root.dataset.table);

const said = document.getElementById("said");
const bar = document.getElementById("draft-bar");
const screensForm = document.getElementById("screens");
const mayChange = root.dataset.change === "1";
const STEP_MS = 15 * 60_000;
const DAY_MS = 24 * 3_600_000;
const ZOOMED_S = 30 * 60;
let seen = { screens: [], events: [], bands: [], bookings: {}, draft: { changes: 0, undo: false, redo: false } };
let focused = null;

const say = (sentence) => { if (said.textContent !== sentence) said.textContent = sentence; };
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
const nameOf = (id) => seen.screens.find((one) => one.id === id)?.name ?? "";
const keyOf = (one) => `${one.booking} ${one.recurrence}`;
const clock = (wall) => wall.slice(11, wall.endsWith(":00") ? 16 : 19);
const locale = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const dayFormat = new Intl.DateTimeFormat(locale, { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" });
const told = (wall) => `${dayFormat.format(count(wall))}, ${clock(wall)}`;

// --- what is booked ---------------------------------------------------------------------------------------------------

async function load(start, end) {
  const asked = new URLSearchParams({ start, end });
  for (const screen of root.dataset.screens.split(",")) asked.append("screens", screen);
  const answer = await fetch(`/programme/calendar/events.json?${asked}`, { credentials: "same-origin" });
  if (!answer.ok) { say(words.failed); return []; }
  seen = await answer.json();
  showDraft();
  return [...seen.bands.map(asBand), ...frozen(), ...seen.events.map(asEvent)];
}

function asEvent(one) {
  const shown = one.screens.filter((id) => seen.screens.some((screen) => screen.id === id));
  const colour = seen.screens.length > 1 && shown.length === 1
    ? root.dataset.colours.split(",")[seen.screens.findIndex((screen) => screen.id === shown[0]) % 6] : one.colour;
  const isFree = mayChange && one.change !== "gone" && count(one.end) > count(nowOf(shown));
  return {
    id: `${keyOf(one)} ${one.change}`, start: one.start, end: one.end, title: one.title, resourceIds: shown,
    editable: isFree, extendedProps: one,
    classNames: [`colour-${colour}`, `is-${one.state}`, one.change && `draft-${one.change}`].filter(Boolean),
  };
}

const asBand = (band) => ({
  id: `band ${band.screen} ${band.kind} ${band.start}`, start: band.start, end: band.end, title: band.name, resourceIds: [band.screen],
  display: "background", classNames: [`band-${band.kind}`], extendedProps: { band },
});

const frozen = () => seen.screens.filter((one) => one.frozen_until > one.now).map((one) => ({
  id: `frozen ${one.id}`, start: one.now, end: one.frozen_until, title: words.frozen, resourceIds: [one.id],
  display: "background", classNames: ["band-frozen"], extendedProps: { band: {} },
}));

const nowOf = (ids) => seen.screens.filter((one) => ids.includes(one.id)).map((one) => one.now).sort().at(-1) ?? "";

function content(info) {
  const one = info.event.extendedProps;
  const lines = [];
  if (one.band) { lines.push(["band-name", info.event.title]); } else {
    lines.push(["event-time", `${clock(one.start ?? "")}${one.is_recurring ? " ↻" : ""}`]);
    lines.push(["event-title", info.event.title]);
    if (seen.screens.length > 1 && !info.view.type.startsWith("resource")) {
      lines.push(["event-screens", (one.screens ?? []).map(nameOf).filter(Boolean).join(" · ")]);
    }
    if (one.is_premiere) lines.push(["event-note", words.premiere]);
    if (one.state === "provisional") lines.push(["event-note", words.provisional]);
  }
  const domNodes = lines.map(([name, text]) => {
    const line = document.createElement("div");
    line.className = name;
    line.textContent = text;
    return line;
  });
  return { domNodes };
}

function mounted(info) {
  const one = info.event.extendedProps;
  if (one.band || !one.booking) return;
  const facts = [one.title, `${told(one.start)}–${clock(one.end)}`, one.screens.map(nameOf).filter(Boolean).join(", "), words[one.state]];
  if (one.is_recurring) facts.push(words.recurs);
  if (one.change) facts.push(words[`draft_${one.change}`]);
  info.el.tabIndex = 0;
  info.el.setAttribute("role", "button");
  info.el.setAttribute("aria-label", facts.filter(Boolean).join(", "));
  info.el.dataset.booking = one.booking;
  info.el.dataset.start = one.start;
  info.el.addEventListener("keydown", (event) => onKey(event, one));
}

// --- changes ----------------------------------------------------------------------------------------------------------

// What is in the way of the booking that was sent last, in sentences.
let cautions = [];

function sayDone(sentence) { say([sentence, ...cautions].join(" ")); }

// Sends a form; when it is refused, says why and offers what is free. True when it was done.
async function send(address, fields, again) {
  const body = fields instanceof URLSearchParams ? fields : new URLSearchParams(fields);
  let answer;
  try {
    answer = await fetch(address, { method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json" } });
  } catch { say(words.failed); return false; }
  if (answer.ok) {
    cautions = (await answer.json().catch(() => ({}))).cautions ?? [];
    await calendar.refetchEvents();
    return true;
  }
  const document = await answer.json().catch(() => ({ refused: words.failed, free: [] }));
  const sentence = document.refused ?? document.error?.sentence ?? words.failed;
  say(sentence);
  await tellRefusal(sentence, document.free ?? [], again);
  return false;
}

async function move(one, starts, lengthMs, revert) {
  const reach = one.is_recurring ? await askReach(one.title) : "this";
  if (!reach) { revert(); return; }
  const fields = { booking: one.booking, recurrence: one.recurrence, reach, starts, length_ms: String(lengthMs) };
  focused = { booking: one.booking, start: starts };
  const done = await send("/programme/calendar/move", fields, (free) => move(one, free.starts, lengthMs, () => {}));
  if (done) sayDone(fill(words.moved, { title: one.title, time: told(starts) })); else revert();
}

async function cancel(one) {
  const reach = await askReach(one.title, true, one.is_recurring);
  if (!reach) return;
  if (await send("/programme/calendar/cancel", { booking: one.booking, recurrence: one.recurrence, reach })) {
    say(fill(words.cancelled, { title: one.title }));
    root.focus();
  }
}

function book(asked) {
  openBooking(asked, async (fields) => {
    if (await send("/programme/calendar/book", fields, (free) => book({ ...asked, ...Object.fromEntries(fields), ...free }))) sayDone(words.booked);
  });
}

function change(one) {
  const asked = seen.bookings[one.booking];
  if (asked && mayChange && one.change !== "gone") {
    openBooking({ ...asked, occurrence: one }, async (fields) => {
      if (await send("/programme/calendar/book", fields, () => change(one))) sayDone(words.changed);
    }, () => cancel(one));
  } else {
    const slug = seen.screens.find((screen) => one.screens.includes(screen.id))?.slug;
    location.href = `/programme/${slug}/hour?at=${one.start_ms}`;
  }
}

function onKey(event, one) {
  if (!mayChange || one.change === "gone") return;
  const steps = { ArrowUp: -STEP_MS, ArrowDown: STEP_MS, ArrowLeft: -DAY_MS, ArrowRight: DAY_MS };
  if (event.altKey && event.key in steps) {
    event.preventDefault();
    event.stopPropagation();
    const starts = write(count(one.start) + steps[event.key]);
    const end = write(count(starts) + one.length_ms);
    const trouble = inTheWay({ ...one, start: starts, end }, seen);
    if (trouble) say(fill(words[trouble.kind], trouble)); else move(one, starts, one.length_ms, () => {});
  } else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    cancel(one);
  }
}

// While something is dragged: red and in words what is in the way; it may still be dropped, and the server says what is free.
function judge(one, starts, ends) {
  const trouble = inTheWay({ ...one, start: starts, end: ends }, seen);
  root.classList.toggle("cannot", Boolean(trouble));
  say(trouble ? fill(words[trouble.kind], trouble) : `${told(starts)}–${clock(ends)}`);
  return true;
}

const seconds = (duration) => (duration.days ?? 0) * 86_400 + (duration.seconds ?? 0);
const shifted = (wall, duration) => write(count(wall) + seconds(duration) * 1000);
const selected = (info) => ({
  booking: "", recurrence: "", state: "confirmed",
  screens: info.resource ? [info.resource.id] : seen.screens.map((one) => one.id),
});

// --- the draft --------------------------------------------------------------------------------------------------------

function showDraft() {
  if (!bar) return;
  const { changes, undo, redo, words: sentence } = seen.draft;
  bar.querySelector("[data-count]").textContent = sentence;
  bar.classList.toggle("is-empty", !changes);
  for (const link of bar.querySelectorAll("[data-needs-changes]")) link.hidden = !changes;
  bar.querySelector("[data-draft=undo]").disabled = !undo;
  bar.querySelector("[data-draft=redo]").disabled = !redo;
}

async function draft(step) {
  const button = bar?.querySelector(`[data-draft=${step}]`);
  if (!button || button.disabled) return;
  if (await send(`/programme/draft/${step}`, {})) say(words[step]);
}

// --- the page ---------------------------------------------------------------------------------------------------------

const several = root.dataset.screens.split(",").length > 1;
const views = { month: "dayGridMonth", week: "timeGridWeek", day: several ? "resourceTimeGridDay" : "timeGridDay", list: "listWeek" };
const viewNames = Object.fromEntries(Object.entries(views).map(([name, type]) => [type, name]));
const asViewed = (name) => ({ buttonText: words[name] });

const isWide = matchMedia("(min-width: 40rem)").matches;
const wasChosen = new URLSearchParams(location.search).has("view");

const calendar = EventCalendar.create(root, {
  view: isWide || wasChosen ? views[root.dataset.view] : views.list,
  date: root.dataset.from,
  // The library takes an offset of nothing for none at all, and would draw now where the browser is.
  timeZone: root.dataset.offset === "+00:00" ? "+00:01" : root.dataset.offset,
  locale,
  dayHeaderFormat: { weekday: "short", day: "numeric", month: "short" },
  firstDay: 1,
  headerToolbar: { start: "prev,next today", center: "title", end: Object.values(views).join(",") },
  buttonText: (text) => ({
    ...text, today: words.today, dayGridMonth: words.month, timeGridWeek: words.week, timeGridDay: words.day,
    resourceTimeGridDay: words.day, listWeek: words.list, prev: words.prev, next: words.next,
  }),
  resources: JSON.parse(root.dataset.resources),
  views: { dayGridMonth: { dayHeaderFormat: { weekday: "short" } } },
  moreLinkContent: (more) => `+${more.num}`,
  allDaySlot: false,
  nowIndicator: true,
  scrollTime: "08:00:00",
  slotDuration: { seconds: ZOOMED_S },
  slotHeight: 28,
  snapDuration: { minutes: 5 },
  slotEventOverlap: false,
  dayMaxEvents: true,
  height: "min(46rem, 74vh)",
  selectable: mayChange,
  editable: mayChange,
  eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
  slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
  noEventsContent: words.nothing,
  eventSources: [{ events: (asked) => load(asked.startStr.slice(0, 10), asked.endStr.slice(0, 10)) }],
  eventContent: content,
  eventDidMount: mounted,
  eventClick: (info) => { if (!info.event.extendedProps.band) change(info.event.extendedProps); },
  eventAllUpdated: () => {
    if (!focused) return;
    const mine = [...root.querySelectorAll("[data-booking]")].filter((one) => one.dataset.booking === focused.booking);
    const back = mine.find((one) => one.dataset.start === focused.start);
    if (back) { back.focus(); focused = null; }
  },
  selectConstraint: (info) => judge(selected(info), info.startStr.slice(0, 19), info.endStr.slice(0, 19)),
  select: (info) => {
    root.classList.remove("cannot");
    calendar.unselect();
    const start = info.allDay ? `${info.startStr.slice(0, 10)}T18:00:00` : info.startStr.slice(0, 19);
    const lasts = info.allDay ? 0 : count(info.endStr.slice(0, 19)) - count(start);
    book({
      day: start.slice(0, 10), time: start.slice(11), screens: selected(info).screens,
      length: lasts ? `${Math.floor(lasts / 60_000)}:00` : "",
    });
  },
  dragConstraint: (info) => {
    const one = info.event.extendedProps;
    return judge(one, shifted(one.start, info.delta), shifted(one.end, info.delta));
  },
  resizeConstraint: (info) => {
    const one = info.event.extendedProps;
    return judge(one, one.start, shifted(one.end, info.endDelta ?? info.delta));
  },
  eventDragStop: () => root.classList.remove("cannot"),
  eventResizeStop: () => root.classList.remove("cannot"),
  eventDrop: (info) => {
    const one = info.event.extendedProps;
    move(one, shifted(one.start, info.delta), one.length_ms, info.revert);
  },
  eventResize: (info) => {
    const one = info.event.extendedProps;
    move(one, one.start, one.length_ms + seconds(info.endDelta ?? info.delta) * 1000, info.revert);
  },
  datesSet: (info) => {
    const address = new URL(location.href);
    address.searchParams.set("view", viewNames[info.view.type] ?? "week");
    const inside = count(`${root.dataset.today}T00:00:00`);
    const start = count(`${info.startStr.slice(0, 10)}T00:00:00`);
    const day = inside >= start && inside < count(`${info.endStr.slice(0, 10)}T00:00:00`) ? root.dataset.today : info.startStr.slice(0, 10);
    address.searchParams.set("from", day);
    history.replaceState(null, "", address);
    // Other screens are shown in the view and week that are open.
    for (const name of ["view", "from"]) screensForm.elements.namedItem(name).value = address.searchParams.get(name);
  },
});

bar?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-draft]");
  if (!button) return;
  event.preventDefault();
  draft(button.dataset.draft);
});
document.getElementById("new-booking")?.addEventListener("click", (event) => {
  event.preventDefault();
  const [now] = seen.screens.map((one) => one.now);
  const next = write(Math.ceil((count(now ?? `${root.dataset.today}T12:00:00`) + 600_000) / 3_600_000) * 3_600_000);
  book({ day: next.slice(0, 10), time: next.slice(11), screens: seen.screens.map((one) => one.id), length: "" });
});
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  event.preventDefault();
  draft(event.shiftKey ? "redo" : "undo");
});
withoutTable(root, root.getAttribute("aria-label"));
screensForm.addEventListener("change", () => screensForm.requestSubmit());
root.classList.add("is-ready");
