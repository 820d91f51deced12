// What a booking at some place on the calendar would run into, as far as the page knows. The server decides in the end.
// Times are the screens' own, written without an offset; here they are counted as if they were UTC, so that no browser's
// zone comes into it.

export const count = (words) => Date.parse(`${words}Z`);
export const write = (ms) => new Date(ms).toISOString().slice(0, 19);
const meet = (one, other) => count(one.start) < count(other.end) && count(other.start) < count(one.end);
const share = (some, others) => some.some((one) => others.includes(one));

// `wanted`: {booking, recurrence, start, end, screens, state}; `seen`: {events, bands, screens}. The first thing in the
// way as {kind, name, screen}, or null.
export function inTheWay(wanted, seen) {
  for (const screen of seen.screens) {
    if (wanted.screens.includes(screen.id) && count(wanted.start) < count(screen.now)) {
      return { kind: "past", name: "", screen: screen.name };
    }
  }
  if (wanted.state !== "provisional") {
    const other = seen.events.find((one) => one.change !== "gone" && one.state !== "provisional"
      && !(one.booking === wanted.booking && one.recurrence === wanted.recurrence)
      && share(one.screens, wanted.screens) && meet(one, wanted));
    if (other) return { kind: "taken", name: other.title, screen: "" };
  }
  const dark = seen.bands.find((band) => band.kind === "dark" && wanted.screens.includes(band.screen) && meet(band, wanted));
  if (dark) return { kind: "dark", name: dark.name, screen: seen.screens.find((one) => one.id === dark.screen)?.name ?? "" };
  return null;
}
